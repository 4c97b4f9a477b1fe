/** Joins the pieces of a text into words, each with the probabilities of its labels. */
import type { Encoding } from '../text/encoding.ts'
import { argmax } from './softmax.ts'
import type { Strategy } from './types.ts'

/** What gets one label: a word, or a piece with strategies 'none' and 'simple'. */
export interface Unit {
  /** UTF-16 code units. */
  start: number
  /** UTF-16 code units, exclusive. */
  end: number
  /** Position of its first piece in the encoding; -1 for a given word of no pieces. */
  piece: number
  /** Index of its word: among the given words if there are any, else among the encoding's. */
  word: number
  /**
   * Row of the logits whose softmax is its distribution; -1 if there is no such row (averaged words, words
   * without pieces).
   */
  row: number
  /** Probability of each label, [C]; zeros for a word without pieces. */
  probabilities: Float32Array
}

/** Spans of given words in the text, [start, end) each, in order and not overlapping. */
export type WordSpans = readonly (readonly [start: number, end: number])[]

/**
 * Groups pieces into the units that get a label, as the Hugging Face pipeline's aggregation does, with one
 * difference: word ids, never lengths of strings, say which pieces belong to a word. [UNK] pieces are kept
 * like all others.
 *
 * With 'none' and 'simple' each piece is a unit. Otherwise each word is, and its distribution is that of its
 * first piece ('first', and 'word', whose encoding has the words as they are written), the mean over its
 * pieces ('average'), or that of the piece with the largest single probability, the first on ties ('max').
 *
 * @param encoding of the text; positions whose word id is null are skipped
 * @param probabilities of each position of the encoding, [T, C]
 * @param classes C
 * @param spans words given by the caller, in place of the encoding's: none of them is lost
 * @param disjoint whether pieces that share a character, as the bytes of an emoji do, are one unit, of whatever words
 */
export function aggregate(
  encoding: Encoding,
  probabilities: Float32Array,
  classes: number,
  strategy: Strategy,
  spans?: WordSpans,
  disjoint: boolean = false,
): Unit[] {
  const words = wordOfPiece(encoding, spans)
  const pieces = strategy === 'none' || strategy === 'simple'
  const units: Unit[] = []
  let given = 0
  const skipTo = (word: number): void => {
    if (spans === undefined) return
    for (; given < word; given++) units.push(emptyUnit(spans, given, classes))
  }
  for (let first = 0; first < words.length; ) {
    const word = words[first]!
    let next = first + 1
    if (word === -1) {
      first = next
      continue
    }
    const goesOn = (): boolean => {
      if (next === words.length || words[next] === -1) return false
      if (!pieces && words[next] === word) return true
      return disjoint && spans === undefined && encoding.offsets[next]![0] < encoding.offsets[next - 1]![1]
    }
    while (goesOn()) next++
    skipTo(word)
    given = word + 1
    units.push(makeUnit(encoding, probabilities, classes, strategy, first, next, word, spans?.[word]))
    first = next
  }
  if (spans !== undefined) skipTo(spans.length)
  return units
}

/** The word that each position belongs to; -1 for special tokens and for pieces outside all given words. */
function wordOfPiece(encoding: Encoding, spans: WordSpans | undefined): Int32Array {
  const words = new Int32Array(encoding.ids.length).fill(-1)
  let given = 0
  for (let t = 0; t < words.length; t++) {
    const id = encoding.wordIds[t]
    if (id === null || id === undefined) continue
    if (spans === undefined) {
      words[t] = id
      continue
    }
    const start = encoding.offsets[t]![0]
    while (given < spans.length && spans[given]![1] <= start) given++
    if (given < spans.length && spans[given]![0] <= start) words[t] = given
  }
  return words
}

function emptyUnit(spans: WordSpans, word: number, classes: number): Unit {
  const [start, end] = spans[word]!
  return { start, end, piece: -1, word, row: -1, probabilities: new Float32Array(classes) }
}

/** Makes one unit of the pieces [first, next). A given word keeps its bounds; else the pieces set them. */
function makeUnit(
  encoding: Encoding,
  probabilities: Float32Array,
  classes: number,
  strategy: Strategy,
  first: number,
  next: number,
  word: number,
  span: readonly [number, number] | undefined,
): Unit {
  const rowOf = (t: number): Float32Array => probabilities.subarray(t * classes, (t + 1) * classes)
  const start = encoding.offsets[first]![0]
  const end = encoding.offsets[next - 1]![1]
  const whole = span !== undefined && strategy !== 'none' && strategy !== 'simple'
  const bounds = { start: whole ? span[0] : start, end: whole ? span[1] : end, piece: first, word }
  if (strategy === 'average' && next - first > 1) {
    return { ...bounds, row: -1, probabilities: meanRows(probabilities, classes, first, next) }
  }
  let row = first
  if (strategy === 'max') {
    let best = -1
    for (let t = first; t < next; t++) {
      const values = rowOf(t)
      const largest = values[argmax(values)]!
      if (largest > best) {
        best = largest
        row = t
      }
    }
  }
  return { ...bounds, row, probabilities: rowOf(row) }
}

function meanRows(probabilities: Float32Array, classes: number, first: number, next: number): Float32Array {
  const mean = new Float32Array(classes)
  for (let c = 0; c < classes; c++) {
    let sum = 0
    for (let t = first; t < next; t++) sum += probabilities[t * classes + c]!
    mean[c] = sum / (next - first)
  }
  return mean
}
