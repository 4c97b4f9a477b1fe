/** Ways to split a text into stretches that are read separately. */

import { isObject, kindOf } from '../check/kind.ts'
import { isLineBreak } from './letters.ts'
import { readLines } from './lines.ts'
import { LONGEST_SECTION, sectionsOf } from './sections.ts'
import { endsSentence, splitBlocks, splitSentences } from './sentences.ts'
import { isSpace } from './white-space.ts'

/** A stretch of a text, in UTF-16 units. */
export type Span = readonly [start: number, end: number]

/**
 * Splits a text: `[start, end)` of each piece in UTF-16 units, in order, not overlapping, as a pair or as the fields of an entity.
 * What lies between pieces is not read.
 *
 * @example
 * // What stands between quotation marks, and nothing else
 * const quoted = (text) =>
 *   Array.from(text.matchAll(/"[^"]*"/g), ({ index, 0: { length } }) => ({ start: index, end: index + length }))
 */
export type Splitter = (text: string) => readonly (Span | SpanFields)[]

/** A stretch of a text with the fields that entities have. */
export interface SpanFields {
  /** UTF-16 code units. */
  readonly start: number
  /** UTF-16 code units, exclusive. */
  readonly end: number
}

/** A splitter of ours. */
type SpanSplitter = (text: string) => readonly Span[]

/**
 * The stretches between blank lines, form feeds and paragraph separators, without surrounding white space.
 *
 * @example
 * paragraphs('One.\nStill one.\n\nTwo.') // [[0, 15], [17, 21]]
 */
export const paragraphs: SpanSplitter = (text) => {
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
export const lines: SpanSplitter = (text) => readLines(text).map(({ start, end }) => [start, end])

/** Sentences by rule: see `splitSentences`. */
export const sentences: SpanSplitter = splitSentences

/** Sentences that stand together, about 400 units of them: see `splitPassages`. */
export const passages: SpanSplitter = splitPassages

/** A named way to split, a function of the caller's, or none. */
export type Split = 'passages' | 'paragraphs' | 'lines' | 'sentences' | false | Splitter

/** How a text is split by default: the way that scores best with every model we measured. */
export const defaultSplit: Split = 'passages'

/** The ways to split that have a name. */
export const splitNames: readonly Exclude<Split, Splitter | false>[] = [
  'passages',
  'paragraphs',
  'lines',
  'sentences',
]

const SPLITTERS: Readonly<Record<Exclude<Split, Splitter | false>, SpanSplitter>> = {
  passages,
  paragraphs,
  lines,
  sentences,
}

/**
 * The spans of a text that `recognize` reads separately, in UTF-16 units; the whole text with `false`.
 *
 * @example
 * splitText('One.\n\nTwo.', 'paragraphs') // [[0, 4], [6, 10]]
 *
 * @throws {TypeError} if a caller's function returns anything but pairs of numbers
 * @throws {RangeError} if its spans do not lie in the text in order
 */
export function splitText(text: string, split: Split): readonly Span[] {
  if (split === false) return [[0, text.length]]
  return typeof split === 'function' ? checkSpans(split(text), text) : SPLITTERS[split](text)
}

/**
 * Like `splitText`, but splits a long text section by section, on demand; a function gets the whole text. A
 * section of white space yields an empty span, so that a consumer is not kept waiting.
 */
export function splitSections(text: string, split: Split): Iterable<Span> {
  if (typeof split === 'function' || text.length <= LONGEST_SECTION) return splitText(text, split)
  return spansOfSections(text, split)
}

function* spansOfSections(text: string, split: Exclude<Split, Splitter>): Generator<Span> {
  for (const [from, to] of sectionsOf(text)) {
    const spans = splitText(text.slice(from, to), split)
    if (spans.length === 0) yield [from, from]
    for (const [start, end] of spans) yield [from + start, from + end]
  }
}

function checkSpans(given: unknown, text: string): readonly Span[] {
  const wanted = 'expected an array of [start, end] or { start, end }, one for each piece of the text'
  if (!Array.isArray(given)) throw new TypeError(`split gave ${kindOf(given)}, ${wanted}`)
  let least = 0
  return given.map((piece: unknown, index) => {
    const span: unknown = isObject(piece) ? [piece['start'], piece['end']] : piece
    if (!Array.isArray(span) || span.length !== 2 || !span.every((at) => typeof at === 'number')) {
      throw new TypeError(`split gave ${kindOf(piece)} as span ${index}, ${wanted}`)
    }
    const [start, end] = span as [number, number]
    const isWhole = Number.isInteger(start) && Number.isInteger(end)
    if (!isWhole || start < least || end < start || end > text.length) {
      throw new RangeError(
        `split gave [${start}, ${end}] as span ${index}, expected whole numbers, end not before start, from ${least} (where the span before ends) to ${text.length} (the text's length)`,
      )
    }
    least = end
    return [start, end]
  })
}

/**
 * Passages of a text: as many consecutive sentences as a model of names reads best. In a single sentence it
 * has too little context, and in a whole document, unlike most training data, it misses more (the README has
 * the figures).
 */

/** Maximum length of a passage of several sentences in UTF-16 units: about a hundred pieces of English. */
const LONGEST = 400

/**
 * Splits a text into passages, in time linear in its length: consecutive sentences (see `splitSentences`) of
 * together at most 400 units. No passage crosses a blank line. Nor does one cross a line break if the line
 * did not end with the end of a sentence and was not merely wrapped, or if the next line has columns or
 * begins like those of lists, logs and chats: records in lines are read line by line. A longer sentence is a
 * passage of its own.
 *
 * @returns [start, end) of each passage in UTF-16 units, in order, without surrounding white space; none for
 *   a text of white space, and a text of one passage unchanged
 *
 * @example
 * splitPassages('Ann left. She ran.\n\nBye.') // [[0, 18], [20, 24]]
 * splitPassages('10:02 Ann left.\n10:03 Bob came.') // [[0, 15], [16, 31]]
 */
export function splitPassages(text: string): [start: number, end: number][] {
  const whole: [number, number] = [0, text.length]
  if (text.length <= LONGEST && isOneLine(text)) return [whole]
  const passages: [number, number][] = []
  let open = false
  for (const { sentences, apart } of splitBlocks(text)) {
    if (apart) open = false
    for (const [start, end] of sentences) {
      const last = passages.at(-1)
      if (open && end - last![0] <= LONGEST) last![1] = end
      else passages.push([start, end])
      open = true
    }
    open = endsSentence(text, passages.at(-1)![1])
  }
  return passages.length === 1 ? [whole] : passages
}

/**
 * Whether a text is a single line that is not blank. Most texts are, and then their sentences need not be
 * found.
 */
function isOneLine(text: string): boolean {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  for (let at = start; at < end; at++) if (isLineBreak(text.charCodeAt(at))) return false
  return start < end
}
