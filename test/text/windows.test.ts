/** Windows over a long text: every piece is judged exactly once. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { planPipelineWindows } from '#dist/entities/transformers-style.js'
import { contentCost, planWindows, type Window } from '#dist/text/windows.js'
import { assertLinear } from '../growth.ts'
import { seeded } from '../random.ts'

/** Word ids of words of the given lengths. */
function words(lengths: number[]): number[] {
  return lengths.flatMap((length, word) => new Array<number>(length).fill(word))
}

/** The rule itself: the window where a piece is farthest from an edge that is not the text's own, the first on a tie. */
function judge(windows: readonly Window[], piece: number, total: number): number {
  let best = -1
  let farthest = -1
  windows.forEach(({ start, end }, index) => {
    if (piece < start || piece >= end) return
    const left = start === 0 ? Number.POSITIVE_INFINITY : piece - start
    const right = end === total ? Number.POSITIVE_INFINITY : end - 1 - piece
    const distance = Math.min(left, right)
    if (distance > farthest) {
      farthest = distance
      best = index
    }
  })
  return best
}

const plan = fc
  .record({
    lengths: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 80 }),
    maxPieces: fc.integer({ min: 1, max: 20 }),
  })
  .chain(({ lengths, maxPieces }) =>
    fc.record({
      wordIds: fc.constant(words(lengths)),
      maxPieces: fc.constant(maxPieces),
      stride: fc.integer({ min: 0, max: maxPieces - 1 }),
    }),
  )

test('planWindows covers every piece, no window over its size, none inside another', () => {
  fc.assert(
    fc.property(plan, ({ wordIds, ...settings }) => {
      const windows = planWindows(wordIds, settings)
      assert.is(windows[0]!.start, 0)
      assert.is(windows.at(-1)!.end, wordIds.length)
      windows.forEach(({ start, end }, index) => {
        assert.ok(end - start <= settings.maxPieces)
        if (index === 0) return
        const before = windows[index - 1]!
        assert.ok(before.start < start && before.end < end && start <= before.end)
        assert.ok(before.end - start >= settings.stride, 'neighbours share at least the stride')
      })
    }),
    { numRuns: 2000 },
  )
})

test('planWindows judges each piece once, in the window where it is farthest from a foreign edge', () => {
  fc.assert(
    fc.property(plan, ({ wordIds, ...settings }) => {
      const windows = planWindows(wordIds, settings)
      let next = 0
      windows.forEach(({ start, end, judgedStart, judgedEnd }, index) => {
        assert.is(judgedStart, next)
        assert.ok(judgedStart >= start && judgedEnd <= end)
        for (let piece = judgedStart; piece < judgedEnd; piece++) {
          assert.is(judge(windows, piece, wordIds.length), index)
        }
        next = judgedEnd
      })
      assert.is(next, wordIds.length)
    }),
    { numRuns: 2000 },
  )
})

test('planWindows with contentCost soon cuts a text at the same places whatever comes before it', () => {
  const random = seeded(3)
  const text = Array.from({ length: 20_000 }, () => 1000 + Math.floor(random() * 5000))
  const cuts = (prefix: number): Set<number> => {
    const body = [...text.slice(5000, 5000 + prefix), ...text]
    const ids = [101, ...body, 102]
    const tokens = ids.map((id) => (id % 17 === 0 ? '.' : `piece ${id}`))
    const wordIds = [null, ...body.map((_, index) => index), null]
    const cost = contentCost({ ids, tokens, offsets: [], wordIds })
    const windows = planWindows(wordIds.slice(1, -1), { maxPieces: 510, stride: 128, cost })
    return new Set(windows.map(({ end }) => end - prefix))
  }
  const plain = cuts(0)
  for (const prefix of [1, 7, 50, 300]) {
    const shifted = [...cuts(prefix)].filter((end) => end > 2000)
    const known = shifted.filter((end) => plain.has(end)).length
    assert.ok(
      known >= 0.95 * shifted.length,
      `${known} of ${shifted.length} cuts after a prefix of ${prefix}`,
    )
  }
})

test('planWindows leaves a text that fits in one window', () => {
  assert.equal(planWindows([], { maxPieces: 4, stride: 1 }), [
    { start: 0, end: 0, judgedStart: 0, judgedEnd: 0 },
  ])
  assert.equal(planWindows(words([2, 2]), { maxPieces: 4, stride: 1 }), [
    { start: 0, end: 4, judgedStart: 0, judgedEnd: 4 },
  ])
})

test('planWindows cuts between words where one begins near enough, inside a longer one', () => {
  const bounds = (lengths: number[], maxPieces: number, stride: number): number[][] =>
    planWindows(words(lengths), { maxPieces, stride }).map(({ start, end }) => [start, end])
  assert.equal(bounds([3, 3, 3, 3, 3], 10, 3), [
    [0, 9],
    [6, 15],
  ])
  assert.equal(bounds([25], 10, 2), [
    [0, 10],
    [8, 18],
    [16, 25],
  ])
})

test('planWindows refuses a stride that does not fit', () => {
  for (const settings of [
    { maxPieces: 4, stride: 4 },
    { maxPieces: 4, stride: -1 },
    { maxPieces: 4, stride: 1.5 },
    { maxPieces: 0, stride: 0 },
    { maxPieces: Number.NaN, stride: 0 },
  ]) {
    assert.throws(
      () => planWindows([0, 1], settings),
      (error: unknown) => error instanceof RangeError,
    )
  }
})

test('planWindows is linear on a million pieces', async () => {
  const settings = { maxPieces: 510, stride: 128 }
  await assertLinear('planWindows', 1_000_000, (size) => {
    const wordIds = words(new Array<number>(size / 4).fill(4))
    const windows = planWindows(wordIds, settings)
    assert.ok(windows.length < size / 370, `${windows.length} windows`)
    return () => planWindows(wordIds, settings)
  })
})

test('planPipelineWindows steps by maxPieces - stride, whatever the words, to the first window that reaches the end', () => {
  const spans = (total: number, maxPieces: number, stride: number): number[][] =>
    planPipelineWindows(total, { maxPieces, stride }).map(({ start, end }) => [start, end])
  assert.equal(spans(0, 510, 128), [[0, 0]])
  assert.equal(spans(510, 510, 128), [[0, 510]])
  assert.equal(spans(511, 510, 128), [
    [0, 510],
    [382, 511],
  ])
  assert.equal(spans(9, 3, 0), [
    [0, 3],
    [3, 6],
    [6, 9],
  ])
  for (let total = 0; total < 60; total++) {
    const windows = planPipelineWindows(total, { maxPieces: 8, stride: 3 })
    let next = 0
    for (const { judgedStart, judgedEnd, start, end } of windows) {
      assert.is(judgedStart, next)
      assert.ok(start <= judgedStart && judgedEnd <= end)
      next = judgedEnd
    }
    assert.is(next, total)
  }
  assert.throws(() => planPipelineWindows(9, { maxPieces: 3, stride: 3 }), /stride/u)
})

test.run()
