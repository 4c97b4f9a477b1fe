/** How a model is named and loaded, and the checks of what a caller says about it. */
import type { KernelChoice } from './kernels/choose.ts'
import type { Precision } from './kernels/kernels.ts'

/**
 * Which model: nothing for the one that ships, a folder, a Hub id `owner/name[@revision]`, a URL that ends in `/`, or
 * the files themselves by name.
 */
export type ModelName = string | URL | ReadonlyMap<string, Uint8Array | Blob>

/** How a model is to be loaded and run. */
export interface LoadOptions {
  /** 'int8' (default): the same bits on every runtime, a quarter of the memory. 'float32': as PyTorch to 2e-4. */
  precision?: Precision
  /** Threads of the engine; default 'auto': all cores, at most 8, and 1 where memory cannot be shared. */
  threads?: number | 'auto'
  /** Compute on the calling thread, with a pause between layers, in place of a worker. */
  inline?: boolean
  /** Ask V8 (Node >= 24) for 256-bit vectors. The flag holds for the whole process from then on. */
  turbo?: boolean
  /** Which kernels; default 'auto'. */
  kernels?: KernelChoice
  /** The compiled kernels, for runtimes that may not compile: `iobert/kernels.wasm`. */
  wasm?: WebAssembly.Module
  /** The worker's script, `iobert/worker`, where the inlined one may not run (strict Content-Security-Policy). */
  worker?: string | URL
  /** Pieces in a window, `[CLS]` and `[SEP]` included; at most (and by default) the model's. */
  maxLength?: number
  /** Whether text is lower-cased; default: what the model's tokenizer_config.json says. */
  lowercase?: boolean
  /** Told while files are downloaded and read. */
  onProgress?: (progress: LoadProgress) => void
  /** Stops the download or the loading. */
  signal?: AbortSignal
  /** A Hugging Face token, for private and gated models; default: the environment's. */
  token?: string
  /** No network: only what is in the cache. */
  offline?: boolean
  /** The Hub's cache; default: where Python keeps it. */
  cacheDir?: string
}

/** A file on its way: into the cache, or (`file: 'weights'`) into memory. */
export interface LoadProgress {
  /** The file's name, or 'weights'. */
  file: string
  /** Bytes so far. */
  loaded: number
  /** Bytes in all. */
  total: number
}

type Check = (value: unknown, name: string) => void

const CHECKS: { readonly [Name in keyof Required<LoadOptions>]: Check } = {
  precision: oneOf(['int8', 'float32']),
  threads(value, name): void {
    if (value !== 'auto') positiveInteger(value, name, ", or 'auto'")
  },
  inline: ofType('boolean', 'true or false'),
  turbo: ofType('boolean', 'true or false'),
  kernels: oneOf(['auto', 'simd', 'relaxed', 'reference']),
  wasm(value, name): void {
    if (!(value instanceof WebAssembly.Module)) throw wrongKind(value, name, 'a compiled WebAssembly.Module')
  },
  worker(value, name): void {
    if (typeof value !== 'string' && !(value instanceof URL)) throw wrongKind(value, name, "a script's URL")
  },
  maxLength(value, name): void {
    positiveInteger(value, name, ' of at least 3')
    if ((value as number) < 3)
      throw new RangeError(`${name} is ${value}, expected a whole number of at least 3`)
  },
  lowercase: ofType('boolean', 'true or false'),
  onProgress: ofType('function', 'a function'),
  signal(value, name): void {
    if (!(value instanceof AbortSignal)) throw wrongKind(value, name, 'an AbortSignal')
  },
  token: ofType('string', 'a string'),
  offline: ofType('boolean', 'true or false'),
  cacheDir: ofType('string', "a folder's path"),
}

/**
 * Checks what a caller asks for, before anything is read. What is undefined counts as not given.
 *
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for a value that is not allowed or an option that is not known
 */
export function checkLoadOptions(options: unknown): LoadOptions {
  if (options === undefined) return {}
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrongKind(options, 'options', 'an object')
  }
  const checked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue
    if (!Object.hasOwn(CHECKS, name)) {
      throw new RangeError(`options.${name} is not known, expected one of ${Object.keys(CHECKS).join(', ')}`)
    }
    CHECKS[name as keyof LoadOptions](value, name)
    checked[name] = value
  }
  return checked
}

/** @throws {TypeError} for what cannot be a model's name */
export function checkModelName(model: unknown): ModelName | undefined {
  const fits =
    model === undefined || typeof model === 'string' || model instanceof URL || model instanceof Map
  if (fits) return model as ModelName | undefined
  throw wrongKind(
    model,
    'model',
    "a folder, a Hub id 'owner/name', a URL that ends in '/', or a Map of files",
  )
}

function oneOf(allowed: readonly string[]): Check {
  return (value, name) => {
    const wanted = allowed.map((one) => `'${one}'`).join(', ')
    if (typeof value !== 'string') throw wrongKind(value, name, `one of ${wanted}`)
    if (!allowed.includes(value)) throw new RangeError(`${name} is '${value}', expected one of ${wanted}`)
  }
}

function ofType(type: string, wanted: string): Check {
  return (value, name) => {
    if (typeof value !== type) throw wrongKind(value, name, wanted)
  }
}

function positiveInteger(value: unknown, name: string, more: string): void {
  if (typeof value !== 'number') throw wrongKind(value, name, `a whole number${more}`)
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new RangeError(`${name} is ${value}, expected a whole number from 1${more}`)
  }
}

function wrongKind(value: unknown, name: string, wanted: string): TypeError {
  const kind = value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`
  return new TypeError(`${name} is ${kind}, expected ${wanted}`)
}
