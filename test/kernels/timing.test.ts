/** Timing chooses the faster candidate, whatever the resolution of the clock. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bestTimes, fastestOf as fastest } from '#dist/kernels/timing.js'

const fastestOf = <Name>(times: Map<Name, number> | undefined): Name => fastest(times!)

/** Milliseconds that reading a clock takes. */
const READING = 0.00002

/** A clock that ticks every `tick` ms, and work that takes as long as it says. */
function clock(tick: number): { now: () => number; work: (milliseconds: number) => void } {
  let time = 0
  return {
    now: () => {
      time += READING
      return Math.floor(time / tick) * tick
    },
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
      assert.ok(Math.abs(times!.get(name)! / costs[name] - 1) < 0.08, `${name}: ${times!.get(name)}`)
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

test('with a fine clock, what is slowed for a while does not lose', () => {
  const { now, work } = clock(0.0001)
  let busy = 0
  const times = bestTimes(
    ['fast', 'slow'] as const,
    () => {},
    (name) => {
      // Others' work takes three fifths of the machine's time, 3 ms of 5; a turn of 2 ms seldom lies between.
      busy = (busy + (name === 'fast' ? 0.094 : 0.1)) % 5
      work((name === 'fast' ? 0.094 : 0.1) * (busy < 3 ? 1.5 : 1))
    },
    2,
    now,
  )
  assert.is(fastestOf(times), 'fast')
  assert.ok(Math.abs(times!.get('fast')! / 0.094 - 1) < 0.01, `${times!.get('fast')}`)
})

test('a clock that stands still while code runs gives no times, and ends', () => {
  let calls = 0
  const times = bestTimes(
    ['a', 'b'],
    () => {},
    () => calls++,
    0.5,
    () => 1234,
  )
  assert.is(times, undefined)
  assert.is(calls, 0)
})

for (const from of [0, 40, 400]) {
  test(`a clock that goes back at each reading after ${from} gives no times or earlier ones, and ends`, () => {
    let readings = 0
    const now = (): number => (readings++ < from ? readings : -readings)
    const times = bestTimes(
      ['a', 'b'],
      () => {},
      () => {},
      1,
      now,
    )
    if (from === 0) assert.is(times, undefined)
    else for (const time of times?.values() ?? []) assert.ok(time > 0 && time < Number.POSITIVE_INFINITY)
  })
}

test.run()
