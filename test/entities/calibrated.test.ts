/** Viterbi with biases on transitions: the best of all allowed paths, by trying every one. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { calibrated, decodeCalibrated } from '#dist/entities/calibrated.js'
import { decodeViterbi } from '#dist/entities/decode.js'
import { decodingOf } from '#dist/entities/entity.js'
import { parseLabels } from '#dist/entities/labels.js'
import type { TransitionBiases } from '#dist/format/calibration.js'
import { floats, seeded } from '../random.ts'

const LABELS = ['O', 'B-A', 'I-A', 'E-A', 'S-A', 'B-B', 'I-B', 'E-B', 'S-B']
const NONE: TransitionBiases = {
  backgroundStay: 0,
  backgroundToStart: 0,
  insideToContinue: 0,
  insideToEnd: 0,
  endToBackground: 0,
  endToStart: 0,
}

/** The name of the bias of a step; undefined for a step that BIOES does not allow. */
const STEPS: readonly (readonly [step: RegExp, bias: keyof TransitionBiases])[] = [
  [/^O O$/, 'backgroundStay'],
  [/^O [BS]-.$/, 'backgroundToStart'],
  [/^[BI]-(.) I-\1$/, 'insideToContinue'],
  [/^[BI]-(.) E-\1$/, 'insideToEnd'],
  [/^[ES]-. O$/, 'endToBackground'],
  [/^[ES]-. [BS]-.$/, 'endToStart'],
]

/** The best path from every path there is. */
function best(logits: Float32Array, length: number, biases: TransitionBiases): number[] {
  let found: { path: number[]; score: number } = { path: [], score: Number.NEGATIVE_INFINITY }
  const extend = (path: number[], score: number): void => {
    if (path.length === length) {
      if (score > found.score && !/^[BI]/.test(LABELS[path.at(-1)!]!)) found = { path, score }
      return
    }
    for (const [id, label] of LABELS.entries()) {
      const last = path.at(-1)
      const step =
        last === undefined ? undefined : STEPS.find(([each]) => each.test(`${LABELS[last]} ${label}`))
      if (last === undefined ? /^[IE]/.test(label) : step === undefined) continue
      extend([...path, id], score + (step ? biases[step[1]] : 0) + logits[path.length * LABELS.length + id]!)
    }
  }
  extend([], 0)
  return found.path
}

const units = (count: number): Parameters<typeof decodeViterbi>[0] =>
  Array.from({ length: count }, (_, row) => ({
    ...{ start: row, end: row + 1, word: row, piece: row, row },
    probabilities: new Float32Array(LABELS.length),
  }))

test('decodeCalibrated() finds the best of all paths that BIOES allows', () => {
  const random = seeded(5)
  let changed = 0
  for (let round = 0; round < 300; round++) {
    const length = 1 + (round % 4)
    const logits = floats(random, length * LABELS.length, 2)
    const values = floats(random, 6, 2)
    const biases = Object.fromEntries(
      Object.keys(NONE).map((name, i) => [name, values[i]!]),
    ) as unknown as TransitionBiases
    const labels = calibrated(parseLabels(LABELS), biases)
    const path = [...decodeCalibrated(units(length), logits, labels, biases)]
    assert.equal(path, best(logits, length, biases))
    if (path.join() !== best(logits, length, NONE).join()) changed++
  }
  assert.ok(changed > 50, `biases change ${changed} paths`)
})

test('decodeViterbi() finds the best of all paths that BIOES and BILOU allow, and biases of 0 change nothing', () => {
  const random = seeded(6)
  const written = LABELS.map((label) => label.replace('E-', 'L-').replace('S-', 'U-'))
  for (let round = 0; round < 300; round++) {
    const length = 1 + (round % 4)
    const logits = floats(random, length * LABELS.length, 2)
    const expected = best(logits, length, NONE)
    for (const labels of [parseLabels(LABELS), parseLabels(written)]) {
      assert.equal([...decodeViterbi(units(length), logits, labels)], expected)
      assert.equal([...decodeCalibrated(units(length), logits, calibrated(labels, NONE), NONE)], expected)
    }
  }
  assert.is(decodeCalibrated([], new Float32Array(0), parseLabels(LABELS), NONE).length, 0)
})

test('a model with biases is decoded piece by piece, unless the call states otherwise', () => {
  const labels = calibrated(parseLabels(LABELS), NONE)
  assert.equal(decodingOf({}, labels), { strategy: 'simple', decode: 'viterbi' })
  assert.equal(decodingOf({ strategy: 'average' }, labels), { strategy: 'average', decode: 'viterbi' })
  assert.equal(decodingOf({ decode: 'argmax' }, labels), { strategy: 'simple', decode: 'argmax' })
  assert.equal(decodingOf({}, parseLabels(LABELS)), { strategy: 'average', decode: 'viterbi' })
})

test('biases beside labels of another scheme are an error', () => {
  for (const [labels, message] of [
    [['O', 'B-A', 'I-A'], /labels in BIOES or BILOU with an O, and the model's are in IOB:/],
    [LABELS.slice(1), /are in BIOES without an O/],
  ] as const)
    assert.throws(() => calibrated(parseLabels(labels), NONE), message)
})

test.run()
