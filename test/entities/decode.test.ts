/**
 * Labels of pieces: the best of each independently, or by Viterbi the best sequence that the scheme allows.
 */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { aggregate } from '#dist/entities/aggregate.js'
import { decodeArgmax, decodeViterbi } from '#dist/entities/decode.js'
import { decodeEntities, resolveLabels } from '#dist/entities/entity.js'
import { type LabelScheme, parseLabels } from '#dist/entities/labels.js'
import { softmaxRows } from '#dist/entities/softmax.js'
import { allowedTransitions } from '#dist/entities/transitions.js'
import type { Strategy } from '#dist/entities/types.js'
import type { Encoding } from '#dist/text/encoding.js'
import { assertLinear } from '../growth.ts'
import { seeded } from '../random.ts'
import { times } from '../thorough.ts'
import { conllLabels, makeInput, makeWordInput } from './sample.ts'

const iob = ['O', 'B-P', 'I-P', 'B-Q', 'I-Q']
const bioes = ['O', 'B-P', 'I-P', 'E-P', 'S-P', 'B-Q', 'E-Q']
const bilou = ['I-P', 'U-P', 'O', 'B-P', 'L-P']
const schemes: [LabelScheme, string[]][] = [
  ['IOB1', iob],
  ['IOB2', iob],
  ['IO', ['O', 'I-P', 'I-Q']],
  ['BIOES', bioes],
  ['BILOU', bilou],
]

/** What each scheme allows, said again as a pattern over the tags of one sentence, each followed by a space. */
const legal: Record<LabelScheme, RegExp> = {
  IOB1: /^(?:O |(?:I-P )(?:[BI]-P )*|(?:I-Q )(?:[BI]-Q )*)*$/u,
  IOB2: /^(?:O |B-P (?:I-P )*|B-Q (?:I-Q )*)*$/u,
  IO: /^/u,
  BIOES: /^(?:O |S-P |B-P (?:I-P )*E-P |B-Q (?:I-Q )*E-Q )*$/u,
  BILOU: /^(?:O |U-P |B-P (?:I-P )*L-P )*$/u,
}

function encodingOf(words: number[]): Encoding {
  return {
    ids: [101, ...words.map((_, i) => i), 102],
    tokens: ['[CLS]', ...words.map(() => 'x'), '[SEP]'],
    offsets: [[0, 0], ...words.map((_, i): [number, number] => [i, i + 1]), [0, 0]],
    wordIds: [null, ...words, null],
  }
}

for (const [scheme, names] of schemes) {
  for (const strategy of ['simple', 'first', 'average', 'max'] as const satisfies Strategy[]) {
    test(`decodeViterbi finds the best legal path by brute force: ${scheme}, ${strategy}`, () => {
      const classes = names.length
      const labels = parseLabels(names, scheme)
      const shape = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 })
      fc.assert(
        fc.property(
          shape,
          fc.infiniteStream(fc.float({ min: -8, max: 8, noNaN: true })),
          (starts, stream) => {
            let word = 0
            const words = starts.map((start, i) => (i > 0 && start ? ++word : word))
            const logits = Float32Array.from(
              { length: (words.length + 2) * classes },
              () => stream.next().value,
            )
            const units = aggregate(encodingOf(words), softmaxRows(logits, classes), classes, strategy)
            const scoreOf = (path: readonly number[]): number =>
              path.reduce((sum, id, i) => sum + Math.log(units[i]!.probabilities[id]!), 0)
            let best = Number.NEGATIVE_INFINITY
            const visit = (path: number[]): void => {
              if (path.length < units.length) for (let id = 0; id < classes; id++) visit([...path, id])
              else if (legal[scheme].test(path.map((id) => `${names[id]} `).join('')))
                best = Math.max(best, scoreOf(path))
            }
            visit([])
            const path = [...decodeViterbi(units, logits, labels)]
            assert.match(path.map((id) => `${names[id]} `).join(''), legal[scheme])
            assert.ok(Math.abs(scoreOf(path) - best) < 1e-4, `${scoreOf(path)} ${best}`)
          },
        ),
        { numRuns: 40 },
      )
    })
  }
}

test('decodeViterbi equals argmax where that is legal', () => {
  const input = makeWordInput(conllLabels, ['B-PER', 'I-PER', 'O', 'B-LOC', 'B-LOC'])
  const viterbi = decodeEntities({ ...input, options: { decode: 'viterbi', scheme: 'IOB2' } })
  assert.equal(viterbi, decodeEntities(input))
})

test('decodeViterbi repairs a sequence that its scheme forbids', () => {
  const input = makeInput(conllLabels, [
    ['a', 0, { 'B-LOC': 0.45, 'B-PER': 0.4 }],
    ['b', 1, { 'I-PER': 0.9 }],
  ])
  const types = (decode: 'argmax' | 'viterbi'): string[] =>
    decodeEntities({ ...input, options: { decode, scheme: 'IOB2' } }).entities.map(
      ({ type, text }) => `${type} ${text}`,
    )
  assert.equal(types('argmax'), ['LOC a', 'PER b'])
  assert.equal(types('viterbi'), ['PER a b'])
})

test('decodeViterbi asks for the scheme where the labels do not tell it', () => {
  const input = makeWordInput(conllLabels, ['O'])
  assert.throws(
    () => decodeEntities({ ...input, options: { decode: 'viterbi' } }),
    (error: unknown) =>
      error instanceof RangeError && /pass scheme: 'IOB2' .*"label_scheme": "IOB2"/u.test(error.message),
  )
  assert.throws(() => resolveLabels(input.labels, { decode: 'viterbi' }), /needs the label scheme/u)
  assert.is(resolveLabels(input.labels, { decode: 'viterbi', scheme: 'IOB1' }).scheme, 'IOB1')
  for (const labels of [bioes, bilou, ['O', 'PER']]) allowedTransitions(parseLabels(labels))
})

test('decodeViterbi says so where no sequence is allowed', () => {
  const input = makeWordInput(['I-P', 'I-Q'], ['I-P'])
  assert.throws(
    () => decodeEntities({ ...input, options: { decode: 'viterbi', scheme: 'IOB2' } }),
    /no sequence of 1 labels/u,
  )
})

test('decodeViterbi holds a word of no pieces to O, and the path around it stays legal', () => {
  const input = makeInput(conllLabels, [
    ['a', 0, 'B-PER'],
    ['b', 1, 'I-PER'],
  ])
  input.text = 'a ? b'
  input.encoding.offsets[2] = [4, 5]
  const spans: [number, number][] = [
    [0, 1],
    [2, 3],
    [4, 5],
  ]
  const options = { decode: 'viterbi', scheme: 'IOB2', words: true } as const
  const labels = decodeEntities({ ...input, words: spans, options }).words!.map(({ label }) => label)
  assert.is(labels[1], 'O')
  assert.not.match(labels[2]!, /^I-/u)
})

test('decodeViterbi is linear: 100,000 words in one go', () => {
  const words = Array.from({ length: 100_000 }, (_, i) => i)
  const labels = parseLabels(iob, 'IOB2')
  const logits = Float32Array.from({ length: (words.length + 2) * 5 }, (_, i) => ((i * 7919) % 1000) / 100)
  const units = aggregate(encodingOf(words), softmaxRows(logits, 5), 5, 'first')
  const path = decodeViterbi(units, logits, labels)
  assert.match(Array.from(path, (id) => `${iob[id]} `).join(''), legal.IOB2)
})

/** The rules of the schemes for each pair of labels, and Viterbi in time N·C²: what the groups must equal bit for bit. */
function viterbiByPairs(
  rows: readonly Float32Array[],
  names: readonly string[],
  scheme: LabelScheme,
): number[] | undefined {
  const parsed = [...parseLabels(names, scheme).parsed, { position: 'O', type: 'O' }]
  const border = names.length
  const allowed = (before: number, after: number): boolean => {
    const [a, b] = [parsed[before]!, parsed[after]!]
    const open = a.position === 'B' || a.position === 'I'
    const continues = open && a.type === b.type
    if (scheme === 'IO') return true
    if (scheme === 'IOB2') return b.position !== 'I' || continues
    if (scheme === 'IOB1') return b.position !== 'B' || continues
    const inner = b.position === 'I' || b.position === 'E'
    return open || inner ? inner && continues : true
  }
  let scores = names.map((_, label) => (allowed(border, label) ? 0 : Number.NEGATIVE_INFINITY))
  const from: number[][] = []
  for (const [i, row] of rows.entries()) {
    const chosen = names.map((_, label) => {
      if (i === 0) return -1
      let best = -1
      for (let before = 0; before < names.length; before++) {
        if (allowed(before, label) && scores[before]! > (best < 0 ? Number.NEGATIVE_INFINITY : scores[best]!))
          best = before
      }
      return best
    })
    scores = names.map((_, label) => {
      const before =
        i === 0 ? scores[label]! : chosen[label]! < 0 ? Number.NEGATIVE_INFINITY : scores[chosen[label]!]!
      return before + row[label]!
    })
    from.push(chosen)
  }
  let last = -1
  for (const label of names.keys()) {
    if (allowed(label, border) && scores[label]! > (last < 0 ? Number.NEGATIVE_INFINITY : scores[last]!))
      last = label
  }
  if (last < 0) return undefined
  const path: number[] = []
  for (const chosen of from.reverse()) {
    path.unshift(last)
    last = chosen[last]!
  }
  return path
}

test('decodeViterbi equals the rules for each pair of labels, ties included, for any labels', () => {
  const label = fc.oneof(
    fc.constant('O'),
    fc
      .tuple(fc.constantFrom('B', 'I', 'E', 'L', 'S', 'U'), fc.constantFrom('P', 'Q', 'R'))
      .map((parts) => parts.join('-')),
    fc.constantFrom('P', 'X'),
  )
  fc.assert(
    fc.property(
      fc.uniqueArray(label, { minLength: 1, maxLength: 14 }),
      fc.constantFrom<LabelScheme>('IOB1', 'IOB2', 'IO', 'BIOES', 'BILOU'),
      fc.array(fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 14, maxLength: 14 }), {
        minLength: 1,
        maxLength: 8,
      }),
      (names, scheme, values) => {
        const rows = values.map((row) => Float32Array.from(row.slice(0, names.length)))
        const border = names.map(() => 0)
        const logits = Float32Array.from([...border, ...rows.flatMap((row) => [...row]), ...border])
        const units = aggregate(
          encodingOf(rows.map((_, i) => i)),
          softmaxRows(logits, names.length),
          names.length,
          'first',
        )
        const wanted = viterbiByPairs(rows, names, scheme)
        const decode = (): number[] => [...decodeViterbi(units, logits, parseLabels(names, scheme))]
        if (wanted === undefined) assert.throws(decode, /no sequence of/u)
        else assert.equal(decode(), wanted)
      },
    ),
    { numRuns: times(300, 3000) },
  )
})

test('decodeViterbi takes 10,000 labels in time and memory linear in them', async () => {
  const words = Array.from({ length: 100 }, (_, i) => i)
  const prepare = (types: number) => {
    const names = ['O', ...Array.from({ length: types }, (_, i) => [`B-T${i}`, `I-T${i}`]).flat()]
    const random = seeded(5)
    const logits = Float32Array.from({ length: (words.length + 2) * names.length }, () => 8 * random())
    const probabilities = softmaxRows(logits, names.length)
    const units = aggregate(encodingOf(words), probabilities, names.length, 'first')
    const labels = parseLabels(names, 'IOB2')
    return { labels, decode: () => decodeViterbi(units, logits, labels) }
  }
  const { labels, decode } = prepare(5000)
  const before = process.memoryUsage().rss
  const path = decode()
  const grown = process.memoryUsage().rss - before
  // A table of all pairs takes 100 MB and 10 billion steps.
  assert.ok(grown < 60e6, `${grown} bytes`)
  await assertLinear('decodeViterbi', 5000, (types) => prepare(types).decode)
  assert.is(path.length, words.length)
  for (const [i, id] of path.entries()) {
    const { position, type } = labels.parsed[id]!
    if (position === 'I') assert.is(labels.parsed[path[i - 1]!]!.type, type)
  }
})

test('messages name the first of many labels', () => {
  const names = Array.from({ length: 5000 }, (_, i) => [`B-T${i}`, `I-T${i}`]).flat()
  try {
    allowedTransitions(parseLabels(names))
    assert.unreachable()
  } catch (error) {
    assert.ok((error as Error).message.length < 500)
    assert.match((error as Error).message, /B-T0, I-T0, .* and 9988 more/u)
  }
})

test('decodeArgmax takes the lowest id on ties', () => {
  const labels = parseLabels(iob)
  const units = aggregate(encodingOf([0]), new Float32Array(15).fill(0.2), 5, 'first')
  assert.equal([...decodeArgmax(units, labels)], [0])
})

test('decodeViterbi takes the lowest ids on ties', () => {
  const units = aggregate(encodingOf([0, 1, 2]), new Float32Array(15).fill(1 / 3), 3, 'first')
  const labels = parseLabels(['O', 'I-P', 'I-Q'])
  assert.equal([...decodeViterbi(units, new Float32Array(15), labels)], [0, 0, 0])
})

test.run()
