/** The pieces a model knows, by id: `vocab.txt`, or `model.vocab` of a tokenizer.json. */

import { ModelFormatError } from '../format/errors.ts'
import { PieceTrie } from './piece-trie.ts'

/** More pieces than any vocabulary has (LaBSE's 501,153): a bound on what a file can make us allocate. */
export const MAX_SIZE: number = 2 ** 19
/** Of all pieces in UTF-8; LaBSE's have 4.7 million. A node of the trie takes 9 bytes, and there may be one a byte. */
export const MAX_VOCABULARY_BYTES: number = 2 ** 23

/** Pieces as bytes: those of piece i are `text[ends[i - 1], ends[i])`. An empty one stands for an id without a piece. */
export interface PieceList {
  /** UTF-8, end to end. */
  readonly text: Uint8Array
  readonly ends: Int32Array
}

export class Vocabulary {
  /** Ids run from 0 to `size - 1`; a tokenizer.json may leave some of them out. */
  readonly size: number
  /** The pieces as a tree; of a piece that stands there twice the last counts. */
  readonly trie: PieceTrie
  readonly #pieces: PieceList
  /** The pieces that were asked for: a text has few of them. */
  readonly #known = new Map<number, string>()
  readonly #decoder = new TextDecoder()

  constructor(pieces: PieceList) {
    const { text, ends } = pieces
    this.#pieces = pieces
    this.size = ends.length
    this.trie = new PieceTrie(text, ends)
  }

  /** Bytes of the longest piece. */
  get longest(): number {
    return this.#pieces.ends.reduce(
      (longest, end, id, ends) => Math.max(longest, end - (ends[id - 1] ?? 0)),
      0,
    )
  }

  /** The id of a piece, `##` included where it continues a word. */
  idOf(piece: string): number | undefined {
    const node = this.trie.find(piece)
    const id = node < 0 ? -1 : this.trie.idAt(node)
    return id < 0 ? undefined : id
  }

  pieceOf(id: number): string | undefined {
    const known = this.#known.get(id)
    if (known !== undefined) return known
    const { text, ends } = this.#pieces
    const start = ends[id - 1] ?? 0
    const end = ends[id] ?? 0
    if (end <= start) return undefined
    const piece = this.#decoder.decode(text.subarray(start, end))
    this.#known.set(id, piece)
    return piece
  }
}

/**
 * Pieces as bytes, by id.
 *
 * @throws {ModelFormatError} `InvalidVocabulary` where they have more than 8,388,608 bytes in all
 */
export function packPieces(pieces: readonly (string | undefined)[], name: string): PieceList {
  const encoder = new TextEncoder()
  let length = 0
  for (const piece of pieces) length += piece?.length ?? 0
  if (length > MAX_VOCABULARY_BYTES) throw tooLong(name)
  // Three bytes a UTF-16 unit at most.
  const text = new Uint8Array(3 * length)
  const ends = new Int32Array(pieces.length)
  let end = 0
  for (let id = 0; id < ends.length; id++) {
    const piece = pieces[id]
    if (piece) end += encoder.encodeInto(piece, text.subarray(end)).written
    ends[id] = end
  }
  if (end > MAX_VOCABULARY_BYTES) throw tooLong(name)
  return { text: text.slice(0, end), ends }
}

export function tooLong(name: string): ModelFormatError {
  return new ModelFormatError(
    'InvalidVocabulary',
    `The pieces in ${name} have more than ${MAX_VOCABULARY_BYTES} bytes in all, which no vocabulary has: is it another file?`,
  )
}

const NEWLINE = 0x0a

/**
 * Lines as pieces, by number; where there are more than `MAX_SIZE`, one more than that. They move together in the text's bytes: a
 * string for each would take twice as long.
 */
export function packLines(lines: string): PieceList {
  const text = new TextEncoder().encode(lines)
  const ends: number[] = []
  let end = 0
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!
    if (byte !== NEWLINE) text[end++] = byte
    else if (ends.push(end) > MAX_SIZE) break
  }
  if (!lines.endsWith('\n')) ends.push(end)
  return { text: text.subarray(0, end), ends: new Int32Array(ends) }
}
