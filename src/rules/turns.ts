/**
 * Long work in steps: a generator that yields now and then and returns its result at the end. It can be run
 * at once, or with pauses that let other tasks of the thread run.
 */
import { nextTask } from '../check/next-task.ts'

/** Work that can pause between steps of well under a millisecond. */
export type Steps<Result> = Generator<undefined, Result, undefined>

/** Time between two pauses, in milliseconds. */
const TURN = 10

/** Items processed in one step. */
const STEP = 4096

/** Runs all steps at once. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/**
 * Runs all steps, with pauses.
 *
 * @throws the signal's reason if it is aborted meanwhile
 */
export async function inTurns<Result>(steps: Steps<Result>, signal?: AbortSignal): Promise<Result> {
  signal?.throwIfAborted()
  for (let paused = performance.now(); ; ) {
    const { done, value } = steps.next()
    if (done) return value
    if (performance.now() - paused < TURN) continue
    await nextTask()
    signal?.throwIfAborted()
    paused = performance.now()
  }
}

/** Calls `use` with each item. */
export function* eachOf<Item>(items: readonly Item[], use: (item: Item) => void): Steps<void> {
  for (let at = 0; at < items.length; at++) {
    if (at % STEP === STEP - 1) yield
    use(items[at]!)
  }
}

/**
 * Merges sorted lists; equal items keep the order of their lists.
 *
 * @param compare as for `Array.sort`
 */
export function* merged<Item>(
  lists: readonly (readonly Item[])[],
  compare: (a: Item, b: Item) => number,
): Steps<readonly Item[]> {
  let rest = lists
  while (rest.length > 1) {
    const next: (readonly Item[])[] = []
    for (let at = 0; at < rest.length; at += 2) {
      const [first, second] = [rest[at]!, rest[at + 1] ?? []]
      next.push(second.length === 0 ? first : yield* mergedPair(first, second, compare))
    }
    rest = next
  }
  return rest[0] ?? []
}

function* mergedPair<Item>(
  first: readonly Item[],
  second: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Steps<readonly Item[]> {
  const all: Item[] = []
  for (let one = 0, other = 0; one < first.length || other < second.length; ) {
    if (all.length % STEP === STEP - 1) yield
    const takesFirst =
      other === second.length || (one < first.length && compare(first[one]!, second[other]!) <= 0)
    all.push(takesFirst ? first[one++]! : second[other++]!)
  }
  return all
}

/** Sorts items; equal items keep their order. */
export function* sorted<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Steps<readonly Item[]> {
  const parts: Item[][] = []
  for (let at = 0; at < items.length; at += STEP) {
    parts.push(items.slice(at, at + STEP).sort(compare))
    yield
  }
  return yield* merged(parts, compare)
}
