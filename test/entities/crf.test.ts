/** Labels by a conditional random field: its best path, and which labels words have by it. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { crfPath } from '#dist/entities/crf.js'
import { decodeEntities, resolveLabels } from '#dist/entities/entity.js'
import type { Crf } from '#dist/entities/labels.js'
import { mergeLogits } from '#dist/entities/merge.js'
import type { Strategy } from '#dist/entities/types.js'
import { crfScores } from '#dist/model/crf.js'
import { floats, seeded } from '../random.ts'
import { rootPath } from '../shared.ts'
import { conllLabels, makeInput } from './sample.ts'

/** The numbers of a case, as tools/goldens/make-crf-goldens.py makes them. */
function caseOf(seed: number): { logits: Float32Array; crf: Crf } {
  const random = seeded(seed)
  const labels = 2 + Math.floor(random() * 8)
  const rows = 1 + Math.floor(random() * 12)
  const numbers = (count: number): Float32Array => floats(random, count, 4)
  const logits = numbers(rows * labels)
  const parts = new Map([
    ['start_transitions', numbers(labels)],
    ['end_transitions', numbers(labels)],
    ['transitions', numbers(labels * labels)],
  ] as const) as Parameters<typeof crfScores>[0] & Map<string, Float32Array>
  const allowed = (): number => Number(random() < 0.8)
  if (seed % 2 === 1) parts.set('_constraint_mask', Float32Array.from({ length: (labels + 2) ** 2 }, allowed))
  return { logits, crf: crfScores(parts) }
}

test("crfPath equals pytorch-crf's decode on 3,000 random sequences, half of them with AllenNLP's mask", () => {
  const paths: string[] = JSON.parse(readFileSync(rootPath('test/goldens/crf.json'), 'utf8'))
  assert.is(paths.length, 3000)
  for (const [seed, path] of paths.entries()) {
    const { logits, crf } = caseOf(seed)
    assert.is([...crfPath(logits, crf)].join(''), path, `seed ${seed}`)
  }
})

test('crfPath takes the lower label on ties', () => {
  const zeros = { start: [0, 0], end: [0, 0], transitions: [0, 0, 0, 0] }
  assert.equal([...crfPath(new Float32Array(6), zeros)], [0, 0, 0])
})

const C = conllLabels.length
/** B-LOC forbids what follows it unless it is I-LOC, and nothing else has a score. */
const afterLocation: Crf = {
  start: new Float32Array(C),
  end: new Float32Array(C),
  transitions: Float32Array.from({ length: C * C }, (_, at) => {
    const [from, to] = [conllLabels[Math.floor(at / C)]!, conllLabels[at % C]!]
    return from === 'B-LOC' && to !== 'I-LOC' ? -100 : 0
  }),
}

test('each strategy labels a word by its first piece on the path over all pieces', () => {
  const input = makeInput(conllLabels, [
    ['New', 0, 'B-LOC'],
    ['York', 1, { 'B-LOC': 0.9, 'I-LOC': 0.05 }],
    ['er', 1, { 'I-LOC': 0.5 }],
    ['met', 2, 'O'],
  ])
  // By itself each row of [CLS] and [SEP] says nothing.
  const labels = { ...input.labels, crf: afterLocation }
  const found = (strategy: Strategy, decode?: 'argmax' | 'viterbi'): string[] =>
    decodeEntities({
      ...input,
      labels,
      options: { strategy, ...(decode && { decode }), ignoreLabels: strategy === 'none' ? [] : ['O'] },
    }).entities.map(({ type, text }) => `${type} ${text}`)
  for (const strategy of ['simple', 'first', 'average', 'max'] as const) {
    assert.equal(found(strategy), ['LOC New Yorker'], strategy)
    assert.equal(found(strategy, 'viterbi'), ['LOC New Yorker'], strategy)
    assert.is(found(strategy, 'argmax').length, 2, strategy)
  }
  assert.equal(found('none'), ['B-LOC New', 'I-LOC York', 'I-LOC er', 'O met'])
})

test('the path goes through [CLS] and [SEP], whose rows long texts keep', () => {
  const input = makeInput(conllLabels, [['Rome', 0, 'B-LOC']])
  // A model whose [CLS] is O, and after O no B-LOC: 'Rome' is I-LOC, its second label by score.
  const crf: Crf = {
    ...afterLocation,
    transitions: Float32Array.from({ length: C * C }, (_, at) =>
      at === conllLabels.indexOf('B-LOC') ? -100 : at === conllLabels.indexOf('I-LOC') ? 50 : 0,
    ),
  }
  const logits = input.logits.slice()
  logits[0] = 1000
  const [entity] = decodeEntities({
    ...{ ...input, logits, labels: { ...input.labels, crf } },
    options: { strategy: 'none' },
  }).entities
  assert.is(entity?.type, 'I-LOC')
  const window = { start: 0, end: 1, judgedStart: 0, judgedEnd: 1 }
  const other = { start: 1, end: 2, judgedStart: 1, judgedEnd: 2 }
  const rows = [Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)]
  assert.equal([...mergeLogits([window, other], rows, 1, 4)], [1, 2, 5, 6])
})

test("the scheme need not be known, and stating one keeps the model's field", () => {
  const { labels } = makeInput(conllLabels, [['a', 0, 'O']])
  const withField = { ...labels, crf: afterLocation }
  assert.is(resolveLabels(withField, { decode: 'viterbi' }), withField)
  const stated = resolveLabels(withField, { scheme: 'IOB2' })
  assert.equal([stated.scheme, stated.crf], ['IOB2', afterLocation])
})

test.run()
