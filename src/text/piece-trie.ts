/**
 * Pieces as a tree over their UTF-8 bytes. Nodes lie in breadth-first order, so that the children of one stand together,
 * sorted by byte, and begin where those of the node before end. Where only one piece is left below a node, the rest of it
 * is not nodes but its own bytes. There are nine bytes a node, and no objects: XLM-R's 250,002 pieces take 7 MB.
 *
 * A place in the tree is a number: of a node, or, from the number of nodes on, of a byte in the text of all pieces.
 */

/** Up to this many pieces are sorted by insertion; below a node there are seldom more. */
const FEW = 12

export class PieceTrie {
  readonly #text: Uint8Array
  readonly #ends: Int32Array
  /** A bit for each byte of the text, and one after: whether a piece ends before it. */
  readonly #isEnd: Uint8Array
  /** The byte that leads to a node. */
  readonly #bytes: Uint8Array
  /** The first child of a node; its last is before the first of the next node. */
  readonly #children: Int32Array
  /** The piece that ends at a node, or -1; below that, -2 less the place in the text where its one piece goes on. */
  readonly #ids: Int32Array

  /**
   * @param text the UTF-8 bytes of all pieces, end to end
   * @param ends where each piece ends in `text`; an empty one is no piece; of a piece that is there twice the last counts
   */
  constructor(text: Uint8Array, ends: Int32Array) {
    const starts = new Int32Array(ends.length)
    const isEnd = new Uint8Array((text.length >> 3) + 1)
    // The pieces below a node stand together in `order`; those that end at it are moved to the front.
    const order = new Int32Array(ends.length)
    let pieces = 0
    for (let piece = 0, start = 0; piece < ends.length; piece++) {
      const end = ends[piece]!
      starts[piece] = start
      if (end > start) order[pieces++] = piece
      isEnd[end >> 3]! |= 1 << (end & 7)
      start = end
    }
    const nodes = new Nodes(pieces)
    const sorter = new Sorter(text, starts, ends, order)
    let level = new Level(pieces)
    let next = new Level(pieces)
    if (pieces > 0) level.push(0, pieces)
    let node = 0
    for (let depth = 0; level.count > 0; depth++) {
      next.count = 0
      for (let index = 0; index < level.count; index++, node++) {
        let start = level.starts[index]!
        const end = level.ends[index]!
        nodes.children[node] = nodes.count
        const rest = starts[order[start]!]! + depth
        if (end - start === 1 && rest < ends[order[start]!]! && depth > 0) {
          nodes.ids[node] = -2 - rest
          continue
        }
        sorter.sort(start, end, depth)
        const { keys } = sorter
        for (; start < end && keys[start] === 0; start++) {
          if (order[start]! > nodes.ids[node]!) nodes.ids[node] = order[start]!
        }
        while (start < end) {
          const first = start++
          const key = keys[first]!
          while (start < end && keys[start] === key) start++
          next.push(first, start)
          nodes.push(key - 1)
        }
      }
      ;[level, next] = [next, level]
    }
    nodes.children[nodes.count] = nodes.count
    this.#text = text
    this.#ends = ends
    this.#isEnd = isEnd
    this.#bytes = nodes.bytes.slice(0, nodes.count)
    this.#children = nodes.children.slice(0, nodes.count + 1)
    this.#ids = nodes.ids.slice(0, nodes.count)
  }

  /** The place after `place` (0 the root) along a code point; -1 where no piece goes on so. A surrogate is U+FFFD. */
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

  /** The piece that ends at a place; -1 where none does. */
  idAt(place: number): number {
    const nodes = this.#ids.length
    const id = place < nodes ? this.#ids[place]! : nodes - 2 - place
    if (id >= -1) return id
    const at = -2 - id
    return this.#endsAt(at) ? this.#pieceBefore(at) : -1
  }

  /** The place after the whole of a text; -1 where no piece begins with it. */
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
    const nodes = this.#ids.length
    const id = place < nodes ? this.#ids[place]! : nodes - 2 - place
    if (id < -1) {
      const at = -2 - id
      return this.#text[at] === byte && !this.#endsAt(at) ? nodes + at + 1 : -1
    }
    let low = this.#children[place]!
    let high = this.#children[place + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      const found = this.#bytes[middle]!
      if (found === byte) return middle
      if (found < byte) low = middle + 1
      else high = middle
    }
    return -1
  }

  #endsAt(at: number): boolean {
    return (this.#isEnd[at >> 3]! & (1 << (at & 7))) !== 0
  }

  /** The piece that ends before a byte of the text: the first with that end, since an empty one may have it too. */
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
  /** The root is there from the beginning. */
  count = 1
  bytes: Uint8Array
  children: Int32Array
  ids: Int32Array

  constructor(pieces: number) {
    const most = 2 * pieces + 16
    this.bytes = new Uint8Array(most)
    this.children = new Int32Array(most + 1)
    this.ids = new Int32Array(most).fill(-1)
  }

  push(byte: number): void {
    if (this.count === this.bytes.length) this.#grow()
    this.bytes[this.count++] = byte
  }

  #grow(): void {
    const { bytes, children, ids } = this
    const most = 2 * this.count
    this.bytes = new Uint8Array(most)
    this.bytes.set(bytes)
    this.children = new Int32Array(most + 1)
    this.children.set(children)
    this.ids = new Int32Array(most).fill(-1)
    this.ids.set(ids)
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
  /** Of `order[start, end)`, once sorted: 0 where the piece ends before the byte, else 1 more than the byte. */
  readonly keys: Int32Array
  readonly #text: Uint8Array
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  readonly #order: Int32Array
  readonly #sorted: Int32Array
  readonly #places = new Int32Array(257)

  constructor(text: Uint8Array, starts: Int32Array, ends: Int32Array, order: Int32Array) {
    this.#text = text
    this.#starts = starts
    this.#ends = ends
    this.#order = order
    this.#sorted = new Int32Array(order.length)
    this.keys = new Int32Array(order.length)
  }

  /** Sorts `order[start, end)` by the byte at `depth`. */
  sort(start: number, end: number, depth: number): void {
    const keys = this.keys
    const order = this.#order
    let low = 256
    let high = 0
    for (let index = start; index < end; index++) {
      const piece = order[index]!
      const at = this.#starts[piece]! + depth
      const key = at < this.#ends[piece]! ? this.#text[at]! + 1 : 0
      keys[index] = key
      if (key < low) low = key
      if (key > high) high = key
    }
    if (low >= high) return
    if (end - start > FEW) this.#byCounting(start, end, low, high)
    else this.#byInsertion(start, end)
  }

  #byInsertion(start: number, end: number): void {
    const keys = this.keys
    const order = this.#order
    for (let index = start + 1; index < end; index++) {
      const piece = order[index]!
      const key = keys[index]!
      let at = index
      while (at > start && keys[at - 1]! > key) {
        order[at] = order[at - 1]!
        keys[at] = keys[at - 1]!
        at--
      }
      order[at] = piece
      keys[at] = key
    }
  }

  /** @param low the least of the keys; few of the 257 are between it and `high`, the greatest */
  #byCounting(start: number, end: number, low: number, high: number): void {
    const keys = this.keys
    const order = this.#order
    const sorted = this.#sorted
    const places = this.#places
    for (let key = low; key <= high; key++) places[key] = 0
    for (let index = start; index < end; index++) places[keys[index]!]!++
    let place = start
    for (let key = low; key <= high; key++) {
      const count = places[key]!
      places[key] = place
      place += count
    }
    for (let index = start; index < end; index++) sorted[places[keys[index]!]!++] = order[index]!
    for (let key = low, index = start; key <= high; key++) {
      for (; index < places[key]!; index++) {
        keys[index] = key
        order[index] = sorted[index]!
      }
    }
  }
}
