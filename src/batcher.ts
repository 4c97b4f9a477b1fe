/**
 * Computes sequences in batches: they are pushed one by one, and their results are taken in the same order.
 * This file knows nothing about texts or models.
 *
 *     push ─▶ open batch ─▶ compute ─▶ take
 *
 * A batch starts when the next sequence would make it too large. A batch that is not full starts when nothing
 * else is being computed and no sequence was pushed by the next macrotask, so a caller who sends one input
 * and waits for its answer gets it.
 */

import { nextTask, PAUSE_MILLISECONDS, pausesEvery } from './check/next-task.ts'

/**
 * Maximum number of started batches whose results are not all taken: the engine has the next one when it
 * finishes one.
 */
const AHEAD = 2

/** Maximum number of sequences and actions in a batch, however short they are. */
const BATCH_ENTRIES = 1024

export interface Batching<Sequence, Result> {
  /** Computes one result for each sequence. The signal says that nobody is waiting for them any more. */
  compute(batch: readonly Sequence[], signal: AbortSignal): Promise<readonly Result[]>
  /** Maximum number of tokens computed together; a longer sequence is a batch of its own. */
  readonly tokens: number
  /** Ends the call: aborted by the caller's side, or by the batcher if a batch fails. */
  readonly stop: AbortController
}

interface Batch<Sequence, Result> {
  readonly sequences: Sequence[]
  tokens: number
  /** Called one after another with the results of all sequences. */
  readonly takers: ((results: readonly Result[]) => void | Promise<void>)[]
}

export class Batcher<Sequence extends { readonly ids: readonly number[] }, Result> {
  readonly #batching: Batching<Sequence, Result>
  readonly #letOthers = pausesEvery(PAUSE_MILLISECONDS)
  #open: Batch<Sequence, Result> = emptyBatch()
  /** Batches whose results are not all taken, the oldest first; one that failed stays. */
  readonly #begun: Promise<void>[] = []
  /** Number of batches being computed. */
  #computing = 0
  /** Number of calls of `push` and `after` so far. */
  #pushed = 0
  /** Number of calls of `room` that are pausing and about to push. */
  #pausing = 0
  /** Whether anything was pushed since the last macrotask. */
  #busy = false

  constructor(batching: Batching<Sequence, Result>) {
    this.#batching = batching
  }

  /**
   * Waits until there is room for more, and lets other tasks run. Call it before each `push`, so that no more
   * of a text is prepared than can be computed soon.
   *
   * @throws what `compute` or a taker threw, or the reason for the abort
   */
  async room(): Promise<void> {
    this.#pausing++
    await this.#letOthers()
    this.#pausing--
    while (this.#begun.length >= AHEAD) await this.#begun[0]
    this.#batching.stop.signal.throwIfAborted()
  }

  /**
   * Computes a sequence with its neighbours. @param take gets its result after all earlier results have been
   * taken
   */
  push(sequence: Sequence, take: (result: Result) => void | Promise<void>): void {
    if (this.#open.tokens + sequence.ids.length > this.#batching.tokens) this.#begin()
    const { sequences } = this.#open
    const index = sequences.push(sequence) - 1
    this.#open.tokens += sequence.ids.length
    this.after((results) => take(results[index]!))
  }

  /** Calls `act` once the results of everything pushed before have been taken. */
  after(act: (results: readonly Result[]) => void | Promise<void>): void {
    this.#open.takers.push(act)
    if (this.#open.takers.length === BATCH_ENTRIES) this.#begin()
    this.#pushed++
    if (!this.#busy) void this.#waitForMore()
  }

  /** Call this when nothing more comes. Waits until everything is taken. @throws as for `room` */
  async end(): Promise<void> {
    this.#begin()
    while (this.#begun.length > 0) await this.#begun[0]
    this.#batching.stop.signal.throwIfAborted()
  }

  /** Waits for a macrotask in which nothing is pushed. */
  async #waitForMore(): Promise<void> {
    this.#busy = true
    for (let before = -1; before !== this.#pushed || this.#pausing > 0; ) {
      before = this.#pushed
      await nextTask()
    }
    this.#busy = false
    this.#beginIfIdle()
  }

  #beginIfIdle(): void {
    if (!this.#busy && this.#computing === 0 && this.#begun.length < AHEAD) this.#begin()
  }

  #begin(): void {
    if (this.#open.takers.length === 0) return
    const { stop } = this.#batching
    const batch = this.#run(this.#open, this.#begun.at(-1))
    this.#open = emptyBatch()
    this.#begun.push(batch)
    batch.then(
      () => {
        this.#begun.shift()
        this.#beginIfIdle()
      },
      (error: unknown) => stop.abort(error),
    )
  }

  /** Computes a batch now; its results are taken after those of the batch before. */
  async #run(batch: Batch<Sequence, Result>, before: Promise<void> | undefined): Promise<void> {
    const { signal } = this.#batching.stop
    const computed = this.#compute(batch.sequences, signal)
    // The error is thrown when it is this batch's turn.
    computed.catch(() => {})
    await before
    const results = await computed
    for (const take of batch.takers) {
      signal.throwIfAborted()
      await take(results)
    }
  }

  async #compute(sequences: readonly Sequence[], signal: AbortSignal): Promise<readonly Result[]> {
    if (sequences.length === 0) return []
    signal.throwIfAborted()
    this.#computing++
    try {
      return await this.#batching.compute(sequences, signal)
    } finally {
      this.#computing--
      this.#beginIfIdle()
    }
  }
}

function emptyBatch<Sequence, Result>(): Batch<Sequence, Result> {
  return { sequences: [], tokens: 0, takers: [] }
}
