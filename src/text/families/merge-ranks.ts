/**
 * The rank of a pair of pieces among the merges of byte-pair encoding. Pairs stand in the order of their ids and are found by
 * halves: a hash table would be as slow as a list for a file whose pairs were chosen to meet in one place.
 */

/** Two pieces, by id, and the one they make; the place in the list is the rank. */
export type Merges = Int32Array

export class MergeRanks {
  /** Where the pairs of each first piece begin, and where the last ends. */
  readonly #starts: Int32Array
  /** By place: the second piece, and the rank. Of pairs that are the same the first learned stands first. */
  readonly #seconds: Int32Array
  readonly #ranks: Int32Array

  /** @param merges of a pair that is there twice the last counts */
  constructor(merges: Merges) {
    const ranks = new Int32Array(merges.length / 3)
    for (let rank = 0; rank < ranks.length; rank++) ranks[rank] = rank
    const bySecond = sorted(ranks, merges, 1).order
    const { order, starts } = sorted(bySecond, merges, 0)
    this.#starts = starts
    this.#ranks = order
    this.#seconds = new Int32Array(order.length)
    for (let place = 0; place < order.length; place++) this.#seconds[place] = merges[3 * order[place]! + 1]!
  }

  /** The rank of a pair, or -1. */
  rankOf(first: number, second: number): number {
    if (first + 1 >= this.#starts.length) return -1
    const seconds = this.#seconds
    const start = this.#starts[first]!
    // The first place whose piece is another that comes later.
    let low = start
    let high = this.#starts[first + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (seconds[middle]! <= second) low = middle + 1
      else high = middle
    }
    return low > start && seconds[low - 1] === second ? this.#ranks[low - 1]! : -1
  }
}

/** Ranks by one id of their merges: a counting sort, which keeps the order of what is equal. And where those of each id begin. */
function sorted(
  ranks: Int32Array,
  merges: Merges,
  column: 0 | 1,
): { readonly order: Int32Array; readonly starts: Int32Array } {
  let most = -1
  for (let at = column; at < merges.length; at += 3) most = Math.max(most, merges[at]!)
  const starts = new Int32Array(most + 2)
  for (let at = column; at < merges.length; at += 3) starts[merges[at]! + 1]!++
  for (let id = 0; id <= most; id++) starts[id + 1]! += starts[id]!
  const next = starts.slice()
  const order = new Int32Array(ranks.length)
  for (let at = 0; at < ranks.length; at++) {
    const id = merges[3 * ranks[at]! + column]!
    order[next[id]!++] = ranks[at]!
  }
  return { order, starts }
}
