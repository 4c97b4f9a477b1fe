/** The report of an evaluation: counts add up, and its page fetches nothing. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseConll } from '#dist/evaluate/conll.js'
import { evaluate, formatWrongSpan, type PredictedSentence, summarize } from '#dist/evaluate/evaluation.js'
import { reportHtml } from '#dist/evaluate/report-html.js'
import { rootPath } from '../shared.ts'

function sentence(words: string, gold: string, guess: string): PredictedSentence {
  return { words: words.split(' '), gold: gold.split(' '), guess: guess.split(' '), document: 0, line: 7 }
}

const mixed = [
  sentence(
    'Angela Merkel met Tim in Sao Paulo .',
    'B-PER I-PER O B-PER O B-LOC I-LOC O',
    'B-PER I-PER O B-ORG O B-LOC O B-LOC',
  ),
  sentence('Rome fell', 'B-LOC O', 'O O'),
]

test('summarize gives percent, not rounded', () => {
  const summary = summarize(evaluate(mixed))
  assert.equal(summary, {
    tokens: 10,
    accuracy: 60,
    nonOAccuracy: 50,
    precision: 25,
    recall: 25,
    f1: 25,
    types: {
      LOC: { precision: 0, recall: 0, f1: 0, support: 2, found: 2 },
      ORG: { precision: 0, recall: 0, f1: 0, support: 0, found: 1 },
      PER: { precision: 100, recall: 50, f1: (2 * 100 * 50) / 150, support: 2, found: 1 },
    },
  })
  assert.equal(summarize(evaluate([])).types, {})
})

test('evaluate tells wrong spans with what they should have been', () => {
  const { wrongSpans } = evaluate(mixed)
  assert.equal(
    wrongSpans.map((span) => formatWrongSpan(span, 1)),
    [
      'wrong type    line 7  met [{Tim}] in  PER -> ORG',
      'wrong bounds  line 7  in [{Sao} Paulo] .  LOC -> LOC',
      'spurious      line 7  Paulo {.}  O -> LOC',
      'missed        line 7  [Rome] fell  LOC -> O',
    ],
  )
})

test('evaluate counts the confusion of every tag', () => {
  const { confusion } = evaluate(mixed)
  assert.equal(confusion.tags, ['O', 'B-LOC', 'B-ORG', 'B-PER', 'I-LOC', 'I-PER'])
  assert.is(confusion.counts[3]![2], 1)
  assert.is(
    confusion.counts.flat().reduce((a, b) => a + b, 0),
    10,
  )
})

test('evaluate wrong spans add up to the counts', () => {
  const tag = fc.constantFrom('O', 'B-P', 'I-P', 'B-Q', 'I-Q')
  fc.assert(
    fc.property(fc.array(fc.array(fc.tuple(tag, tag), { minLength: 1 })), (drawn) => {
      const { counts, wrongSpans } = evaluate(
        drawn.map((pairs) =>
          sentence(
            pairs.map(() => 'w').join(' '),
            pairs.map(([g]) => g).join(' '),
            pairs.map(([, p]) => p).join(' '),
          ),
        ),
      )
      assert.is(wrongSpans.filter(({ gold }) => gold).length, counts.support - counts.correct)
      assert.is(wrongSpans.filter(({ guess }) => guess).length, counts.found - counts.correct)
    }),
  )
})

test('reportHtml is one page that runs and fetches nothing, with everything escaped', () => {
  const text = readFileSync(rootPath('test/goldens/evaluate/4.conll'), 'utf8')
  const read = parseConll(text, { predicted: true }).map(
    (s): PredictedSentence => ({ ...s, guess: s.guess! }),
  )
  const page = reportHtml(evaluate([...read, sentence('<b> & \u202ex', 'B-<i> O O', 'O O O')]), 'a "<title>"')
  assert.match(page, /^<!doctype html>/u)
  assert.not.match(page, /<script|href=|src=|<b>|<i>|"<title>"/u)
  assert.match(page, /<bdi>.*&lt;b&gt;.*\ufffdx.*<\/bdi>/u)
  assert.not.match(page, /\u202e/u)
  assert.is(page.match(/<svg /gu)!.length, 2)
  assert.is(page.match(/<svg /gu)!.length, page.match(/<\/svg>/gu)!.length)
  assert.not.match(page, /NaN|undefined/u)
  assert.match(reportHtml(evaluate([]), 'empty'), /processed 0 tokens/u)
})

test.run()
