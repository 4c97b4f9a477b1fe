/** How a model is named and loaded, and the checks of a caller's arguments. */
import { wrongKind } from './check/kind.ts'
import type { Rows } from './check/option-rows.ts'
import { checkOptions } from './check/options.ts'
import type { LoadProgress } from './format/load-watch.ts'
import type { Precision } from './kernels/kernels.ts'
import type { KernelChoice } from './kernels/plan.ts'

/**
 * Which model: omitted for the shipped one; a folder, a Hub id `owner/name[@revision]`, a URL that ends in
 * `/`, or the files themselves by name.
 */
export type ModelName = string | URL | ReadonlyMap<string, Uint8Array | Blob>

/** How to load and run a model. */
export interface LoadOptions {
  /**
   * 'int8' (default): the same bits on every runtime, a quarter of the memory. 'float32': within 2e-4 of
   * PyTorch.
   */
  precision?: Precision
  /**
   * Threads of the engine; default 'auto': one for each core, at most 8, and 1 if memory cannot be shared.
   */
  threads?: number | 'auto'
  /** Computes on the calling thread, pausing between layers, instead of in a worker. */
  inline?: boolean
  /** Asks V8 (Node >= 24) for 256-bit vectors. The flag applies to the whole process from then on. */
  turbo?: boolean
  /** Which kernels; default 'auto'. */
  kernels?: KernelChoice
  /** The compiled kernels, for runtimes that do not allow compiling: `iobert/kernels.wasm`. */
  wasm?: WebAssembly.Module
  /**
   * The worker's script, `iobert/worker`, if the inlined one is not allowed (strict Content-Security-Policy).
   */
  worker?: string | URL
  /** Maximum number of pieces in a window, `[CLS]` and `[SEP]` included; default: the model's maximum. */
  maxLength?: number
  /** Whether text is lower-cased; default: what the model's tokenizer_config.json says. */
  lowercase?: boolean
  /**
   * Whether a vocabulary with fewer pieces than the model has rows is complete: IndoBERT has 30,521 for
   * 50,000 rows. Default false: such a vocab.txt is an error, since a truncated file looks the same.
   */
  paddedVocabulary?: boolean
  /** Called while files are downloaded and read. */
  onProgress?: (progress: LoadProgress) => void
  /** Stops the download or the loading. */
  signal?: AbortSignal
  /** A Hugging Face token, for private and gated models; default: the environment's. */
  token?: string
  /** Uses no network, only what is in the cache. */
  offline?: boolean
  /** The Hub's cache; default: the one that Python uses. */
  cacheDir?: string
}

export const loadRows: Rows<LoadOptions> = {
  precision: {
    type: 'word',
    words: { int8: 'default: the same results on every machine', float32: 'as PyTorch' },
    value: 'P',
  },
  threads: {
    type: 'number',
    integer: true,
    from: 1,
    orWord: 'auto',
    value: 'N',
    help: 'a number, or auto (default)',
  },
  inline: { type: 'boolean', help: 'compute on the main thread, without a worker' },
  turbo: { type: 'boolean', help: '256-bit vectors, in Node 24 and newer on x64' },
  kernels: {
    type: 'word',
    words: { auto: 'default', simd: '', relaxed: '', reference: '' },
    value: 'K',
  },
  wasm: {
    type: 'other',
    fits: (value) => value instanceof WebAssembly.Module,
    wanted:
      'a compiled WebAssembly.Module, which edge workers have by importing iobert/kernels.wasm; elsewhere leave it out: the kernels are inlined',
  },
  worker: {
    type: 'other',
    fits: (value) => typeof value === 'string' || value instanceof URL,
    wanted: "a script's URL",
  },
  maxLength: {
    type: 'number',
    integer: true,
    from: 3,
    value: 'N',
    help: "pieces in a window, at most (and by default) the model's",
  },
  lowercase: { type: 'boolean' },
  paddedVocabulary: {
    type: 'boolean',
    help: 'a vocab.txt with fewer lines than the model has rows is whole, and not cut off',
  },
  onProgress: { type: 'function' },
  signal: { type: 'signal' },
  token: { type: 'string' },
  offline: { type: 'boolean', help: "no network: only what is in the Hub's cache" },
  cacheDir: { type: 'string' },
}

/**
 * Checks the options of a load before anything is read. An option that is undefined counts as not given.
 *
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for a value that is not allowed, an unknown option, or options that exclude each other
 */
export function checkLoadOptions(given: unknown): LoadOptions {
  const options = checkOptions<LoadOptions>(given, loadRows)
  const { wasm, kernels = 'auto' } = options
  if (wasm && kernels !== 'auto' && kernels !== 'simd') {
    throw new RangeError(
      `kernels is '${kernels}' and wasm is given, which holds the kernels 'simd'; leave one of them out`,
    )
  }
  return options
}

/**
 * @throws {TypeError} for what cannot name a model
 */
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

/**
 * The model and the options of a call; options alone, `load({ threads: 1 })`, mean the shipped model.
 *
 * @throws as for `checkLoadOptions`
 */
export function readLoadArguments(
  model: ModelName | LoadOptions | undefined,
  options: LoadOptions | undefined,
): [model: ModelName | undefined, options: LoadOptions] {
  if (options === undefined && hasNoClass(model)) return [undefined, checkLoadOptions(model)]
  return [model as ModelName | undefined, checkLoadOptions(options)]
}

/** Whether a value is an object without a class, possibly of another realm. */
function hasNoClass(value: unknown): value is LoadOptions {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
