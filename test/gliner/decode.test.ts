/** Which spans scores of words make, and which spans are kept, checked against the rule itself by comparing every pair. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type BoundaryScores,
  chooseSpans,
  matchBoundaries,
  type ScoredSpan,
  type SpanRules,
} from '#dist/tasks/gliner/decode.js'
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

/** The package's rule (TokenDecoder): each first word with each last word of its type. */
function* matchPlainly(
  { scores, words, types }: BoundaryScores,
  threshold: number,
): Generator<ScoredSpan, void, undefined> {
  const at = (word: number, type: number, which: number): number => scores[(word * types + type) * 3 + which]!
  const least = Math.fround(threshold)
  for (let start = 0; start < words; start++) {
    for (let type = 0; type < types; type++) {
      for (let end = start; end < words; end++) {
        if (!(at(start, type, 0) > least && at(end, type, 1) > least)) continue
        const inside = Array.from({ length: end - start + 1 }, (_, word) => at(start + word, type, 2))
        if (inside.some((score) => score < threshold)) continue
        yield { start, end, type, score: Math.min(...inside, at(start, type, 0), at(end, type, 1)) }
      }
    }
  }
}

test('matchBoundaries() makes the spans of each first with each last word, and those it leaves out are not missed', () => {
  const next = seeded(9)
  let [made, left] = [0, 0]
  for (let round = 0; round < 2000; round++) {
    const rules = { nested: round % 2 === 1, multiLabel: round % 4 > 1 }
    const [words, types] = [1 + Math.floor(next() * 15), 1 + Math.floor(next() * 3)]
    // Few scores, so that many are equal, also to the threshold.
    const scores = Float32Array.from({ length: words * types * 3 }, () => 0.3 + Math.floor(next() * 5) / 10)
    const threshold = [0, 0.3, 0.4, 0.5][Math.floor(next() * 4)]!
    const [first, last] = [Math.floor(next() * 4), words - Math.floor(next() * 4)]
    const isJudged = (start: number, end: number): boolean => {
      const middle = Math.floor((start + end) / 2)
      return middle >= first && middle < last
    }
    const given = { scores, words, types }
    const all = [...matchPlainly(given, threshold)].filter(({ start, end }) => isJudged(start, end))
    const spans = [...matchBoundaries(given, Array(types).fill(threshold), rules, isJudged)]
    if (rules.nested || rules.multiLabel) assert.equal(spans, all)
    assert.equal(chooseSpans(spans, rules), plainly(all, rules))
    made += all.length
    left += all.length - spans.length
  }
  assert.ok(made > 10_000 && left > 1000, `${made} spans, ${left} of them left out`)
})

test('words that all have high scores make few spans, unless they may lie in each other', () => {
  const scores = new Float32Array(300 * 2 * 3).fill(0.9)
  const count = (rules: SpanRules): number =>
    [...matchBoundaries({ scores, words: 300, types: 2 }, [0.5, 0.5], rules, () => true)].length
  assert.is(count({}), 300 * 2)
  assert.is(count({ nested: true }), 300 * 301)
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
