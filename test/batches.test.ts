/** Batches by themselves: items are numbers, and a result is the number a hundredfold. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Batching, computeInBatches } from '#dist/model/batches.js'
import { within } from './within.ts'

interface Given extends Partial<Batching<number, number, number>> {
  /** Gets each batch as it begins to compute. */
  begun?: number[][]
}

function batching({ begun, ...given }: Given = {}): Batching<number, number, number> {
  return {
    expand: (input) => [input],
    size: () => 1,
    limit: 2,
    most: Number.POSITIVE_INFINITY,
    compute: async (batch) => {
      begun?.push([...batch])
      return batch.map((item) => 100 * item)
    },
    ...given,
  }
}

/** Takes results until the end or an error, which is the last of what is given back. */
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
const after = <T>(milliseconds: number, value: T): Promise<T> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds, value))

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
          ? after(0, { done: false as const, value: items[at++]! })
          : new Promise<never>(() => {}),
      return: () => {
        left = true
        return new Promise<never>(() => {})
      },
    }),
  }
  return { source, left: () => left }
}

test('computeInBatches keeps the order, whatever the sizes, sources and delays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 30 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (items, limit, most, isAsync) => {
        const begun: number[][] = []
        const size = (item: number): number => item
        const results = computeInBatches(isAsync ? asynchronous(items) : items, {
          ...batching({ begun, size, limit, most }),
          expand: (item) => Array<number>(item % 3).fill(item),
        })
        const expanded = items.flatMap((item) => Array<number>(item % 3).fill(item))
        assert.equal(
          await takeAll(results),
          expanded.map((item) => 100 * item),
        )
        for (const [index, batch] of begun.entries()) {
          const total = batch.reduce((sum, item) => sum + item, 0)
          assert.ok(batch.length >= 1 && batch.length <= most && (batch.length === 1 || total <= limit))
          // Full: the first item of the next one would not have fitted.
          const next = begun[index + 1]
          if (next) assert.ok(batch.length === most || total + next[0]! > limit)
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
      assert.equal(await takeAll(computeInBatches(source(items, failure), batching())), wanted)
    }
  })

  test(`what came before is given out first where an input of ${kind} cannot be read`, async () => {
    const expand = (item: number): number[] => {
      if (item === 6) throw failure
      return [item]
    }
    const results = computeInBatches(source([1, 2, 3, 4, 5, 6, 7]), batching({ expand }))
    assert.equal(await takeAll(results), [100, 200, 300, 400, 500, failure])
  })
}

test('what came before is given out first where a batch fails, and what is far behind it is not begun', async () => {
  const begun: number[][] = []
  const compute = async (batch: readonly number[]): Promise<number[]> => {
    begun.push([...batch])
    await after(batch[0] === 1 ? 30 : 0, undefined)
    if (batch.includes(3)) throw failure
    return batch.map((item) => 100 * item)
  }
  assert.equal(await takeAll(computeInBatches([1, 2, 3, 4, 5, 6, 7, 8], batching({ compute }))), [
    100,
    200,
    failure,
  ])
  assert.ok(begun.length <= 3, `${begun.length} batches begun`)
})

test('no failure is left without a handler, wherever it happens while two batches are computed', async () => {
  const unhandled: unknown[] = []
  const note = (reason: unknown): unknown => unhandled.push(reason)
  process.on('unhandledRejection', note)
  try {
    const compute = async (batch: readonly number[], signal: AbortSignal): Promise<number[]> => {
      await after(10, undefined)
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
        // Taken to the end, left after one result, and never taken at all.
        await takeAll(computeInBatches(source(items, failure), batching({ compute })))
        for await (const _ of computeInBatches(source([1, 2, ...items], failure), batching({ compute })))
          break
        await computeInBatches(source(items, failure), batching({ compute }))
          .next()
          .catch(() => {})
      }
    }
    await after(50, undefined)
    assert.equal(unhandled, [])
  } finally {
    process.off('unhandledRejection', note)
  }
})

test('two batches are begun and a third is read before the first result is taken, and no more', async () => {
  const begun: number[][] = []
  let read = 0
  function* counted(): Generator<number> {
    for (; ; read++) yield read
  }
  const results = computeInBatches(counted(), batching({ begun }))
  await results.next()
  await after(20, undefined)
  assert.ok(begun.length <= 3 && read <= 8, `${begun.length} batches begun, ${read} inputs read`)
  await results.return()
})

test('a batch that is not full is computed when the next input lets wait for itself', async () => {
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
  for await (const result of computeInBatches(asking(), batching({ limit: 100 }))) {
    taken.push(result)
    answered!()
  }
  assert.equal(taken, [100, 200, 300])
})

test('a signal rejects at once while the source is silent, and the source is left', async () => {
  for (const items of [[], [1], [1, 2, 3]]) {
    const { source, left } = silent(items)
    const controller = new AbortController()
    const results = computeInBatches(source, batching({ signal: controller.signal }))
    const given: number[] = []
    for (const _ of items) given.push((await results.next()).value!)
    // Nothing more is there, so that this waits for the source.
    const rest = takeAll(results)
    setTimeout(() => controller.abort(failure))
    assert.equal(
      [...given, ...((await within(rest)) as unknown[])],
      [...items.map((item) => 100 * item), failure],
    )
    assert.ok(left(), 'return was called')
  }
})

test('a signal that was aborted before asks nothing of the source', async () => {
  const { source, left } = silent([1])
  const results = computeInBatches(source, batching({ signal: AbortSignal.abort(failure) }))
  assert.equal(await within(takeAll(results)), [failure])
  assert.not.ok(left())
})

test('a signal ends the giving out of what is computed already', async () => {
  const controller = new AbortController()
  const results = computeInBatches([1, 2, 3, 4], batching({ signal: controller.signal, limit: 4 }))
  assert.equal(await results.next(), { done: false, value: 100 })
  controller.abort(failure)
  assert.equal(await takeAll(results), [failure])
})

test('leaving the loop leaves a silent source, and tells what is computed that nobody waits', async () => {
  const { source, left } = silent([1, 2])
  const signals: AbortSignal[] = []
  const compute = async (batch: readonly number[], signal: AbortSignal): Promise<number[]> => {
    signals.push(signal)
    return [...batch]
  }
  const loop = async (): Promise<void> => {
    for await (const _ of computeInBatches(source, batching({ compute, limit: 1 }))) break
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
    assert.equal(await takeAll(computeInBatches(source, batching())), end === 'failed' ? [failure] : [])
    assert.is(returned, 0)
  }
})

test('promises in an iterable are waited for, as for await does', async () => {
  const inputs = [after(5, 1), Promise.resolve(2), after(1, 3)] as unknown as number[]
  assert.equal(await takeAll(computeInBatches(inputs, batching())), [100, 200, 300])
  const failing = [Promise.resolve(1), Promise.reject(failure)] as unknown as number[]
  assert.equal(await takeAll(computeInBatches(failing, batching())), [100, failure])
})

test('what is no iterable is refused, and so is a text, whose characters nobody means', async () => {
  for (const wrong of ['Berlin', 3, null, undefined, {}, () => {}]) {
    const [error] = await takeAll(computeInBatches(wrong as never, batching()))
    assert.instance(error, TypeError)
    assert.match(
      (error as TypeError).message,
      /expected an iterable of inputs; for one input write \[input\]/u,
    )
  }
})

test.run()
