/**
 * The map of `iobert mask`: a file that says which placeholder stands for which name. Anyone who has the map
 * can undo the masking, so only its owner may read it. Masked text is worthless without its map, so the map
 * is completely on the disk before any masked text is written.
 */
import { rmSync } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { isObject } from '../check/kind.ts'
import { errorCode } from '../format/errors.ts'
import { withLock } from '../hub/lock.node.ts'

import { renameOver, temporaryName } from '../hub/rename.node.ts'
import { createRedactor, type RedactOptions, Redactor } from '../markup/redact.ts'
import { parseRedactorJson } from '../markup/redactor-json.ts'
import { loadStandIns, type StandInLocale } from '../node.ts'
import { UsageError } from './arguments.ts'
import { explain, openSource, readText } from './inputs.ts'

/** Maximum size in UTF-16 units: several million names. */
const LONGEST = 200_000_000
const OWNER_ONLY = 0o600

/**
 * Reads the redactor from a map.
 *
 * @returns undefined if there is no such file
 * @throws {UsageError} if the file is not a map
 */
export async function readMap(
  path: string,
  { never, locale }: { readonly never?: readonly string[]; readonly locale?: StandInLocale | undefined } = {},
): Promise<Redactor | undefined> {
  try {
    const json = parseRedactorJson(await readText(openSource({ kind: 'file', path }), LONGEST))
    const options: Pick<RedactOptions, 'never' | 'standIns'> = never === undefined ? {} : { never }
    if (isObject(json) && json['placeholder'] === 'fake') {
      options.standIns = await loadStandIns(locale && { locale })
    }
    return Redactor.from(json, options)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new UsageError(`--map ${path} is no map of iobert mask: ${explain(error)}`)
  }
}

/** How names are masked; of a map that is there the placeholders are what they were. */
interface MapOptions {
  readonly placeholder?: 'numbered' | 'fake' | undefined
  readonly locale?: StandInLocale | undefined
  readonly aliases: boolean
  readonly never: readonly string[]
}

/**
 * Runs `work` with the redactor of a map, while other runs wait for the map.
 *
 * @param work receives a function that writes the map if it grew
 */
export async function withMap(
  path: string,
  { placeholder, locale, aliases, never }: MapOptions,
  work: (redactor: Redactor, save: () => Promise<void>) => Promise<number>,
): Promise<number> {
  const lock = `${path}.lock`
  return withLock(lock, undefined, async () => {
    // A signal ends the process before the lock is released.
    const removeLock = (): void => rmSync(lock, { force: true })
    process.once('exit', removeLock)
    const found = await readMap(path, { never, locale })
    if (found !== undefined && aliases && found.toJSON().aliases !== true) {
      throw new UsageError(
        `--map ${path} was begun without --aliases, and its names have their numbers: leave --aliases out, or begin another map`,
      )
    }
    const begun = found?.toJSON().placeholder ?? 'numbered'
    if (found !== undefined && placeholder !== undefined && placeholder !== begun) {
      throw new UsageError(
        `--map ${path} was begun with --placeholder ${begun}: leave --placeholder out, or begin another map`,
      )
    }
    if (aliases && placeholder === 'fake') {
      throw new UsageError('--aliases is not for stand-ins, which each word of a name has: leave it out')
    }
    const standIns = placeholder === 'fake' ? { standIns: await loadStandIns(locale && { locale }) } : {}
    const redactor =
      found ?? createRedactor({ placeholder: placeholder ?? 'numbered', ...standIns, aliases, never })
    let saved = found === undefined ? '' : JSON.stringify(redactor)
    const save = async (): Promise<void> => {
      const json = JSON.stringify(redactor)
      if (json !== saved) await writeMap(path, `${json}\n`)
      saved = json
    }
    try {
      return await work(redactor, save)
    } finally {
      process.removeListener('exit', removeLock)
    }
  })
}

/** Writes completely or not at all, by way of a temporary name. */
async function writeMap(path: string, json: string): Promise<void> {
  // A symbolic link remains one.
  const target = await realpath(path).catch(() => path)
  const temporary = temporaryName(target)
  const remove = (): void => rmSync(temporary, { force: true })
  process.once('exit', remove)
  try {
    const file = await open(temporary, 'wx', OWNER_ONLY)
    try {
      await file.chmod(OWNER_ONLY)
      await file.writeFile(json)
      await file.sync()
    } finally {
      await file.close()
    }
    await renameOver(temporary, target)
  } finally {
    remove()
    process.removeListener('exit', remove)
  }
}
