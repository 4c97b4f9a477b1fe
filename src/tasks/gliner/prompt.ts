/**
 * Makes the encoder's input: the requested types, followed by the words of the text, each encoded separately
 * (UniEncoderSpanProcessor of the package gliner).
 *
 *     [CLS] <<ENT>> person <<ENT>> drug <<SEP>> word word ... [SEP]
 *
 * A type is represented by the token before it, a word by its pieces. A model with an encoder of its own for types reads
 * the words alone, between [CLS] and [SEP]. A text that is longer than the
 * model's maximum is read in overlapping windows of words, each after the same prompt.
 */
import { LONGEST_SECTION } from '../../text/sections.ts'
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

/** The words that are read at once. */
export interface WordWindow {
  readonly ids: readonly number[]
  /** The first piece of each word, in `ids`; -1 for a word without pieces. */
  readonly words: readonly number[]
  /** Where its pieces end, exclusive. */
  readonly wordEnds: readonly number[]
  /** Where each word stands in the text. */
  readonly spans: readonly WordSpan[]
  readonly types: readonly number[]
  /** Number of the first word in the text. */
  readonly firstWord: number
  /**
   * Range of the words whose spans this window judges (those whose middle lies there); the ranges have no
   * gaps.
   */
  readonly judgedStart: number
  readonly judgedEnd: number
  /** Whether no word of the text follows. */
  readonly isLast: boolean
}

export interface WindowLimits {
  /** K: number of words in the longest span, if the model has one. */
  readonly maxWidth: number | undefined
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

/** What stands before the words if types have an encoder of their own. */
export function emptyPrompt(tokenizer: Tokenizer): Prompt {
  return { ids: [tokenizer.clsId], types: [] }
}

/** A word, and the pieces that it is. */
interface Word {
  readonly span: WordSpan
  readonly ids: readonly number[]
}

/**
 * The windows of a text; none if it has no words. The text is read section by section, only as far as a window needs it. Undefined
 * comes after each section, so that other tasks can have their turn.
 *
 * @param all  whether the whole text is read, or only what fits the first window
 * @throws {RangeError} if the types alone are longer than the model's maximum
 */
export function* makeWindows(
  text: string,
  tokenizer: Tokenizer,
  prompt: Prompt,
  limits: WindowLimits,
  all: boolean,
): Generator<WordWindow | undefined, void, undefined> {
  const room = limits.maxPieces - prompt.ids.length - 1
  const unread = splitWords(text)
  /** The words that were read from the beginning of the next window on. */
  let words: Word[] = []
  for (let start = 0, judgedStart = 0; ; ) {
    let count = 0
    let isLast = false
    for (let pieces = 0; ; ) {
      if (count === words.length) {
        const { done, value } = unread.next()
        isLast = done === true
        if (isLast) break
        words = words.concat(encodeWords(text, value!, tokenizer))
        yield undefined
        continue
      }
      pieces += Math.min(room, words[count]!.ids.length)
      if (count === limits.maxWords || pieces > room) break
      count++
    }
    if (words.length === 0) return
    if (room < 1) {
      throw new RangeError(
        `The types take ${prompt.ids.length} pieces, and the model reads ${limits.maxPieces} at once with the text; ask for fewer types at once, or shorter ones`,
      )
    }
    const end = start + count
    const next = end - Math.min(Math.max(OVERLAP, 2 * (limits.maxWidth ?? 0)), Math.floor(count / 2))
    const judgedEnd = isLast || !all ? end : border(end, next)
    const judged = { firstWord: start, judgedStart, judgedEnd, isLast }
    yield { ...windowOf(words.slice(0, count), tokenizer, prompt, room), ...judged }
    if (isLast || !all) return
    words = words.slice(next - start)
    start = next
    judgedStart = judgedEnd
  }
}

function windowOf(
  words: readonly Word[],
  tokenizer: Tokenizer,
  prompt: Prompt,
  room: number,
): Pick<WordWindow, 'ids' | 'words' | 'wordEnds' | 'spans' | 'types'> {
  const pieces = [...prompt.ids]
  const places: number[] = []
  const wordEnds: number[] = []
  for (const { ids } of words) {
    places.push(ids.length === 0 ? -1 : pieces.length)
    // The rest of a word that exceeds the room is left out, as in the package.
    pieces.push(...ids.slice(0, room))
    wordEnds.push(pieces.length)
  }
  pieces.push(tokenizer.sepId)
  return { ids: pieces, words: places, wordEnds, spans: words.map(({ span }) => span), types: prompt.types }
}

/** Encodes words. Of a word that is longer than a section only its beginning is encoded: no window has room for more. */
function encodeWords(text: string, spans: readonly WordSpan[], tokenizer: Tokenizer): Word[] {
  const written = spans.map(([start, end]) => text.slice(start, Math.min(end, start + LONGEST_SECTION)))
  const { ids, wordIds } = tokenizer.encodeWords(written)
  const words = spans.map((span): { span: WordSpan; ids: number[] } => ({ span, ids: [] }))
  wordIds.forEach((word, piece) => {
    if (word !== null) words[word]!.ids.push(ids[piece]!)
  })
  return words
}

/** The first word that the later of two windows judges. */
function border(earlierEnd: number, laterStart: number): number {
  return Math.floor((laterStart + earlierEnd - 1) / 2) + 1
}
