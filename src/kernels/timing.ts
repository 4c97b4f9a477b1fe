/**
 * Times several ways to compute the same thing, in turns, and finds the fastest on this engine and machine.
 */

/** The figures count as settled after this many turns in which nothing became faster. */
const QUIET_TURNS = 4
/** The most turns, for busy machines that never settle. */
const MOST_TURNS = 30
/**
 * Parts of a turn, if the clock is fine enough: disturbances then hit all alike (of 40 choices 9 were wrong,
 * with whole turns 18).
 */
const PARTS = 4
/** The fewest ticks of the clock in a part. */
const TICKS = 25
/** A clock that does not tick in this many readings, some 10 ms, counts as standing still. */
const MOST_READINGS = 100_000
/** Why there are no times. */
export const STANDS_STILL = 'not timed: the clock stands still or goes back'
/** By how much a figure must fall to count as faster. */
const FASTER = 0.97

/**
 * The fewest milliseconds that a call of each candidate took. They take turns until none becomes faster any
 * more: engines optimise a function only after it has run for a while, and on another thread, which may be
 * late.
 *
 * @param prepare           called once before a candidate's turn
 * @param turnMilliseconds  of a candidate's turn
 * @param now               milliseconds
 * @returns undefined where the clock goes back, or stands still while code runs, as on Cloudflare's edge,
 *   where only input and output advance it
 */
export function bestTimes<Candidate>(
  candidates: readonly Candidate[],
  prepare: (candidate: Candidate) => void,
  call: (candidate: Candidate) => void,
  turnMilliseconds: number,
  now: () => number,
): Map<Candidate, number> | undefined {
  const clockTick = tick(now)
  if (clockTick === undefined) return undefined
  const best = new Map(candidates.map((candidate) => [candidate, Number.POSITIVE_INFINITY]))
  const parts = TICKS * clockTick <= turnMilliseconds / PARTS ? PARTS : 1
  for (let turn = 0, quiet = 0; turn < MOST_TURNS * parts && quiet < QUIET_TURNS * parts; turn++, quiet++) {
    for (const candidate of candidates) {
      prepare(candidate)
      const before = best.get(candidate)!
      const time = meanTime(() => call(candidate), turnMilliseconds / parts, now)
      if (time < FASTER * before) quiet = 0
      best.set(candidate, Math.min(time, before))
    }
  }
  return [...best.values()].includes(Number.POSITIVE_INFINITY) ? undefined : best
}

/** Milliseconds from one tick of the clock to the next; undefined where it does not go forward. */
function tick(now: () => number): number | undefined {
  const before = now()
  for (let reading = 0; reading < MOST_READINGS; reading++) {
    const after = now()
    if (after !== before) return after > before ? after - before : undefined
  }
  return undefined
}

/**
 * Measured from one tick of the clock to another: browsers' clocks tick every 0.1 or 1 ms, and a call takes
 * less. Infinity where the clock goes back.
 */
function meanTime(call: () => void, milliseconds: number, now: () => number): number {
  const before = now()
  let started = before
  while (started === before) {
    call()
    started = now()
  }
  let calls = 0
  let elapsed = 0
  while (elapsed < milliseconds) {
    call()
    calls++
    elapsed = now() - started
    if (elapsed < 0) return Number.POSITIVE_INFINITY
  }
  return elapsed / calls
}

/** The candidate with the least time. */
export function fastestOf<Candidate>(times: Map<Candidate, number>): Candidate {
  const [[fastest]] = [...times].sort((a, b) => a[1] - b[1]) as [[Candidate, number]]
  return fastest
}
