/** exp, log and softmax over labels have the bits of the formula on every runtime. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { argmax, expFloat32, logProbability, softmaxRows } from '#dist/entities/softmax.js'

/** Units in the last place between two positive float32 numbers. */
function ulps(a: number, b: number): number {
  const bits = new Int32Array(Float32Array.of(a, b).buffer)
  return Math.abs(bits[0]! - bits[1]!)
}

test('expFloat32 is within 1 ulp over [-104, 88.7], subnormal results included', () => {
  let worst = 0
  for (let i = 0; i <= 1_000_000; i++) {
    const x = Math.fround(-104 + (i * 192.7) / 1_000_000)
    worst = Math.max(worst, ulps(expFloat32(x), Math.fround(Math.exp(x))))
  }
  assert.ok(worst <= 1, `worst ${worst}`)
})

test('expFloat32 is right at its edges', () => {
  assert.is(expFloat32(0), 1)
  assert.is(expFloat32(-0), 1)
  assert.is(expFloat32(Number.NEGATIVE_INFINITY), 0)
  assert.is(expFloat32(Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY)
  assert.is(expFloat32(-105), 0)
  assert.is(expFloat32(88.75), Number.POSITIVE_INFINITY)
  assert.ok(Number.isNaN(expFloat32(Number.NaN)))
})

test('expFloat32 has the bits of the exact powers, computed with 60 digits', () => {
  const bits = [-0.1, -1, -2.5, -10, -50, -87, -100].map(
    (x) => new Uint32Array(Float32Array.of(expFloat32(x)).buffer)[0],
  )
  const wanted = [0x3f67a36d, 0x3ebc5ab2, 0x3da81c2e, 0x383e6bce, 0x1b692beb, 0x00b33687, 0x0000001b]
  assert.equal(bits, wanted)
})

test('logProbability is within 4e-16 of ln', () => {
  fc.assert(
    fc.property(fc.float({ min: Math.fround(1e-44), max: 1, noNaN: true }), (x) => {
      const wanted = Math.log(x)
      assert.ok(Math.abs(logProbability(x) - wanted) <= 4e-16 * Math.abs(wanted), `${x}`)
    }),
    { numRuns: 5000 },
  )
  assert.is(logProbability(1), 0)
  assert.is(logProbability(0), -104)
})

test('softmaxRows equals softmax in doubles to 3e-7 and sums to 1', () => {
  const row = fc.array(fc.float({ min: -60, max: 60, noNaN: true }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(row, (values) => {
      const logits = Float32Array.from([...values, ...values])
      const got = softmaxRows(logits, values.length)
      const max = Math.max(...values)
      const powers = values.map((value) => Math.exp(value - max))
      const sum = powers.reduce((a, b) => a + b, 0)
      powers.forEach((power, i) => {
        assert.ok(Math.abs(got[i]! - power / sum) <= 3e-7)
        assert.is(got[i + values.length], got[i])
      })
      assert.ok(Math.abs(got.subarray(0, values.length).reduce((a, b) => a + b, 0) - 1) < 1e-6)
    }),
  )
})

test('argmax takes the first of equals', () => {
  assert.is(argmax([1, 3, 3, 2]), 1)
  assert.is(argmax([5]), 0)
})

test.run()
