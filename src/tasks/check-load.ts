/** Checks how a caller wants a model to be loaded. */
import {
  abortSignal,
  type Checks,
  callback,
  checkOptions,
  oneOf,
  text,
  trueOrFalse,
  wholeNumber,
  wrongKind,
} from '../check/options.ts'
import type { LoadOptions } from '../load-options.ts'

const checks: Checks<LoadOptions> = {
  precision: oneOf(['int8', 'float32']),
  threads(value, name): void {
    if (value === 'auto') return
    if (typeof value !== 'number') throw wrongKind(value, name, "a whole number from 1, or 'auto'")
    wholeNumber(1)(value, name)
  },
  inline: trueOrFalse,
  turbo: trueOrFalse,
  kernels: oneOf(['auto', 'simd', 'relaxed', 'reference']),
  wasm(value, name): void {
    if (value instanceof WebAssembly.Module) return
    const wanted =
      'a compiled WebAssembly.Module, which edge workers have by importing iobert/kernels.wasm; elsewhere leave it out: the kernels are inlined'
    throw wrongKind(value, name, wanted)
  },
  worker(value, name): void {
    if (typeof value !== 'string' && !(value instanceof URL)) throw wrongKind(value, name, "a script's URL")
  },
  maxLength: wholeNumber(3),
  lowercase: trueOrFalse,
  paddedVocabulary: trueOrFalse,
  onProgress: callback,
  signal: abortSignal,
  token: text,
  offline: trueOrFalse,
  cacheDir: text,
}

/**
 * Checks what a caller asks for, before anything is read. What is undefined counts as not given.
 *
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for a value that is not allowed, an option that is not known, or options that exclude each other
 */
export function checkLoadOptions(given: unknown): LoadOptions {
  const options = checkOptions<LoadOptions>(given, checks)
  const { wasm, kernels = 'auto' } = options
  if (wasm && kernels !== 'auto' && kernels !== 'simd') {
    throw new RangeError(
      `kernels is '${kernels}' and wasm is given, which holds the kernels 'simd'; leave one of them out`,
    )
  }
  return options
}
