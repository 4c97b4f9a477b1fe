/** Sorts a command's arguments into texts, files and stdin, and reads them. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '../format/errors.ts'
import { UsageError } from './arguments.ts'
import { extractFile } from './documents/extract.ts'
import { type Format, formatOf } from './documents/formats.ts'
import { encodingOfMark, statedEncoding, toUtf8, withWholeMark } from './encoding.ts'
import { NoText, otherKind } from './file-kinds.ts'
import { exists, isFolder, missingFileAdvice } from './missing-name.ts'

/** Where a text comes from. */
export type Source =
  | { readonly kind: 'text'; readonly text: string }
  | (Encoded & { readonly kind: 'stdin' })
  | FileSource

export interface FileSource extends Encoded {
  readonly kind: 'file'
  readonly path: string
  /** The folder that was named, if the file was found in it: then it need not be a text. */
  readonly root?: string
  /** What its text must be taken out of; undefined for a file that is text. */
  readonly format?: Format | undefined
}

interface Encoded {
  /** The encoding of its text, as `TextDecoder` calls it, if it is stated. */
  readonly encoding?: string | undefined
}

/** A text, or why there is none. */
export interface Input {
  /** The file's name as written; undefined for a text argument and stdin. */
  readonly file?: string
  readonly text?: string
  readonly error?: string
  /** What of the file is not in the text, if the text was taken out of a file of another kind. */
  readonly left?: readonly string[]
}

/** Where the texts are; `kind` applies to all arguments. */
interface GivenInputs {
  readonly options: {
    readonly kind?: 'text' | 'file'
    readonly encoding?: string
    /** How files are marked up: then every one is text. */
    readonly input?: string
  }
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
 * @param leave  is told what of a folder is not read, and why
 */
export async function findSources(
  { options: { kind, encoding: label, input }, positionals, beforeTerminator }: GivenInputs,
  leave: Leave = () => {},
): Promise<readonly Source[]> {
  const encoding = statedEncoding(label)
  const fileAt = (path: string, root?: string): FileSource => ({
    ...{ kind: 'file', path, encoding, format: input === undefined ? formatOf(path) : undefined },
    ...(root !== undefined && { root }),
  })
  if (positionals.length === 0) {
    if (process.stdin.isTTY) throw new UsageError('Nothing to read: give a text, a file, or pipe text in')
    return [{ kind: 'stdin', encoding }]
  }
  const sources = await Promise.all(
    positionals.map(async (argument, index): Promise<Source | Source[]> => {
      if (kind === 'text') return { kind: 'text', text: argument }
      if (argument === '-') return { kind: 'stdin', encoding }
      if (await isFolder(argument)) {
        return (await pathsIn(argument, leave)).map((path) => fileAt(path, argument))
      }
      if (kind === 'file' || (await exists(argument))) return fileAt(argument)
      const missing = index < beforeTerminator ? await missingFileAdvice(argument) : undefined
      if (missing !== undefined) throw new UsageError(missing)
      return { kind: 'text', text: argument }
    }),
  )
  return sources.flat()
}

/** The source that an argument names which is a file, or - for stdin. @throws {UsageError} for an encoding that is unknown */
export function fileOrStdin(argument: string, label?: string): Exclude<Source, { kind: 'text' }> {
  const encoding = statedEncoding(label)
  return argument === '-' ? { kind: 'stdin', encoding } : { kind: 'file', path: argument, encoding }
}

/** Is told of something in a folder that is not read. */
export type Leave = (path: string, why: string) => void

/** Why names that begin with a dot are not read. */
export const HIDDEN = 'its name begins with a dot'

async function pathsIn(folder: string, leave: Leave): Promise<string[]> {
  const files = await filesIn(folder, leave).catch((error: unknown) => {
    throw new UsageError(`${folder}: ${explain(error)}`)
  })
  if (files.length === 0) throw new UsageError(`There is no file in ${folder}`)
  return files
}

/**
 * The files in a folder and its subfolders, sorted by name. Names that begin with a dot are skipped, and so
 * are links to folders, which may form cycles.
 */
async function filesIn(folder: string, leave: Leave): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
  const files: string[] = []
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.')) leave(path, HIDDEN)
    else if (entry.isDirectory()) for (const file of await filesIn(path, leave)) files.push(file)
    else if (entry.isFile() || (entry.isSymbolicLink() && (await leadsToFile(path)))) files.push(path)
    else leave(path, entry.isSymbolicLink() ? 'it is a link that leads to no file' : 'it is no file')
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
export async function* readSources(sources: readonly Source[], maxChars: number): AsyncGenerator<Input> {
  for (const source of sources) {
    if (source.kind === 'text') {
      yield { text: source.text }
      continue
    }
    const named = source.kind === 'file' ? { file: source.path } : {}
    try {
      if (source.kind === 'file' && source.format !== undefined) {
        yield { ...named, ...(await extractFile(source.path, source.format, maxChars)) }
        continue
      }
      yield { ...named, text: await readText(openSource(source), maxChars) }
    } catch (error) {
      yield { ...named, error: `${nameOf(source)}: ${explain(error)}` }
    }
  }
}

/**
 * The bytes of a file or of stdin, as UTF-8.
 *
 * @throws {NoText} for a file of another program, which may read as text and hold none, and for bytes that are not of the
 *   encoding that is stated, or that the text's first bytes say
 */
export async function* openSource(source: Exclude<Source, { kind: 'text' }>): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterable<Uint8Array> =
    source.kind === 'stdin' ? process.stdin : createReadStream(source.path)
  let recode: ((chunk?: Uint8Array) => Uint8Array) | undefined
  for await (const chunk of withWholeMark(chunks)) {
    if (recode === undefined) {
      const other = otherKind(chunk)
      if (other !== undefined) throw new NoText(`is ${other}`)
      recode = toUtf8(encodingOfMark(chunk) ?? source.encoding)
    }
    yield recode(chunk)
  }
  const rest = recode?.()
  if (rest !== undefined && rest.length > 0) yield rest
}

export function nameOf(source: Source): string {
  return source.kind === 'file' ? source.path : source.kind
}

/** Size of a file's text in bytes of UTF-8, 0 if unknown. */
export async function sourceSize(source: Source): Promise<number> {
  if (source.kind !== 'file' || source.encoding !== undefined) return 0
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

/** What bytes are that are not UTF-8, and what to do. */
export const NOT_UTF8 =
  'is not UTF-8 text: save it as UTF-8, or say how texts are encoded, as --encoding windows-1252 for those of Windows'

/** What a text is that has U+0000, which UTF-8 would let pass: no rule finds what stands between such characters. */
export const NO_LETTERS =
  'has characters U+0000, as UTF-16 without a mark and files of other programs have: write --encoding utf-16le if it is UTF-16, or take them out, as by tr -d'

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
  let bytes = 0
  try {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > maxChars * BYTES_PER_UNIT) throw tooLong()
      parts.push(decoder.decode(chunk, { stream: true }))
    }
    parts.push(decoder.decode())
  } catch (error) {
    // A decoder throws a TypeError for what is not UTF-8.
    if (error instanceof TypeError && !(error instanceof NoText)) throw new NoText(NOT_UTF8, { cause: error })
    throw error
  }
  const text = parts.join('')
  if (text.length > maxChars) throw tooLong()
  if (text.includes('\0')) throw new NoText(NO_LETTERS)
  return text
}
