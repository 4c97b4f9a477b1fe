/**
 * How work grows with its input, as ratios of processor time, since a bound in milliseconds would depend on
 * the machine. Processor time, unlike elapsed time, does not grow while other programs run. What the garbage collector takes is
 * left out: short runs end before it copies anything, so linear work on an input that fills the memory of young objects took
 * six times as long as its parts. How memory grows has tests of its own.
 */
import { GCProfiler } from 'node:v8'
import * as assert from 'uvu/assert'

type Work = () => unknown

/** What is measured takes at least so long, milliseconds: a clock may tick only every 16. */
const LEAST = 20

/** Rounds, of which the shortest counts: garbage collection and compilation only make them longer. */
const ROUNDS = 8

/** Parts that a long input is compared with. */
const PARTS = 64

/**
 * How much longer than its parts a long input may take: halfway, on a scale of ratios, between 1 where time is linear and PARTS where it
 * is quadratic.
 */
const MOST = 8

/**
 * Milliseconds of processor that this process spends on some work, but for the garbage collector's; other work of this process
 * meanwhile is counted too.
 */
export async function cpuTime(work: Work): Promise<number> {
  const profiler = new GCProfiler()
  profiler.start()
  const before = process.cpuUsage()
  const result = work()
  // Only what waits is waited for: a turn of the queue costs as much as some work does.
  if (result instanceof Promise) await result
  const { user, system } = process.cpuUsage(before)
  // Microseconds, all three.
  const collected = profiler.stop().statistics.reduce((sum, { cost }) => sum + cost, 0)
  // The collector's time is elapsed time, which may be more than the processor's where other programs run.
  return Math.max(user + system - collected, (user + system) / 10) / 1000
}

/** Milliseconds of one run, of as many as it takes to measure them. */
async function timeOfRun(work: Work): Promise<number> {
  let total = 0
  let runs = 0
  while (total < LEAST) {
    // Twice as many each time: reading the clock costs more than some work.
    const more = runs === 0 ? 1 : runs
    total += await cpuTime(async () => {
      for (let run = 0; run < more; run++) {
        const result = work()
        if (result instanceof Promise) await result
      }
    })
    runs += more
  }
  return total / runs
}

/** How many times as long as `other` some work takes; exactly only where it is more than `most`, since less is soon seen. */
export async function timesAsLong(work: Work, other: Work, most: number): Promise<number> {
  await timeOfRun(other)
  let [time, otherTime] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < ROUNDS; round++) {
    otherTime = Math.min(otherTime, await timeOfRun(other))
    time = Math.min(time, await timeOfRun(work))
    if (time < most * otherTime) break
  }
  return time / otherTime
}

/**
 * Checks that time is linear in an input's size: a long one takes about as long as its parts together.
 *
 * @param prepare  makes an input of about a size; what it gives back is measured
 */
export async function assertLinear(
  what: string,
  size: number,
  prepare: (size: number) => Work,
): Promise<void> {
  const long = prepare(size)
  const part = prepare(Math.ceil(size / PARTS))
  const ratio = await timesAsLong(long, part, PARTS * MOST)
  assert.ok(
    ratio < PARTS * MOST,
    `${what}: ${PARTS} times the input takes ${ratio.toFixed(1)} times as long, expected less than ${PARTS * MOST}`,
  )
}

/** How much longer than what is sound a damaged file may take. */
const MOST_DAMAGED = 100

/**
 * What runs one piece of work after another, and checks that none takes 100 times as long as `sound`: none without end, or that takes
 * the square of what it reads.
 *
 * @param sound  work of the same kind on what is not damaged
 */
export async function createWatch(sound: Work): Promise<<T>(work: () => T | Promise<T>) => Promise<T>> {
  await timeOfRun(sound)
  const most = MOST_DAMAGED * (await timeOfRun(sound))
  return async (work) => {
    let result: Awaited<ReturnType<typeof work>> | undefined
    let shortest = Number.POSITIVE_INFINITY
    for (let round = 0; round < ROUNDS && shortest > most; round++) {
      const time = await cpuTime(async () => {
        result = await work()
      })
      shortest = Math.min(shortest, time)
    }
    assert.ok(shortest <= most, `${shortest} ms, expected ${most} ms at most`)
    return result!
  }
}
