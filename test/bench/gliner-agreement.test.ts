/** The comparison with gliner.js accepts the one documented difference of rules, and no other. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { root } from '../shared.ts'

type Span = [start: number, end: number, type: string, score: number]
interface Task {
  readonly words: readonly [number, number][]
  readonly width: number
  readonly types: readonly string[]
  readonly threshold: number
}
interface Read {
  readonly ids: readonly number[]
  readonly logits: readonly (number | null)[]
  readonly found: readonly Span[]
}
interface Agreement {
  chooseSpans(logits: readonly (number | null)[], task: Task, by: 'words' | 'characters'): Span[]
  disagreements(task: Task, reference: Read, exact: Read, theirs: Read): string[]
  difference(
    logits: readonly (number | null)[],
    expected: readonly (number | null)[],
    task: Task,
  ): { most: number; mean: number }
}

const { chooseSpans, difference, disagreements }: Agreement = await import(
  new URL('bench/compare/gliner/agreement.mjs', root).href
)

/** "Goma, Rome": three words, spans of two at most, one type; the last row's second span ends beyond the text. */
const task: Task = {
  words: [
    [0, 4],
    [4, 5],
    [6, 10],
  ],
  width: 2,
  types: ['place'],
  threshold: 0.5,
}
const logits = [3, -2, 1, -2, 2, null]
const spans = (by: 'words' | 'characters'): string[] =>
  chooseSpans(logits, task, by).map(([start, end]) => `${start}-${end}`)
const read = (by: 'words' | 'characters', changed: Partial<Read> = {}): Read => ({
  ids: [1, 5, 6, 7, 2],
  logits,
  found: chooseSpans(logits, task, by),
  ...changed,
})

test('spans that touch overlap by characters alone', () => {
  assert.equal(spans('words'), ['0-4', '4-5', '6-10'])
  assert.equal(spans('characters'), ['0-4', '6-10'])
})

test('that rule is let pass, in gliner.js alone', () => {
  assert.equal(disagreements(task, read('words'), read('words'), read('characters')), [])
  const wrong = disagreements(task, read('words'), read('characters'), read('characters'))
  assert.equal(wrong, ["iobert's spans and the package's: 1 spans only in one"])
  assert.match(disagreements(task, read('words'), read('words'), read('words')).join(), "gliner.js's spans")
})

test('other pieces, logits, scores and spans are told', () => {
  const told = (changed: Partial<Read>): string =>
    disagreements(task, read('words'), read('words'), read('characters', changed)).join()
  assert.match(told({ ids: [1, 5, 6, 8, 2] }), 'gliner.js reads other pieces')
  assert.match(told({ logits: [3, -2, 1, -2, 2.5, null] }), "gliner.js's logits are up to 0.5")
  assert.match(told({ logits: [3, -2, Number.NaN, -2, 2, null] }), "gliner.js's logits are up to NaN")
  assert.match(told({ found: [] }), "gliner.js's spans: 2 spans only in one")
  const [first, ...rest] = chooseSpans(logits, task, 'characters')
  assert.match(told({ found: [[first![0], first![1], 'place', 0.9], ...rest] }), "gliner.js's spans: 2 spans")
})

test('what stands for spans beyond the end is not looked at; a missing logit is', () => {
  assert.equal(difference([...logits.slice(0, 5), 99], logits, task), { most: 0, mean: 0 })
  assert.equal(difference([3, -2, 1, -2, 4, null], logits, task), { most: 2, mean: Math.sqrt(4 / 5) })
  assert.throws(() => difference(logits.slice(1), logits, task), /There are 5 logits, expected 6/)
})

test.run()
