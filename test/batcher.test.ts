/** The batcher alone: an input is a number n, its sequence has n tokens, and its answer is 100·n. */
import { setImmediate } from 'node:timers/promises'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { collectAnswers, type Run, stopWith, streamAnswers } from '#dist/answers.js'
import { Batcher } from '#dist/batcher.js'
import { readInputs } from '#dist/inputs.js'
import { within } from './within.ts'

interface Sequence {
  readonly item: number
  readonly ids: readonly number[]
}

type Source = Iterable<number> | AsyncIterable<number>
type Compute = (batch: readonly number[], signal: AbortSignal) => Promise<readonly number[]>

interface Given {
  /** What is to be computed of an input. */
  readonly expand?: (input: number) => readonly number[]
  readonly size?: (item: number) => number
  readonly tokens?: number
  readonly compute?: Compute
  /** Gets each batch as it begins to compute. */
  readonly begun?: number[][]
  readonly signal?: AbortSignal
}

/** A call as those of the library: inputs are read, pushed and taken. */
function call(inputs: Source, given: Given = {}): Run<number> {
  const { expand = (input: number) => [input], size = () => 1, tokens = 2, begun, signal } = given
  const compute = given.compute ?? (async (batch) => batch.map((item) => 100 * item))
  return async (give, stop) => {
    stopWith(stop, signal)
    const source = readInputs(inputs, stop.signal).begin()
    const batcher = new Batcher<Sequence, number>({
      ...{ tokens, stop },
      compute: (batch, stopped) => {
        const items = batch.map(({ item }) => item)
        begun?.push(items)
        return compute(items, stopped)
      },
    })
    try {
      for await (const input of source) {
        for (const item of expand(input)) {
          await batcher.room()
          batcher.push({ item, ids: Array<number>(size(item)).fill(0) }, give)
        }
      }
    } finally {
      await batcher.end()
    }
  }
}

const answers = (inputs: Source, given?: Given): AsyncGenerator<number, void, undefined> =>
  streamAnswers(call(inputs, given))

/** Takes answers until the end or an error, which is the last of what is given back. */
async function takeAll(results: AsyncIterable<number>): Promise<unknown[]> {
  const taken: unknown[] = []
  try {
    for await (const result of results) taken.push(result)
  } catch (error) {
    taken.push(error)
  }
  return taken
}

const failure = new Error('no good')

/** Lets everything go on that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

async function* asynchronous(items: readonly number[], end?: Error): AsyncGenerator<number> {
  yield* items
  if (end) throw end
}

function* synchronous(items: readonly number[], end?: Error): Generator<number> {
  yield* items
  if (end) throw end
}

/** A source that says nothing after its items until it is left; notes when its `return` is called. */
function silent(items: readonly number[]): { source: AsyncIterable<number>; left: () => boolean } {
  let left = false
  let at = 0
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        at < items.length
          ? setImmediate({ done: false as const, value: items[at++]! })
          : new Promise<never>(() => {}),
      return: () => {
        left = true
        return new Promise<never>(() => {})
      },
    }),
  }
  return { source, left: () => left }
}

test('answers keep the order, and batches are full, whatever the sizes and sources', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 12 }),
      fc.boolean(),
      fc.boolean(),
      async (items, tokens, isAsync, streamed) => {
        const begun: number[][] = []
        const size = (item: number): number => item
        const expand = (item: number): number[] => Array<number>(item % 3).fill(item)
        const source = isAsync ? asynchronous(items) : items
        const run = call(source, { begun, size, tokens, expand })
        const taken = streamed ? await takeAll(streamAnswers(run)) : await collectAnswers(run)
        const expanded = items.flatMap(expand)
        assert.equal(
          taken,
          expanded.map((item) => 100 * item),
        )
        for (const [index, batch] of begun.entries()) {
          const total = batch.reduce((sum, item) => sum + item, 0)
          assert.ok(batch.length === 1 || total <= tokens)
          // Full: the first item of the next one would not have fitted.
          const next = begun[index + 1]
          if (next) assert.ok(total + next[0]! > tokens)
        }
      },
    ),
    { numRuns: 200 },
  )
})

for (const [kind, source] of [
  ['an iterable', synchronous],
  ['an async iterable', asynchronous],
] as const) {
  test(`what came before is given out first where ${kind} throws`, async () => {
    for (const items of [[], [1], [1, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9]]) {
      const wanted = [...items.map((item) => 100 * item), failure]
      assert.equal(await takeAll(answers(source(items, failure))), wanted)
    }
  })

  test(`what came before is given out first where an input of ${kind} cannot be read, and the source is left`, async () => {
    const expand = (item: number): number[] => {
      if (item === 6) throw failure
      return [item]
    }
    let ended = false
    const inputs = source([1, 2, 3, 4, 5, 6, 7])
    const original = inputs.return.bind(inputs) as () => never
    inputs.return = () => {
      ended = true
      return original()
    }
    assert.equal(await takeAll(answers(inputs, { expand })), [100, 200, 300, 400, 500, failure])
    assert.ok(ended, 'return was called')
  })
}

test('what came before is given out first where a batch fails, and what is far after it is not begun', async () => {
  const begun: number[][] = []
  const compute: Compute = async (batch) => {
    if (batch[0] === 1) await settle()
    if (batch.includes(3)) throw failure
    return batch.map((item) => 100 * item)
  }
  assert.equal(await takeAll(answers([1, 2, 3, 4, 5, 6, 7, 8], { compute, begun })), [100, 200, failure])
  assert.ok(begun.length <= 3, `${begun.length} batches begun`)
})

test('the results of a later batch wait for those of the one before', async () => {
  const compute: Compute = async (batch) => {
    if (batch[0] === 1) await settle()
    return batch.map((item) => 100 * item)
  }
  assert.equal(await collectAnswers(call([1, 2, 3, 4], { compute })), [100, 200, 300, 400])
})

test('no failure is left without a handler, wherever it happens while two batches are computed', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): unknown => unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    const compute: Compute = async (batch, signal) => {
      await setImmediate()
      signal.throwIfAborted()
      if (batch[0]! < 0) throw failure
      return [...batch]
    }
    for (const items of [
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, -5, 6],
      [-1, 2, -3, 4, -5, 6, 7],
    ]) {
      for (const source of [synchronous, asynchronous]) {
        // Taken to the end, all at once, left after one answer, and never taken at all.
        await takeAll(answers(source(items, failure), { compute }))
        await collectAnswers(call(source(items, failure), { compute })).catch(() => {})
        for await (const _ of answers(source([1, 2, ...items], failure), { compute })) break
        await answers(source(items, failure), { compute })
          .next()
          .catch(() => {})
      }
    }
    await settle()
    assert.equal(unhandled, [])
  } finally {
    process.off('unhandledRejection', note)
  }
})

test('two batches are begun and a third is read before the first answer is taken, and no more', async () => {
  const begun: number[][] = []
  let read = 0
  function* counted(): Generator<number> {
    for (; ; read++) yield read
  }
  const results = answers(counted(), { begun })
  await results.next()
  await settle()
  assert.ok(begun.length <= 3 && read <= 8, `${begun.length} batches begun, ${read} inputs read`)
  await results.return()
})

test('inputs of nothing are not read ahead without end either', async () => {
  let read = 0
  function* counted(): Generator<number> {
    for (; ; read++) yield read
  }
  const results = streamAnswers<number>(async (give, stop) => {
    const batcher = new Batcher<Sequence, number>({ tokens: 2, stop, compute: async () => [] })
    for await (const input of readInputs(counted(), stop.signal)) {
      await batcher.room()
      batcher.after(() => give(input))
    }
  })
  assert.equal([(await results.next()).value, (await results.next()).value], [0, 1])
  await settle()
  assert.ok(read < 10_000, `${read} inputs read`)
  await results.return()
})

test('a lone input is computed though the batch is not full: who sends one and waits gets its answer', async () => {
  let answered: (() => void) | undefined
  async function* asking(): AsyncGenerator<number> {
    for (let item = 1; item <= 3; item++) {
      yield item
      await new Promise<void>((resolve) => {
        answered = resolve
      })
    }
  }
  const taken: number[] = []
  for await (const result of answers(asking(), { tokens: 100 })) {
    taken.push(result)
    answered!()
  }
  assert.equal(taken, [100, 200, 300])
})

test('inputs that come while a batch is computed are computed together after it', async () => {
  const begun: number[][] = []
  let release = (): void => {}
  const first = new Promise<void>((resolve) => {
    release = resolve
  })
  const compute: Compute = async (batch) => {
    if (batch[0] === 1) await first
    return batch.map((item) => 100 * item)
  }
  // One a macrotask, and then no more.
  const { source } = silent([1, 2, 3, 4, 5])
  const results = answers(source, { tokens: 100, compute, begun })
  const next = results.next()
  await settle()
  assert.equal(begun, [[1]])
  release()
  assert.is((await next).value, 100)
  assert.is((await results.next()).value, 200)
  assert.equal(begun, [[1], [2, 3, 4, 5]])
  await results.return()
})

test('a signal rejects at once while the source is silent, and the source is left', async () => {
  for (const items of [[], [1], [1, 2, 3]]) {
    const { source, left } = silent(items)
    const controller = new AbortController()
    const results = answers(source, { signal: controller.signal })
    for (const item of items) assert.is((await results.next()).value, 100 * item)
    const last = takeAll(results)
    await settle()
    assert.not.ok(left())
    controller.abort(failure)
    assert.equal(await within(last), [failure])
    assert.ok(left(), 'return was called')
  }
})

test('a signal that was aborted before asks nothing of the source', async () => {
  const { source, left } = silent([1])
  assert.equal(await within(takeAll(answers(source, { signal: AbortSignal.abort(failure) }))), [failure])
  assert.not.ok(left())
})

test('a signal ends the giving out of what is computed already', async () => {
  const controller = new AbortController()
  const results = answers([1, 2, 3, 4], { signal: controller.signal, tokens: 4 })
  assert.equal(await results.next(), { done: false, value: 100 })
  controller.abort(failure)
  assert.equal(await takeAll(results), [failure])
})

test('leaving the loop leaves a silent source, and tells what is computed that nobody waits', async () => {
  const { source, left } = silent([1, 2])
  const signals: AbortSignal[] = []
  const compute: Compute = async (batch, signal) => {
    signals.push(signal)
    return [...batch]
  }
  const loop = async (): Promise<void> => {
    for await (const _ of answers(source, { compute, tokens: 1 })) break
  }
  assert.is.not(await within(loop()), 'late')
  assert.ok(left(), 'return was called')
  assert.ok(signals.length > 0 && signals.every(({ aborted }) => aborted))
})

test('a source that ends or fails by itself is not left as well', async () => {
  for (const end of ['done', 'failed']) {
    let returned = 0
    const source = {
      [Symbol.iterator]: () => ({
        next: () => {
          if (end === 'failed') throw failure
          return { done: true as const, value: undefined }
        },
        return: () => {
          returned++
          return { done: true as const, value: undefined }
        },
      }),
    }
    assert.equal(await takeAll(answers(source)), end === 'failed' ? [failure] : [])
    assert.is(returned, 0)
  }
})

test('promises in an iterable are waited for, as for await does', async () => {
  const inputs = [setImmediate(1), Promise.resolve(2), setImmediate(3)] as unknown as number[]
  assert.equal(await takeAll(answers(inputs)), [100, 200, 300])
  const failing = [Promise.resolve(1), Promise.reject(failure)] as unknown as number[]
  assert.equal(await takeAll(answers(failing)), [100, failure])
})

test('what is no iterable is refused, and so is a text, whose characters nobody means', async () => {
  for (const wrong of ['Berlin', 3, null, undefined, {}, () => {}]) {
    const [error] = await takeAll(answers(wrong as never))
    assert.instance(error, TypeError)
    assert.match(
      (error as TypeError).message,
      /expected an iterable of inputs; for one input write \[input\]/u,
    )
  }
})

test.run()
