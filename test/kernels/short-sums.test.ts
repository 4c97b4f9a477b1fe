/**
 * Sums of int16 at their limits: a channel's weights point in the direction of the digits (where
 * Cauchy-Schwarz is an equality), and are just short or just long enough for short-sums.ts to decide either
 * way.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { seeded } from '../random.ts'
import { Bench, reference, variants } from './variants.ts'

const OUTPUTS = 16
const ROUNDS = 150
/** Inputs of a block of 8 groups, of which a lane adds every second pair. */
const BLOCK_INPUTS = 32
/** A lane's end, in units of ‖first - middle‖·‖w‖. */
const LANE = 32_768

/** A random layer and rows for it, whose quantised digits and weights are these very integers. */
function extremeCase(random: () => number): { rows: Float32Array; weights: Float32Array; inputs: number } {
  const inputs = 4 * (32 + Math.floor(random() * 40))
  const zero = pick(random, [0, 3, 11, 12, 30, 43, 44, 60, 64])
  const middle = zero < 12 ? 6 : zero < 44 ? 24 : 64
  const [least, most] = [-zero, 127 - zero]
  const value = pick(random, [
    () => (random() < 0.5 ? least : most),
    () => Math.round(random() * 127) - zero,
    () => (random() < 0.4 ? pick(random, [least, most]) : Math.round(random() * 40 - 20)),
  ])
  // A row that holds both ends of seven bits has a step of 1.
  const atEnds = (k: number, x: number): number => (k === 0 ? least : k === 5 ? most : clamp(x, least, most))
  const pattern = Array.from({ length: inputs }, (_, k) => atEnds(k, value()))
  const rowCount = 4 + Math.floor(random() * 8)
  const changed = pick(random, [0, 0.1])
  const rows = Float32Array.from({ length: rowCount * inputs }, (_, i) => {
    const k = i % inputs
    return random() < changed ? atEnds(k, Math.round(random() * 127) - zero) : pattern[k]!
  })
  const weights = new Float32Array(OUTPUTS * inputs)
  for (let channel = 0; channel < OUTPUTS; channel++) {
    const sign = pick(random, [-1, 1])
    const lanePairs = pick(random, [2, 5, 8, 8])
    for (let at = 0; at < inputs; at += BLOCK_INPUTS) {
      for (const half of [0, 2]) {
        const lane = [...Array(lanePairs).keys()]
          .flatMap((group) => [at + 4 * group + half, at + 4 * group + half + 1])
          .filter((k) => k < inputs)
        const away = lane.map((k) => pattern[k]! + zero - middle)
        const square = away.reduce((sum, x) => sum + x * x, 0)
        const length = (sign * LANE * (0.9 + 0.2 * random())) / Math.max(square, 1)
        for (const [i, k] of lane.entries()) {
          weights[channel * inputs + k] = clamp(Math.round(length * away[i]!), -127, 127)
        }
      }
    }
    // So that a channel's scale is 1.
    weights[channel * inputs + Math.floor(random() * inputs)] = 127
  }
  return { rows, weights, inputs }
}

const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!
const clamp = (x: number, least: number, most: number): number => Math.min(most, Math.max(least, x))

for (const variant of variants().filter(({ name }) => name.includes('short'))) {
  test(`lanes that end near the limits of int16 equal the reference: ${variant.name}`, async () => {
    const random = seeded(7)
    for (let round = 0; round < ROUNDS; round++) {
      const { rows, weights, inputs } = extremeCase(random)
      const count = rows.length / inputs
      const [expected, found] = await Promise.all(
        [reference, variant].map(async (each) => {
          const bench = new Bench(await each.create())
          const x = bench.quantized(rows, count, inputs)
          assert.ok(bench.readQuantized(x).steps.every((step) => step === 1))
          const layer = bench.linear('int8', inputs, OUTPUTS, weights, new Float32Array(OUTPUTS))
          const out = bench.matrix(count, OUTPUTS)
          bench.kernels.linear(x, layer, out, 'identity')
          return bench.read(out)
        }),
      )
      assert.equal(found, expected, `case ${round}: ${count} rows of ${inputs}`)
    }
  })
}

test.run()
