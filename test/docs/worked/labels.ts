/** Chapter 9: labels and their decoding. */
import type { Unit } from '#dist/entities/aggregate.js'
import { decodeArgmax, decodeViterbi } from '#dist/entities/decode.js'
import { groupLabels } from '#dist/entities/entity.js'
import { type LabelScheme, parseLabels } from '#dist/entities/labels.js'
import { softmaxRows } from '#dist/entities/softmax.js'
import { columns, decimal } from '../toy.ts'

const LABELS = ['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC']

function groups(labels: readonly string[], scheme?: LabelScheme): string {
  const set = parseLabels(LABELS, scheme)
  const ids = labels.map((label) => LABELS.indexOf(label))
  return groupLabels(ids, set)
    .filter(({ type }) => type !== 'O')
    .map(({ first, next, type }) => `${type}[${first}..${next - 1}]`)
    .join(' ')
}

const TAGGED = [
  ['B-PER', 'I-PER', 'O', 'B-LOC'],
  ['I-PER', 'I-PER', 'O', 'I-LOC'],
  ['B-PER', 'B-PER', 'O', 'O'],
  ['B-PER', 'I-LOC', 'O', 'O'],
  ['I-PER', 'O', 'I-PER', 'O'],
]

export function grouping(): string[] {
  return columns([
    ['labels of words 0 to 3', 'entities'],
    ...TAGGED.map((labels) => [labels.join(' '), groups(labels)]),
  ])
}

export function groupingExercise(): string[] {
  const labels = ['B-LOC', 'I-LOC', 'I-PER', 'B-PER']
  return [`${labels.join(' ')}   →   ${groups(labels)}`]
}

/** Two words; the second alone prefers I-LOC, which may not follow B-PER. */
const LOGITS = Float32Array.from([0, 3, 0, 2.5, 0, 0, 0, 1, 0, 2])

export function viterbi(): string[] {
  const set = parseLabels(LABELS, 'IOB2')
  const probabilities = softmaxRows(LOGITS, 5)
  const units: Unit[] = [0, 1].map((word) => ({
    start: 0,
    end: 0,
    piece: word + 1,
    word,
    row: word,
    probabilities: probabilities.subarray(5 * word, 5 * word + 5),
  }))
  const name = (ids: Int32Array): string => Array.from(ids, (id) => LABELS[id]!).join(' ')
  const rows = [0, 1].map((t) => [...LOGITS.subarray(5 * t, 5 * t + 5)])
  const shares = [0, 1].map((t) => [...probabilities.subarray(5 * t, 5 * t + 5)])
  return [
    ...columns([
      ['', ...LABELS],
      ...rows.map((row, t) => [`logits, word ${t}`, ...row.map((value) => decimal(value, 1))]),
      ...shares.map((row, t) => [`softmax, word ${t}`, ...row.map((value) => decimal(value))]),
    ]),
    '',
    `argmax     ${name(decodeArgmax(units, set))}`,
    `viterbi    ${name(decodeViterbi(units, LOGITS, set))}`,
    '',
    'B-PER then I-PER   3.0 + 1.0 = 4.0',
    'B-LOC then I-LOC   2.5 + 2.0 = 4.5   the best that IOB2 allows',
    'B-PER then I-LOC   3.0 + 2.0 = 5.0   not allowed',
  ]
}
