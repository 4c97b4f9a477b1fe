/** WordPiece (Wu et al. 2016, as BERT uses it): a word is cut greedily into the longest pieces the vocabulary has. */

import type { Vocabulary } from './vocabulary.ts'

export interface WordPieceSettings {
  readonly unkId: number
  /** What a piece that does not begin a word begins with: `##`. */
  readonly continuingPrefix: string
  /** A word of more code points than this is unknown as a whole. */
  readonly maxWordLength: number
}

const WORD_START = 0
const CONTINUATION = 1

/**
 * Pieces are looked up in a trie over code points, one root for pieces that begin a word and one for those that continue
 * it. Its edges lie in one open-addressed hash table, so a word costs one look-up a code point and no strings.
 */
export class WordPiece {
  readonly #unkId: number
  readonly #maxWordLength: number
  /** Edge (node, code point) to node, three numbers a slot. A slot that leads to 0 is empty: no edge leads to a root. */
  #edges: Int32Array = new Int32Array(3 << 12)
  #mask = (1 << 12) - 1
  /** The piece that ends at a node, or -1. */
  #pieceAt: Int32Array
  /** The pieces of the word at hand: all or none are given out. */
  readonly #ids: number[] = []
  readonly #ends: number[] = []

  constructor(vocabulary: Vocabulary, settings: WordPieceSettings) {
    this.#unkId = settings.unkId
    this.#maxWordLength = settings.maxWordLength
    const { continuingPrefix } = settings
    const pieceAt = [-1, -1]
    // In UTF-16 units; a longer piece is longer than any word that is cut.
    const longest = continuingPrefix.length + 2 * settings.maxWordLength
    for (const [piece, id] of vocabulary.entries()) {
      if (piece.length > longest) continue
      this.#insert(WORD_START, piece, id, pieceAt)
      if (piece.startsWith(continuingPrefix)) {
        this.#insert(CONTINUATION, piece.slice(continuingPrefix.length), id, pieceAt)
      }
    }
    this.#pieceAt = Int32Array.from(pieceAt)
  }

  // #region wordpiece
  /** Cuts the word `codePoints[from, to)`: calls `piece(id, from, to)` for each piece, once with `[UNK]` where it cannot. */
  tokenize(
    codePoints: Int32Array,
    from: number,
    to: number,
    piece: (id: number, from: number, to: number) => void,
  ): void {
    if (to - from > this.#maxWordLength) {
      piece(this.#unkId, from, to)
      return
    }
    const ids = this.#ids
    const ends = this.#ends
    let count = 0
    for (let start = from; start < to; ) {
      let node = start === from ? WORD_START : CONTINUATION
      let id = -1
      let end = start
      for (let index = start; index < to; index++) {
        node = this.#edges[this.#slot(node, codePoints[index]!) + 2]!
        if (node === 0) break
        const ending = this.#pieceAt[node]!
        if (ending >= 0) {
          id = ending
          end = index + 1
        }
      }
      if (id < 0) {
        piece(this.#unkId, from, to)
        return
      }
      ids[count] = id
      ends[count] = end
      count++
      start = end
    }
    let start = from
    for (let index = 0; index < count; index++) {
      piece(ids[index]!, start, ends[index]!)
      start = ends[index]!
    }
  }
  // #endregion

  /** Adds a piece below a root; `pieceAt` grows by the nodes this takes. */
  #insert(root: number, piece: string, id: number, pieceAt: number[]): void {
    let node = root
    for (const character of piece) {
      const code = character.codePointAt(0)!
      let slot = this.#slot(node, code)
      if (this.#edges[slot + 2] === 0) {
        if (pieceAt.length * 2 > this.#mask) {
          this.#grow()
          slot = this.#slot(node, code)
        }
        this.#edges[slot] = node
        this.#edges[slot + 1] = code
        this.#edges[slot + 2] = pieceAt.push(-1) - 1
      }
      node = this.#edges[slot + 2]!
    }
    if (node !== root) pieceAt[node] = id
  }

  #grow(): void {
    const edges = this.#edges
    this.#edges = new Int32Array(edges.length * 2)
    this.#mask = this.#mask * 2 + 1
    for (let slot = 0; slot < edges.length; slot += 3) {
      if (edges[slot + 2] === 0) continue
      this.#edges.set(edges.subarray(slot, slot + 3), this.#slot(edges[slot]!, edges[slot + 1]!))
    }
  }

  /** Where an edge is, or would be. */
  #slot(node: number, code: number): number {
    const edges = this.#edges
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(code, 0x85ebca6b)
    hash ^= hash >>> 15
    for (let index = hash & this.#mask; ; index = (index + 1) & this.#mask) {
      const slot = index * 3
      if (edges[slot + 2] === 0 || (edges[slot] === node && edges[slot + 1] === code)) return slot
    }
  }
}
