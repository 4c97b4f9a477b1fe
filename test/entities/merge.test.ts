/** Windows of a long text are merged into the answer for the whole. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeEntities } from '#dist/entities/entity.js'
import { decodeWindows, mergeLogits } from '#dist/entities/merge.js'
import type { OtherWindows } from '#dist/entities/reading.js'
import { mergeOverlapping, pipelineWindows } from '#dist/entities/transformers-style.js'
import type { Entity } from '#dist/entities/types.js'
import { planWindows, type Window } from '#dist/text/windows.js'
import { conllLabels, makeInput, makeWordInput, type Piece } from './sample.ts'

function entity(start: number, end: number, score: number, type = 'PER'): Entity {
  return { type, text: 'x'.repeat(end - start), start, end, score }
}

test('mergeOverlapping keeps the longest, then the surest, then the earlier, whatever the type', () => {
  const cases: [Entity[][], Entity[]][] = [
    [[[entity(0, 5, 0.9)], [entity(0, 8, 0.2, 'LOC')]], [entity(0, 8, 0.2, 'LOC')]],
    [[[entity(0, 8, 0.2)], [entity(3, 8, 0.9)]], [entity(0, 8, 0.2)]],
    [[[entity(0, 5, 0.6)], [entity(0, 5, 0.7, 'ORG')]], [entity(0, 5, 0.7, 'ORG')]],
    [[[entity(0, 5, 0.7)], [entity(0, 5, 0.7, 'ORG')]], [entity(0, 5, 0.7)]],
    [
      [[entity(0, 5, 0.7)], [entity(5, 9, 0.7)]],
      [entity(0, 5, 0.7), entity(5, 9, 0.7)],
    ],
    [
      [[entity(7, 9, 0.7)], [entity(2, 5, 0.7)]],
      [entity(2, 5, 0.7), entity(7, 9, 0.7)],
    ],
    // The survivor's end counts: the third overlaps the second, not the first.
    [[[entity(0, 4, 0.7)], [entity(3, 9, 0.7)], [entity(8, 11, 0.7)]], [entity(3, 9, 0.7)]],
    [[[], []], []],
    // Three letters outside the BMP are six UTF-16 units, and three code points: five letters are longer.
    [[[{ ...entity(0, 6, 0.9), text: '𝔄𝔅𝔇' }], [entity(4, 9, 0.2)]], [entity(4, 9, 0.2)]],
  ]
  for (const [parts, wanted] of cases) assert.equal(mergeOverlapping(parts), wanted)
})

test('mergeLogits takes each piece from the window that judges it', () => {
  const windows: Window[] = [
    { start: 0, end: 4, judgedStart: 0, judgedEnd: 3 },
    { start: 2, end: 6, judgedStart: 3, judgedEnd: 6 },
  ]
  // Two labels; each number is 100 x window + position in the window, [CLS] being 0.
  const logits = [0, 1].map((window) =>
    Float32Array.from({ length: 12 }, (_, i) => 100 * window + Math.floor(i / 2) + (i % 2) / 2),
  )
  const merged = mergeLogits(windows, logits, 2, 8)
  const firsts = [...merged].filter((_, i) => i % 2 === 0)
  // [SEP] is the one of the last window.
  assert.equal(firsts, [0, 1, 2, 3, 102, 103, 104, 105])
})

const windowed: Piece[] = Array.from(
  { length: 10 },
  (_, i): Piece => [`w${i}`, i, i === 4 || i === 5 ? 'I-PER' : 'O'],
)

function inWindows(pieces: Piece[], windows: Window[]): Parameters<typeof decodeWindows>[0] {
  const { logits, ...input } = makeInput(conllLabels, pieces)
  const classes = conllLabels.length
  return {
    ...input,
    windows,
    logits: windows.map(({ start, end }) => {
      const rows = logits.slice(start * classes, (end + 2) * classes)
      rows.fill(50, 0, classes)
      rows.fill(50, rows.length - classes)
      return rows
    }),
  }
}

test('decodeWindows equals one window where the windows agree, for both merges', () => {
  const windows: Window[] = [
    { start: 0, end: 7, judgedStart: 0, judgedEnd: 5 },
    { start: 3, end: 10, judgedStart: 5, judgedEnd: 10 },
  ]
  const whole = decodeEntities(makeInput(conllLabels, windowed))
  assert.is(whole.entities.length, 1)
  assert.equal(decodeWindows(inWindows(windowed, windows)), whole)
  assert.equal(decodeWindows({ ...inWindows(windowed, windows), otherWindows: pipelineWindows }), whole)
})

test('decodeWindows joins an entity cut by windows, which the Hugging Face rule leaves in two halves', () => {
  const windows: Window[] = [
    { start: 0, end: 5, judgedStart: 0, judgedEnd: 5 },
    { start: 5, end: 10, judgedStart: 5, judgedEnd: 10 },
  ]
  const texts = (otherWindows?: OtherWindows): string[] =>
    decodeWindows({ ...inWindows(windowed, windows), otherWindows }).entities.map(({ text }) => text)
  assert.equal(texts(), ['w4 w5'])
  assert.equal(texts(pipelineWindows), ['w4', 'w5'])
})

test('decodeWindows huggingface filters by threshold after merging, by ignoreLabels before', () => {
  const windows: Window[] = [
    { start: 0, end: 7, judgedStart: 0, judgedEnd: 5 },
    { start: 3, end: 10, judgedStart: 5, judgedEnd: 10 },
  ]
  const input = inWindows(windowed, windows)
  const run = (options: object): number =>
    decodeWindows({ ...input, otherWindows: pipelineWindows, options }).entities.length
  assert.is(run({ threshold: 0.95 }), 0)
  assert.is(run({ labels: ['LOC'] }), 0)
  assert.is(run({ ignoreLabels: ['O', 'PER'] }), 0)
  assert.is(
    decodeWindows({ ...input, otherWindows: pipelineWindows, options: { words: true } }).words!.length,
    10,
  )
})

test('decodeWindows context equals decodeEntities for any windows that judge every piece', () => {
  const shape = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(
      shape,
      fc.nat(3),
      fc.infiniteStream(fc.constantFrom(...conllLabels)),
      (sizes, overlap, stream) => {
        const length = sizes.reduce((a, b) => a + b, 0)
        const tags = Array.from({ length }, () => stream.next().value)
        let from = 0
        const windows = sizes.map((size): Window => {
          const to = from + size
          const window = {
            start: Math.max(0, from - overlap),
            end: Math.min(length, to + overlap),
            judgedStart: from,
            judgedEnd: to,
          }
          from = to
          return window
        })
        const pieces = tags.map((tag, i): Piece => [`w${i}`, i, tag])
        assert.equal(
          decodeWindows(inWindows(pieces, windows)),
          decodeEntities(makeWordInput(conllLabels, tags)),
        )
      },
    ),
  )
})

test('decodeWindows context equals decodeEntities over planned windows', () => {
  const pieces = Array.from({ length: 50 }, (_, i): Piece => [`w${i}`, i >> 1, conllLabels[(i * 5) % 9]!])
  const windows = planWindows(
    pieces.map(([, word]) => word),
    { maxPieces: 12, stride: 4 },
  )
  assert.ok(windows.length > 3)
  assert.equal(decodeWindows(inWindows(pieces, windows)), decodeEntities(makeInput(conllLabels, pieces)))
})

test.run()
