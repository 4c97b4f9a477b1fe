/**
 * Long work in steps: a generator that yields now and then and gives its result back at the end. It is gone through at once, or
 * with pauses in which the other tasks of the thread have their turn.
 */
import { nextTask } from '../check/next-task.ts'

/** Work that can stop between two steps, each of well under a millisecond. */
export type Steps<Result> = Generator<undefined, Result, undefined>

/** Between two pauses, milliseconds. */
const TURN = 10

/** Items that are gone through in one step. */
const STEP = 4096

/** All steps at once. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/**
 * All steps, with pauses.
 *
 * @throws the signal's reason, where it is aborted meanwhile
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
 * Sorted lists as one; of items that are equal, those of the list that comes first stand first.
 *
 * @param compare as that of `Array.sort`
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

/** Items in order, those that are equal as they stood. */
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
