/**
 * Chooses spans greedily by score: the best first, then each one that does not conflict with a better one.
 * The rules are those of the package gliner (BaseDecoder.greedy_search); Zaratiana et al. 2023 (arXiv
 * 2311.08526), section 2.3.
 */

/** A span of words, and a possible type of it. */
export interface ScoredSpan {
  /** Its first word. */
  readonly start: number
  /** Its last word. */
  readonly end: number
  /** Index of one of the requested types. */
  readonly type: number
  /** Between 0 and 1. */
  readonly score: number
}

export interface SpanRules {
  /** Whether a span may lie inside another; default false: no two spans share a word. */
  readonly nested?: boolean | undefined
  /** Whether the same span may have several types; default false. */
  readonly multiLabel?: boolean | undefined
}

/**
 * Chooses among spans that are in text order. Returns the chosen ones by their first word; of those with the
 * same first word, the better one first.
 *
 * Two spans conflict if they share a word; with `nested`, only if neither lies inside the other. The same
 * words may have several types only with `multiLabel`.
 */
export function chooseSpans<Span extends ScoredSpan>(
  spans: readonly Span[],
  { nested = false, multiLabel = false }: SpanRules,
): Span[] {
  const best = [...spans].sort((a, b) => b.score - a.score)
  const widest = spans.reduce((most, { start, end }) => Math.max(most, end - start), 0)
  /** The chosen spans by their first word: only near ones can conflict. */
  const kept = new Map<number, Span[]>()
  const isFree = (span: Span): boolean => {
    for (let first = span.start - widest; first <= span.end; first++) {
      for (const other of kept.get(first) ?? []) {
        if (other.start === span.start && other.end === span.end) {
          if (!multiLabel) return false
        } else if (other.end >= span.start && !(nested && liesIn(span, other))) return false
      }
    }
    return true
  }
  const chosen = best.filter((span) => {
    if (!isFree(span)) return false
    const beside = kept.get(span.start)
    if (beside) beside.push(span)
    else kept.set(span.start, [span])
    return true
  })
  return chosen.sort((a, b) => a.start - b.start)
}

/** Whether one of two spans lies inside the other. */
function liesIn(a: ScoredSpan, b: ScoredSpan): boolean {
  return (a.start <= b.start && a.end >= b.end) || (b.start <= a.start && b.end >= a.end)
}
