/** Ways to split a text into pieces that are read by themselves. */

import { kindOf } from '../check/kind.ts'
import { readLines } from './lines.ts'
import { splitPassages } from './passages.ts'
import { splitSentences } from './sentences.ts'

/** A stretch of a text, in UTF-16 units. */
export type Span = readonly [start: number, end: number]

/**
 * Splits a text: `[start, end)` of each piece in UTF-16 units, in order, not overlapping. What lies between pieces is not
 * read.
 */
export type Splitter = (text: string) => readonly Span[]

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

/** Sentences that stand together, about 400 units of them: see `splitPassages`. */
export const passages: Splitter = splitPassages

/** A way to split by name, one of one's own, or none. */
export type Split = 'passages' | 'paragraphs' | 'lines' | 'sentences' | false | Splitter

const SPLITTERS = { passages, paragraphs, lines, sentences } as const

/** The ways to split that have a name. */
export const splitNames: readonly Exclude<Split, Splitter | false>[] = Object.keys(
  SPLITTERS,
) as (keyof typeof SPLITTERS)[]

/**
 * The spans of a text that `recognize` reads one by one, in UTF-16 units; the whole text with `false`.
 *
 * @example
 * splitText('One.\n\nTwo.', 'paragraphs') // [[0, 4], [6, 10]]
 *
 * @throws {TypeError} where a function of the caller's gives something else than pairs of numbers
 * @throws {RangeError} where its spans do not lie in the text one behind the other
 */
export function splitText(text: string, split: Split): readonly Span[] {
  if (split === false) return [[0, text.length]]
  return typeof split === 'function' ? checkSpans(split(text), text) : SPLITTERS[split](text)
}

function checkSpans(spans: unknown, text: string): readonly Span[] {
  const wanted = 'expected an array of [start, end], one for each piece of the text'
  if (!Array.isArray(spans)) throw new TypeError(`split gave ${kindOf(spans)}, ${wanted}`)
  let least = 0
  for (const [index, span] of spans.entries()) {
    const isPair = Array.isArray(span) && span.length === 2 && span.every((at) => typeof at === 'number')
    if (!isPair) throw new TypeError(`split gave ${kindOf(span)} as span ${index}, ${wanted}`)
    const [start, end] = span as [number, number]
    if (
      !(
        Number.isInteger(start) &&
        Number.isInteger(end) &&
        start >= least &&
        end >= start &&
        end <= text.length
      )
    ) {
      throw new RangeError(
        `split gave [${start}, ${end}] as span ${index}, expected whole numbers, end not before start, from ${least} (where the span before ends) to ${text.length} (the text's length)`,
      )
    }
    least = end
  }
  return spans
}
