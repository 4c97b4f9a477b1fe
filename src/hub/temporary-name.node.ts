/** Names for files that are not complete yet. */
import { randomBytes } from 'node:crypto'

/** A unique name next to `path`, for a file that is renamed once it is complete. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid.toString(36)}${randomBytes(6).toString('hex')}.tmp`
}
