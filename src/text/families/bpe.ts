/**
 * Byte-pair encoding (Sennrich et al. 2016). A word starts as its characters. Of all neighbouring pairs the
 * one learned first is merged, until no known pair is left. Pairs wait in a heap ordered by rank and place,
 * so a word of n characters takes n log n steps.
 */

import { codePointsAsText } from '../code-points.ts'
import type { PieceModel, VisitPiece } from '../steps.ts'
import type { Vocabulary } from '../vocabulary.ts'
import { bytePieces } from './byte-pieces.ts'
import { MergeRanks, type Merges } from './merge-ranks.ts'

export interface BpeSettings {
  /** The id for a character that is not a piece; if undefined, such a character is dropped. */
  readonly unkId: number | undefined
  /** Whether neighbouring characters that are not pieces become a single unknown. */
  readonly fuseUnk: boolean
  /** Whether a word that is a piece as a whole is left uncut. */
  readonly ignoreMerges: boolean
  /** Prefix in the vocabulary of characters other than the first. */
  readonly continuingPrefix: string
  /** Suffix in the vocabulary of the last character. */
  readonly endSuffix: string
  /** The pieces for the bytes of a character that is not a piece, if there are any; -1 for a missing one. */
  readonly byteIds: Int32Array | undefined
}

/** Ranks are below 2^22 and places below 2^30, so both fit into one number exactly. */
const PLACES = 2 ** 30

export class Bpe implements PieceModel {
  /** A character, and where merges are ignored the word as a whole. */
  readonly comparisons: number = 2
  readonly #vocabulary: Vocabulary
  readonly #settings: BpeSettings
  readonly #merges: Merges
  readonly #ranks: MergeRanks
  readonly #heap = new Heap()
  /** The symbols of the current word: ids (-1 where merged away), code points, and neighbours. */
  #ids = new Int32Array(64)
  #starts = new Int32Array(64)
  #ends = new Int32Array(64)
  #before = new Int32Array(64)
  #after = new Int32Array(64)
  #count = 0

  /**
   * @param merges [first id, second id, merged id] of each, in the order learned; of a repeated pair the last
   *   counts
   */
  constructor(vocabulary: Vocabulary, merges: Merges, settings: BpeSettings) {
    this.#vocabulary = vocabulary
    this.#settings = settings
    this.#merges = merges
    this.#ranks = new MergeRanks(merges)
  }

  tokenize(codePoints: Int32Array, from: number, to: number, piece: VisitPiece): void {
    if (this.#settings.ignoreMerges) {
      const id = this.#vocabulary.idOf(codePointsAsText(codePoints, from, to))
      if (id !== undefined) {
        piece(id, from, to)
        return
      }
    }
    this.#begin(codePoints, from, to)
    this.#merge()
    for (let index = 0; index < this.#count; index++) {
      if (this.#ids[index]! >= 0) piece(this.#ids[index]!, this.#starts[index]!, this.#ends[index]!)
    }
  }

  /** Makes symbols from the characters of a word. */
  #begin(codePoints: Int32Array, from: number, to: number): void {
    const { unkId, fuseUnk, continuingPrefix, endSuffix, byteIds } = this.#settings
    const { trie } = this.#vocabulary
    const continuation = trie.find(continuingPrefix)
    this.#count = 0
    let unknown = false
    for (let index = from; index < to; index++) {
      let node = trie.step(index === from ? 0 : continuation, codePoints[index]!)
      if (index === to - 1)
        for (const character of endSuffix) node = trie.step(node, character.codePointAt(0)!)
      const id = node < 0 ? -1 : trie.idAt(node)
      const bytes =
        id < 0 && byteIds ? bytePieces(byteIds, this.#spelt(codePoints, from, to, index)) : undefined
      if (id >= 0) this.#push(id, index, index + 1)
      else if (bytes) for (const byteId of bytes) this.#push(byteId, index, index + 1)
      else if (unkId !== undefined) {
        if (unknown && fuseUnk) this.#ends[this.#count - 1] = index + 1
        else this.#push(unkId, index, index + 1)
      }
      unknown = id < 0 && !bytes && unkId !== undefined
    }
    for (let index = 0; index < this.#count; index++) {
      this.#before[index] = index - 1
      this.#after[index] = index + 1 < this.#count ? index + 1 : -1
    }
  }

  /** A character as spelt in the vocabulary, if it is there. */
  #spelt(codePoints: Int32Array, from: number, to: number, index: number): string {
    const { continuingPrefix, endSuffix } = this.#settings
    const character = String.fromCodePoint(codePoints[index]!)
    return `${index === from ? '' : continuingPrefix}${character}${index === to - 1 ? endSuffix : ''}`
  }

  #push(id: number, start: number, end: number): void {
    const index = this.#count++
    if (index === this.#ids.length) this.#grow()
    this.#ids[index] = id
    this.#starts[index] = start
    this.#ends[index] = end
  }

  #grow(): void {
    const grown = (from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(from.length * 2)
      to.set(from)
      return to
    }
    this.#ids = grown(this.#ids)
    this.#starts = grown(this.#starts)
    this.#ends = grown(this.#ends)
    this.#before = grown(this.#before)
    this.#after = grown(this.#after)
  }

  #merge(): void {
    const heap = this.#heap
    const ids = this.#ids
    const after = this.#after
    const before = this.#before
    const offer = (place: number): void => {
      const rank = this.#ranks.rankOf(ids[place]!, ids[after[place]!]!)
      if (rank >= 0) heap.push(rank * PLACES + place)
    }
    for (let index = 0; index + 1 < this.#count; index++) offer(index)
    while (heap.size > 0) {
      const top = heap.pop()
      const rank = Math.floor(top / PLACES)
      const place = top - rank * PLACES
      const next = after[place]!
      if (ids[place]! < 0 || next < 0) continue
      // An entry may be outdated; as in the library, it may meanwhile be another pair that makes the same
      // piece.
      const merged = this.#merges[rank * 3 + 2]!
      const now = this.#ranks.rankOf(ids[place]!, ids[next]!)
      if (now < 0 || this.#merges[now * 3 + 2] !== merged) continue
      ids[place] = merged
      ids[next] = -1
      this.#ends[place] = this.#ends[next]!
      const following = after[next]!
      after[place] = following
      if (following >= 0) before[following] = place
      if (before[place]! >= 0) offer(before[place]!)
      if (following >= 0) offer(place)
    }
  }
}

/** A heap with the smallest number first. */
class Heap {
  size = 0
  #keys = new Float64Array(64)

  push(key: number): void {
    if (this.size === this.#keys.length) {
      const grown = new Float64Array(this.size * 2)
      grown.set(this.#keys)
      this.#keys = grown
    }
    const keys = this.#keys
    let at = this.size++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (keys[parent]! <= key) break
      keys[at] = keys[parent]!
      at = parent
    }
    keys[at] = key
  }

  pop(): number {
    const keys = this.#keys
    const least = keys[0]!
    const last = keys[--this.size]!
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.size) break
      if (child + 1 < this.size && keys[child + 1]! < keys[child]!) child++
      if (keys[child]! >= last) break
      keys[at] = keys[child]!
      at = child
    }
    keys[at] = last
    return least
  }
}
