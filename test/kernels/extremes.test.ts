/**
 * Rows at the limits of float32 and of the quantization rule, and numbers beyond float32: every variant
 * against the reference.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { floats, seeded } from '../random.ts'
import { ACTIVATIONS, Bench, reference, type Variant, variants } from './variants.ts'

/** The steps, q and outputs of rows through an int8 layer of weights all alike. */
async function alike(
  variant: Variant,
  rows: Float32Array,
  inputs: number,
  weight = 127,
): Promise<{ q: Int16Array; steps: Float32Array; listed: number; out: Float32Array }> {
  const bench = new Bench(await variant.create())
  const count = rows.length / inputs
  const x = bench.quantized(rows, count, inputs)
  const weights = new Float32Array(8 * inputs).fill(weight)
  const layer = bench.linear('int8', inputs, 8, weights, new Float32Array(8))
  const out = bench.matrix(count, 8)
  bench.kernels.linear(x, layer, out, 'identity')
  assert.is(bench.broken(), 0)
  const { values, steps, listed } = bench.readQuantized(x)
  return { q: values, steps, listed, out: bench.read(out) }
}

/** Rows of two numbers: the second in one place, or in half of them. */
function twoNumbers(
  count: number,
  inputs: number,
  value: number,
  other: number,
  half: boolean,
): Float32Array {
  const isOther = (k: number): boolean => k === 3 || (half && k % 2 === 0)
  return Float32Array.from({ length: count * inputs }, (_, i) => (isOther(i % inputs) ? other : value))
}

for (const variant of [reference, ...variants()]) {
  test(`rows whose ends both lie between two steps fit 7 bits: ${variant.name}`, async () => {
    for (const inputs of [16, 520, 600, 768, 1024, 3072]) {
      for (const [value, other, half] of [
        [63.5, -63.5, false],
        [-63.5, 63.5, false],
        [1, -1, false],
        [1, -1, true],
        [3.3, -3.3, false],
        [2 ** -40, -(2 ** -40), false],
        [1.5, -125.5, true],
        [125.5, -1.5, false],
      ] as const) {
        const rows = twoNumbers(5, inputs, value, other, half)
        const { q, steps, listed, out } = await alike(variant, rows, inputs)
        const what = `${inputs} inputs, ${value} and ${other}`
        assert.ok(Math.abs(q[1]! - q[3]!) <= 127, `${what}: q ${q[1]} and ${q[3]} are more than 127 apart`)
        assert.is(listed, 0, `${what}: second digits`)
        // A tie that is held back is half a step off too.
        for (const k of [1, 3]) {
          assert.ok(
            Math.abs(q[k]! * steps[0]! - rows[k]!) <= 0.5001 * steps[0]!,
            `${what}: ${rows[k]} is ${q[k]}`,
          )
        }
        const sum = 127 * q.subarray(0, inputs).reduce((whole, each) => whole + each, 0)
        for (const y of out) assert.is(y, Math.fround(Math.fround(sum) * steps[0]!), what)
      }
    }
  })

  test(`rows whose squares leave float32 are quantised as others are: ${variant.name}`, async () => {
    const inputs = 768
    const random = seeded(3)
    const plain = floats(random, 5 * inputs).map((x, i) => (i % 29 === 0 ? 20 * x : x))
    const expected = await alike(reference, plain, inputs)
    assert.ok(expected.q.some((q) => Math.abs(q) > 127))
    for (const exponent of [-110, -96, -76, -70, -63, -55, -50, 50, 63, 64, 96, 115]) {
      const { q, steps, listed } = await alike(
        variant,
        plain.map((x) => x * 2 ** exponent),
        inputs,
      )
      assert.equal(q, expected.q, `2^${exponent}`)
      assert.equal(
        steps,
        expected.steps.map((step) => step * 2 ** exponent),
        `2^${exponent}`,
      )
      // The reference lists nothing.
      if (variant.name.startsWith('relaxed')) assert.ok(listed > 0)
    }
    // The largest row of all: int16 and int32 sums would leave their types if its step were too small.
    for (const width of [768, 3072]) {
      const rows = Float32Array.from({ length: 5 * width }, (_, i) => 2e-25 * (i % 7 === 0 ? -1 : 1))
      const found = await alike(variant, rows, width)
      assert.ok(found.q.every((value) => Math.abs(value) <= 64))
      const wanted = await alike(reference, rows, width)
      assert.equal(found.out, wanted.out)
    }
  })

  const precisions = variant.name.startsWith('relaxed') && !variant.exact ? ['float32'] : ['int8', 'float32']
  for (const readBy of precisions as ('int8' | 'float32')[]) {
    test(`attention() ${readBy} gives NaN where a score is not finite: ${variant.name}`, async () => {
      const rows = (bench: Bench, values: number[], tokens: number, headDim: number): number[][] => {
        const queryKeyValue = bench.matrix(tokens, 3 * headDim)
        bench.fill(queryKeyValue, Float32Array.from(values))
        const out = bench.matrix(tokens, headDim, readBy)
        const sequences = { count: 1, bounds: bench.integers([0, tokens]), longest: tokens }
        const probabilities = bench.layout.probabilities(1, [tokens])
        bench.kernels.attention({ queryKeyValue, sequences, heads: 1, out, probabilities })
        assert.is(bench.broken(), 0)
        const map = bench.kernels.memory.floats(probabilities.maps[0]!)
        return Array.from({ length: tokens }, (_, t) => [
          ...bench.read(out).subarray(t * headDim, (t + 1) * headDim),
          ...map.subarray(t * tokens, (t + 1) * tokens),
        ])
      }
      const of = async (values: number[], tokens: number, headDim: number): Promise<number[][]> =>
        rows(new Bench(await variant.create()), values, tokens, headDim)
      const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN]
      for (const [what, values, headDim, wrong] of [
        // Q·K is 0·∞ at precision int8, ∞ at float32.
        [
          'two queries of 1e25',
          [1e25, 0, 0, 1e25, 1, 2, 1e25, 0, 1, 0, 3, 4],
          2,
          readBy === 'int8' ? [0, 1] : [],
        ],
        ['a score of ∞', [1e25, 1e25, 1, 1, 1, 2], 1, [0]],
        ['scores of -∞ only', [1e25, -1e25, 1, 1, -1e25, 2], 1, [0]],
        ['a score of -∞ beside one', [1e25, -1e25, 1, 1, 1, 2], 1, [0]],
        ['a query of NaN', [nan, 1, 1, 1, 1, 2], 1, [0]],
        ['a query of ∞', [inf, 1, 1, 1, 1, 2], 1, [0]],
        ['a key of NaN', [1, nan, 1, 1, 1, 2], 1, [0, 1]],
        ['a key of -∞', [1, -inf, 1, 1, 1, 2], 1, [0, 1]],
      ] as const) {
        const tokens = values.length / headDim / 3
        for (const [row, numbers] of (await of([...values], tokens, headDim)).entries()) {
          const bad = (wrong as readonly number[]).includes(row)
          const right = bad ? numbers.every(Number.isNaN) : numbers.every(Number.isFinite)
          assert.ok(right, `${what}: row ${row} is ${numbers}`)
        }
      }
      // Beside many others, in each place of the vectors.
      for (const tokens of [3, 8, 13, 40]) {
        for (const place of [0, tokens >> 1, tokens - 1]) {
          for (const key of [nan, -1e30, 1e30]) {
            const values = Array.from({ length: tokens }, (_, t) => [1e20, t === place ? key : 1, t]).flat()
            for (const numbers of await of(values, tokens, 1))
              assert.ok(numbers.every(Number.isNaN), `${key}`)
          }
        }
      }
      // A value that is not finite makes the numbers of its column so.
      for (const numbers of await of([1, 1, nan, 1, 1, 2], 2, 1)) assert.ok(Number.isNaN(numbers[0]))
      for (const numbers of await of([1, 1, inf, 1, 1, 2], 2, 1)) assert.not.ok(Number.isFinite(numbers[0]))
    })
  }

  test(`addLayerNorm() gives NaN where the variance leaves float32: ${variant.name}`, async () => {
    for (const columns of [1, 16, 23, 100]) {
      const bench = new Bench(await variant.create())
      const values = floats(seeded(columns), 4 * columns)
      values[0] = 1e20
      values[columns] = Number.NaN
      values[2 * columns + columns - 1] = Number.NEGATIVE_INFINITY
      const [x, zeros, out] = [
        bench.matrix(4, columns),
        bench.matrix(4, columns),
        bench.matrix(4, columns, 'int8'),
      ]
      bench.fill(x, values)
      bench.fill(zeros, new Float32Array(4 * columns))
      const norm = bench.norm(floats(seeded(1), columns), floats(seeded(2), columns))
      bench.kernels.addLayerNorm(x, zeros, norm, out)
      const y = bench.read(out)
      for (const [row, wrong] of [columns > 1, true, true, false].entries()) {
        const numbers = y.subarray(row * columns, (row + 1) * columns)
        assert.ok(numbers.every(wrong ? Number.isNaN : Number.isFinite), `${columns} columns, row ${row}`)
        assert.is(Number.isNaN(bench.readQuantized(out).steps[row]), wrong)
      }
    }
  })

  test(`no activation makes a finite number of one that is not: ${variant.name}`, async () => {
    const inputs = [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1,
      -1e6,
      -1e30,
      -3e38,
      1e30,
    ]
    for (const precision of ['float32', 'int8'] as const) {
      for (const activation of ACTIVATIONS) {
        const bench = new Bench(await variant.create())
        const x = bench.matrix(inputs.length, 1, 'int8')
        bench.fill(x, Float32Array.from(inputs))
        bench.kernels.quantize(x)
        const layer = bench.linear(precision, 1, 1, Float32Array.of(1), Float32Array.of(0))
        const out = bench.matrix(inputs.length, 1)
        bench.kernels.linear(x, layer, out, activation)
        const [a, b, c, one, ...far] = bench.read(out)
        const what = `${activation} ${precision}`
        for (const y of [a, b, c]) assert.not.ok(Number.isFinite(y), `${what} of NaN, ∞, -∞: ${[a, b, c]}`)
        assert.ok(Math.abs(one! - 0.85) <= 0.16, `${what}(1) = ${one}`)
        if (activation === 'identity') continue
        for (const y of far.slice(0, 3)) assert.is(Math.abs(y), 0, `${what} far below 0: ${y}`)
        assert.ok(Math.abs(far[3]! / 1e30 - 1) < 1e-6, `${what}(1e30) = ${far[3]}`)
      }
    }
  })

  test(`${variant.name}: a layer whose weights end with the memory reads nothing behind it`, async () => {
    for (const [rows, inputs] of [
      [3000, 16],
      [24, 512],
      [13, 768],
    ] as const) {
      const kernels = await variant.create()
      const { memory, layout } = kernels
      const x = layout.matrix(rows, inputs, 'int8')
      const out = layout.matrix(rows, 16)
      kernels.quantize(x)
      const before = memory.end
      layout.linear('int8', inputs, 16)
      const bytes = memory.end - before
      memory.release(before)
      layout.integers((memory.byteLength - before - bytes) / 4)
      const layer = layout.linear('int8', inputs, 16)
      assert.is(memory.end, memory.byteLength)
      kernels.linear(x, layer, out, 'identity')
    }
  })
}

test.run()
