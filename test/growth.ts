/**
 * How work grows with its input, as ratios of processor time, since a bound in milliseconds would depend on
 * the machine. Processor time, unlike elapsed time, does not grow while other programs run. Where two sizes are
 * compared, what the garbage collector takes is left out: short runs end before it copies anything, so that linear
 * work which keeps many small objects would seem to grow faster than its input. How memory grows has tests of its own.
 */
import { GCProfiler } from 'node:v8'
import * as assert from 'uvu/assert'

type Work = () => unknown

/** What is measured takes at least so long, milliseconds: a clock may tick only every 16. */
const LEAST = 20

/** Rounds, of which the shortest counts: garbage collection and compilation only make them longer. */
const ROUNDS = 8

/** Parts that a long input is compared with. */
const PARTS = 16

/** How much longer than its parts a long input may take, which is 1 where time is linear and up to PARTS where it is quadratic. */
const MOST = 4

/** Milliseconds of processor that this process spends on some work; other work of this process meanwhile is counted too. */
export async function cpuTime(work: Work): Promise<number> {
  const before = process.cpuUsage()
  const result = work()
  // Only what waits is waited for: a turn of the queue costs as much as some work does.
  if (result instanceof Promise) await result
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** Milliseconds of processor as `cpuTime` counts them, but for the garbage collector's. */
async function timeWithoutCollector(work: Work): Promise<number> {
  const profiler = new GCProfiler()
  profiler.start()
  const time = await cpuTime(work)
  const collected = profiler.stop().statistics.reduce((sum, { cost }) => sum + cost / 1000, 0)
  // The collector's time is elapsed time, which may be more than the processor's where other programs run.
  return Math.max(time - collected, time / 10)
}

/** Milliseconds of one run, of as many as it takes to measure them. */
async function timeOfRun(work: Work, clock: typeof cpuTime): Promise<number> {
  let total = 0
  let runs = 0
  while (total < LEAST) {
    // Twice as many each time: reading the clock costs more than some work.
    const more = runs === 0 ? 1 : runs
    total += await clock(async () => {
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
  await timeOfRun(other, timeWithoutCollector)
  let [time, otherTime] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (let round = 0; round < ROUNDS; round++) {
    otherTime = Math.min(otherTime, await timeOfRun(other, timeWithoutCollector))
    time = Math.min(time, await timeOfRun(work, timeWithoutCollector))
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
  await timeOfRun(sound, cpuTime)
  const most = MOST_DAMAGED * (await timeOfRun(sound, cpuTime))
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
