/**
 * WordPiece (Wu et al. 2016, as used by BERT): splits a word greedily into the longest pieces of the
 * vocabulary.
 */

import { ModelFormatError } from '../format/errors.ts'
import type { PieceTrie } from './piece-trie.ts'
import type { PieceModel, VisitPiece } from './steps.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface WordPieceSettings {
  readonly unkId: number
  /** What a piece that does not begin a word begins with: `##`. */
  readonly continuingPrefix: string
  /** A word of more code points than this is unknown as a whole. */
  readonly maxWordLength: number
}

/** A word and a piece may not both be long: the cutting takes the product of their lengths. The bound is ours. */
const LONG = 256

/**
 * Pieces are looked up in the vocabulary's trie: those that begin a word from its root, those that continue one from the
 * node after `##`.
 */
export class WordPiece implements PieceModel {
  readonly marksContinuations: boolean = true
  readonly comparisons: number
  readonly #unkId: number
  readonly #maxWordLength: number
  readonly #trie: PieceTrie
  /** The node after `##`, or -1. */
  readonly #continuation: number
  /** The pieces of the word at hand: all or none are given out. */
  readonly #ids: number[] = []
  readonly #ends: number[] = []

  /** @throws {ModelFormatError} `InvalidVocabulary` where both words and pieces may be longer than 256 */
  constructor(vocabulary: Vocabulary, settings: WordPieceSettings) {
    this.#unkId = settings.unkId
    this.#maxWordLength = settings.maxWordLength
    this.#trie = vocabulary.trie
    this.#continuation = this.#trie.find(settings.continuingPrefix)
    const { longest } = vocabulary
    this.comparisons = Math.min(settings.maxWordLength, longest)
    if (this.comparisons > LONG) {
      throw new ModelFormatError(
        'InvalidVocabulary',
        `The vocabulary has a piece of ${longest} bytes and max_input_chars_per_word is ${settings.maxWordLength}; one of them must be at most ${LONG}`,
      )
    }
  }

  // #region wordpiece
  /** Cuts the word `codePoints[from, to)`: calls `piece(id, from, to)` for each piece, once with `[UNK]` where it cannot. */
  tokenize(codePoints: Int32Array, from: number, to: number, piece: VisitPiece): void {
    if (to - from > this.#maxWordLength) {
      piece(this.#unkId, from, to)
      return
    }
    const trie = this.#trie
    const ids = this.#ids
    const ends = this.#ends
    let count = 0
    for (let start = from; start < to; ) {
      let node = start === from ? 0 : this.#continuation
      let id = -1
      let end = start
      for (let index = start; index < to && node >= 0; index++) {
        node = trie.step(node, codePoints[index]!)
        const ending = node < 0 ? -1 : trie.idAt(node)
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
}
