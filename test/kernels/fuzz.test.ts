/**
 * Adversarial rows and weights (adversary.ts) through every variant that this engine can run. The reference
 * is compared with sums in float64, which are exact there, and with bounds that follow from the rules; the
 * variants are compared with the reference bit for bit.
 *
 * A case is a function of its seed, which is printed if it fails: IOBERT_SEED=n runs that one first.
 * IOBERT_FUZZ is the number of cases; by default a few, always the same. IOBERT_FUZZ_SECONDS: as many as fit
 * into that time.
 */

import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Activation, Kernels, Matrix } from '#dist/kernels/kernels.js'
import { packColumns } from '#dist/kernels/layout.js'
import * as math from '#dist/kernels/reference/math.js'
import { seeded } from '../random.ts'
import { pick, someInputs, someRow, someWeights } from './adversary.ts'
import { ACTIVATIONS, Bench, reference, type Variant, variants } from './variants.ts'

const { IOBERT_FUZZ, IOBERT_FUZZ_SECONDS, IOBERT_SEED } = process.env
const SECONDS = IOBERT_FUZZ_SECONDS === undefined ? undefined : Number(IOBERT_FUZZ_SECONDS)
const CASES = SECONDS === undefined ? Number(IOBERT_FUZZ ?? 60) : Number.POSITIVE_INFINITY
const usual = IOBERT_FUZZ === undefined && SECONDS === undefined
const FIRST = Number(IOBERT_SEED ?? (usual ? 1 : Date.now() % 2 ** 31))
console.log(`${SECONDS === undefined ? `${CASES} cases` : `cases for ${SECONDS} s`} from seed ${FIRST} on`)

const MOST_INPUTS = 30_000
const f = Math.fround
const LARGEST_FLOAT = 2 ** 128 - 2 ** 104

/** Each variant's kernels, made once; a case's memory is taken back, and is not cleared, so that the next finds it used. */
const made: { variant: Variant; kernels: Kernels; mark: number }[] = []
for (const variant of [reference, ...variants()]) {
  const kernels = await variant.create(MOST_INPUTS)
  made.push({ variant, kernels, mark: kernels.memory.end })
}

/** What `run` gives on each variant's kernels. */
function onEach<T>(run: (bench: Bench, variant: Variant) => T): { variant: Variant; result: T }[] {
  return made.map(({ variant, kernels, mark }) => {
    kernels.memory.release(mark)
    const bench = new Bench(kernels)
    const result = run(bench, variant)
    assert.is(bench.broken(), 0, `${variant.name} wrote outside its output`)
    return { variant, result }
  })
}

/** Numbers that differ, NaN being like NaN. */
function differing(actual: ArrayLike<number>, expected: ArrayLike<number>): string[] {
  const found: string[] = []
  for (let i = 0; i < expected.length && found.length < 5; i++) {
    if (!Object.is(actual[i], expected[i])) found.push(`${i}: ${actual[i]}, not ${expected[i]}`)
  }
  return found
}

/** What the shares of all tests add up to. */
const SHARES = 1 + 0.5 + 0.3

/** A share of the cases, or of the time; one that fails names its seed. */
function cases(share: number, body: (random: () => number) => void): () => void {
  return () => {
    const end = performance.now() + ((SECONDS ?? Number.POSITIVE_INFINITY) * 1000 * share) / SHARES
    let seed = FIRST
    for (; seed < FIRST + Math.max(1, CASES * share) && performance.now() < end; seed++) {
      try {
        body(seeded(seed))
      } catch (error) {
        ;(error as Error).message = `IOBERT_SEED=${seed}: ${(error as Error).message}`
        throw error
      }
    }
    if (SECONDS !== undefined) console.log(`seeds ${FIRST} to ${seed - 1}`)
  }
}

/** What the rule says of a row in float64. */
function rowRule(x: Float32Array): { step: number; fits: boolean } {
  let [low, high, squares] = [0, 0, 0]
  for (const value of x) {
    low = Math.min(low, value)
    high = Math.max(high, value)
    squares += value * value
  }
  const [fitting, usual] = [(high - low) / 127, (Math.sqrt(squares / x.length) * 2.7) / 63.5]
  return { step: Math.max(Math.min(fitting, usual), (high - low) / 8064), fits: fitting < usual * 0.999 }
}

/** Checks q and step of a row against the rule. */
function checkRow(x: Float32Array, q: Int16Array, step: number): void {
  if (!(step > 0)) {
    assert.ok(
      q.every((value) => value === 0),
      'a row without a step is zeros',
    )
    if (step === 0)
      assert.ok(
        x.every((value) => Math.abs(value) < 2 ** -112),
        'such a row is tiny',
      )
    else
      assert.ok(
        x.some((value) => !(Math.abs(value) < 2 ** 126)),
        'a row of step NaN has a number that is too large',
      )
    return
  }
  const rule = rowRule(x)
  assert.ok(Math.abs(step / rule.step - 1) < 1e-3, `step ${step}, by the rule ${rule.step}`)
  let [least, most, squares] = [0, 0, 0]
  for (const [k, value] of x.entries()) {
    assert.ok(
      Math.abs(q[k]! - value / step) <= 0.5 + 1e-6 * Math.abs(q[k]!) + 1e-4,
      `${value} is ${q[k]} · ${step}`,
    )
    least = Math.min(least, q[k]!)
    most = Math.max(most, q[k]!)
    squares += q[k]! ** 2
  }
  if (rule.fits) assert.ok(most - least <= 127, `a row that fits reaches from ${least} to ${most}`)
  else assert.ok(Math.sqrt(squares / x.length) <= 24.03 || most - least <= 127, 'the root mean square of q')
}

const ACTIVATE: Record<Activation, (x: number) => number> = {
  identity: (x) => x,
  gelu: math.geluInt8,
  gelu_tanh: math.geluTanh,
  relu: math.relu,
  silu: math.silu,
}

test(
  'linear() int8 is the exact sum, the same in every variant',
  cases(1, (random) => {
    const inputs = someInputs(random)
    const outputs = 1 + Math.floor(random() * (inputs > 5000 ? 9 : 50))
    const count = 1 + Math.floor(random() * (inputs > 5000 ? 6 : 14))
    const weights = someWeights(random, outputs, inputs)
    const rows = Array.from({ length: count }, () => someRow(random, inputs, weights))
    const scales = Float32Array.from(
      { length: outputs },
      () => 2 ** pick(random, [0, -7, -13, -40, 30]) * (1 + random()),
    )
    const bias = Float32Array.from({ length: outputs }, () => pick(random, [0, 1, -3, 1e6]) * random())
    const activation = pick(random, ACTIVATIONS)
    const results = onEach((bench) => {
      const x = bench.quantized(Float32Array.from(rows.flatMap((row) => [...row])), count, inputs)
      const layer = bench.layout.linear('int8', inputs, outputs)
      const stored = bench.layout.floats(weights.length)
      bench.kernels.memory.bytes.set(new Uint8Array(weights.buffer), stored.address)
      bench.kernels.packLinear({ address: stored.address, type: 'I8', rows: outputs, first: 0 }, layer)
      packColumns(bench.kernels.memory, layer, 0, bias, scales)
      const out = bench.matrix(count, outputs)
      bench.kernels.linear(x, layer, out, activation)
      return { ...bench.readQuantized(x), out: bench.read(out) }
    })
    const [{ result: expected }, ...others] = results as [(typeof results)[0], ...typeof results]
    const padded = expected.values.length / count
    for (const [t, row] of rows.entries()) {
      const q = expected.values.subarray(t * padded, t * padded + inputs)
      const step = expected.steps[t]!
      checkRow(row, q, step)
      for (let n = 0; n < outputs; n++) {
        let sum = 0
        for (let k = 0; k < inputs; k++) sum += q[k]! * weights[n * inputs + k]!
        assert.ok(Math.abs(sum) < 2 ** 31, `a sum of ${sum}`)
        const y = ACTIVATE[activation](f(f(f(sum) * f(step * scales[n]!)) + bias[n]!))
        assert.equal(differing([expected.out[t * outputs + n]!], [y]), [], `row ${t}, channel ${n}`)
      }
    }
    const what = `${count} × ${inputs} × ${outputs}`
    for (const { variant, result } of others) {
      assert.equal(differing(result.values, expected.values), [], `${variant.name}, ${what}: q`)
      assert.equal(differing(result.steps, expected.steps), [], `${variant.name}, ${what}: steps`)
      assert.equal(differing(result.out, expected.out), [], `${variant.name}, ${what}, ${activation}`)
    }
  }),
)

test(
  'attention() stays between its values or is NaN, the same in every variant',
  cases(0.5, (random) => {
    const readBy = pick(random, ['int8', 'int8', 'float32'] as const)
    const headDim = 1 + Math.floor(random() * pick(random, [4, 40, 70]))
    const tokens = 1 + Math.floor(random() * pick(random, [4, 20, 70]))
    const none = new Int8Array(headDim)
    const part = (): Float32Array[] => Array.from({ length: tokens }, () => someRow(random, headDim, none))
    const [queries, keys, values] = [part(), part(), part()]
    const all = Float32Array.from(queries.flatMap((row, t) => [...row, ...keys[t]!, ...values[t]!]))
    const results = onEach((bench) => {
      const queryKeyValue = bench.matrix(tokens, 3 * headDim)
      bench.fill(queryKeyValue, all)
      const out = bench.matrix(tokens, headDim, readBy)
      const sequences = { count: 1, bounds: bench.integers([0, tokens]), longest: tokens }
      const probabilities = bench.layout.probabilities(1, [tokens])
      bench.kernels.attention({ queryKeyValue, sequences, heads: 1, out, probabilities })
      return { context: bench.read(out), map: bench.kernels.memory.floats(probabilities.maps[0]!).slice() }
    })
    const [{ result: expected }, ...others] = results as [(typeof results)[0], ...typeof results]
    for (let i = 0; i < tokens; i++) {
      const map = expected.map.subarray(i * tokens, (i + 1) * tokens)
      const context = expected.context.subarray(i * headDim, (i + 1) * headDim)
      const bad = [queries[i]!, ...keys].some((row) => !row.every(Number.isFinite))
      if (bad || !map.every(Number.isFinite)) {
        assert.ok(
          map.every(Number.isNaN) && context.every(Number.isNaN),
          `row ${i} is all NaN: ${map.slice(0, 5)}`,
        )
        continue
      }
      const total = map.reduce((sum, each) => sum + each, 0)
      assert.ok(Math.abs(total - 1) < 1e-4, `probabilities of a sum of ${total}`)
      for (const [d, number] of context.entries()) {
        const column = values.map((row) => row[d]!)
        if (!column.every(Number.isFinite)) {
          assert.not.ok(Number.isFinite(number), `a value of ${column} became ${number}`)
          continue
        }
        const [least, most] = [Math.min(...column), Math.max(...column)]
        // Float32 divides by the softmax's sum last, so the values are summed with weights of e^(s - max s), of which the
        // largest is 1: where that sum leaves float32, the context is no number, which the pass reports.
        const largest = Math.max(...map)
        const sizes = column.reduce((sum, value, j) => sum + (map[j]! / largest) * Math.abs(value), 0)
        if (readBy === 'float32' && !Number.isFinite(number)) {
          assert.ok(sizes > 0.999 * LARGEST_FLOAT, `${number} though the values' sizes add up to ${sizes}`)
          continue
        }
        // Values up to 8191 · 2^-126 have a step that is no normal number: by the rule of int8 they count as zeros.
        const near = 1e-3 * Math.max(-least, most) + 8191 * 2 ** -126
        assert.ok(
          !(number < least - near || number > most + near),
          `${number} of values from ${least} to ${most}`,
        )
      }
    }
    for (const { variant, result } of others) {
      if (readBy === 'float32' && !variant.exact) continue
      assert.equal(differing(result.context, expected.context), [], `${variant.name} ${readBy}: context`)
      assert.equal(differing(result.map, expected.map), [], `${variant.name} ${readBy}: probabilities`)
    }
  }),
)

test(
  'addLayerNorm() is normal or NaN, the same in every variant',
  cases(0.3, (random) => {
    const columns = 1 + Math.floor(random() * pick(random, [5, 40, 800]))
    const count = 1 + Math.floor(random() * 8)
    const none = new Int8Array(columns)
    const rows = Array.from({ length: count }, () => someRow(random, columns, none))
    const weight = Float32Array.from(
      { length: columns },
      () => pick(random, [0, 1, -2, 1e-24, 1e30]) * random(),
    )
    const bias = Float32Array.from({ length: columns }, () => pick(random, [0, 1, -1]))
    const centred = random() < 0.5
    const results = onEach((bench) => {
      const [x, zeros, out] = [
        bench.matrix(count, columns),
        bench.matrix(count, columns),
        bench.matrix(count, columns, 'int8'),
      ]
      const fill = (matrix: Matrix, values: number[]): void => bench.fill(matrix, Float32Array.from(values))
      fill(
        x,
        rows.flatMap((row) => [...row]),
      )
      fill(zeros, new Array(count * columns).fill(0))
      bench.kernels.addLayerNorm(x, zeros, bench.norm(weight, bias, centred), out)
      return { out: bench.read(out), ...bench.readQuantized(out) }
    })
    const [{ result: expected }, ...others] = results as [(typeof results)[0], ...typeof results]
    for (const [t, row] of rows.entries()) {
      const y = expected.out.subarray(t * columns, (t + 1) * columns)
      const mean = centred ? row.reduce((sum, value) => sum + value, 0) / columns : 0
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / columns
      if (!(variance < 2 ** 129))
        assert.not.ok(y.some(Number.isFinite), `variance ${variance}: ${y.slice(0, 5)}`)
      if (variance * columns < 2 ** 126 && Math.abs(mean) * columns < 2 ** 60)
        assert.ok(y.every(Number.isFinite), `variance ${variance}: ${y.slice(0, 5)}`)
      const { steps, values } = expected
      const padded = values.length / count
      checkRow(y, values.subarray(t * padded, t * padded + columns), steps[t]!)
    }
    for (const { variant, result } of others) {
      assert.equal(differing(result.out, expected.out), [], `${variant.name}`)
      assert.equal(differing(result.values, expected.values), [], `${variant.name}: q`)
      assert.equal(differing(result.steps, expected.steps), [], `${variant.name}: steps`)
    }
  }),
)

test.run()
