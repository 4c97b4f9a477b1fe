/** The errors of an engine that can no longer compute, or never could. */
import { CodedError, reasonOf } from '../format/errors.ts'

/** Why an engine can no longer compute, or never could. */
export type EngineErrorCode =
  /** `dispose()` was called. */
  | 'Disposed'
  /** Its worker, or a helper thread, did not start or has died. */
  | 'WorkerFailed'
  /** The page or the runtime does not allow WebAssembly to be compiled, or has none. */
  | 'CannotCompile'

/**
 * The engine that held a model is gone (load the model again) or could not start. `code` is stable, for use
 * in programs.
 *
 * @example
 * try { await ner.recognize(text) } catch (error) {
 *   if (error instanceof EngineError && error.code === 'WorkerFailed') ner = await loadRecognizer(model)
 * }
 */
export class EngineError extends CodedError<EngineErrorCode> {
  override readonly name: string = 'EngineError'
}

/** The error that rejects calls on a disposed model. */
export function disposedError(): EngineError {
  return new EngineError('Disposed', 'The model was disposed; load it again to use it')
}

/**
 * The end of an engine or of a worker, reported once to each listener, even to those who come later. An
 * AbortSignal would do, but Node 20 warns about more than ten listeners on one, and a model may have any
 * number of streams.
 */
export class Ending {
  reason: Error | undefined
  readonly #listeners = new Set<(reason: Error) => void>()

  /** Calls `listener` at the end, or at once if it has come. @returns a function that removes the listener */
  listen(listener: (reason: Error) => void): () => void {
    if (this.reason !== undefined) listener(this.reason)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Only the first reason counts. */
  end(reason: Error): void {
    if (this.reason !== undefined) return
    this.reason = reason
    for (const listener of [...this.#listeners]) listener(reason)
  }
}

/**
 * Names of the errors of engines that refuse to compile: the first in V8 and SpiderMonkey, the second in
 * JavaScriptCore under a Content-Security-Policy.
 */
const REFUSALS: readonly string[] = ['CompileError', 'EvalError']

/**
 * Compiles WebAssembly where that may be forbidden. Engines that refuse do not say what to do about it; this
 * error does.
 *
 * @throws {EngineError} `CannotCompile`
 */
export async function mayCompile<T>(compile: () => Promise<T>): Promise<T> {
  if (typeof WebAssembly !== 'object')
    throw new EngineError(
      'CannotCompile',
      'This runtime has no WebAssembly, without which no model is computed: start Node or a browser without --jitless, and leave lockdown modes',
    )
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
