/** The errors of an engine that computes no more, or never did. */
import { reasonOf } from '../format/errors.ts'

/** Why an engine computes no more, or never did. */
export type EngineErrorCode =
  /** `dispose()` was called. */
  | 'Disposed'
  /** Its worker, or a helper thread, did not start or has died. */
  | 'WorkerFailed'
  /** The page or the runtime may not compile WebAssembly. */
  | 'CannotCompile'

/**
 * The engine that held a model is gone (load the model again), or could not start. `code` is stable and meant for programs.
 *
 * @example
 * try { await ner.recognize(text) } catch (error) {
 *   if (error instanceof EngineError && error.code === 'WorkerFailed') ner = await loadRecognizer(model)
 * }
 */
export class EngineError extends Error {
  /** What happened, for programs. */
  readonly code: EngineErrorCode

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'EngineError'
    this.code = code
  }
}

/** What calls on a disposed model are rejected with. */
export function disposedError(): EngineError {
  return new EngineError('Disposed', 'The model was disposed; load it again to use it')
}

/**
 * That no more calls are taken, told to who waits for something else. An AbortSignal would do, but Node 20 warns of more than
 * ten that listen to one, and a model has as many streams as are asked for.
 */
export class Ending {
  reason: Error | undefined
  readonly #listeners = new Set<(reason: Error) => void>()

  /** Calls `listener` when it ends, or at once where it has. @returns what takes the listener off again */
  listen(listener: (reason: Error) => void): () => void {
    if (this.reason !== undefined) listener(this.reason)
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  end(reason: Error): void {
    this.reason = reason
    for (const listener of [...this.#listeners]) listener(reason)
  }
}

/** How engines refuse to compile: V8 and SpiderMonkey by the first, JavaScriptCore by the second under a Content-Security-Policy. */
const REFUSALS: readonly string[] = ['CompileError', 'EvalError']

/**
 * Compiles WebAssembly where that may be forbidden. Engines that refuse do not say what can be done about it; this error does.
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
