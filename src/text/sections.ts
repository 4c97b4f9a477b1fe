/**
 * Cuts a text of any length into sections, which are processed one after the other. This bounds how much text
 * is split, tokenized and cut into windows at once, and so the memory that a text takes and the time that the
 * calling thread is busy.
 */

import { isWithinPair } from './code-points.ts'
import type { Encoding } from './encoding.ts'
import type { Tokenizer } from './tokenizer.ts'

/**
 * Maximum length of a section in UTF-16 units. Characters that become a piece each weigh four units, so that
 * a section has about 16,000 pieces.
 */
export const LONGEST_SECTION: number = 2 ** 16
const WEIGHT = 4
/**
 * Where another system reads a text in one piece, this is the most that is read so, in UTF-16 units: it bounds the memory
 * of such a text, and what is computed before an abort is heard.
 */
export const LONGEST_WHOLE: number = 2 ** 21
/** @throws {RangeError} for a text that is too long to be read in one piece */
export function checkWhole(length: number, why: string): void {
  if (length <= LONGEST_WHOLE) return
  throw new RangeError(
    `A text has ${length} UTF-16 units to be read in one piece, expected at most ${LONGEST_WHOLE} with ${why}: give it in parts, or leave that option out`,
  )
}
/** Whatever it consists of, a text of this length is one section. */
export const SHORT_TEXT: number = LONGEST_SECTION / WEIGHT

/** After which a section should end, the best first. */
const ENDS = ['\n\n', '\n\r\n', '\n', '. ', '。', ' ']

/**
 * `[start, end)` of consecutive sections, each at least half of the maximum length except the last; a short
 * text is one section. They end after a blank line, a line, a sentence or a word, or if there is none, after
 * a character.
 *
 * @param start of the stretch to read; `end` is after it
 */
export function* sectionsOf(
  text: string,
  start: number = 0,
  end: number = text.length,
): Generator<[start: number, end: number], void, undefined> {
  let from = start
  for (let most = reach(text, from, end); most < end; most = reach(text, from, end)) {
    const to = endOfSection(text, from + Math.ceil((most - from) / 2), most)
    yield [from, to]
    from = to
  }
  yield [from, end]
}

/** How far the maximum weight of a section reaches. */
function reach(text: string, start: number, end: number): number {
  if (end - start <= SHORT_TEXT) return end
  let at = start
  for (let weight = 0; at < end && weight < LONGEST_SECTION; at++) {
    const unit = text.charCodeAt(at)
    weight += unit > 0x7f || isPunctuation(unit) ? WEIGHT : 1
  }
  return at
}

/** Whether a unit is ASCII punctuation. */
function isPunctuation(unit: number): boolean {
  return (
    (unit > 0x20 && unit < 0x30) ||
    (unit > 0x39 && unit < 0x41) ||
    (unit > 0x5a && unit < 0x61) ||
    (unit > 0x7a && unit < 0x7f)
  )
}

function endOfSection(text: string, least: number, most: number): number {
  const half = text.slice(least, most)
  for (const mark of ENDS) {
    const at = half.lastIndexOf(mark)
    if (at >= 0) return least + at + mark.length
  }
  // ASCII punctuation is not part of a word, and a BERT tokenizer splits words of at most 100 characters.
  for (let at = most; at > most - 1000; at--) {
    if (isPunctuation(text.charCodeAt(at - 1))) return at
  }
  return isWithinPair(text, most) ? most - 1 : most
}

/** The encoding of a text, or of a beginning of it that has more than `least` pieces. */
export function encodeBeginning(tokenizer: Tokenizer, text: string, least: number): Encoding {
  for (let length = LONGEST_SECTION; length < text.length; length *= 2) {
    const encoding = tokenizer.encode(text.slice(0, length))
    if (encoding.ids.length > least) return encoding
  }
  return tokenizer.encode(text)
}

/**
 * A pair of texts to be truncated together, `longest_first`, or their beginnings. The beginning of the one with more
 * characters has more than `least` pieces beyond the other's, so it stays the longer one and is cut at the same place.
 */
export function pairBeginning(
  tokenizer: Tokenizer,
  [first, second]: readonly [string, string],
  least: number,
): readonly [string, string] {
  const isFirst = first.length > second.length
  const [long, other] = isFirst ? [first, second] : [second, first]
  if (long.length <= LONGEST_SECTION) return [first, second]
  const beginning = (text: string, more: number): readonly [text: string, pieces: number] => {
    if (text.length <= LONGEST_SECTION) return [text, tokenizer.encode(text).ids.length]
    const { ids, offsets } = encodeBeginning(tokenizer, text, more)
    return [text.slice(0, offsets.at(-2)![1]), ids.length]
  }
  const [otherRead, pieces] = beginning(other, least)
  const [longRead] = beginning(long, pieces + least)
  return isFirst ? [longRead, otherRead] : [otherRead, longRead]
}

/** The first `maxLength` ids, the last of them the sequence's own, as the Rust tokenizers library truncates. */
export function truncateText(ids: readonly number[], maxLength: number): readonly number[] {
  return ids.length <= maxLength ? ids : [...ids.slice(0, maxLength - 1), ids.at(-1)!]
}
