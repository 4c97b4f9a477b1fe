/** Names for files that are not complete yet. */
import { randomBytes } from 'node:crypto'

/** A name beside `path` that no other process uses, to be renamed once it is whole. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid.toString(36)}${randomBytes(6).toString('hex')}.tmp`
}
