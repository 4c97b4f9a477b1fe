/** Turns an error into plain data for another thread, and back into an error there. */
import {
  DownloadError,
  type DownloadErrorCode,
  HubError,
  type HubErrorCode,
  type ModelFormatCode,
  ModelFormatError,
} from '../format/errors.ts'
import { EngineError, type EngineErrorCode } from './engine-error.ts'

/** An error as plain data: not every runtime clones errors, and none clones our classes. */
export interface PostedError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: string | undefined
  readonly cause: PostedError | undefined
}

/**
 * The classes of errors that survive the way out of a worker; others arrive as an `Error` with their name.
 */
const CLASSES: Readonly<Record<string, (message: string, code: string) => Error>> = {
  __proto__: null as never,
  ModelFormatError: (message, code) => new ModelFormatError(code as ModelFormatCode, message),
  DownloadError: (message, code) => new DownloadError(code as DownloadErrorCode, message),
  HubError: (message, code) => new HubError(code as HubErrorCode, message),
  EngineError: (message, code) => new EngineError(code as EngineErrorCode, message),
  TypeError: (message) => new TypeError(message),
  RangeError: (message) => new RangeError(message),
  SyntaxError: (message) => new SyntaxError(message),
}

/** How deep a chain of causes is posted. */
const DEEPEST = 4

/** Turns an error into plain data. */
export function takeApart(error: unknown, depth = 0): PostedError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: undefined, code: undefined, cause: undefined }
  }
  const { name, message, stack, cause } = error
  return {
    ...{ name, message, stack },
    // System errors have a code too: ENOSPC.
    code: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    cause: cause === undefined || depth === DEEPEST ? undefined : takeApart(cause, depth + 1),
  }
}

/** Makes the error again, of its own class. */
export function putTogether({ name, message, stack, code, cause }: PostedError): Error {
  // Defined, not assigned: in a hardened realm Error.prototype is frozen.
  const error =
    CLASSES[name]?.(message, code ?? '') ?? Object.defineProperty(new Error(message), 'name', { value: name })
  if (code !== undefined && !('code' in error)) Object.assign(error, { code })
  if (stack !== undefined) error.stack = stack
  if (cause !== undefined) error.cause = putTogether(cause)
  return error
}
