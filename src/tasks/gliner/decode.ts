/**
 * Makes spans of the scores of words, and chooses spans greedily by score: the best first, then each one that does
 * not conflict with a better one.
 * The rules are those of the package gliner (TokenDecoder, BaseDecoder.greedy_search); Zaratiana et al. 2023 (arXiv
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

/** Each word's scores as the first word of an entity of a type, as the last and as any: [W, C, 3], 0 to 1. */
export interface BoundaryScores {
  readonly scores: Float32Array
  readonly words: number
  readonly types: number
}

/**
 * The spans whose first and last word are above the threshold of the type as such, and no word below it as any; the score is the
 * least of all these. In the order in which the better one of equals is chosen: by first word, type, last word.
 *
 * Of spans that would conflict, one that has a better or equal one inside is left out: whatever conflicts with that
 * one conflicts with it. So few are kept however many words are above the threshold.
 *
 * @param isJudged  whether a span counts
 */
export function* matchBoundaries(
  { scores, words, types }: BoundaryScores,
  thresholds: readonly number[],
  { nested = false, multiLabel = false }: SpanRules,
  isJudged: (first: number, last: number) => boolean,
): Generator<ScoredSpan, void, undefined> {
  const at = (word: number, type: number, which: number): number => scores[(word * types + type) * 3 + which]!
  // The package compares the ends as float32 and the words between them as float64.
  const least = thresholds.map(Math.fround)
  for (let start = 0; start < words; start++) {
    for (let type = 0; type < types; type++) {
      const asStart = at(start, type, 0)
      if (asStart <= least[type]!) continue
      let best = Number.NEGATIVE_INFINITY
      let inside = asStart
      for (let end = start; end < words; end++) {
        const asAny = at(end, type, 2)
        if (asAny < thresholds[type]!) break
        inside = Math.min(inside, asAny)
        const asEnd = at(end, type, 1)
        if (asEnd <= least[type]! || !isJudged(start, end)) continue
        const score = Math.min(inside, asEnd)
        if (!nested && !multiLabel && score <= best) continue
        best = Math.max(best, score)
        yield { start, end, type, score }
      }
    }
  }
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
  const taken = new Set<string>()
  const isFree = (span: Span): boolean => {
    for (let first = span.start - widest; first <= span.end; first++) {
      for (const other of kept.get(first) ?? []) {
        if (other.end >= span.start && !(nested && liesIn(span, other))) return false
      }
    }
    return true
  }
  const chosen = best.filter((span) => {
    const words = `${span.start} ${span.end}`
    // With its first type it conflicted with nothing, so with another one it does not either.
    if (taken.has(words)) return multiLabel
    if (!isFree(span)) return false
    taken.add(words)
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
