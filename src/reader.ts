/** The inputs of a caller, read one by one. Knows nothing of texts. */
import { wrongKind } from './check/options.ts'

type Step<Input> = IteratorResult<Input, void>

const END: IteratorReturnResult<void> = { done: true, value: undefined }

/**
 * Reads an iterable of either kind as `for await` does, but can be left at any time: a source that is silent keeps nobody
 * waiting, and its `return` is called at once.
 */
export class Reader<Input> {
  readonly #iterator: AsyncIterator<Input, unknown> | Iterator<Input, unknown>
  readonly #sync: boolean
  /** Nothing more is asked of the source: it has ended or failed, or was left. */
  #over = false
  /** Ends the wait for the source. */
  #wake: (() => void) | undefined

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

  /** The next input; no promise where it is there already. */
  next(): Step<Input> | Promise<Step<Input>> {
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
    const settled = value.then((one): Step<Input> => ({ done: false, value: one as Input }))
    return this.#wait(Promise.resolve(settled), false)
  }

  /** Lets go of the source. Its `return` is not waited for, and what becomes of it is nobody's concern any more. */
  leave(): void {
    if (this.#over) return
    this.#over = true
    this.#wake?.()
    try {
      Promise.resolve(this.#iterator.return?.()).catch(() => {})
    } catch {}
  }

  /** @param fatal whether the source is over where this fails */
  #wait(next: Promise<IteratorResult<Input, unknown>>, fatal: boolean): Promise<Step<Input>> {
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

  #end(): Step<Input> {
    this.#over = true
    return END
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
