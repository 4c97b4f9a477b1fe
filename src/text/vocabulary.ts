/** The pieces a model knows, by id: `vocab.txt`, or `model.vocab` of a tokenizer.json. */

import { ModelFormatError } from '../format/errors.ts'
import { PieceTrie } from './piece-trie.ts'
import { isWhiteSpace } from './white-space.ts'

/** More pieces than any vocabulary has (LaBSE's 501,153): a bound on what a file can make us allocate. */
export const MAX_SIZE: number = 2 ** 19
/** Of all pieces in UTF-8; LaBSE's have 4.7 million. A node of the trie takes 9 bytes, and there may be one a byte. */
export const MAX_BYTES: number = 2 ** 23

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
    const end = ends[id]
    if (end === undefined || end === start) return undefined
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
  if (length > MAX_BYTES) throw tooLong(name)
  // Three bytes a UTF-16 unit at most.
  const text = new Uint8Array(3 * length)
  const ends = new Int32Array(pieces.length)
  let end = 0
  for (let id = 0; id < ends.length; id++) {
    const piece = pieces[id]
    if (piece) end += encoder.encodeInto(piece, text.subarray(end)).written
    ends[id] = end
  }
  if (end > MAX_BYTES) throw tooLong(name)
  return { text: text.slice(0, end), ends }
}

function tooLong(name: string): ModelFormatError {
  return new ModelFormatError(
    'InvalidVocabulary',
    `The pieces in ${name} have more than ${MAX_BYTES} bytes in all, which no vocabulary has: is it another file?`,
  )
}

/**
 * Reads a vocab.txt: one piece a line, its id the line's number from 0; white space at a line's end does not count.
 *
 * @throws {ModelFormatError} `InvalidVocabulary` where it is empty, or has more than 524,288 lines or 8,388,608 bytes
 *
 * @example
 * parseVocabulary('[PAD]\n[UNK]\n[CLS]\n[SEP]\n##s\n').idOf('##s') // 4
 */
export function parseVocabulary(text: string, name: string = 'vocab.txt'): Vocabulary {
  // The pieces move together in the bytes of the lines: a string for each takes ten times as long.
  const bytes = new TextEncoder().encode(text)
  const ends: number[] = []
  let end = 0
  const last = bytes.length - 1
  for (let at = 0, start = 0; at <= last; at++) {
    const byte = bytes[at]!
    if (byte !== NEWLINE) {
      bytes[end++] = byte
      if (at < last) continue
    }
    end = trimmedEnd(bytes, start, end)
    start = end
    if (ends.push(end) > MAX_SIZE) {
      throw new ModelFormatError(
        'InvalidVocabulary',
        `${name} has more than ${MAX_SIZE} lines; it must hold one piece a line`,
      )
    }
  }
  if (end === 0) {
    throw new ModelFormatError(
      'InvalidVocabulary',
      `${name} holds no pieces; it must hold one a line, such as [UNK]`,
    )
  }
  if (end > MAX_BYTES) throw tooLong(name)
  return new Vocabulary({ text: bytes.subarray(0, end), ends: new Int32Array(ends) })
}

const NEWLINE = 0x0a

/** Where a line ends without the white space at its end. `trimEnd` would also take U+FEFF, and leave U+0085. */
function trimmedEnd(bytes: Uint8Array, start: number, end: number): number {
  while (end > start) {
    let code = bytes[end - 1]!
    let size = 1
    // White space has at most three bytes; what begins otherwise than they do comes to no code of it.
    if (code >= 0x80) {
      const before = bytes[end - 2]!
      size = before < 0xc0 ? 3 : 2
      const first =
        size === 3 ? ((bytes[end - 3]! ^ 0xe0) << 12) | ((before & 63) << 6) : (before ^ 0xc0) << 6
      code = first | (code & 63)
    }
    if (!isWhiteSpace(code)) break
    end -= size
  }
  return end
}
