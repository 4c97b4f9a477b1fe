import { ModelFormatError } from '../format/errors.ts'
import type { PostedError } from './protocol.ts'

/** Takes an error apart, to be posted. */
export function takeApart(error: unknown): PostedError {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: undefined, code: undefined }
  }
  const code = error instanceof ModelFormatError ? error.code : undefined
  return { name: error.name, message: error.message, stack: error.stack, code }
}

/** Puts it together again, of its own class. */
export function putTogether({ name, message, stack, code }: PostedError): Error {
  const error = code
    ? new ModelFormatError(code, message)
    : name === 'RangeError'
      ? new RangeError(message)
      : name === 'TypeError'
        ? new TypeError(message)
        : Object.assign(new Error(message), { name })
  if (stack !== undefined) error.stack = stack
  return error
}
