/** Weights become int8 by the formula: rounding to even, rows of zeros, values that are not finite. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { quantizeWeights, weightScale } from '#dist/kernels/reference/quantization.js'

const quantized = (weights: number[]): { scale: number; row: number[] } => {
  const row = new Int8Array(weights.length).fill(99)
  const scale = quantizeWeights(new Float32Array(weights), row)
  return { scale, row: [...row] }
}

test('quantizeWeights rounds halves to even', () => {
  // The largest is 127, so the scale is 1 and weights are their own quotients
  const { scale, row } = quantized([127, 0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, 126.5, -125.5, 0.4999, -127])
  assert.is(scale, 1)
  assert.equal(row, [127, 0, 2, 2, 4, 0, -2, -2, 126, -126, 0, -127])
})

test('quantizeWeights gives a row of zeros the scale 0', () => {
  assert.equal(quantized([0, -0, 0]), { scale: 0, row: [0, 0, 0] })
  // The scale is below the smallest f32
  assert.equal(quantized([1e-45, -1e-45]), { scale: 0, row: [0, 0] })
})

test('quantizeWeights tells NaN and infinity by a NaN scale', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    assert.ok(Number.isNaN(quantized([1, bad, 2]).scale))
  }
  assert.ok(quantized([3.4028234663852886e38]).scale > 0)
})

/** f32(a / b) rounded half to even, by whole-number arithmetic on the quotient's neighbours. */
function oracle(weight: number, scale: number): number {
  const quotient = Math.fround(weight / scale)
  const below = Math.floor(quotient)
  const fraction = quotient - below
  const up = fraction > 0.5 || (fraction === 0.5 && below % 2 !== 0)
  return Math.max(-127, Math.min(127, up ? below + 1 : below))
}

test('quantizeWeights follows the formula for any row', () => {
  const weight = fc.float({ noNaN: true, noDefaultInfinity: true })
  fc.assert(
    fc.property(fc.array(weight, { minLength: 1, maxLength: 40 }), (weights) => {
      const { scale, row } = quantized(weights)
      assert.is(scale, Math.fround(Math.max(...weights.map(Math.abs)) / 127))
      assert.is(scale, weightScale(new Float32Array(weights)))
      weights.forEach((each, index) => {
        assert.is(row[index], scale === 0 ? 0 : oracle(each, scale) + 0)
      })
    }),
    { numRuns: 2_000 },
  )
})

test.run()
