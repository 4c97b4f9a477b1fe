/**
 * exp, erf, GELU, tanh and rounding: close to float64, and the same bits in the reference and every variant.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  erf,
  exp,
  gelu,
  geluInt8,
  geluTanh,
  powerOfTwo,
  relu,
  roundHalfEven,
  silu,
} from '#dist/kernels/reference/math.js'
import { sigmoid, tanh } from '#dist/kernels/scalars.js'

/** Distance of a float32 from a float64 in units of the float32's last place. */
function ulps(actual: number, exact: number): number {
  const spacing = 2 ** (Math.floor(Math.log2(Math.abs(exact))) - 23)
  return Math.abs(actual - exact) / spacing
}

/** erf by its series for |x| < 3 and by the continued fraction of erfc beyond, to about 1e-15. Abramowitz & Stegun 7.1.5, 7.1.14. */
function exactErf(x: number): number {
  const z = Math.abs(x)
  if (z > 6) return Math.sign(x)
  if (z < 3) {
    let term = z
    let sum = z
    for (let n = 1; n < 200 && Math.abs(term) > 1e-18 * sum; n++) {
      term *= (-z * z) / n
      sum += term / (2 * n + 1)
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
  }
  let fraction = 0
  for (let k = 60; k > 0; k--) fraction = k / 2 / (z + fraction)
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * (z + fraction)))
}

test('exp() is within 1.4 ulp over [-87, 88]', () => {
  let worst = 0
  for (let i = 0; i <= 500_000; i++) {
    const x = Math.fround(-87 + (175 * i) / 500_000)
    worst = Math.max(worst, ulps(exp(x), Math.exp(x)))
  }
  assert.ok(worst < 1.4, `worst ${worst}`)
  assert.is(exp(0), 1)
  assert.is(exp(-1000), exp(-87))
  assert.is(exp(1000), exp(88))
})

test('erf() is within 4.9e-7 everywhere', () => {
  let worst = 0
  for (let i = -200_000; i <= 200_000; i++) {
    const x = Math.fround(i / 40_000)
    worst = Math.max(worst, Math.abs(erf(x) - exactErf(x)))
  }
  assert.ok(worst < 4.9e-7, `worst ${worst}`)
})

test('gelu(), geluTanh(), silu() and relu() are near their formulas', () => {
  for (let i = -3000; i <= 3000; i++) {
    const x = Math.fround(i / 300)
    const near = (actual: number, exact: number, tolerance: number, name: string): void =>
      assert.ok(
        Math.abs(actual - exact) <= tolerance * Math.max(1, Math.abs(x)),
        `${name}(${x}) ${actual} ${exact}`,
      )
    near(gelu(x), (x / 2) * (1 + exactErf(x / Math.SQRT2)), 5e-7, 'gelu')
    near(
      geluTanh(x),
      (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
      5e-7,
      'geluTanh',
    )
    near(silu(x), x / (1 + Math.exp(-x)), 5e-7, 'silu')
    assert.is(relu(x), Math.max(0, x))
  }
})

test('geluInt8() is within 1.9e-4, and gelus end in 0', () => {
  let worst = 0
  for (let i = -400_000; i <= 400_000; i++) {
    const x = Math.fround(i / 4000)
    worst = Math.max(worst, Math.abs(geluInt8(x) - (x / 2) * (1 + exactErf(x / Math.SQRT2))))
  }
  assert.ok(worst < 1.9e-4, `worst ${worst}`)
  for (const each of [gelu, geluInt8, geluTanh, silu, relu]) {
    for (const x of [-100, -1e6, -1e20, -3.4e38]) assert.is(each(Math.fround(x)), 0, `${each.name}(${x})`)
    for (const x of [Number.NaN, Infinity, -Infinity])
      assert.not.ok(Number.isFinite(each(x)), `${each.name}(${x})`)
  }
})

test('tanh() and sigmoid() of the heads are near their formulas, and of what is not finite NaN', () => {
  for (let i = -3000; i <= 3000; i++) {
    const x = Math.fround(i / 300)
    assert.ok(Math.abs(tanh(x) - Math.tanh(x)) < 2e-7, `tanh(${x})`)
    assert.ok(Math.abs(sigmoid(x) - 1 / (1 + Math.exp(-x))) < 2e-7, `sigmoid(${x})`)
  }
  assert.equal([-3e38, 3e38].map(tanh), [-1, 1])
  for (const each of [tanh, sigmoid])
    assert.equal([Number.NaN, Infinity, -Infinity].map(each), [Number.NaN, Number.NaN, Number.NaN])
})

test('exp() and powerOfTwo() of NaN are NaN', () => {
  assert.equal([exp(Number.NaN), powerOfTwo(Number.NaN)], [Number.NaN, Number.NaN])
})

test('powerOfTwo() is within 2.9 millionths over [-126, 0]', () => {
  let worst = 0
  for (let i = 0; i <= 252_000; i++) {
    const x = Math.fround(-i / 2000)
    worst = Math.max(worst, Math.abs(powerOfTwo(x) / 2 ** x - 1))
  }
  assert.ok(worst < 2.95e-6, `worst ${worst}`)
  assert.is(powerOfTwo(0), 1)
  assert.is(powerOfTwo(-1000), 2 ** -126)
})

test('roundHalfEven() rounds ties to even', () => {
  assert.equal([0.5, 1.5, 2.5, -0.5, -1.5, 3.49999, 16383.5].map(roundHalfEven), [0, 2, 2, -0, -2, 3, 16384])
})

test.run()
