import type { LoadOptions } from './load.ts'

/**
 * Which model: nothing for the one that ships, a folder, a Hub id `owner/name[@revision]`, a URL that ends in `/`, or
 * the files themselves by name.
 */
export type ModelName = string | URL | ReadonlyMap<string, Uint8Array | Blob>

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
