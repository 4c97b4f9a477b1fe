/** Sorts a command's arguments into texts, files and stdin, and reads them. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../format/errors.ts'
import { UsageError } from './arguments.ts'
import { otherKind } from './file-kinds.ts'
import { exists, isFolder, missingFile } from './missing-name.ts'

/** Where a text comes from. */
export type Source =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'file'
      readonly path: string
      /** Whether the file was found in a folder rather than named: it need not be a text. */
      readonly found?: boolean
    }
  | { readonly kind: 'stdin' }

/** A text, or why there is none. */
export interface Input {
  /** The file's name as written; undefined for a text argument and stdin. */
  readonly file?: string
  readonly text?: string
  readonly error?: string
}

/** Where the texts are; `kind` applies to all arguments. */
interface GivenInputs {
  readonly options: { readonly kind?: 'text' | 'file' }
  readonly positionals: readonly string[]
  readonly beforeTerminator: number
}

/**
 * Interprets the arguments: `-` is stdin; the name of something that exists is a file, or a folder whose
 * files are read; anything else is text. `--text` and `--file` decide for all arguments. Without arguments,
 * piped input is read.
 *
 * @throws {UsageError} if there is nothing to read, or if an argument looks like the name of a missing file
 *   (unless it comes after `--`)
 */
export async function findSources({
  options: { kind },
  positionals,
  beforeTerminator,
}: GivenInputs): Promise<readonly Source[]> {
  if (positionals.length === 0) {
    if (process.stdin.isTTY) throw new UsageError('Nothing to read: give a text, a file, or pipe text in')
    return [{ kind: 'stdin' }]
  }
  const sources = await Promise.all(
    positionals.map(async (argument, index): Promise<Source | Source[]> => {
      if (kind === 'text') return { kind: 'text', text: argument }
      if (argument === '-') return { kind: 'stdin' }
      if (await isFolder(argument)) return sourcesIn(argument)
      if (kind === 'file' || (await exists(argument))) return { kind: 'file', path: argument }
      const missing = index < beforeTerminator ? await missingFile(argument) : undefined
      if (missing !== undefined) throw new UsageError(missing)
      return { kind: 'text', text: argument }
    }),
  )
  return sources.flat()
}

async function sourcesIn(folder: string): Promise<Source[]> {
  const files = await filesIn(folder).catch((error: unknown) => {
    throw new UsageError(`${folder}: ${explain(error)}`)
  })
  if (files.length === 0) throw new UsageError(`There is no file in ${folder}`)
  return files.map((path) => ({ kind: 'file', path, found: true }))
}

/**
 * The files in a folder and its subfolders, sorted by name. Names that begin with a dot are skipped, and so
 * are links to folders, which may form cycles.
 */
async function filesIn(folder: string): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const files: string[] = []
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) for (const file of await filesIn(path)) files.push(file)
    else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(path)))) files.push(path)
  }
  return files
}

async function leadsToFile(link: string): Promise<boolean> {
  return stat(link).then(
    (status) => status.isFile(),
    () => false,
  )
}

/**
 * Reads the texts one after another; for a file that cannot be read it yields an error and continues with the
 * next.
 */
export async function* readInputs(sources: readonly Source[], maxChars: number): AsyncGenerator<Input> {
  for (const source of sources) {
    if (source.kind === 'text') {
      yield { text: source.text }
      continue
    }
    const named = source.kind === 'file' ? { file: source.path } : {}
    try {
      const text = await readText(openSource(source), maxChars)
      if (source.kind === 'file' && source.found === true && text.includes('\0')) throw new NoText(notUtf8())
      yield { ...named, text }
    } catch (error) {
      yield { ...named, error: `${nameOf(source)}: ${explain(error)}` }
    }
  }
}

/**
 * The bytes of a file or of stdin.
 *
 * @throws {NoText} for a file of another program, which may read as text and hold none
 */
export async function* openSource(source: Exclude<Source, { kind: 'text' }>): AsyncGenerator<Uint8Array> {
  let isFirst = true
  const chunks: AsyncIterable<Uint8Array> =
    source.kind === 'stdin' ? process.stdin : createReadStream(source.path)
  for await (const chunk of chunks) {
    const other = isFirst ? otherKind(chunk) : undefined
    if (other !== undefined) throw new NoText(`is ${other}`)
    isFirst = false
    yield chunk
  }
}

export function nameOf(source: Source): string {
  return source.kind === 'file' ? source.path : source.kind
}

/** Size of a file in bytes, 0 if unknown. */
export async function sizeOf(source: Source): Promise<number> {
  if (source.kind !== 'file') return 0
  return stat(source.path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** The operating system's errors in words. */
export function explain(error: unknown): string {
  const code = errorCode(error)
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EISDIR') return 'it is a folder, expected a file'
  if (code === 'EACCES') return 'it may not be read'
  return error instanceof Error ? error.message : String(error)
}

/**
 * Why bytes are not UTF-8, and what to do.
 *
 * @param start the first bytes of the file
 */
export function notUtf8(start?: Uint8Array): string {
  const mark = start?.subarray(0, 2).join(' ')
  const isUtf16 = mark === '255 254' || mark === '254 255'
  return isUtf16
    ? 'is UTF-16 text, expected UTF-8: save it as UTF-8, or write iconv -f UTF-16 -t UTF-8 FILE > NEW'
    : 'is not UTF-8 text: save it as UTF-8, or if it comes from Windows (cp1252), write iconv -f CP1252 -t UTF-8 FILE > NEW'
}

/** A file that is no text. */
class NoText extends TypeError {
  /** @param what it is: `is a PDF ...` */
  constructor(what: string, options?: ErrorOptions) {
    super(`it ${what}`, options)
  }
}

/** Maximum number of UTF-8 bytes for one UTF-16 unit. */
const BYTES_PER_UNIT = 3

/**
 * Decodes UTF-8.
 *
 * @throws {RangeError} for more than `maxChars` UTF-16 units
 * @throws {TypeError} for bytes that are not UTF-8
 */
export async function readText(chunks: AsyncIterable<Uint8Array>, maxChars: number): Promise<string> {
  const tooLong = (): RangeError =>
    new RangeError(`the text has more than ${maxChars} characters; cut it, or raise --max-chars`)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const parts: string[] = []
  let start: Uint8Array | undefined
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      start ??= chunk
      bytes += chunk.length
      if (bytes > maxChars * BYTES_PER_UNIT) throw tooLong()
      parts.push(decoder.decode(chunk, { stream: true }))
    }
    parts.push(decoder.decode())
  } catch (error) {
    // A decoder throws a TypeError for what is not UTF-8.
    if (error instanceof TypeError && !(error instanceof NoText))
      throw new NoText(notUtf8(start), { cause: error })
    throw error
  }
  const text = parts.join('')
  if (text.length > maxChars) throw tooLong()
  return text
}
