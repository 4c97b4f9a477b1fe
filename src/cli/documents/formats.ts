/**
 * Files of other programs whose text is taken out of them: mails as they are sent, and documents of Word. What is found in
 * them, and what is written of them, is of that text alone, so that nothing of the file that was not read gets anywhere.
 */
import { readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { NoText } from '../file-kinds.ts'

export type Format = 'mail' | 'word'

const BY_EXTENSION: ReadonlyMap<string, Format> = new Map([
  ['.eml', 'mail'],
  ['.docx', 'word'],
  ['.docm', 'word'],
])

/** What a name says about a file; undefined for one that is text. */
export function formatOf(path: string): Format | undefined {
  return BY_EXTENSION.get(extname(path).toLowerCase())
}

/** What such a file has for a reader. */
export interface Extracted {
  readonly text: string
  /** What is not in the text, a sentence each: pictures, attachments of other kinds. */
  readonly left: readonly string[]
}

/** Bytes: pictures and attachments are most of large ones. */
const LARGEST_FILE = 256 * 1024 * 1024

/**
 * Takes the text out of a file.
 *
 * @param maxChars  UTF-16 units of its text
 * @throws {NoText} for what is damaged, or is not of the format
 * @throws {RangeError} for more than the limits
 */
export async function extractFile(path: string, format: Format, maxChars: number): Promise<Extracted> {
  const { size } = await stat(path)
  if (size > LARGEST_FILE) throw new RangeError(`it has ${size} bytes, at most ${LARGEST_FILE} are read`)
  const extracted = await extract(format, await readFile(path))
  if (extracted.text.length <= maxChars) return extracted
  throw new RangeError(`its text has more than ${maxChars} characters; see --max-chars`)
}

/** @param depth  how many mails the file is attached to, one in another */
export async function extract(format: Format, bytes: Uint8Array, depth: number = 0): Promise<Extracted> {
  const { text, left } =
    format === 'mail'
      ? await (await import('./mail.ts')).readMail(bytes, depth)
      : await (await import('./word.ts')).readWord(bytes)
  const lost = /[\0\ufffd]/u.exec(text)?.[0]
  if (lost === undefined) return { text, left }
  const sign = lost === '\0' ? 'the character U+0000' : 'U+FFFD, which stands for letters that were lost'
  throw new NoText(`has ${sign}, in its text: save its text as UTF-8`)
}
