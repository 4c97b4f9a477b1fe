/** Detects arguments that name a missing file or an unknown command, so that they are not taken for texts. */
import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { nearest } from '../check/nearest.ts'

/** `./x`, `../x`, `/x`, `~/x`, `C:\x` */
const BEGINS_AS_PATH = /^(?:~|\.{1,2})?[\\/]|^[A-Za-z]:[\\/]/u
/** `texts/` */
const ENDS_AS_FOLDER = /^\S+[\\/]$/u
/** `letter.txt`, `DATA.CSV`, but neither `Berlin.` nor `U.S.A` */
const ENDS_AS_FILE = /[^.\s]\.(?:[a-z][a-z0-9]{1,5}|[A-Z][A-Z0-9]{1,4})$/u
/** File systems allow no longer names. */
const LONGEST_PATH = 1024
/** What other tools call something that needs no command here, and the equivalent. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['recognize', 'iobert TEXT|FILE'],
  ['recognise', 'iobert TEXT|FILE'],
  ['predict', 'iobert TEXT|FILE'],
  ['redact', 'iobert --redact TEXT|FILE'],
  ['version', 'iobert --version'],
])

/**
 * Explains why an argument is taken for a file name, if it looks like one and no such file exists.
 *
 * @returns a sentence with the nearest existing name, or `undefined` if the argument can be a text
 */
export async function missingFileAdvice(argument: string): Promise<string | undefined> {
  if (argument.length > LONGEST_PATH || /[\n\r\0]/u.test(argument)) return undefined
  const near = await nearestFile(argument)
  const shape = /\s/u.test(argument)
    ? BEGINS_AS_PATH.test(argument) && ENDS_AS_FILE.test(argument)
    : [BEGINS_AS_PATH, ENDS_AS_FOLDER, ENDS_AS_FILE].some((form) => form.test(argument)) ||
      (await startsInFolder(argument))
  // Words with spaces are a text, unless they are close to the name of a file in the folder.
  if (!shape && !(near !== undefined && ENDS_AS_FILE.test(argument))) return undefined
  const meant = near === undefined ? '' : `; did you mean ${near}?`
  return `There is no file ${argument}${meant === '' ? '.' : meant} To read these words as a text, write -- before them`
}

/**
 * Explains why a first word is taken for a command, if no such command exists.
 *
 * @returns a sentence with the command that is meant, or `undefined` if the word can be a text
 */
export async function missingCommand(word: string, commands: Iterable<string>): Promise<string | undefined> {
  if (!/^[a-z]{4,12}$/u.test(word)) return undefined
  const known = [...commands]
  const meant =
    FOREIGN.get(word) ??
    known.filter((name) => name.startsWith(word)).map((name) => `iobert ${name}`)[0] ??
    nearestCommand(word, known)
  if (meant === undefined || (await exists(word))) return undefined
  return `There is no command ${word}; did you mean ${meant}? To read the word as a text, write -- before it`
}

/** Few words are so close to a short command by chance: one typing error, or two if it is long. */
function nearestCommand(word: string, commands: readonly string[]): string | undefined {
  const near = nearest(word, commands, word.length > 5 ? 2 : 1)
  return near === undefined ? undefined : `iobert ${near}`
}

/** A file in the folder of a missing file, with a similar name. */
export async function nearestFile(path: string): Promise<string | undefined> {
  const folder = dirname(path)
  const names = await readdir(folder).catch(() => [])
  const near = nearest(basename(path), names, 2)
  return near === undefined ? undefined : join(folder, near)
}

/** `data/dev` if a folder `data` exists, but not `and/or`. */
async function startsInFolder(path: string): Promise<boolean> {
  const [first, ...rest] = path.split(/[\\/]/u)
  if (first === undefined || rest.length === 0) return false
  return isFolder(first)
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  )
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
