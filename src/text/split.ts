/** Ways to split a text into pieces that are read by themselves. */

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
 * const quoted: Splitter = (text) =>
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
 * What blank lines, form feeds and paragraph separators part, without the white space around it.
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

/** A way to split by name, one of one's own, or none. */
export type Split = 'passages' | 'paragraphs' | 'lines' | 'sentences' | false | Splitter

/** How a text is split where the caller does not say: the way that scores best with every model we measured. */
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

/**
 * As `splitText`, of a long text a section after the other as they are asked for; a function gets the whole text. A section
 * of white space is a span of nothing, so that whoever reads them is not kept waiting.
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
 * Passages of a text: sentences that stand together, as many as a model of names reads best. Of one sentence it knows too
 * little, and in a whole document, which is not what most models were taught, it misses more (README has the figures).
 */

/** UTF-16 units that a passage of several sentences has at most: about a hundred pieces of English. */
const LONGEST = 400

/**
 * Splits a text into passages, in time linear in its length: sentences (see `splitSentences`) that stand one behind the other,
 * together as long as they have 400 units at most. None goes across a blank line. None goes across a line break either where the line did
 * not end with the end of a sentence and was not merely wrapped, or where the next one begins as those of lists, logs and chats do or has columns: what stands
 * in lines, a record in each, is read line by line. A sentence that is longer is a passage of its own.
 *
 * @returns [start, end) of each passage in UTF-16 units, in order, without the white space around it; none for a text of white
 *   space, and a text of one passage as it stands
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

/** Whether something stands in the text and no line break between. Most texts are so: their sentences need not be told. */
function isOneLine(text: string): boolean {
  let start = 0
  let end = text.length
  while (start < end && isSpace(text.charCodeAt(start))) start++
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--
  for (let at = start; at < end; at++) if (isLineBreak(text.charCodeAt(at))) return false
  return start < end
}
