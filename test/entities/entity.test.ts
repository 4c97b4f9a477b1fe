/** From labels of pieces to entities: schemes, strategies, words, scores. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeEntities, groupLabels } from '#dist/entities/entity.js'
import { parseLabels } from '#dist/entities/labels.js'
import type { RecognizeOptions, Strategy } from '#dist/entities/types.js'
import { checkWanted } from '#dist/entities/wanted.js'
import { conllLabels, makeInput, makeWordInput, type Piece } from './sample.ts'

/** Entities of words of one piece as `TYPE first-last`. */
function grouped(labels: string[], tags: string[], options: RecognizeOptions = {}): string[] {
  const { entities } = decodeEntities({ ...makeWordInput(labels, tags), options })
  return entities.map(({ type, text }) => `${type} ${text}`)
}

const iob: [what: string, tags: string, wanted: string[]][] = [
  ['B-PER I-LOC are two groups', 'B-PER I-LOC', ['PER w0', 'LOC w1']],
  ['I-PER I-PER are one', 'I-PER I-PER', ['PER w0 w1']],
  ['B-PER B-PER are two', 'B-PER B-PER', ['PER w0', 'PER w1']],
  ['I-PER O I-PER are two (gap merge)', 'O I-PER O I-PER O', ['PER w1', 'PER w3']],
  ['B-PER I-PER B-PER I-PER are two', 'B-PER I-PER B-PER I-PER', ['PER w0 w1', 'PER w2 w3']],
  ['a stray I-LOC opens', 'O I-LOC I-LOC', ['LOC w1 w2']],
  ['O alone is nothing', 'O O', []],
]
for (const [what, tags, wanted] of iob) {
  for (const strategy of ['simple', 'first', 'average', 'max'] as const) {
    test(`decodeEntities ${strategy}: ${what}`, () => {
      assert.equal(grouped(conllLabels, tags.split(' '), { strategy }), wanted)
    })
  }
}

const others: [what: string, labels: string, tags: string, wanted: string[]][] = [
  ['IO', 'O I-PER I-LOC', 'I-PER I-PER I-LOC O I-LOC', ['PER w0 w1', 'LOC w2', 'LOC w4']],
  ['bare', 'O PER LOC', 'PER PER LOC O LOC', ['PER w0 w1', 'LOC w2', 'LOC w4']],
  [
    'BIOES',
    'O B-P I-P E-P S-P',
    'B-P I-P E-P S-P S-P B-P E-P I-P',
    ['P w0 w1 w2', 'P w3', 'P w4', 'P w5 w6', 'P w7'],
  ],
  ['BILOU', 'O B-P I-P L-P U-P', 'B-P L-P B-P L-P U-P O U-P', ['P w0 w1', 'P w2 w3', 'P w4', 'P w6']],
  ['B_X', 'O B_P I_P', 'B_P I_P B_P', ['P w0 w1', 'P w2']],
  ['B_X without I_X', 'O B_P B_Q', 'B_P B_P B_Q', ['P w0 w1', 'Q w2']],
  ['suffixes', 'O P-B P-I', 'P-B P-I P-B', ['P w0 w1', 'P w2']],
]
for (const [what, labels, tags, wanted] of others) {
  test(`decodeEntities groups ${what}`, () => {
    assert.equal(grouped(labels.split(' '), tags.split(' '), { decode: 'argmax' }), wanted)
  })
}

test('decodeEntities takes the stated scheme over the detected one', () => {
  assert.equal(grouped(conllLabels, ['B-PER', 'B-PER'], { scheme: 'IO' }), ['PER w0 w1'])
})

// A word whose pieces disagree: the strategies part.
const disagreeing: Piece[] = [
  ['Ab', 0, { 'B-PER': 0.5, 'B-LOC': 0.4, O: 0.1 }],
  ['cd', 0, { 'I-LOC': 0.8, 'B-LOC': 0.15, O: 0.05 }],
  ['ef', 0, { 'B-LOC': 0.6, 'B-PER': 0.3, O: 0.1 }],
  ['gh', 1, { O: 0.95 }],
]
const strategies: [
  strategy: Strategy,
  wanted: [type: string, start: number, end: number, score: number][],
][] = [
  ['first', [['PER', 0, 6, 0.5]]],
  ['average', [['LOC', 0, 6, (0.4 + 0.15 + 0.6) / 3]]],
  ['max', [['LOC', 0, 6, 0.8]]],
  [
    'simple',
    [
      ['PER', 0, 2, 0.5],
      ['LOC', 2, 4, 0.8],
      ['LOC', 4, 6, 0.6],
    ],
  ],
  [
    'none',
    [
      ['B-PER', 0, 2, 0.5],
      ['I-LOC', 2, 4, 0.8],
      ['B-LOC', 4, 6, 0.6],
    ],
  ],
]
for (const [strategy, wanted] of strategies) {
  test(`decodeEntities ${strategy} labels a word of three pieces`, () => {
    const input = makeInput(conllLabels, disagreeing)
    const { entities } = decodeEntities({ ...input, options: { strategy } })
    assert.is(entities.length, wanted.length)
    wanted.forEach(([type, start, end, score], i) => {
      const entity = entities[i]!
      assert.equal([entity.type, entity.start, entity.end], [type, start, end])
      assert.ok(Math.abs(entity.score - score) < 1e-6, `${entity.score} ${score}`)
      assert.is(entity.index, strategy === 'none' ? i + 1 : undefined)
    })
  })
}

test('decodeEntities max takes the first piece on ties', () => {
  const input = makeInput(conllLabels, [
    ['a', 0, { 'B-PER': 0.75 }],
    ['b', 0, { 'B-LOC': 0.75 }],
  ])
  assert.is(decodeEntities({ ...input, options: { strategy: 'max' } }).entities[0]!.type, 'PER')
})

test('decodeEntities scores a group by the mean of its members', () => {
  const input = makeInput(conllLabels, [
    ['a', 0, { 'B-PER': 0.6 }],
    ['b', 1, { 'I-PER': 0.8 }],
  ])
  const { entities } = decodeEntities(input)
  assert.is(entities.length, 1)
  assert.ok(Math.abs(entities[0]!.score - 0.7) < 1e-6)
})

test('decodeEntities keeps words of [UNK] with their text', () => {
  const input = makeInput(conllLabels, [['\u{1D509}\u{1D52F}', 0, 'B-PER']])
  input.encoding.tokens[1] = '[UNK]'
  for (const strategy of ['none', 'simple', 'first', 'average', 'max'] as const) {
    const { entities } = decodeEntities({ ...input, options: { strategy } })
    assert.equal(
      entities.map(({ text }) => text),
      ['\u{1D509}\u{1D52F}'],
    )
  }
})

test('decodeEntities goes by word ids, not by lengths', () => {
  // "e" + combining accent: the piece is shorter than its text, which the length test takes for a continuation.
  const text = 'Rene\u0301e Zoe'
  const input = makeInput(conllLabels, [
    ['Paul', 0, 'B-PER'],
    ['Renee', 1, 'B-PER'],
  ])
  input.text = `Paul ${text}`
  input.encoding.offsets[2] = [5, 11]
  assert.equal(
    decodeEntities(input).entities.map((entity) => entity.text),
    ['Paul', 'Rene\u0301e'],
  )
})

test('decodeEntities filters after grouping', () => {
  const tags = ['B-PER', 'O', 'B-LOC', 'I-LOC']
  assert.equal(grouped(conllLabels, tags, { ignoreLabels: [] }), ['PER w0', 'O w1', 'LOC w2 w3'])
  assert.equal(grouped(conllLabels, tags, { ignoreLabels: ['O', 'LOC'] }), ['PER w0'])
  assert.equal(grouped(conllLabels, tags, { ignoreLabels: ['O', 'B-PER'] }), ['PER w0', 'LOC w2 w3'])
  assert.equal(grouped(conllLabels, tags, { labels: ['LOC'] }), ['LOC w2 w3'])
  assert.equal(grouped(conllLabels, tags, { labels: ['LOC'], strategy: 'none' }), ['B-LOC w2', 'I-LOC w3'])
  assert.equal(grouped(conllLabels, tags, { ignoreLabels: ['O', 'B-PER'], strategy: 'none' }), [
    'B-LOC w2',
    'I-LOC w3',
  ])
  assert.equal(grouped(conllLabels, tags, { threshold: 0.95 }), [])
  assert.equal(grouped(['O', 'P-B', 'P-I'], ['P-B', 'O'], { labels: ['P'], strategy: 'none' }), ['P-B w0'])
})

test('decodeEntities gives words with distributions', () => {
  const input = makeInput(conllLabels, disagreeing)
  const { words } = decodeEntities({ ...input, options: { words: true, strategy: 'first' } })
  assert.equal(
    words!.map(({ text, start, end, label }) => [text, start, end, label]),
    [
      ['Abcdef', 0, 6, 'B-PER'],
      ['gh', 7, 9, 'O'],
    ],
  )
  for (const { probabilities, label, score } of words!) {
    assert.is(probabilities.length, conllLabels.length)
    assert.is(score, probabilities[conllLabels.indexOf(label)])
  }
  assert.is(decodeEntities(input).words, undefined)
  assert.is(decodeEntities({ ...input, options: { words: true, strategy: 'none' } }).words!.length, 2)
})

test('decodeEntities loses no given word', () => {
  const input = makeInput(conllLabels, [
    ['New', 0, 'B-LOC'],
    ['York', 1, 'I-LOC'],
    ['U', 2, 'B-ORG'],
    ['.', 3, 'O'],
  ])
  // New, York, a word of no pieces, U. (two of the encoding's words), another of no pieces
  input.text = 'New York \u200B U . \u00AD'
  input.encoding.offsets.splice(3, 2, [11, 12], [13, 14])
  const words: [number, number][] = [
    [0, 3],
    [4, 8],
    [9, 10],
    [11, 14],
    [15, 16],
  ]
  const decoded = decodeEntities({ ...input, words, options: { words: true, strategy: 'first' } })
  assert.equal(
    decoded.words!.map(({ text, label }) => [text, label]),
    [
      ['New', 'B-LOC'],
      ['York', 'I-LOC'],
      ['\u200B', 'O'],
      ['U .', 'B-ORG'],
      ['\u00AD', 'O'],
    ],
  )
  assert.is(decoded.words![2]!.score, 0)
  assert.equal(
    decoded.entities.map(({ text, wordStart, wordEnd }) => [text, wordStart, wordEnd]),
    [
      ['New York', 0, 2],
      ['U .', 3, 4],
    ],
  )
})

test('decodeEntities of no pieces is empty, words kept', () => {
  const input = { ...makeInput(conllLabels, []), text: '\u200B' }
  assert.equal(decodeEntities({ ...input, options: { words: true } }), { entities: [], words: [] })
  const { words } = decodeEntities({
    ...input,
    words: [[0, 1]],
    options: { words: true, decode: 'viterbi', scheme: 'IOB2' },
  })
  assert.equal(
    words!.map(({ label }) => label),
    ['O'],
  )
})

test('decodeEntities refuses logits of another size', () => {
  const input = makeInput(conllLabels, disagreeing)
  assert.throws(
    () => decodeEntities({ ...input, logits: new Float32Array(9) }),
    /logits hold 9 numbers, expected 6 pieces x 9/u,
  )
})

const anyPieces = fc.array(
  fc.tuple(fc.string({ minLength: 1, maxLength: 3 }), fc.boolean(), fc.constantFrom(...conllLabels)),
  { maxLength: 20 },
)
function toPieces(drawn: [string, boolean, string][]): Piece[] {
  let word = 0
  return drawn.map(([text, continues, label], i): Piece => {
    if (i > 0 && !continues) word++
    return [text, word, label]
  })
}

test('decodeEntities text equals the slice, in order and apart, for every strategy', () => {
  const strategy = fc.constantFrom<Strategy>('none', 'simple', 'first', 'average', 'max')
  fc.assert(
    fc.property(
      anyPieces,
      strategy,
      fc.constantFrom('argmax' as const, 'viterbi' as const),
      (drawn, chosen, decode) => {
        const input = makeInput(conllLabels, toPieces(drawn))
        const options = { strategy: chosen, decode, scheme: 'IOB2' as const, words: true }
        const { entities, words } = decodeEntities({ ...input, options })
        let before = 0
        for (const { start, end, text, score } of entities) {
          assert.is(text, input.text.slice(start, end))
          assert.ok(start >= before && end > start)
          assert.ok(score > 0 && score <= 1)
          before = end
        }
        assert.is(words!.length, new Set(toPieces(drawn).map(([, word]) => word)).size)
      },
    ),
  )
})

test('groupLabels covers all units once, and each group is of one type', () => {
  const sets = [
    conllLabels,
    ['O', 'B-P', 'I-P', 'E-P', 'S-P', 'B-Q', 'I-Q', 'E-Q', 'S-Q'],
    ['O', 'PER', 'LOC'],
  ]
  fc.assert(
    fc.property(fc.constantFrom(...sets), fc.array(fc.nat(8)), (names, drawn) => {
      const labels = parseLabels(names)
      const ids = drawn.map((id) => id % names.length)
      let next = 0
      for (const group of groupLabels(ids, labels)) {
        assert.is(group.first, next)
        assert.ok(group.next > group.first)
        next = group.next
        for (const id of ids.slice(group.first, group.next)) assert.is(labels.parsed[id]!.type, group.type)
      }
      assert.is(next, ids.length)
    }),
  )
})

test('types that the labels have not are refused, and those they have are named', () => {
  const labels = parseLabels(['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC'])
  for (const strategy of ['first', 'none'] as const) {
    checkWanted(['PER', 'O'], labels, { strategy })
    assert.throws(
      () => checkWanted(['PER', 'ORG'], labels, { strategy }),
      /^labels holds 'ORG', which this model does not find, expected some of LOC, PER$/,
    )
  }
  checkWanted(['B-PER'], labels, { strategy: 'none' })
  checkWanted(['PER', 'ORG'], labels, {}, ['ORG'])
  assert.throws(() => checkWanted(['B-PER'], labels, {}), /labels holds 'B-PER'/)
  const many = parseLabels(Array.from({ length: 100 }, (_, i) => `B-T${i}`))
  assert.throws(() => checkWanted(['x'], many, {}), /T35, and 70 more$/)
})

test.run()
