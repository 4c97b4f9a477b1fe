/** Puts items together to batches of a bounded size. */

/** Tokens that are computed together: enough to reuse each weight often, little enough to stay in the caches. */
export const BATCH_TOKENS = 1024

/**
 * Which items are computed together. A batch is closed before the item that would make it too large, so an item that is
 * too large by itself is a batch of its own.
 */
export class Packer<Item> {
  readonly #size: (item: Item) => number
  readonly #limit: number
  readonly #most: number
  #batch: Item[] = []
  #total = 0

  /**
   * @param size of an item: the tokens of a sequence
   * @param limit of the sizes in a batch together
   * @param most items in a batch, however small
   */
  constructor(size: (item: Item) => number, limit: number, most: number = Number.POSITIVE_INFINITY) {
    this.#size = size
    this.#limit = limit
    this.#most = most
  }

  get isEmpty(): boolean {
    return this.#batch.length === 0
  }

  /** Takes one more item, and gives back the batch before it where both do not fit together. */
  add(item: Item): Item[] | undefined {
    const size = this.#size(item)
    const full = this.#total + size > this.#limit || this.#batch.length >= this.#most
    const batch = full ? this.take() : undefined
    this.#batch.push(item)
    this.#total += size
    return batch
  }

  /** What has come in since the last batch, if anything has. */
  take(): Item[] | undefined {
    if (this.#batch.length === 0) return undefined
    const batch = this.#batch
    this.#batch = []
    this.#total = 0
    return batch
  }
}

/** All items in order, in batches as `Packer` makes them. */
export function* packAll<Item>(
  items: Iterable<Item>,
  size: (item: Item) => number,
  limit: number,
): Generator<Item[], void, undefined> {
  const packer = new Packer(size, limit)
  for (const item of items) {
    const batch = packer.add(item)
    if (batch !== undefined) yield batch
  }
  const rest = packer.take()
  if (rest !== undefined) yield rest
}
