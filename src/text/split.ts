/** Ways to split a text into pieces that are read by themselves. */

import { readLines } from './lines.ts'
import { splitSentences } from './sentences.ts'

/**
 * Splits a text: `[start, end)` of each piece in UTF-16 units, in order, not overlapping. What lies between pieces is not
 * read.
 */
export type Splitter = (text: string) => readonly (readonly [start: number, end: number])[]

/**
 * What blank lines, form feeds and paragraph separators part, without the white space around it.
 *
 * @example
 * paragraphs('One.\nStill one.\n\nTwo.') // [[0, 15], [17, 21]]
 */
export const paragraphs: Splitter = (text) => {
  const spans: [number, number][] = []
  for (const { start, end, newParagraph } of readLines(text)) {
    if (newParagraph || spans.length === 0) spans.push([start, end])
    else spans[spans.length - 1]![1] = end
  }
  return spans
}

/**
 * The lines that are not blank, without the white space around them.
 *
 * @example
 * lines('One.\r\n\r\n  Two. ') // [[0, 4], [10, 14]]
 */
export const lines: Splitter = (text) => readLines(text).map(({ start, end }) => [start, end])

/** Sentences by rule: see `splitSentences`. */
export const sentences: Splitter = splitSentences
