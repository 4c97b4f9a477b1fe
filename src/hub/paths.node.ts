/** Temporary names and the codes of system errors. */
import { randomBytes } from 'node:crypto'

/** A name beside `path` that no other process uses, to be renamed once it is whole. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid.toString(36)}${randomBytes(6).toString('hex')}.tmp`
}

/** `ENOENT` and its like; `undefined` for errors that are not the system's. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
