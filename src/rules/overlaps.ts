/**
 * Decides which spans stay where spans overlap: among the matches of rules, and between rules and the model.
 */
import { eachOf, merged, type Steps, sorted } from './turns.ts'

export interface Match {
  readonly start: number
  readonly end: number
}

/** A span and the rank of the list that it comes from. */
interface Ranked<S> {
  readonly span: S
  readonly rank: number
}

/**
 * Keeps the first of overlapping spans; the result is in text order. With `longest`, the longer span comes
 * first; on a tie, and without `longest`, the span of the earlier list does, then the one further left.
 *
 * @param lists each in the order of the text
 */
export function* keepFirst<S extends Match>(lists: readonly (readonly S[])[], longest: boolean): Steps<S[]> {
  const ranked: Ranked<S>[][] = []
  for (const [rank, list] of lists.entries()) {
    const spans: Ranked<S>[] = []
    yield* eachOf(list, (span) => spans.push({ span, rank }))
    ranked.push(spans)
  }
  const all = yield* merged(ranked, (a, b) => a.span.start - b.span.start)
  const kept: S[] = []
  // Spans are grouped where each overlaps the next; a span never conflicts with one of another group.
  let group: Ranked<S>[] = []
  let end = 0
  for (const [at, one] of all.entries()) {
    if (at % 1024 === 1023) yield
    if (one.span.start >= end && group.length > 0) {
      yield* keepOfGroup(group, longest, kept)
      group = []
    }
    group.push(one)
    end = Math.max(end, one.span.end)
  }
  yield* keepOfGroup(group, longest, kept)
  return kept
}

function* keepOfGroup<S extends Match>(
  group: readonly Ranked<S>[],
  longest: boolean,
  kept: S[],
): Steps<void> {
  if (group.length < 2) {
    for (const { span } of group) kept.push(span)
    return
  }
  const length = ({ span }: Ranked<S>): number => span.end - span.start
  const byRank = (a: Ranked<S>, b: Ranked<S>): number => a.rank - b.rank
  const inTurn = yield* sorted(group, longest ? (a, b) => length(b) - length(a) || byRank(a, b) : byRank)
  // Only the places where spans begin or end are stored, so that memory grows with the spans, not with the
  // text.
  const starts: number[] = []
  const ends: number[] = []
  yield* eachOf(group, ({ span }) => {
    starts.push(span.start)
    ends.push(span.end)
  })
  const places = yield* merged([starts, yield* sorted(ends, ascending)], ascending)
  const covered = new Uint8Array(places.length)
  const free: S[] = []
  yield* eachOf(inTurn, ({ span }) => {
    const first = placeOf(places, span.start, same)
    const last = placeOf(places, span.end, same)
    if (covered.subarray(first, last).includes(1)) return
    covered.fill(1, first, last)
    free.push(span)
  })
  const inOrder = yield* sorted(free, (a, b) => a.start - b.start)
  yield* eachOf(inOrder, (span) => kept.push(span))
}

/**
 * Like `keepFirst`, but also keeps the parts of the losers that lie outside the winners: whatever was found
 * is covered.
 *
 * @param partOf makes a span of a part of one; undefined if nothing in that part counts
 */
export function* keepParts<S extends Match>(
  lists: readonly (readonly S[])[],
  longest: boolean,
  partOf: (span: S, start: number, end: number) => S | undefined,
): Steps<S[]> {
  let kept = yield* keepFirst(lists, longest)
  let lost = lists
  for (;;) {
    const parts: S[] = []
    for (const list of lost) {
      yield* outside(list, kept, (span, start, end) => {
        const part = partOf(span, start, end)
        if (part !== undefined) parts.push(part)
      })
    }
    if (parts.length === 0) return kept
    // Parts of two spans may overlap, and one of them may lose again.
    lost = [yield* sorted(parts, (a, b) => a.start - b.start)]
    kept = yield* keepFirst([kept, ...lost], false)
  }
}

/**
 * Calls `use` with each part of a span that lies outside the kept ones, which are in text order and do not
 * overlap.
 */
function* outside<S extends Match>(
  spans: readonly S[],
  kept: readonly S[],
  use: (span: S, start: number, end: number) => void,
): Steps<void> {
  yield* eachOf(spans, (span) => {
    let at = span.start
    let next = placeOf(kept, at + 1, ({ end }) => end)
    if (kept[next] === span) return
    for (; at < span.end; next++) {
      const start = Math.min(span.end, kept[next]?.start ?? span.end)
      if (start > at) use(span, at, start)
      at = kept[next]?.end ?? span.end
    }
  })
}

const ascending = (a: number, b: number): number => a - b
const same = (place: number): number => place

/**
 * Index of the first item of a sorted list that is not below a number; the list's length if there is none.
 */
function placeOf<Item>(list: readonly Item[], least: number, of: (item: Item) => number): number {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (of(list[middle]!) < least) low = middle + 1
    else high = middle
  }
  return low
}
