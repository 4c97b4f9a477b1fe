/** Gathering inputs as they come into batches, and computing some of them ahead. Knows nothing of texts. */

/** How long a batch that is not full waits for the next input, milliseconds. */
const PATIENCE = 5

/** Turns of the microtask queue in which an input counts as being there already. */
const MICROTASKS = 16

/** Batches computed ahead of what was taken out. */
const AHEAD = 2

/**
 * Groups items until `size` of them together reaches `limit`, or `most` items are there, or the next one lets wait for
 * itself: whoever sends one and waits for the answer gets it.
 */
export async function* gather<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  size: (item: Item) => number,
  limit: number,
  most: number,
): AsyncGenerator<Item[], void, undefined> {
  const iterator = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  let batch: Item[] = []
  let total = 0
  let ended = false
  try {
    while (true) {
      const next = iterator.next()
      if (batch.length > 0 && next instanceof Promise && !(await comesSoon(next))) {
        yield batch
        batch = []
        total = 0
      }
      const { done, value } = await next
      if (done) {
        ended = true
        break
      }
      const itemSize = size(value)
      if (batch.length > 0 && (total + itemSize > limit || batch.length >= most)) {
        yield batch
        batch = []
        total = 0
      }
      batch.push(value)
      total += itemSize
    }
    if (batch.length > 0) yield batch
  } finally {
    if (!ended) await iterator.return?.()
  }
}

/** Whether a promise settles within `PATIENCE`. Most do at once, which costs no timer. */
async function comesSoon(promise: Promise<unknown>): Promise<boolean> {
  let settled = false
  const note = (): void => {
    settled = true
  }
  promise.then(note, note)
  for (let turn = 0; turn < MICROTASKS && !settled; turn++) await undefined
  if (settled) return true
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE)
  })
  await Promise.race([promise.then(note, note), patience])
  clearTimeout(timer)
  return settled
}

/**
 * Computes batches in order, the next one begun while the one before is under way, and gives out their results one by
 * one. What was not asked for is not computed beyond `AHEAD` batches.
 */
export async function* computeAhead<Batch, Result>(
  batches: AsyncGenerator<Batch, void, undefined>,
  compute: (batch: Batch) => Promise<Result[]>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result[]>[] = []
  let coming: Promise<IteratorResult<Batch, void>> | undefined = batches.next()
  try {
    while (coming !== undefined || running.length > 0) {
      const first = running[0]
      if (coming !== undefined && running.length < AHEAD) {
        // A failed batch is raised below, in its turn.
        const done = first?.then(
          () => undefined,
          () => undefined,
        )
        const step: IteratorResult<Batch, void> | undefined = await (done
          ? Promise.race([coming, done])
          : coming)
        if (step?.done) coming = undefined
        else if (step) {
          const result = compute(step.value)
          result.catch(() => {})
          running.push(result)
          coming = batches.next()
        }
        if (step) continue
      }
      yield* await first!
      running.shift()
    }
  } finally {
    coming?.catch(() => {})
    // Not awaited: a source that never answers must not keep the caller from leaving.
    void batches.return().catch(() => {})
  }
}
