/**
 * Makes the encoder's input: the requested types, followed by the words of the text, each encoded separately
 * (UniEncoderSpanProcessor of the package gliner).
 *
 *     [CLS] <<ENT>> person <<ENT>> drug <<SEP>> word word ... [SEP]
 *
 * A type is represented by the token before it, a word by its first piece. A text that is longer than the
 * model's maximum is read in overlapping windows of words, each after the same prompt.
 */
import type { Tokenizer } from '../../text/tokenizer.ts'
import { splitWords, type WordSpan } from './words.ts'

/** Number of words that neighbouring windows share; more if spans may be longer than half of it. */
const OVERLAP = 64

/** The special tokens of a model's prompt. */
export interface PromptTokens {
  readonly ent: number
  readonly sep: number
  /** Whether a type is represented by the token before it, or otherwise by its own first piece. */
  readonly embedsEnt: boolean
}

/** The requested types, encoded. */
export interface Prompt {
  /** From `[CLS]` to `<<SEP>>`. */
  readonly ids: readonly number[]
  /** The position that represents each type. */
  readonly types: readonly number[]
}

/** A text and its words. */
export interface WordText {
  readonly text: string
  readonly words: readonly WordSpan[]
}

/** The words that are read at once. */
export interface WordWindow {
  readonly ids: readonly number[]
  /** The first piece of each word, in `ids`; -1 for a word without pieces. */
  readonly words: readonly number[]
  readonly types: readonly number[]
  /** Number of the first word in the text. */
  readonly firstWord: number
  /**
   * Range of the words whose spans this window judges (those whose middle lies there); the ranges have no
   * gaps.
   */
  readonly judgedStart: number
  readonly judgedEnd: number
}

export interface WindowLimits {
  /** K: number of words in the longest span. */
  readonly maxWidth: number
  readonly maxWords: number
  /** Maximum number of pieces in a sequence. */
  readonly maxPieces: number
}

/** Makes the prompt for some types. */
export function makePrompt(
  tokenizer: Tokenizer,
  { ent, sep, embedsEnt }: PromptTokens,
  types: readonly string[],
): Prompt {
  const ids = [tokenizer.clsId]
  const places: number[] = []
  for (const type of types) {
    places.push(embedsEnt ? ids.length : ids.length + 1)
    ids.push(ent, ...tokenizer.encodeWords([type]).ids.slice(1, -1))
  }
  ids.push(sep)
  return { ids, types: places }
}

/** The words of a text. */
export function readWords(text: string): WordText {
  return { text, words: splitWords(text) }
}

/**
 * The windows of a text; none if it has no words.
 *
 * @param all  whether the whole text is read, or only what fits the first window
 * @throws {RangeError} if the types alone are longer than the model's maximum
 */
export function makeWindows(
  { text, words }: WordText,
  tokenizer: Tokenizer,
  prompt: Prompt,
  limits: WindowLimits,
  all: boolean,
): WordWindow[] {
  if (words.length === 0) return []
  const room = limits.maxPieces - prompt.ids.length - 1
  if (room < 1) {
    throw new RangeError(
      `The types take ${prompt.ids.length} pieces, and the model reads ${limits.maxPieces} at once with the text; ask for fewer types at once, or shorter ones`,
    )
  }
  const { ids, wordIds } = tokenizer.encodeWords(words.map(([start, end]) => text.slice(start, end)))
  const starts = wordStarts(wordIds, words.length)
  const ranges = planRanges(starts, room, limits)
  return (all ? ranges : ranges.slice(0, 1)).map(({ start, end }, index, planned) => {
    const pieces = [...prompt.ids]
    const places: number[] = []
    for (let word = start; word < end; word++) {
      const [first, last] = [starts[word]!, starts[word + 1]!]
      places.push(first === last ? -1 : pieces.length)
      // Only the first piece is used, so the rest of a word that exceeds the room can be left out.
      pieces.push(...ids.slice(first, Math.min(last, first + room)))
    }
    pieces.push(tokenizer.sepId)
    const next = planned[index + 1]
    return {
      ids: pieces,
      words: places,
      types: prompt.types,
      firstWord: start,
      judgedStart: index === 0 ? 0 : border(planned[index - 1]!.end, start),
      judgedEnd: next === undefined ? end : border(end, next.start),
    }
  })
}

/** Where the pieces of each word begin, and where the last word ends, [W + 1]. */
function wordStarts(wordIds: readonly (number | null)[], count: number): number[] {
  const starts: number[] = []
  for (let piece = 1; piece < wordIds.length - 1; piece++)
    while (starts.length <= wordIds[piece]!) starts.push(piece)
  while (starts.length <= count) starts.push(wordIds.length - 1)
  return starts
}

interface Range {
  readonly start: number
  readonly end: number
}

/** Each window takes as many words as fit; the next one starts back by the shared words. */
function planRanges(starts: readonly number[], room: number, { maxWords, maxWidth }: WindowLimits): Range[] {
  const total = starts.length - 1
  const ranges: Range[] = []
  let start = 0
  for (;;) {
    let end = start
    let pieces = 0
    while (end < total && end - start < maxWords) {
      pieces += Math.min(room, starts[end + 1]! - starts[end]!)
      if (pieces > room) break
      end++
    }
    ranges.push({ start, end })
    if (end === total) return ranges
    start = end - Math.min(Math.max(OVERLAP, 2 * maxWidth), Math.floor((end - start) / 2))
  }
}

/** The first word that the later of two windows judges. */
function border(earlierEnd: number, laterStart: number): number {
  return Math.floor((laterStart + earlierEnd - 1) / 2) + 1
}
