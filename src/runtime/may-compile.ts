/**
 * Compiles WebAssembly where that may be forbidden. Engines that refuse do not say what can be done about it; the
 * error made here does.
 */
import { reasonOf } from '../format/errors.ts'
import { EngineError } from './engine-error.ts'

/** V8 and SpiderMonkey throw the first, JavaScriptCore throws the second under a Content-Security-Policy. */
const REFUSALS: readonly string[] = ['CompileError', 'EvalError']

/**
 * Does `compile`; where the engine refuses, the error says how it can be allowed.
 *
 * @throws {EngineError} `CannotCompile`
 */
export async function mayCompile<T>(compile: () => Promise<T>): Promise<T> {
  try {
    return await compile()
  } catch (cause) {
    if (!(cause instanceof Error) || !REFUSALS.includes(cause.name)) throw cause
    throw new EngineError(
      'CannotCompile',
      `This page or runtime may not compile WebAssembly: ${reasonOf(cause)}; under a Content-Security-Policy allow script-src 'wasm-unsafe-eval' (in a browser extension: extension_pages of the manifest's content_security_policy); in an edge worker import iobert/kernels.wasm and pass it as { wasm }; or take the slow { kernels: 'reference' }`,
      { cause },
    )
  }
}
