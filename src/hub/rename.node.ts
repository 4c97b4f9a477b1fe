/**
 * Renames a file, and on Windows retries for two seconds. Windows does not allow a file to be replaced or
 * deleted while another program has it open, and virus scanners, indexers and backups briefly open every new
 * file. On other systems the first error is final. Until a file is complete it has a temporary name.
 */
import { randomBytes } from 'node:crypto'
import { renameSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { errorCode } from '../format/errors.ts'

/** Waits between tries, in milliseconds; 2 seconds in total. */
export const WAITS: readonly number[] = [5, 10, 20, 40, 75, 150, 300, 500, 900]

/** Whether an error may go away in a moment. */
export function isBusy(error: unknown, platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error) ?? '')
}

/**
 * Renames a file or a folder, replacing a file of the new name.
 *
 * @throws the system's error; on Windows, for a file in use, an error of the same code that says so
 */
export async function renameOver(
  from: string,
  to: string,
  {
    move = rename,
    platform = process.platform,
    waits = WAITS,
  }: { move?: typeof rename; platform?: NodeJS.Platform; waits?: readonly number[] } = {},
): Promise<void> {
  for (const wait of [...waits, undefined]) {
    try {
      return await move(from, to)
    } catch (error) {
      if (!isBusy(error, platform)) throw error
      if (wait === undefined) throw inUse(from, to, error)
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
}

/** Like `renameOver`, but synchronous. */
export function renameOverSync(
  from: string,
  to: string,
  {
    move = renameSync,
    platform = process.platform,
    waits = WAITS,
  }: { move?: typeof renameSync; platform?: NodeJS.Platform; waits?: readonly number[] } = {},
): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (const wait of [...waits, undefined]) {
    try {
      move(from, to)
      return
    } catch (error) {
      if (!isBusy(error, platform)) throw error
      if (wait === undefined) throw inUse(from, to, error)
      Atomics.wait(pause, 0, 0, wait)
    }
  }
}

/** A name beside `path` that no other process uses, to be renamed once it is whole. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid.toString(36)}${randomBytes(6).toString('hex')}.tmp`
}

/** Deletes a file if it exists. */
export async function removeFile(path: string): Promise<void> {
  // Node retries only with `recursive`.
  await rm(path, { force: true, recursive: true, maxRetries: 5, retryDelay: 50 })
}

function inUse(from: string, to: string, cause: unknown): Error {
  const error = new Error(
    `${from} cannot become ${to}: another program has one of them open, or they may not be changed; close what uses them (a process that has loaded the model, an editor, a terminal in the folder), and try again`,
    { cause },
  )
  return Object.assign(error, { code: errorCode(cause) })
}
