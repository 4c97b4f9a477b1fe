/**
 * Computes sequences in batches: they are pushed one by one, and their results are taken in the same order. This file knows
 * neither texts nor models.
 *
 *     push ─▶ open batch ─▶ compute ─▶ take
 *
 * A batch begins when the next sequence would make it too large. One that is not full begins when nothing else is being
 * computed and nothing more was pushed by the next macrotask, so a caller who sends one input and waits for its answer gets it.
 */

import { nextTask, PAUSE_MILLISECONDS, pausesEvery } from './check/next-task.ts'

/** Batches begun whose results are not all taken, at most: the engine has the next one when it is done with one. */
const AHEAD = 2

/** Sequences and actions of a batch at most, however short. */
const BATCH_ENTRIES = 1024

export interface Batching<Sequence, Result> {
  /** One result a sequence. The signal says that nobody waits for them any more. */
  compute(batch: readonly Sequence[], signal: AbortSignal): Promise<readonly Result[]>
  /** Tokens that are computed together at most; a longer sequence is a batch of its own. */
  readonly tokens: number
  /** Ends the call: aborted by whoever wants that, and by the batcher where a batch fails. */
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
  /** Batches whose results are not all taken, the oldest first; one that has failed stays. */
  readonly #begun: Promise<void>[] = []
  /** Batches that are being computed. */
  #computing = 0
  /** Calls of `push` and `after` so far. */
  #pushed = 0
  /** Calls of `room` that let other tasks have their turn, and are about to push. */
  #pausing = 0
  /** Whether something was pushed since the last macrotask. */
  #busy = false

  constructor(batching: Batching<Sequence, Result>) {
    this.#batching = batching
  }

  /**
   * Waits until there is room for more, and lets other tasks have their turn. To be called before each `push`, so that no
   * more is made of a text than can be computed soon.
   *
   * @throws what `compute` or a taker threw, or the reason of the abort
   */
  async room(): Promise<void> {
    this.#pausing++
    await this.#letOthers()
    this.#pausing--
    while (this.#begun.length >= AHEAD) await this.#begun[0]
    this.#batching.stop.signal.throwIfAborted()
  }

  /** Computes a sequence with its neighbours. @param take  gets its result, after what was pushed before has been taken */
  push(sequence: Sequence, take: (result: Result) => void | Promise<void>): void {
    if (this.#open.tokens + sequence.ids.length > this.#batching.tokens) this.#begin()
    const { sequences } = this.#open
    const index = sequences.push(sequence) - 1
    this.#open.tokens += sequence.ids.length
    this.after((results) => take(results[index]!))
  }

  /** Calls `act` when the results of what was pushed before have been taken. */
  after(act: (results: readonly Result[]) => void | Promise<void>): void {
    this.#open.takers.push(act)
    if (this.#open.takers.length === BATCH_ENTRIES) this.#begin()
    this.#pushed++
    if (!this.#busy) void this.#waitForMore()
  }

  /** To be called when nothing more comes. Waits until everything is taken. @throws as `room` */
  async end(): Promise<void> {
    this.#begin()
    while (this.#begun.length > 0) await this.#begun[0]
    this.#batching.stop.signal.throwIfAborted()
  }

  /** Until a macrotask passes in which nothing was pushed. */
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

  /** Computes a batch at once; its results are taken after those of the batch before. */
  async #run(batch: Batch<Sequence, Result>, before: Promise<void> | undefined): Promise<void> {
    const { signal } = this.#batching.stop
    const computed = this.#compute(batch.sequences, signal)
    // Its error is raised when its turn comes.
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
