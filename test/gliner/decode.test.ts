/** Which spans are kept, checked against the rule itself by comparing every pair. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { chooseSpans, type ScoredSpan, type SpanRules } from '#dist/tasks/gliner/decode.js'
import { seeded } from '../random.ts'

/** The package's rule (decoding/utils.py), word for word of it. */
function inTheWay(a: ScoredSpan, b: ScoredSpan, { nested, multiLabel }: SpanRules): boolean {
  if (a.start === b.start && a.end === b.end) return !multiLabel
  if (a.start > b.end || b.start > a.end) return false
  const inside = (x: ScoredSpan, y: ScoredSpan): boolean => x.start <= y.start && x.end >= y.end
  return !(nested && (inside(a, b) || inside(b, a)))
}

function plainly(spans: readonly ScoredSpan[], rules: SpanRules): ScoredSpan[] {
  const kept: ScoredSpan[] = []
  for (const span of [...spans].sort((a, b) => b.score - a.score))
    if (!kept.some((other) => inTheWay(span, other, rules))) kept.push(span)
  return kept.sort((a, b) => a.start - b.start)
}

test('chooseSpans() keeps what comparing each with each keeps', () => {
  const next = seeded(7)
  const below = (limit: number): number => Math.floor(next() * limit)
  for (let round = 0; round < 400; round++) {
    const rules = { nested: round % 2 === 1, multiLabel: round % 4 > 1 }
    const spans: ScoredSpan[] = []
    const words = 1 + below(20)
    for (let count = below(60); count > 0; count--) {
      const start = below(words)
      // Few scores, so that many are equal: the earlier one in the list comes first then.
      spans.push({ start, end: start + below(6), type: below(3), score: 0.1 + below(5) / 10 })
    }
    assert.equal(chooseSpans(spans, rules), plainly(spans, rules))
  }
})

test('flat, nested and of several types', () => {
  const span = (start: number, end: number, score: number, type = 0): ScoredSpan => ({
    start,
    end,
    type,
    score,
  })
  const spans = [span(0, 3, 0.9), span(1, 2, 0.8), span(3, 4, 0.7), span(1, 2, 0.6, 1), span(5, 5, 0.5)]
  const choose = (rules: SpanRules): string[] =>
    chooseSpans(spans, rules).map(({ start, end, type }) => `${start}-${end} ${type}`)
  assert.equal(choose({}), ['0-3 0', '5-5 0'])
  assert.equal(choose({ nested: true }), ['0-3 0', '1-2 0', '5-5 0'])
  assert.equal(choose({ nested: true, multiLabel: true }), ['0-3 0', '1-2 0', '1-2 1', '5-5 0'])
})

test.run()
