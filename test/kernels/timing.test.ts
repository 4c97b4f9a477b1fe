/** Timing chooses the faster candidate, whatever the clock's ticks. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bestTimes, fastestOf } from '#dist/kernels/timing.js'

/** A clock that ticks every `tick` ms, and work that takes as long as it says. */
function clock(tick: number): { now: () => number; work: (milliseconds: number) => void } {
  let time = 0
  return {
    now: () => Math.floor(time / tick) * tick,
    work: (milliseconds) => {
      time += milliseconds
    },
  }
}

for (const tick of [0.005, 0.1, 1]) {
  test(`the faster of two is found by a clock that ticks every ${tick} ms`, () => {
    const { now, work } = clock(tick)
    const costs = { slow: 0.035, fast: 0.03 }
    const times = bestTimes(
      ['slow', 'fast'] as const,
      () => {},
      (name) => work(costs[name]),
      0.5,
      now,
    )
    assert.is(fastestOf(times), 'fast')
    for (const name of ['slow', 'fast'] as const) {
      assert.ok(Math.abs(times.get(name)! / costs[name] - 1) < 0.08, `${name}: ${times.get(name)}`)
    }
  })
}

test('candidates have turns until what was slow at first has become fast', () => {
  const { now, work } = clock(0.005)
  let calls = 0
  // Optimised in its third turn.
  const late = (): number => (calls++ < 8 ? 0.2 : 0.01)
  const times = bestTimes(
    ['late', 'steady'] as const,
    () => {},
    (name) => work(name === 'late' ? late() : 0.05),
    0.5,
    now,
  )
  assert.is(fastestOf(times), 'late')
})

test.run()
