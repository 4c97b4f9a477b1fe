/**
 * One suite over every variant: against the reference bit for bit (closely where products are fused), and
 * against float64.
 */

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Precision } from '#dist/kernels/kernels.js'
import { packColumns } from '#dist/kernels/layout.js'
import { quantizeWeights } from '#dist/kernels/reference/quantization.js'
import { placeRows, writeDistances } from '#dist/kernels/relative.js'
import { floats, seeded } from '../random.ts'
import {
  ACTIVATIONS,
  Bench,
  differentBits,
  reference,
  relativeError,
  type Variant,
  variants,
} from './variants.ts'

/** What kernels may differ by that fuse: products round once less. */
const FUSED_TOLERANCE = 2e-6

function agree(variant: Variant, what: string, actual: Float32Array, expected: Float32Array): void {
  if (variant.exact) assert.is(differentBits(actual, expected), 0, `${what}: bits differ from the reference`)
  else assert.ok(relativeError(actual, expected) < FUSED_TOLERANCE, `${what}: far from the reference`)
}

// Sizes round lanes, panels and tiles: [T, K, N].
const SHAPES = [
  [1, 1, 1],
  [2, 3, 5],
  [3, 16, 8],
  [4, 17, 9],
  [5, 24, 16],
  [6, 31, 7],
  [7, 64, 33],
  [11, 48, 40],
  [23, 30, 24],
  [24, 40, 17],
  [25, 96, 12],
  [61, 33, 18],
  [14, 260, 24],
] as const

/** Rows of relative positions, [R, H] each, and the row of a distance; what is absent adds no scores. */
interface Relative {
  readonly keys: Float32Array | undefined
  readonly queries: Float32Array | undefined
  readonly rowOf: (distance: number) => number
}

/** Attention by the formula in doubles, [ΣT, H], and the largest |score|. */
function attentionInDoubles(
  queryKeyValue: Float32Array,
  bounds: readonly number[],
  heads: number,
  headDim: number,
  { keys, queries, rowOf }: Relative = { keys: undefined, queries: undefined, rowOf: () => 0 },
): { context: Float64Array; largestScore: number } {
  const hidden = heads * headDim
  const context = new Float64Array(queryKeyValue.length / 3)
  let largestScore = 0
  for (const [s, end] of bounds.slice(1).entries()) {
    for (let column = 0; column < hidden; column += headDim) {
      const number = (t: number, part: number, d: number): number =>
        queryKeyValue[3 * hidden * t + hidden * part + column + d]!
      for (let i = bounds[s]!; i < end; i++) {
        const scores = Array.from({ length: end - bounds[s]! }, (_, j) => {
          let sum = 0
          const key = bounds[s]! + j
          const place = rowOf(i - key) * hidden + column
          for (let d = 0; d < headDim; d++) {
            sum += number(i, 0, d) * (number(key, 1, d) + (keys?.[place + d] ?? 0))
            sum += number(key, 1, d) * (queries?.[place + d] ?? 0)
          }
          return sum / Math.sqrt(headDim * (1 + (keys ? 1 : 0) + (queries ? 1 : 0)))
        })
        largestScore = Math.max(largestScore, ...scores.map(Math.abs))
        const most = Math.max(...scores)
        const weights = scores.map((score) => Math.exp(score - most))
        const total = weights.reduce((sum, weight) => sum + weight, 0)
        for (let d = 0; d < headDim; d++) {
          const sum = weights.reduce((part, weight, j) => part + weight * number(bounds[s]! + j, 2, d), 0)
          context[hidden * i + column + d] = sum / total
        }
      }
    }
  }
  return { context, largestScore }
}

/** One number in 29 far from the others, so that it has a second digit. */
function withOutliers(values: Float32Array): Float32Array {
  return values.map((value, i) => (i % 29 === 0 ? 20 * value : value))
}

for (const variant of variants()) {
  for (const precision of ['int8', 'float32'] as const satisfies readonly Precision[]) {
    test(`linear() ${precision} equals the reference: ${variant.name}`, async () => {
      for (const [index, [rows, inputs, outputs]] of SHAPES.entries()) {
        const activation = ACTIVATIONS[index % ACTIVATIONS.length]!
        const results = []
        for (const each of [reference, variant]) {
          const random = seeded(index)
          const bench = new Bench(await each.create())
          const x = bench.matrix(rows, inputs, 'int8')
          const source = bench.matrix(rows, inputs)
          bench.fill(source, withOutliers(floats(random, rows * inputs, 3)))
          const layer = bench.linear(
            precision,
            inputs,
            outputs,
            floats(random, inputs * outputs),
            floats(random, outputs),
          )
          const out = bench.matrix(rows, outputs, 'int8')
          // addLayerNorm fills the quantised twin too
          const norm = bench.norm(floats(random, inputs), floats(random, inputs))
          const zero = bench.matrix(rows, inputs)
          bench.fill(zero, new Float32Array(rows * inputs))
          bench.kernels.addLayerNorm(source, zero, norm, x)
          bench.kernels.linear(x, layer, out, activation)
          assert.is(bench.broken(), 0, `${each.name} ${rows}x${inputs}x${outputs} wrote outside its output`)
          results.push({ out: bench.read(out), ...bench.readQuantized(out) })
        }
        const what = `[${rows}, ${inputs}] to ${outputs} ${activation}`
        agree(variant, what, results[1]!.out, results[0]!.out)
        if (!variant.exact) continue
        assert.ok(
          results[1]!.values.some((q) => q !== 0),
          `${what}: nothing is quantised`,
        )
        assert.equal(results[1]!.values, results[0]!.values, `${what}: quantised`)
        assert.is(differentBits(results[1]!.steps, results[0]!.steps), 0, `${what}: steps`)
      }
    })
  }

  test(`linear() float32 is near float64: ${variant.name}`, async () => {
    const random = seeded(7)
    const [rows, inputs, outputs] = [9, 300, 20]
    const bench = new Bench(await variant.create())
    const x = floats(random, rows * inputs)
    const w = floats(random, inputs * outputs)
    const b = floats(random, outputs)
    const source = bench.matrix(rows, inputs)
    bench.fill(source, x)
    const out = bench.matrix(rows, outputs)
    bench.kernels.linear(source, bench.linear('float32', inputs, outputs, w, b), out, 'identity')
    const expected = Array.from({ length: rows * outputs }, (_, i) => {
      const [t, n] = [Math.floor(i / outputs), i % outputs]
      let sum = b[n]!
      for (let k = 0; k < inputs; k++) sum += x[t * inputs + k]! * w[n * inputs + k]!
      return sum
    })
    assert.ok(relativeError(bench.read(out), expected) < 2e-6)
  })

  for (const readBy of ['int8', 'float32'] as const)
    test(`attention() ${readBy} with relative positions equals the reference and float64: ${variant.name}`, async () => {
      for (const [seed, { lengths, heads, headDim, rows, kinds }] of [
        { lengths: [1], heads: 1, headDim: 1, rows: 1, kinds: 'both' },
        { lengths: [3, 1, 8], heads: 3, headDim: 5, rows: 5, kinds: 'keys' },
        { lengths: [17, 12], heads: 2, headDim: 8, rows: 39, kinds: 'queries' },
        { lengths: [40, 13, 2], heads: 2, headDim: 12, rows: 23, kinds: 'both' },
        { lengths: [130], heads: 1, headDim: 32, rows: 259, kinds: 'both' },
      ].entries()) {
        const hidden = heads * headDim
        const tokens = lengths.reduce((sum, length) => sum + length, 0)
        const bounds = [0]
        for (const length of lengths) bounds.push(bounds.at(-1)! + length)
        const longest = Math.max(...lengths)
        const middle = (rows - 1) / 2
        // Distances fall from row to row; far ones share the first and the last.
        const rowOf = (distance: number): number => middle - Math.max(-middle, Math.min(middle, distance))
        const shape = {
          ...{ rows, farthest: longest - 1 },
          ...{ keys: kinds !== 'queries', queries: kinds !== 'keys' },
        }
        const results = []
        for (const each of [reference, variant]) {
          const random = seeded(seed)
          const bench = new Bench(await each.create())
          const queryKeyValue = bench.matrix(tokens, 3 * hidden)
          const values = floats(random, tokens * 3 * hidden, 3)
          bench.fill(queryKeyValue, values)
          const relative = placeRows(bench.layout, readBy, shape, heads, headDim)
          writeDistances(bench.kernels.memory, relative, rowOf)
          const projected = [relative.keys, relative.queries].map((place) => {
            if (!place) return undefined
            const numbers = floats(random, rows * hidden, 3)
            const x = bench.matrix(rows, hidden)
            bench.fill(x, numbers)
            bench.kernels.packRelative(x, place)
            return numbers
          })
          const out = bench.matrix(tokens, hidden, readBy)
          const sequences = { count: lengths.length, bounds: bench.integers(bounds), longest }
          bench.kernels.attention({ queryKeyValue, sequences, heads, out, relative })
          assert.is(bench.broken(), 0, `${each.name}: wrote outside its output`)
          const [keys, queries] = projected
          results.push({ out: bench.read(out), values, keys, queries })
        }
        const { values, keys, queries } = results[1]!
        const { context, largestScore } = attentionInDoubles(values, bounds, heads, headDim, {
          ...{ keys, queries, rowOf },
        })
        // As without them, for each kind of scores.
        const steps =
          (Math.sqrt(headDim) * 3 * 3 * 2) / Math.min(16383, Math.floor(Math.sqrt(2 ** 31 / headDim))) +
          1 / 2048
        const bound = readBy === 'int8' ? steps : largestScore * 2 ** -22
        assert.ok(relativeError(results[1]!.out, context) <= bound, `${lengths} tokens: context near float64`)
        if (readBy === 'float32' && variant.name.startsWith('relaxed')) continue
        agree({ ...variant, exact: true }, 'context', results[1]!.out, results[0]!.out)
      }
    })

  for (const readBy of ['int8', 'float32'] as const)
    test(`attention() ${readBy} equals the reference and float64: ${variant.name}`, async () => {
      for (const [seed, { lengths, heads, headDim }] of [
        { lengths: [1], heads: 1, headDim: 1 },
        { lengths: [3, 1, 8], heads: 3, headDim: 5 },
        { lengths: [17, 12], heads: 2, headDim: 8 },
        { lengths: [40, 13, 2], heads: 2, headDim: 12 },
        { lengths: [130], heads: 1, headDim: 32 },
      ].entries()) {
        const hidden = heads * headDim
        const tokens = lengths.reduce((sum, length) => sum + length, 0)
        const bounds = [0]
        for (const length of lengths) bounds.push(bounds.at(-1)! + length)
        const results = []
        for (const each of [reference, variant]) {
          const random = seeded(seed)
          const bench = new Bench(await each.create())
          const queryKeyValue = bench.matrix(tokens, 3 * hidden)
          const values = floats(random, tokens * 3 * hidden, 4)
          bench.fill(queryKeyValue, values)
          const out = bench.matrix(tokens, hidden, readBy)
          const sequences = {
            count: lengths.length,
            bounds: bench.integers(bounds),
            longest: Math.max(...lengths),
          }
          const probabilities = bench.layout.probabilities(heads, lengths)
          bench.kernels.attention({ queryKeyValue, sequences, heads, out, probabilities })
          assert.is(bench.broken(), 0, `${each.name}: wrote outside its output`)
          const first = bench.kernels.memory.floats(probabilities.maps[0]!).slice()
          for (let row = 0; row < first.length; row += lengths[0]!) {
            const sum = first.subarray(row, row + lengths[0]!).reduce((a, b) => a + b, 0)
            assert.ok(Math.abs(sum - 1) < 1e-5, 'probabilities of a row sum to 1')
          }
          results.push({ out: bench.read(out), first, values })
        }
        const { context, largestScore } = attentionInDoubles(results[1]!.values, bounds, heads, headDim)
        // The exponential turns an error of a score into as large a share of its weight: one ulp of the largest score.
        // Int16 products err by half a step of the largest number of a row, and the exponentials and values by one.
        const steps =
          (Math.sqrt(headDim) * 4 * 4) / Math.min(16383, Math.floor(Math.sqrt(2 ** 31 / headDim))) + 1 / 2048
        const bound = readBy === 'int8' ? steps : largestScore * 2 ** -23
        assert.ok(relativeError(results[1]!.out, context) <= bound, `${lengths} tokens: context near float64`)
        if (readBy === 'float32' && !variant.exact) continue
        const exact = { ...variant, exact: true }
        agree(exact, 'context', results[1]!.out, results[0]!.out)
        agree(exact, 'probabilities', results[1]!.first, results[0]!.first)
      }
    })

  test(`addLayerNorm(), and as RMSNorm, equals the reference and float64: ${variant.name}`, async () => {
    const sizes = [1, 2, 15, 16, 17, 31, 32, 100, 384]
    for (const [columns, centred] of sizes.flatMap((size) => [
      [size, true] as const,
      [size, false] as const,
    ])) {
      const rows = 3
      const results = []
      const random = seeded(columns)
      const [x, r, w, b] = [
        floats(random, rows * columns, 5),
        floats(random, rows * columns, 5),
        floats(random, columns),
        floats(random, columns),
      ]
      for (const each of [reference, variant]) {
        const bench = new Bench(await each.create())
        const [input, residual, out] = [
          bench.matrix(rows, columns),
          bench.matrix(rows, columns),
          bench.matrix(rows, columns, 'int8'),
        ]
        bench.fill(input, x)
        bench.fill(residual, r)
        const norm = bench.norm(w, b, centred)
        bench.kernels.addLayerNorm(input, residual, norm, out)
        assert.is(bench.broken(), 0, `${each.name}: wrote outside its output`)
        results.push({ out: bench.read(out), ...bench.readQuantized(out) })
      }
      assert.is(differentBits(results[1]!.out, results[0]!.out), 0, `H ${columns}`)
      assert.equal(results[1]!.values, results[0]!.values, `H ${columns}: quantised`)
      const expected = Array.from(x, (_, i) => {
        const row = Math.floor(i / columns)
        const v = Array.from(
          { length: columns },
          (_unused, j) => x[row * columns + j]! + r[row * columns + j]!,
        )
        const mean = centred ? v.reduce((sum, value) => sum + value, 0) / columns : 0
        const variance = v.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns
        const c = i % columns
        return ((v[c]! - mean) / Math.sqrt(variance + 1e-12)) * w[c]! + b[c]!
      })
      // One column is all mean: 0/√ε amplifies nothing but rounding.
      if (columns > 1) assert.ok(relativeError(results[1]!.out, expected) < 3e-6, `H ${columns} near float64`)
    }
  })

  test(`rows without a normal step are zeros, or NaN where they are too large: ${variant.name}`, async () => {
    const bench = new Bench(await variant.create())
    const columns = 20
    const x = bench.matrix(5, columns)
    const rows = new Float32Array(5 * columns).fill(0)
    rows.fill(1e-45, columns, 2 * columns)
    rows.fill(Number.POSITIVE_INFINITY, 2 * columns, 3 * columns)
    rows.fill(Number.NaN, 3 * columns, 4 * columns)
    rows.fill(-2, 4 * columns, 5 * columns)
    bench.fill(x, rows)
    const identity = new Float32Array(columns * columns)
    for (let i = 0; i < columns; i++) identity[i * columns + i] = 1
    const out = bench.matrix(5, columns, 'int8')
    const layer = bench.linear('float32', columns, columns, identity, new Float32Array(columns))
    // Infinity · 0 is NaN: rows 2 and 3 become NaN.
    bench.kernels.linear(x, layer, out, 'identity')
    const { values, steps } = bench.readQuantized(out)
    assert.equal([...steps.subarray(0, 4)], [0, 0, Number.NaN, Number.NaN])
    for (const row of [0, 1, 2, 3]) {
      assert.ok(
        values.subarray(row * 32, row * 32 + 32).every((q) => q === 0),
        `row ${row}`,
      )
    }
    assert.is(steps[4], Math.fround(2 / 127))
    assert.equal([...values.subarray(4 * 32, 4 * 32 + columns + 2)], [...Array(columns).fill(-127), 0, 0])
    assert.is(bench.broken(), 0)
  })

  // What is added in int16 leaves it where large weights meet digits far from the middle, in blocks of 8 groups of inputs or of 4: such
  // tiles and panels have to take shorter blocks. Of 40 groups the last block of 8 is whole, of 36 and 42 it is not.
  for (const [magnitude, groups, inputs] of [
    [1, 4, 160],
    [1, 3, 144],
    [0.5, 8, 160],
    [0.5, 5, 168],
    [0.25, 8, 160],
  ] as const) {
    test(`${groups} groups of weights of ${magnitude} equal the reference: ${variant.name}`, async () => {
      const outputs = 24
      const random = seeded(groups)
      const weights = floats(random, inputs * outputs, 0.05)
      // A lane: of a channel, two inputs of each group. The first panel has one large one, the second many; in the third all are of one sign.
      const signs = Array.from({ length: inputs }, () => (random() < 0.3 ? -1 : 1))
      for (const [channel, from] of [[3, 8], ...Array.from({ length: 8 }, (_, i) => [8 + i, 4 * (i % 4)])]) {
        for (let group = from!; group < from! + groups; group++) {
          for (const input of [4 * group, 4 * group + 1])
            weights[channel! * inputs + input] = magnitude * signs[input]!
        }
      }
      weights.fill(magnitude, 16 * inputs + 32, 16 * inputs + 32 + 4 * groups)
      for (let channel = 0; channel < outputs; channel++) weights[channel * inputs] = 1
      const along = (input: number): number => signs[input]!
      const against = (input: number): number => -signs[input]!
      const positive = (input: number): number => (signs[input]! > 0 ? random() + 1 : 0)
      const zeros = (): number => 0
      const small = (input: number): number => (input % 37 === 5 ? 30 * signs[input]! : random() - 0.5)
      const uneven = (): number => random() * 2 - 0.3
      // Nothing where the weights are large, where a row of zeros is farthest from the middle.
      const elsewhere = (input: number): number => (input < 132 ? 0 : signs[input]!)
      for (const kinds of [
        [along],
        [against, positive],
        [elsewhere, elsewhere, elsewhere, zeros],
        [small, zeros, (): number => Number.NaN, positive, uneven, along, against],
      ]) {
        for (let count = 4; count <= 11; count++) {
          const rows = Float32Array.from({ length: count * inputs }, (_, i) =>
            kinds[Math.floor(i / inputs) % kinds.length]!(i % inputs),
          )
          const [expected, found] = await Promise.all(
            [reference, variant].map(async (each) => {
              const bench = new Bench(await each.create())
              const x = bench.quantized(rows, count, inputs)
              const layer = bench.layout.linear('int8', inputs, outputs)
              const { address } = bench.vector(weights)
              // A layer's memory may have held another one, as that of a slice of words has.
              bench.kernels.memory.int32.fill(
                0x30003,
                layer.weights / 4,
                (layer.weights + inputs * outputs) / 4,
              )
              for (let packed = 0; packed < 2; packed++) {
                bench.kernels.packLinear({ address, type: 'F32', rows: outputs, first: 0 }, layer)
              }
              packColumns(bench.kernels.memory, layer, 0, floats(seeded(2), outputs), undefined)
              const out = bench.matrix(count, outputs)
              bench.kernels.linear(x, layer, out, 'identity')
              assert.is(bench.broken(), 0)
              // NaN equals NaN in arrays, not in typed ones.
              return [...bench.read(out)]
            }),
          )
          assert.equal(found, expected, `${count} rows of ${kinds.length} kinds`)
        }
      }
    })
  }

  // Added in int16 all together they leave it, in blocks they do not.
  test(`many second digits of one sign equal the reference: ${variant.name}`, async () => {
    const [inputs, outputs] = [4096, 8]
    const weights = new Float32Array(inputs * outputs).fill(1)
    for (const count of [4, 5]) {
      const rows = Float32Array.from({ length: count * inputs }, (_, i) =>
        i % inputs === 3 ? -1.5 : i % 8 === 0 ? 1 : 0,
      )
      const [expected, found] = await Promise.all(
        [reference, variant].map(async (each) => {
          const bench = new Bench(await each.create())
          const x = bench.quantized(rows, count, inputs)
          const layer = bench.linear('int8', inputs, outputs, weights, new Float32Array(outputs))
          const out = bench.matrix(count, outputs)
          bench.kernels.linear(x, layer, out, 'identity')
          return bench.read(out)
        }),
      )
      assert.equal(found, expected, `${count} rows`)
    }
  })

  test(`weights of -128, which files may have, equal the reference: ${variant.name}`, async () => {
    const [count, inputs, outputs] = [6, 32, 8]
    const rows = new Float32Array(count * inputs).fill(-1)
    for (let row = 0; row < count; row++) rows[row * inputs + row] = 1
    const [expected, found] = await Promise.all(
      [reference, variant].map(async (each) => {
        const bench = new Bench(await each.create())
        const x = bench.quantized(rows, count, inputs)
        const layer = bench.layout.linear('int8', inputs, outputs)
        const { address } = bench.integers(new Array((inputs * outputs) / 4).fill(0x80808080 | 0))
        bench.kernels.packLinear({ address, type: 'I8', rows: outputs, first: 0 }, layer)
        packColumns(
          bench.kernels.memory,
          layer,
          0,
          new Float32Array(outputs),
          new Float32Array(outputs).fill(1),
        )
        const out = bench.matrix(count, outputs)
        bench.kernels.linear(x, layer, out, 'identity')
        return bench.read(out)
      }),
    )
    assert.ok(expected![0]! > 0)
    assert.equal(found, expected)
  })

  // The lists of such rows are the shortest there are: what is written at the end of one must not reach the next.
  test(`second digits of few rows of few numbers equal the reference: ${variant.name}`, async () => {
    const columns = 16
    for (let count = 1; count <= 6; count++) {
      for (const [low, high] of [
        [0, 5],
        [9, 2],
        [1, 3],
        [15, 12],
      ] as const) {
        const rows = new Float32Array(count * columns).fill(0.001)
        for (let row = 0; row < count; row++) {
          rows[row * columns + ((low + row) % columns)] = -1
          rows[row * columns + ((high + row) % columns)] = 1
        }
        const [expected, found] = await Promise.all(
          [reference, variant].map(async (each) => {
            const bench = new Bench(await each.create())
            const out = bench.quantized(rows, count, columns)
            assert.is(bench.broken(), 0)
            return bench.readQuantized(out).values
          }),
        )
        assert.ok(expected!.some((q) => Math.abs(q) > 64))
        assert.equal(found, expected, `${count} rows, ${low} and ${high}`)
      }
    }
  })
}

test('packLinear() quantises as quantizeWeights() does, and refuses what is not finite', async () => {
  const [rows, inputs, outputs] = [7, 21, 13]
  for (const each of [reference, ...variants()]) {
    const random = seeded(5)
    const bench = new Bench(await each.create())
    const weights = floats(random, inputs * outputs, 2).fill(0, 0, inputs)
    const bias = floats(random, outputs)
    const layer = bench.linear('int8', inputs, outputs, weights, bias)
    // The same layer from a file that is int8 already.
    const bytes = new Int8Array(inputs * outputs)
    const scales = Float32Array.from({ length: outputs }, (_, n) =>
      quantizeWeights(
        weights.subarray(n * inputs, (n + 1) * inputs),
        bytes.subarray(n * inputs, (n + 1) * inputs),
      ),
    )
    const stored = bench.layout.floats(bytes.length)
    bench.kernels.memory.bytes.set(new Uint8Array(bytes.buffer), stored.address)
    const packed = bench.layout.linear('int8', inputs, outputs)
    const whole = { address: stored.address, type: 'I8', rows: outputs, first: 0 } as const
    assert.ok(bench.kernels.packLinear(whole, packed))
    packColumns(bench.kernels.memory, packed, 0, bias, scales)

    const source = bench.matrix(rows, inputs)
    bench.fill(source, floats(random, rows * inputs))
    const zeros = bench.matrix(rows, inputs)
    bench.fill(zeros, new Float32Array(rows * inputs))
    const x = bench.matrix(rows, inputs, 'int8')
    bench.kernels.addLayerNorm(source, zeros, bench.norm(floats(random, inputs), floats(random, inputs)), x)
    const [own, read] = [bench.matrix(rows, outputs), bench.matrix(rows, outputs)]
    bench.kernels.linear(x, layer, own, 'identity')
    bench.kernels.linear(x, packed, read, 'identity')
    assert.ok(bench.read(own).some((value) => value !== 0))
    assert.is(differentBits(bench.read(own), bench.read(read)), 0, each.name)

    const bad = bench.vector(Float32Array.of(1, Number.NaN, 3))
    assert.is(
      bench.kernels.packLinear({ address: bad.address, type: 'F32', rows: 1, first: 0 }, layer),
      false,
      each.name,
    )
    const infinite = bench.vector(Float32Array.of(Number.NEGATIVE_INFINITY, 1, 3))
    assert.is(
      bench.kernels.packLinear({ address: infinite.address, type: 'F32', rows: 1, first: 0 }, layer),
      false,
      each.name,
    )
  }
})

test.run()
