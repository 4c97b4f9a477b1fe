/** Takes the text out of files that are not text as they stand; what reads a format is loaded when a file has it. */
import { readFile, stat } from 'node:fs/promises'
import { NoText } from '../file-kinds.ts'
import type { Extracted, Format } from './formats.ts'

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
      ? await (await import('./mail.ts')).readMail(bytes, extract, depth)
      : await (await import('./word.ts')).readWord(bytes)
  const lost = /[\0\ufffd]/u.exec(text)?.[0]
  if (lost === undefined) return { text, left }
  const sign = lost === '\0' ? 'the character U+0000' : 'U+FFFD, which stands for letters that were lost'
  throw new NoText(`has ${sign}, in its text: save its text as UTF-8`)
}
