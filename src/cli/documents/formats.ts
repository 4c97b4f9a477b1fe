/**
 * Files of other programs whose text is taken out of them: mails as they are sent, and documents of Word. What is found in
 * them, and what is written of them, is of that text alone, so that nothing of the file that was not read gets anywhere.
 */
import { extname } from 'node:path'

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

/** Takes the text out of a file that is in another one. @param depth  how many mails it is attached to, one in another */
export type ExtractWithin = (format: Format, bytes: Uint8Array, depth: number) => Promise<Extracted>
