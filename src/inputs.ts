/**
 * Reads the inputs of a call like `for await`, but can be left at any time: nobody has to wait for a silent
 * source, and its `return` is called at once.
 */

import { wrongKind } from './check/kind.ts'

type Read<Input> = IteratorResult<Input, void>

const END: IteratorReturnResult<void> = { done: true, value: undefined }

export interface Inputs<Input> extends AsyncIterableIterator<Input> {
  /**
   * Requests the first input early: node:readline, for one, drops lines that come while nobody is waiting for
   * them.
   */
  begin(): this
}

/**
 * @param signal ends the reading
 * @throws {TypeError} for what is not iterable, or for a text, whose characters are hardly meant as inputs
 */
export function readInputs<Input>(
  inputs: Iterable<Input> | AsyncIterable<Input>,
  signal: AbortSignal,
): Inputs<Input> {
  return new Reader(inputs, signal)
}

class Reader<Input> implements Inputs<Input> {
  readonly #iterator: AsyncIterator<Input, unknown> | Iterator<Input, unknown>
  readonly #isAsync: boolean
  readonly #signal: AbortSignal
  /** Nothing more is requested from the source: it has ended or failed, or was left. */
  #over = false
  /** Ends the wait for an input. */
  #wake: ((reason: unknown) => void) | undefined
  /** The read that `begin` started. */
  #first: Promise<Read<Input>> | undefined

  constructor(inputs: Iterable<Input> | AsyncIterable<Input>, signal: AbortSignal) {
    const given: unknown = inputs
    const wanted = 'an iterable of inputs; for one input write [input]'
    if (typeof given !== 'object' || given === null) throw wrongKind(given, 'inputs', wanted)
    this.#isAsync = Symbol.asyncIterator in inputs
    if (Symbol.asyncIterator in inputs) this.#iterator = inputs[Symbol.asyncIterator]()
    else if (Symbol.iterator in inputs) this.#iterator = inputs[Symbol.iterator]()
    else throw wrongKind(given, 'inputs', wanted)
    this.#signal = signal
    signal.addEventListener('abort', () => this.#leave())
  }

  begin(): this {
    if (!this.#isAsync) return this
    this.#first = this.#read()
    this.#first.catch(() => {})
    return this
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<Read<Input>> {
    const first = this.#first
    this.#first = undefined
    return first ?? this.#read()
  }

  /** Called by `for await` when its loop is left. */
  async return(): Promise<Read<Input>> {
    this.#leave()
    return END
  }

  async #read(): Promise<Read<Input>> {
    this.#signal.throwIfAborted()
    if (this.#over) return END
    const left = new Promise<never>((_, reject) => {
      this.#wake = reject
    })
    left.catch(() => {})
    let read: IteratorResult<Input, unknown>
    try {
      read = await Promise.race([this.#iterator.next(), left])
    } catch (error) {
      this.#over = true
      throw error
    }
    if (read.done) {
      this.#over = true
      return END
    }
    if (this.#isAsync) return { done: false, value: read.value }
    try {
      // An iterable may contain promises.
      return { done: false, value: await Promise.race([read.value, left]) }
    } catch (error) {
      this.#leave()
      throw error
    }
  }

  /** Abandons the source. Its `return` is not awaited, and its errors are ignored. */
  #leave(): void {
    if (this.#over) return
    this.#over = true
    this.#wake?.(this.#signal.reason)
    try {
      Promise.resolve(this.#iterator.return?.()).catch(() => {})
    } catch {}
  }
}
