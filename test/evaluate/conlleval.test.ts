/** Scores of phrases as conlleval and seqeval count and print them. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Chunk, findChunks, parseTags } from '#dist/evaluate/chunks.js'
import { classificationReport, formatClassificationReport } from '#dist/evaluate/classification-report.js'
import { countPhrases, formatConlleval, scorePhrases } from '#dist/evaluate/conlleval.js'
import { compareCodePoints, formatFixed } from '#dist/evaluate/format-number.js'

function chunks(tags: string): string[] {
  const list = tags.split(' ')
  return findChunks(list, parseTags(list)).map(({ type, start, end }) => `${type} ${start}-${end}`)
}

const read: [what: string, tags: string, wanted: string[]][] = [
  ['IOB2', 'B-P I-P B-P O I-P', ['P 0-2', 'P 2-3', 'P 4-5']],
  ['IOB1', 'I-P I-P B-P I-P O', ['P 0-2', 'P 2-4']],
  ['IO', 'I-P I-P I-Q O I-Q', ['P 0-2', 'Q 2-3', 'Q 4-5']],
  ['types that change after B', 'B-P I-Q', ['P 0-1', 'Q 1-2']],
  ['types with hyphens', 'B-A-B I-A-B I-A', ['A-B 0-2', 'A 2-3']],
  ['BIOES', 'B-P E-P B-P I-P E-P S-P S-P I-P', ['P 0-2', 'P 2-5', 'P 5-6', 'P 6-7', 'P 7-8']],
  ['BIOES with single words only', 'S-P O S-Q', ['P 0-1', 'Q 2-3']],
  ['IOE', 'I-P I-P E-P I-P O', ['P 0-3', 'P 3-4']],
  ['BILOU', 'B-P L-P U-P', ['P 0-2', 'P 2-3']],
  ['underscores', 'B_P I_P B_P', ['P 0-2', 'P 2-3']],
  ['suffixes', 'P-B P-I P-B', ['P 0-2', 'P 2-3']],
  ['bare tags', 'PER PER LOC O E-MAIL', ['PER 0-2', 'LOC 2-3', 'E-MAIL 4-5']],
  ['letters without types', 'B I O B', [' 0-2', ' 3-4']],
  ['brackets', '[-P ]-P O', ['P 0-1', 'P 1-2']],
]
for (const [what, tags, wanted] of read) {
  test(`findChunks reads ${what}`, () => {
    assert.equal(chunks(tags), wanted)
  })
}

/** Phrases of one to three words with gaps of zero to two, drawn at random. */
const drawn = fc.array(fc.tuple(fc.constantFrom('P', 'Q'), fc.integer({ min: 1, max: 3 }), fc.nat(2)))

type Write = (type: string, length: number, touches: boolean) => string[]
const writers: Record<string, Write> = {
  IOB2: (type, length) => Array.from({ length }, (_, i) => `${i === 0 ? 'B' : 'I'}-${type}`),
  IOB1: (type, length, touches) =>
    Array.from({ length }, (_, i) => `${i === 0 && touches ? 'B' : 'I'}-${type}`),
  BIOES: (type, length) =>
    length === 1
      ? [`S-${type}`]
      : Array.from({ length }, (_, i) => `${i === 0 ? 'B' : i === length - 1 ? 'E' : 'I'}-${type}`),
  BILOU: (type, length) =>
    length === 1
      ? [`U-${type}`]
      : Array.from({ length }, (_, i) => `${i === 0 ? 'B' : i === length - 1 ? 'L' : 'I'}-${type}`),
}
for (const [scheme, write] of Object.entries(writers)) {
  test(`findChunks reads back phrases written in ${scheme}`, () => {
    fc.assert(
      fc.property(drawn, (phrases) => {
        const tags: string[] = []
        const wanted: Chunk[] = []
        for (const [type, length, gap] of phrases) {
          for (let i = 0; i < gap; i++) tags.push('O')
          const touches = wanted.length > 0 && gap === 0 && wanted.at(-1)!.type === type
          wanted.push({ type, start: tags.length, end: tags.length + length })
          tags.push(...write(type, length, touches))
        }
        assert.equal(findChunks(tags, parseTags(tags)), wanted)
      }),
    )
  })
}

const pairs = fc.array(
  fc.array(fc.tuple(fc.constantFrom('O', 'B-P', 'I-P', 'I-Q'), fc.constantFrom('O', 'B-P', 'I-P', 'I-Q'))),
)

test('countPhrases is symmetric, and all right against itself', () => {
  fc.assert(
    fc.property(pairs, (sentences) => {
      const forward = countPhrases(
        sentences.map((s) => ({ gold: s.map(([g]) => g), guess: s.map(([, p]) => p) })),
      )
      const back = countPhrases(
        sentences.map((s) => ({ gold: s.map(([, p]) => p), guess: s.map(([g]) => g) })),
      )
      assert.equal(
        [forward.support, forward.found, forward.correct],
        [back.found, back.support, back.correct],
      )
      const same = countPhrases(sentences.map((s) => ({ gold: s.map(([g]) => g), guess: s.map(([g]) => g) })))
      assert.equal([same.correct, same.correctTokens], [same.support, same.tokens])
      let support = 0
      for (const of of forward.types.values()) support += of.support
      assert.is(support, forward.support)
    }),
  )
})

test('countPhrases ends phrases with their sentence', () => {
  const half = { gold: ['I-P'], guess: ['I-P'] }
  assert.is(countPhrases([half, half]).support, 2)
})

test('countPhrases refuses sides of different lengths', () => {
  assert.throws(
    () => countPhrases([{ gold: ['O'], guess: [] }]),
    /sentence 1 has 0 predicted tags, expected 1/u,
  )
})

test('formatConlleval prints what there is of nothing', () => {
  assert.is(
    formatConlleval(countPhrases([])),
    'processed 0 tokens with 0 phrases; found: 0 phrases; correct: 0.\n',
  )
  assert.is(
    formatConlleval(countPhrases([{ gold: ['O'], guess: ['B-X'] }]), { nonO: true }),
    'processed 1 tokens with 0 phrases; found: 1 phrases; correct: 0.\n' +
      'accuracy:   0.00%; (non-O)\n' +
      'accuracy:   0.00%; precision:   0.00%; recall:   0.00%; FB1:   0.00\n' +
      '                X: precision:   0.00%; recall:   0.00%; FB1:   0.00  1\n',
  )
})

test('scorePhrases gives the seed card its figures', () => {
  const scores = scorePhrases({ support: 5942, found: 5915, correct: 5497 })
  assert.equal(
    [scores.precision, scores.recall, scores.f1].map((score) => formatFixed(score, 2)),
    ['92.93', '92.51', '92.72'],
  )
})

test('formatFixed rounds halves of the binary value to even', () => {
  const known: [number, string][] = [
    [0.125, '0.12'],
    [0.375, '0.38'],
    [3.125, '3.12'],
    [3.375, '3.38'],
    [0.005, '0.01'], // the binary value is above the half
    [1.005, '1.00'], // and here below
    [2.675, '2.67'],
    [99.995, '100.00'],
    [0, '0.00'],
    [100, '100.00'],
  ]
  for (const [value, wanted] of known) assert.is(formatFixed(value, 2), wanted)
  assert.is(formatFixed(0.5, 0), '0')
  assert.is(formatFixed(1.5, 0), '2')
})

test('compareCodePoints orders astral characters last', () => {
  assert.equal(['\u{1F600}', '\uFB01', 'b', 'a', 'ab', ''].sort(compareCodePoints), [
    '',
    'a',
    'ab',
    'b',
    '\uFB01',
    '\u{1F600}',
  ])
})

test('formatClassificationReport takes any number of tags', () => {
  const tags = Array.from({ length: 150_000 }, (_, index) => `B-${index}`)
  const lines = formatClassificationReport(classificationReport([{ gold: tags, guess: tags }])).split('\n')
  assert.ok(lines.length > tags.length)
})

test('formatClassificationReport prints accuracy where no token is left out', () => {
  assert.is(
    formatClassificationReport(classificationReport([{ gold: ['A', 'B'], guess: ['A', 'A'] }])),
    [
      '              precision    recall  f1-score   support',
      '',
      '           A       0.50      1.00      0.67         1',
      '           B       0.00      0.00      0.00         1',
      '',
      '    accuracy                           0.50         2',
      '   macro avg       0.25      0.50      0.33         2',
      'weighted avg       0.25      0.50      0.33         2',
      '',
    ].join('\n'),
  )
})

test('classificationReport of nothing but O has no rows and zeros', () => {
  const report = classificationReport([{ gold: ['O'], guess: ['O'] }])
  assert.equal(report.tags, [])
  assert.match(formatClassificationReport(report), / {3}micro avg {7}0.00 {6}0.00 {6}0.00 {9}0\n/u)
})

test.run()
