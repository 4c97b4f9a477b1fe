/**
 * Makes the windows of a text: what the encoder reads at once, the requested types followed by words, each encoded
 * separately. A text that is longer than the model's maximum is read in overlapping windows of words, each after the same
 * prompt. How types and words are written is a matter of the model's `Reading`.
 */
import { LONGEST_SECTION } from '../../text/sections.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import type { EntityType, TextLabel } from './types.ts'
import type { WordSpan } from './words.ts'

/** Number of words that neighbouring windows share; more if spans may be longer than half of it. */
const OVERLAP = 64

/** How a kind of model reads types and texts. */
export interface Reading {
  /** @throws {RangeError} for what the model does not read of a type */
  prompt(types: readonly EntityType[]): Prompt
  /** The vectors of types, [C, D], if an encoder of its own reads them. */
  typeVectors?(types: readonly EntityType[], signal: AbortSignal): Promise<Float32Array>
  /** The words of a text, encoded, section by section. */
  words(text: string): Generator<Word[], void, undefined>
  /** What ends a sequence. */
  readonly end: readonly number[]
  /** What stands for a word without pieces: zeros, or the next word's first piece. */
  readonly emptyWord: 'zeros' | 'next word'
  /** How it labels whole texts, if the model does. */
  readonly labels?: LabelReading
}

/** How labels and texts are read. */
export interface LabelReading {
  /** @param task  what the labels are about */
  prompt(task: string, labels: readonly TextLabel[]): Prompt
  /** The words of a text, of which there is always one. */
  words(text: string): Generator<Word[], void, undefined>
}

/** The requested types or labels, encoded. */
export interface Prompt {
  /** All that comes before the words. */
  readonly ids: readonly number[]
  /** The position that represents each type or label; none if types are vectors. */
  readonly types: readonly number[]
  /** The position that the number of entities is predicted from, if the model counts them. */
  readonly counter?: number
}

/** A word, and the pieces that it is. One that the model reads after the text's own has a span without units. */
export interface Word {
  readonly span: WordSpan
  readonly ids: readonly number[]
}

/** The words that are read at once. */
export interface WordWindow extends Pick<Prompt, 'types' | 'counter'> {
  readonly ids: readonly number[]
  /** The first piece of each word, in `ids`; -1 for a word without pieces that zeros stand for. */
  readonly words: readonly number[]
  /** Where its pieces end, exclusive. */
  readonly wordEnds: readonly number[]
  /** Where each word stands in the text. */
  readonly spans: readonly WordSpan[]
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

/**
 * The windows of a text; none if it has no words. The text is read section by section, only as far as a window needs it. Undefined
 * comes after each section, so that other tasks can have their turn.
 *
 * @param all  whether the whole text is read, or only what fits the first window
 * @param what  what is asked for, for messages
 * @throws {RangeError} if the types alone are longer than the model's maximum
 */
export function* makeWindows(
  text: string,
  reading: Pick<Reading, 'words' | 'end' | 'emptyWord'>,
  prompt: Prompt,
  limits: WindowLimits,
  all: boolean,
  what: 'types' | 'labels' = 'types',
): Generator<WordWindow | undefined, void, undefined> {
  const room = limits.maxPieces - prompt.ids.length - reading.end.length
  const unread = reading.words(text)
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
        words = words.concat(value!)
        yield undefined
        continue
      }
      pieces += Math.min(room, words[count]!.ids.length)
      if (pieces > room || (count >= limits.maxWords && !isNone(words[count]!))) break
      count++
    }
    if (words.length === 0) return
    if (room < 1) {
      throw new RangeError(
        `The ${what} take ${prompt.ids.length} pieces, and the model reads ${limits.maxPieces} at once with the text; ask for fewer ${what} at once, or shorter ones`,
      )
    }
    const end = start + count
    const next = end - Math.min(Math.max(OVERLAP, 2 * (limits.maxWidth ?? 0)), Math.floor(count / 2))
    const judgedEnd = isLast || !all ? end : border(end, next)
    const judged = { firstWord: start, judgedStart, judgedEnd, isLast }
    yield { ...windowOf(words.slice(0, count), reading, prompt, room), ...judged }
    if (isLast || !all) return
    words = words.slice(next - start)
    start = next
    judgedStart = judgedEnd
  }
}

function windowOf(
  words: readonly Word[],
  { end, emptyWord }: Pick<Reading, 'end' | 'emptyWord'>,
  { ids: before, ...prompt }: Prompt,
  room: number,
): Omit<WordWindow, 'firstWord' | 'judgedStart' | 'judgedEnd' | 'isLast'> {
  const pieces = [...before]
  const places: number[] = []
  const wordEnds: number[] = []
  for (const { ids } of words) {
    places.push(ids.length === 0 && emptyWord === 'zeros' ? -1 : pieces.length)
    // The rest of a word that exceeds the room is left out, as in the packages.
    pieces.push(...ids.slice(0, room))
    wordEnds.push(pieces.length)
  }
  pieces.push(...end)
  const within = places.map((place) => (place < pieces.length ? place : -1))
  return { ids: pieces, words: within, wordEnds, spans: words.map(({ span }) => span), ...prompt }
}

/** Whether a word is not in the text, and so is not counted. */
function isNone({ span: [start, end] }: Word): boolean {
  return start === end
}

/**
 * Encodes words. Of a word that is longer than a section only its beginning is encoded: no window has room for more.
 *
 * @param write  makes a word of the text what is encoded
 */
export function encodeWords(
  text: string,
  spans: readonly WordSpan[],
  tokenizer: Pick<Tokenizer, 'encodeWords'>,
  write: (word: string) => string = (word) => word,
): Word[] {
  const written = spans.map(([start, end]) =>
    write(text.slice(start, Math.min(end, start + LONGEST_SECTION))),
  )
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
