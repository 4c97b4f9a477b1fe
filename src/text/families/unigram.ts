/**
 * The unigram model (Kudo 2018), as in SentencePiece. Of all ways to split a word into pieces, it chooses the
 * one with the highest sum of scores, which are log probabilities, by dynamic programming from left to right
 * (Viterbi).
 */

import { codePointsAsText } from '../code-points.ts'
import type { PieceModel, VisitPiece } from '../steps.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { bytePieces } from './byte-pieces.ts'

/** Penalty of an unknown character relative to the lowest score; SentencePiece's constant. */
const UNKNOWN_PENALTY = 10

export class Unigram implements PieceModel {
  readonly comparisons: number
  readonly #vocabulary: Vocabulary
  readonly #scores: Float64Array
  readonly #unkId: number
  readonly #unkScore: number
  readonly #byteIds: Int32Array | undefined
  /** For the best path to each position: its score, where its last piece begins, and that piece. */
  #best = new Float64Array(64)
  #begins = new Int32Array(64)
  #ids = new Int32Array(64)

  /**
   * @param scores by id
   * @param byteIds the pieces for bytes, if unknown text is spelt in them; -1 for a missing one
   */
  constructor(
    vocabulary: Vocabulary,
    scores: Float64Array,
    unkId: number,
    byteIds: Int32Array | undefined = undefined,
  ) {
    this.#byteIds = byteIds
    this.#vocabulary = vocabulary
    this.comparisons = vocabulary.longest
    this.#scores = scores
    this.#unkId = unkId
    this.#unkScore = scores.reduce((least, score) => Math.min(least, score), Infinity) - UNKNOWN_PENALTY
  }

  tokenize(codePoints: Int32Array, from: number, to: number, piece: VisitPiece): void {
    const length = to - from
    if (length >= this.#ids.length) this.#grow(length + 1)
    this.#search(codePoints, from, length)
    // Backtracks from the end; `begins` at a piece's end then leads forward to the next piece.
    const begins = this.#begins
    for (let end = length, next = -1; end >= 0; ) {
      const start = end === 0 ? -1 : begins[end]!
      begins[end] = next
      next = end
      end = start
    }
    for (let start = 0; start < length; ) {
      let end = begins[start]!
      let id = this.#ids[end]!
      if (id === this.#unkId) {
        // Neighbouring unknowns form one piece.
        while (end < length && this.#ids[begins[end]!] === this.#unkId) end = begins[end]!
        id = this.#vocabulary.idOf(codePointsAsText(codePoints, from + start, from + end)) ?? id
      }
      const bytes = id === this.#unkId && this.#byteIds
      const ids = bytes && bytePieces(bytes, codePointsAsText(codePoints, from + start, from + end))
      for (const each of ids || [id]) piece(each, from + start, from + end)
      start = end
    }
  }

  #search(codePoints: Int32Array, from: number, length: number): void {
    const { trie } = this.#vocabulary
    const best = this.#best
    const begins = this.#begins.fill(-1, 0, length + 1)
    const ids = this.#ids
    const scores = this.#scores
    best[0] = 0
    for (let start = 0; start < length; start++) {
      const here = best[start]!
      let single = false
      for (let node = 0, end = start + 1; end <= length; end++) {
        node = trie.step(node, codePoints[from + end - 1]!)
        if (node < 0) break
        const id = trie.idAt(node)
        if (id < 0) continue
        if (end === start + 1) single = true
        const score = scores[id]! + here
        if (begins[end]! >= 0 && score <= best[end]!) continue
        best[end] = score
        begins[end] = start
        ids[end] = id
      }
      const score = this.#unkScore + here
      if (single || (begins[start + 1]! >= 0 && score <= best[start + 1]!)) continue
      best[start + 1] = score
      begins[start + 1] = start
      ids[start + 1] = this.#unkId
    }
  }

  #grow(length: number): void {
    this.#best = new Float64Array(2 * length)
    this.#begins = new Int32Array(2 * length)
    this.#ids = new Int32Array(2 * length)
  }
}
