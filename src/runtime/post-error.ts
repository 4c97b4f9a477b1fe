/** Takes an error apart, to be posted to another thread, and puts it together there. */
import {
  DownloadError,
  type DownloadErrorCode,
  HubError,
  type HubErrorCode,
  type ModelFormatCode,
  ModelFormatError,
} from '../format/errors.ts'
import { EngineError, type EngineErrorCode } from './engine-error.ts'

/** An error taken apart: not every runtime clones errors, and none clones our classes. */
export interface PostedError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: string | undefined
  readonly cause: PostedError | undefined
}

/** Every class that keeps its name on its way out of a worker; the others come as an `Error` with theirs. */
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

/** Causes of causes that are taken along. */
const DEEPEST = 4

/** Takes an error apart, to be posted. */
export function takeApart(error: unknown, depth = 0): PostedError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: undefined, code: undefined, cause: undefined }
  }
  const { name, message, stack, cause } = error
  return {
    ...{ name, message, stack },
    // As the system's errors have it too: ENOSPC.
    code: 'code' in error && typeof error.code === 'string' ? error.code : undefined,
    cause: cause === undefined || depth === DEEPEST ? undefined : takeApart(cause, depth + 1),
  }
}

/** Puts it together again, of its own class. */
export function putTogether({ name, message, stack, code, cause }: PostedError): Error {
  const error = CLASSES[name]?.(message, code ?? '') ?? Object.assign(new Error(message), { name })
  if (code !== undefined && !('code' in error)) Object.assign(error, { code })
  if (stack !== undefined) error.stack = stack
  if (cause !== undefined) error.cause = putTogether(cause)
  return error
}
