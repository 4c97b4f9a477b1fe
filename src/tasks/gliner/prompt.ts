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

/** Words that neighbouring windows share; more where spans may be longer than half of them. */
const OVERLAP = 64

/** How a model's prompt is written. */
export interface PromptTokens {
  readonly ent: number
  readonly sep: number
  /** Whether a type is known by the token before it, or else by its own first piece. */
  readonly embedsEnt: boolean
}

/** The types asked for, as the encoder reads them. */
export interface Prompt {
  /** From `[CLS]` to `<<SEP>>`. */
  readonly ids: readonly number[]
  /** Where each type is known by. */
  readonly types: readonly number[]
}

/** A text and its words. */
export interface WordText {
  readonly text: string
  readonly words: readonly WordSpan[]
}

/** Words that are read at once. */
export interface WordWindow {
  readonly ids: readonly number[]
  /** The first piece of each word, in `ids`; -1 for a word of which nothing is left. */
  readonly words: readonly number[]
  readonly types: readonly number[]
  /** Number of the first word in the text. */
  readonly firstWord: number
  /** Numbers of the words whose spans it judges, in the text: those whose middle lies there. The ranges meet without a gap. */
  readonly judgedStart: number
  readonly judgedEnd: number
}

export interface WindowLimits {
  /** K: words of the longest span. */
  readonly maxWidth: number
  readonly maxWords: number
  /** Pieces of a sequence. */
  readonly maxPieces: number
}

/** The prompt of some types. */
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
 * The windows of a text; none where it has no words.
 *
 * @param all  whether the whole text is read, or only what fits the first window
 * @throws {RangeError} where the types alone are longer than the model reads
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
      // Only its first piece is looked at: of a word longer than all there is room for, the rest can be left out.
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

/** Where the pieces of each word begin, and where the last ends, [W + 1]. */
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

/** As many words as fit, then back by the words that are shared. */
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
