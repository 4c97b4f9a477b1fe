/**
 * Computes inputs in batches, as the inputs come. Some batches are computed before their results are asked for. This file knows
 * nothing of texts.
 *
 *     inputs ─ Source ─▶ items ─ gather ─▶ batches ─ computeAhead ─▶ results
 *
 * Where a source, an input or a batch fails, the results of what came before it are given out first.
 */

import { wrongKind } from '../check/kind.ts'
import { Packer } from './fill-batches.ts'

/** How inputs become results. */
export interface Batching<Input, Item, Result> {
  /** What is to be computed of an input: one item or more, in order, made as they are asked for. */
  readonly expand: (input: Input) => Iterable<Item>
  readonly size: (item: Item) => number
  /** Sizes that are computed together at most; a larger item is a batch of its own. */
  readonly limit: number
  /** Items that are computed together at most. */
  readonly most: number
  /** One result an item. The signal says that nobody waits for them any more. */
  readonly compute: (batch: readonly Item[], signal: AbortSignal) => Promise<readonly Result[]>
  /** Ends everything, also while the source is silent. */
  readonly signal?: AbortSignal | undefined
  /** Registers what is called when nothing can be computed any more, which ends everything too; gives what takes it off. */
  readonly onEnd?: (end: (reason: unknown) => void) => () => void
}

/** How long a batch that is not full waits for the next input, milliseconds. */
const PATIENCE = 5

/** Turns of the microtask queue in which an input counts as being there already. */
const MICROTASKS = 16

/** How long inputs are expanded before other tasks get their turn, milliseconds. */
const BREATH = 16

/** Batches computed ahead of what was taken out. */
const AHEAD = 2

/**
 * The results of all items, in order. At most three batches are read ahead of what was taken out.
 *
 * @throws the signal's reason, and whatever the source, `expand` or `compute` throw, each in its turn
 */
export async function* computeInBatches<Input, Item, Result>(
  inputs: Source<Input> | Iterable<Input> | AsyncIterable<Input>,
  batching: Batching<Input, Item, Result>,
): AsyncGenerator<Result, void, undefined> {
  const { compute, signal, onEnd } = batching
  signal?.throwIfAborted()
  const source = inputs instanceof Source ? inputs : new Source(inputs)
  const leaving = new AbortController()
  const end = (reason: unknown): void => {
    source.leave()
    leaving.abort(reason)
  }
  const abort = (): void => end(signal!.reason)
  signal?.addEventListener('abort', abort)
  const offEnd = onEnd?.(end)
  let finished = false
  try {
    const batches = gather(source, batching, leaving.signal)
    for await (const result of computeAhead(batches, (batch) => compute(batch, leaving.signal))) {
      leaving.signal.throwIfAborted()
      yield result
    }
    leaving.signal.throwIfAborted()
    finished = true
  } finally {
    signal?.removeEventListener('abort', abort)
    offEnd?.()
    source.leave()
    if (!finished) leaving.abort()
  }
}

/**
 * Items in batches. A batch is given out when it is full, or when the next input lets wait for itself: whoever sends one
 * and waits for the answer gets it.
 */
async function* gather<Input, Item>(
  source: Source<Input>,
  { expand, size, limit, most }: Batching<Input, Item, unknown>,
  signal: AbortSignal,
): AsyncGenerator<Item[], void, undefined> {
  const packer = new Packer(size, limit, most)
  let failure: { readonly error: unknown } | undefined
  let breath = Date.now()
  try {
    while (true) {
      const next = source.next()
      if (next instanceof Promise && !packer.isEmpty && !(await comesSoon(next))) yield* some(packer.take())
      const { done, value } = await next
      if (done) break
      signal.throwIfAborted()
      for (const item of expand(value)) {
        yield* some(packer.add(item))
        if (Date.now() - breath < BREATH) continue
        await new Promise((resolve) => setTimeout(resolve))
        signal.throwIfAborted()
        breath = Date.now()
      }
    }
  } catch (error) {
    failure = { error }
  }
  yield* some(packer.take())
  if (failure) throw failure.error
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

/** What reading one more batch came to: nothing where there is none left. */
interface Step<Batch> {
  readonly batch?: Batch
  readonly error?: { readonly value: unknown }
}

/**
 * Computes batches in order, the next one begun while the one before is under way, and gives out their results one by
 * one. What was not asked for is not computed beyond `AHEAD` batches. Where the batches themselves fail, that counts as
 * one more batch, which fails.
 */
async function* computeAhead<Batch, Result>(
  batches: AsyncGenerator<Batch, void, undefined>,
  compute: (batch: Batch) => Promise<readonly Result[]>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<readonly Result[]>[] = []
  const begin = (results: Promise<readonly Result[]>): void => {
    // Its error is raised when its turn comes.
    results.catch(() => {})
    running.push(results)
  }
  const read = (): Promise<Step<Batch>> =>
    batches.next().then(
      ({ done, value }) => (done ? {} : { batch: value as Batch }),
      (value: unknown) => ({ error: { value } }),
    )
  let coming: Promise<Step<Batch>> | undefined = read()
  try {
    while (coming !== undefined || running.length > 0) {
      const [first] = running
      if (coming !== undefined && running.length < AHEAD) {
        const over = first?.then(
          () => undefined,
          () => undefined,
        )
        const step: Step<Batch> | undefined = await (over ? Promise.race([coming, over]) : coming)
        if (step) {
          if (step.batch !== undefined) begin(compute(step.batch))
          else if (step.error !== undefined) begin(Promise.reject(step.error.value))
          coming = step.batch === undefined ? undefined : read()
          continue
        }
      }
      yield* await first!
      running.shift()
    }
  } finally {
    // Not awaited: it may wait for the source.
    void batches.return().catch(() => {})
  }
}

function some<Value>(value: Value | undefined): Value[] {
  return value === undefined ? [] : [value]
}

type Read<Input> = IteratorResult<Input, void>

const END: IteratorReturnResult<void> = { done: true, value: undefined }

/**
 * Reads an iterable of either kind as `for await` does, but can be left at any time: a source that is silent keeps nobody
 * waiting, and its `return` is called at once.
 */
export class Source<Input> {
  readonly #iterator: AsyncIterator<Input, unknown> | Iterator<Input, unknown>
  readonly #sync: boolean
  /** Nothing more is asked of the source: it has ended or failed, or was left. */
  #over = false
  /** Ends the wait for the source. */
  #wake: (() => void) | undefined
  /** What `begin` has asked for. */
  #first: Promise<Read<Input>> | undefined

  /** @throws {TypeError} for what is no iterable, or a text, whose characters nobody means to read one by one */
  constructor(inputs: Iterable<Input> | AsyncIterable<Input>) {
    const source: unknown = inputs
    const wanted = 'an iterable of inputs; for one input write [input]'
    if (typeof source !== 'object' || source === null) throw wrongKind(source, 'inputs', wanted)
    if (Symbol.asyncIterator in inputs) this.#iterator = inputs[Symbol.asyncIterator]()
    else if (Symbol.iterator in inputs) this.#iterator = inputs[Symbol.iterator]()
    else throw wrongKind(source, 'inputs', wanted)
    this.#sync = !(Symbol.asyncIterator in inputs)
  }

  /** Asks for the first input before it is needed: node:readline, for one, drops lines that come while nobody waits. */
  begin(): this {
    if (this.#sync) return this
    this.#first = Promise.resolve(this.next())
    this.#first.catch(() => {})
    return this
  }

  /** The next input; no promise where it is there already. */
  next(): Read<Input> | Promise<Read<Input>> {
    const first = this.#first
    this.#first = undefined
    if (first) return first
    if (this.#over) return END
    let next: IteratorResult<Input, unknown> | PromiseLike<IteratorResult<Input, unknown>>
    try {
      next = this.#iterator.next()
    } catch (error) {
      this.#over = true
      throw error
    }
    if (!this.#sync) return this.#wait(Promise.resolve(next), true)
    const { done, value } = next as IteratorResult<Input, unknown>
    if (done) return this.#end()
    if (!isPromise(value)) return { done: false, value: value as Input }
    const settled = value.then((one): Read<Input> => ({ done: false, value: one as Input }))
    return this.#wait(Promise.resolve(settled), false)
  }

  /** Lets go of the source. Its `return` is not waited for, and what becomes of it is nobody's concern any more. */
  leave(): void {
    this.#first = undefined
    if (this.#over) return
    this.#over = true
    this.#wake?.()
    try {
      Promise.resolve(this.#iterator.return?.()).catch(() => {})
    } catch {}
  }

  /** @param fatal whether the source is over where this fails */
  #wait(next: Promise<IteratorResult<Input, unknown>>, fatal: boolean): Promise<Read<Input>> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(END)
      next.then(
        ({ done, value }) => resolve(done ? this.#end() : { done: false, value: value as Input }),
        (error: unknown) => {
          if (fatal) this.#over = true
          reject(error)
        },
      )
    })
  }

  #end(): Read<Input> {
    this.#over = true
    return END
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
