/**
 * The pieces of a vocabulary as a trie over their UTF-8 bytes. The trie grows where it is walked, since a
 * text meets few of the pieces. A node that has not been walked yet is a range in the list of pieces, all of
 * which begin with the bytes that lead to the node. At the first step from a node, its pieces are sorted by
 * their next byte, and its children are made, contiguous and sorted by byte. Below a node with a single piece
 * no more nodes are made: the rest of the piece is read from its own bytes.
 *
 * A place in the trie is a number. Below `TEXT` it is a node; from there on it is a byte in the text of all
 * pieces.
 */

/** Bits of a piece's number, given by `MAX_SIZE` in vocabulary.ts. */
const PIECE_BITS = 19
const PIECE = 2 ** PIECE_BITS - 1

/** Node numbers are lower than this: there is at most one node for each byte of the text. */
const TEXT = 2 ** 29

export class PieceTrie {
  readonly #text: Uint8Array
  readonly #ends: Int32Array
  /** One bit for each byte of the text, and one more: whether a piece ends before it. */
  readonly #isEnd: Uint8Array
  /**
   * The pieces, with those below a node contiguous. The bits above a piece's number are its sort key: 0 if
   * the piece ends before the byte, else the byte plus 1.
   */
  readonly #pieces: Int32Array
  readonly #nodes = new Nodes()

  /**
   * @param text the UTF-8 bytes of all pieces, end to end
   * @param ends where each piece ends in `text`; an empty one does not count; of duplicates the last counts
   */
  constructor(text: Uint8Array, ends: Int32Array) {
    this.#text = text
    this.#ends = ends
    // Loops over all pieces run before the engine has compiled them, when private fields are slow.
    const isEnd = new Uint8Array((text.length >> 3) + 1)
    const pieces = new Int32Array(ends.length)
    let count = 0
    for (let piece = 0, start = 0; piece < ends.length; piece++) {
      const end = ends[piece]!
      if (end > start) pieces[count++] = piece
      isEnd[end >> 3]! |= 1 << (end & 7)
      start = end
    }
    this.#isEnd = isEnd
    this.#pieces = pieces
    this.#nodes.push(0, 0, count, 0)
    this.#grow(0)
  }

  /**
   * The place after `place` (0: the root) along a code point; -1 if no piece continues so. A surrogate counts
   * as U+FFFD.
   */
  step(place: number, code: number): number {
    if (code < 0x80) return this.#next(place, code)
    if (code < 0x800) return this.#next(this.#next(place, 0xc0 | (code >> 6)), 0x80 | (code & 63))
    if (code < 0x10000) {
      if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd
      const middle = this.#next(this.#next(place, 0xe0 | (code >> 12)), 0x80 | ((code >> 6) & 63))
      return this.#next(middle, 0x80 | (code & 63))
    }
    const second = this.#next(this.#next(place, 0xf0 | (code >> 18)), 0x80 | ((code >> 12) & 63))
    return this.#next(this.#next(second, 0x80 | ((code >> 6) & 63)), 0x80 | (code & 63))
  }

  /** The piece that ends at a place, or -1. */
  idAt(place: number): number {
    if (place < TEXT) return this.#nodes.ids[place]!
    return this.#endsAt(place - TEXT) ? this.#pieceBefore(place - TEXT) : -1
  }

  /** The place after a whole text; -1 if no piece begins with it. */
  find(text: string): number {
    let place = 0
    for (const character of text) {
      place = this.step(place, character.codePointAt(0)!)
      if (place < 0) break
    }
    return place
  }

  #next(place: number, byte: number): number {
    if (place < 0) return -1
    if (place >= TEXT) {
      const at = place - TEXT
      return this.#text[at] === byte && !this.#endsAt(at) ? place + 1 : -1
    }
    const { bytes, starts, ends } = this.#nodes
    let low = starts[place]!
    let high = ends[place]!
    while (low < high) {
      const middle = (low + high) >>> 1
      const found = bytes[middle]!
      if (found === byte) return this.#reach(middle)
      if (found < byte) low = middle + 1
      else high = middle
    }
    return -1
  }

  /** Prepares a node that is walked to: makes its children, or returns the place of its only piece. */
  #reach(node: number): number {
    const { starts, ends, depths } = this.#nodes
    const depth = depths[node]!
    if (depth < 0) return node
    const start = starts[node]!
    if (ends[node]! - start === 1) return TEXT + (this.#ends[(this.#pieces[start]! & PIECE) - 1] ?? 0) + depth
    this.#grow(node)
    return node
  }

  /** Makes the children of a node from its range of pieces. */
  #grow(node: number): void {
    const nodes = this.#nodes
    const depth = nodes.depths[node]!
    let start = nodes.starts[node]!
    const end = nodes.ends[node]!
    const pieces = this.#pieces
    const ends = this.#ends
    const text = this.#text
    for (let index = start; index < end; index++) {
      const piece = pieces[index]! & PIECE
      const at = (ends[piece - 1] ?? 0) + depth
      pieces[index] = piece | (at < ends[piece]! ? (text[at]! + 1) << PIECE_BITS : 0)
    }
    pieces.subarray(start, end).sort()
    let id = -1
    for (; start < end && pieces[start]! <= PIECE; start++) id = pieces[start]!
    const first = nodes.count
    while (start < end) {
      const begin = start++
      const key = pieces[begin]! >> PIECE_BITS
      while (start < end && pieces[start]! >> PIECE_BITS === key) start++
      nodes.push(key - 1, begin, start, depth + 1)
    }
    nodes.ids[node] = id
    nodes.starts[node] = first
    nodes.ends[node] = nodes.count
    nodes.depths[node] = -1
  }

  #endsAt(at: number): boolean {
    return (this.#isEnd[at >> 3]! & (1 << (at & 7))) !== 0
  }

  /**
   * The piece that ends before a byte of the text: the first with that end, since an empty piece may share
   * it.
   */
  #pieceBefore(at: number): number {
    let low = 0
    let high = this.#ends.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ends[middle]! < at) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The nodes so far. */
class Nodes {
  count = 0
  /** The byte that leads to a node. */
  bytes = new Uint8Array(512)
  /** The children of a node, `[start, end)`; until they are made, its pieces. */
  starts = new Int32Array(512)
  ends = new Int32Array(512)
  /** How many bytes lead to a node; -1 once it has its children. */
  depths = new Int32Array(512)
  /** The piece that ends at a node that has its children, or -1. */
  ids = new Int32Array(512)

  push(byte: number, start: number, end: number, depth: number): void {
    const node = this.count++
    if (node === this.bytes.length) this.#double()
    this.bytes[node] = byte
    this.starts[node] = start
    this.ends[node] = end
    this.depths[node] = depth
  }

  #double(): void {
    const grown = (from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const to = new Int32Array(2 * from.length)
      to.set(from)
      return to
    }
    const bytes = new Uint8Array(2 * this.bytes.length)
    bytes.set(this.bytes)
    this.bytes = bytes
    this.starts = grown(this.starts)
    this.ends = grown(this.ends)
    this.depths = grown(this.depths)
    this.ids = grown(this.ids)
  }
}
