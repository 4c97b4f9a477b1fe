/**
 * Pieces as a tree over their UTF-8 bytes. Nodes lie in breadth-first order, so that the children of one stand together,
 * sorted by byte, and begin where those of the node before end: nine bytes a node, and no objects. XLM-R's 250,002 pieces
 * take 8 MB.
 */

/** Up to this many pieces are sorted by insertion; below a node there are seldom more. */
const FEW = 12

export class PieceTrie {
  /** The byte that leads to a node. */
  readonly #bytes: Uint8Array
  /** The first child of a node; its last is before the first of the next node. */
  readonly #children: Int32Array
  /** The piece that ends at a node, or -1. */
  readonly #ids: Int32Array

  /**
   * @param text the UTF-8 bytes of all pieces, end to end
   * @param ends where each piece ends in `text`; an empty one is no piece; of a piece that is there twice the last counts
   */
  constructor(text: Uint8Array, ends: Int32Array) {
    const most = text.length + 2
    const bytes = new Uint8Array(most)
    const children = new Int32Array(most)
    const ids = new Int32Array(most).fill(-1)
    const from = (piece: number): number => (piece === 0 ? 0 : ends[piece - 1]!)

    // The pieces below a node stand together in `order`; those that end at it are moved to the front.
    const order = Int32Array.from(ends.keys()).filter((piece) => ends[piece]! > from(piece))
    const sorter = new Sorter(text, ends, order)
    let level = new Level(order.length)
    let next = new Level(order.length)
    level.push(0, order.length)
    let node = 0
    let made = 1
    for (let depth = 0; level.count > 0; depth++) {
      next.count = 0
      for (let index = 0; index < level.count; index++, node++) {
        let start = level.starts[index]!
        const end = level.ends[index]!
        children[node] = made
        sorter.sort(start, end, depth)
        while (start < end && from(order[start]!) + depth === ends[order[start]!]!) {
          ids[node] = Math.max(ids[node]!, order[start++]!)
        }
        while (start < end) {
          const first = start
          const byte = text[from(order[start]!) + depth]!
          while (start < end && text[from(order[start]!) + depth] === byte) start++
          next.push(first, start)
          bytes[made++] = byte
        }
      }
      ;[level, next] = [next, level]
    }
    children[node] = made
    this.#bytes = bytes.slice(0, made)
    this.#children = children.slice(0, made + 1)
    this.#ids = ids.slice(0, made)
  }

  /** The node after `node` (0 the root) along a code point; -1 where no piece goes on so. A surrogate is U+FFFD. */
  step(node: number, code: number): number {
    if (code < 0x80) return this.#child(node, code)
    if (code < 0x800) return this.#child(this.#child(node, 0xc0 | (code >> 6)), 0x80 | (code & 63))
    if (code < 0x10000) {
      if (code >= 0xd800 && code <= 0xdfff) code = 0xfffd
      const middle = this.#child(this.#child(node, 0xe0 | (code >> 12)), 0x80 | ((code >> 6) & 63))
      return this.#child(middle, 0x80 | (code & 63))
    }
    const second = this.#child(this.#child(node, 0xf0 | (code >> 18)), 0x80 | ((code >> 12) & 63))
    return this.#child(this.#child(second, 0x80 | ((code >> 6) & 63)), 0x80 | (code & 63))
  }

  /** The piece that ends at a node; -1 where none does. */
  idAt(node: number): number {
    return this.#ids[node]!
  }

  /** The node after the whole of a text; -1 where no piece begins with it. */
  find(text: string): number {
    let node = 0
    for (const character of text) {
      node = this.step(node, character.codePointAt(0)!)
      if (node < 0) break
    }
    return node
  }

  #child(node: number, byte: number): number {
    if (node < 0) return -1
    let low = this.#children[node]!
    let high = this.#children[node + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      const found = this.#bytes[middle]!
      if (found === byte) return middle
      if (found < byte) low = middle + 1
      else high = middle
    }
    return -1
  }
}

/** The nodes of one depth, each by the pieces below it. */
class Level {
  readonly starts: Int32Array
  readonly ends: Int32Array
  count = 0

  constructor(most: number) {
    this.starts = new Int32Array(most + 1)
    this.ends = new Int32Array(most + 1)
  }

  push(start: number, end: number): void {
    this.starts[this.count] = start
    this.ends[this.count++] = end
  }
}

/** Sorts pieces by one of their bytes, those that end before it first. */
class Sorter {
  readonly #text: Uint8Array
  readonly #ends: Int32Array
  readonly #order: Int32Array
  readonly #sorted: Int32Array
  readonly #counts = new Int32Array(257)

  constructor(text: Uint8Array, ends: Int32Array, order: Int32Array) {
    this.#text = text
    this.#ends = ends
    this.#order = order
    this.#sorted = new Int32Array(order.length)
  }

  /** Sorts `order[start, end)` by the byte at `depth`. */
  sort(start: number, end: number, depth: number): void {
    if (end - start > FEW) this.#byCounting(start, end, depth)
    else if (end - start > 1) this.#byInsertion(start, end, depth)
  }

  /** 0 where the piece ends before its byte at `depth`, else 1 more than the byte. */
  #key(piece: number, depth: number): number {
    const at = (piece === 0 ? 0 : this.#ends[piece - 1]!) + depth
    return at < this.#ends[piece]! ? this.#text[at]! + 1 : 0
  }

  #byInsertion(start: number, end: number, depth: number): void {
    const order = this.#order
    for (let index = start + 1; index < end; index++) {
      const piece = order[index]!
      const key = this.#key(piece, depth)
      let at = index
      while (at > start && this.#key(order[at - 1]!, depth) > key) {
        order[at] = order[at - 1]!
        at--
      }
      order[at] = piece
    }
  }

  #byCounting(start: number, end: number, depth: number): void {
    const order = this.#order
    const counts = this.#counts.fill(0)
    for (let index = start; index < end; index++) counts[this.#key(order[index]!, depth)]!++
    let place = start
    for (let key = 0; key < counts.length; key++) {
      const count = counts[key]!
      counts[key] = place
      place += count
    }
    for (let index = start; index < end; index++) {
      const piece = order[index]!
      this.#sorted[counts[this.#key(piece, depth)]!++] = piece
    }
    order.set(this.#sorted.subarray(start, end), start)
  }
}
