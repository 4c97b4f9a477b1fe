/** Keeps two processes from downloading the same file at the same time. */
import { mkdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { errorCode } from '../format/errors.ts'
import { delay } from '../format/remote/request.ts'
import { isBusy, removeFile, temporaryName } from './rename.node.ts'

/**
 * How long, in milliseconds, others trust a holder without a sign of life; it gives several signs in that
 * time.
 */
const STALE = 15_000
const SIGNS = 15
const POLL = 100
/** How long a lock may be in the process of being deleted. */
const BUSY = 3000

/**
 * Runs `work` while no other process that wants the same lock does. Node has no `flock`, so the lock is a
 * file made with `O_EXCL` that names its holder, who renews its time; a killed holder is noticed at once on
 * the same machine, and after 15 s elsewhere. The lock only avoids duplicate downloads: nothing breaks if a
 * suspended process loses it.
 *
 * @param work receives whether the lock was taken from a silent holder, who may wake up and go on writing
 */
export async function withLock<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: (fromSilent: boolean) => Promise<T>,
  stale: number = STALE,
): Promise<T> {
  const own = JSON.stringify({ host: hostname(), pid: process.pid, id: temporaryName('') })
  await mkdir(dirname(path), { recursive: true })
  const fromSilent = await acquire(path, own, signal, stale)
  const heartbeat = setInterval(() => {
    const now = new Date()
    utimes(path, now, now).catch(() => {})
  }, Math.min(stale, STALE) / SIGNS)
  heartbeat.unref()
  try {
    return await work(fromSilent)
  } finally {
    clearInterval(heartbeat)
    // A lock that stays behind is stale for others, or its holder is dead.
    if ((await holderOf(path)) === own) await removeFile(path).catch(() => {})
  }
}

async function acquire(
  path: string,
  own: string,
  signal: AbortSignal | undefined,
  stale: number,
): Promise<boolean> {
  let seen = ''
  let since = 0
  let fromSilent = false
  const started = performance.now()
  for (;;) {
    try {
      await writeFile(path, own, { flag: 'wx' })
      return fromSilent
    } catch (error) {
      // On Windows a lock that is being deleted cannot be created yet; the error is the same as for missing
      // permissions.
      const passing = isBusy(error) && performance.now() - started < BUSY
      if (errorCode(error) !== 'EEXIST' && !passing) throw error
    }
    // Measured by our own clock, since the time of the file may come from another machine.
    const sign = await signOf(path)
    if (sign !== seen) {
      seen = sign
      since = performance.now()
    }
    const holder = await holderOf(path)
    const dead = holder !== undefined && isDead(holder)
    if (holder !== undefined && (dead || performance.now() - since > stale)) {
      fromSilent ||= !dead
      await breakLock(path, holder)
    } else {
      await delay(POLL, signal)
    }
  }
}

async function breakLock(path: string, holder: string): Promise<void> {
  if ((await holderOf(path)) !== holder) return
  const aside = temporaryName(path)
  await rename(path, aside).catch(() => {})
  await removeFile(aside).catch(() => {})
}

async function holderOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined)
}

async function signOf(path: string): Promise<string> {
  const status = await stat(path).catch(() => undefined)
  return status === undefined ? '' : `${status.ino} ${status.mtimeMs}`
}

/** True if the holder ran on this machine and certainly no longer exists. */
function isDead(holder: string): boolean {
  let host: unknown
  let pid: unknown
  try {
    const parsed: unknown = JSON.parse(holder)
    if (typeof parsed !== 'object' || parsed === null) return false
    host = 'host' in parsed ? parsed.host : undefined
    pid = 'pid' in parsed ? parsed.pid : undefined
  } catch {
    return false
  }
  if (host !== hostname() || typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return errorCode(error) === 'ESRCH'
  }
}
