/**
 * Functions of one number that are computed outside the kernels too, in heads: the same bits on every engine, which those of
 * `Math` are not. `exp` and `relu` are the kernels' own: the same float32 operations in the same order as in assembly/simd.ts.
 */

const f = Math.fround

const LOG2E = f(1.44269504)
const LN2_HIGH = f(0.693359375)
const LN2_LOW = f(-2.1219444e-4)
const ROUNDING_MAGIC = 12582912
const EXP: readonly number[] = [1.9875691e-4, 1.3981999e-3, 8.333452e-3, 4.1665796e-2, 0.16666666, 0.5].map(f)

/** Horner's rule, highest power first. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let sum = coefficients[0]!
  for (let i = 1; i < coefficients.length; i++) sum = f(f(sum * x) + coefficients[i]!)
  return sum
}

/** Half to even, for |x| < 2^22. */
export function roundHalfEven(x: number): number {
  return f(f(x + ROUNDING_MAGIC) - ROUNDING_MAGIC)
}

// #region exp
/**
 * e^x for x in [-87, 88]; inputs outside are clamped, and NaN stays. Largest error 1.4 ulp. The polynomial is that of
 * Cephes' expf.
 */
export function exp(x: number): number {
  let clamped = x < -87 ? -87 : x
  clamped = clamped > 88 ? 88 : clamped
  const n = roundHalfEven(f(clamped * LOG2E))
  const r = f(f(clamped - f(n * LN2_HIGH)) - f(n * LN2_LOW))
  const power = f(f(f(polynomial(EXP, r) * f(r * r)) + r) + 1)
  return f(power * 2 ** n)
}
// #endregion

/** relu(x) = max(0, x); what is not finite stays, for x - x is NaN then. */
export function relu(x: number): number {
  return x < x - x ? 0 : x
}

/**
 * tanh(x) = (1 - e^(-2|x|)) / (1 + e^(-2|x|)) with x's sign; absolute error below 2e-7. NaN where x is NaN or infinite, as the
 * kernels' activations.
 */
export function tanh(x: number): number {
  const power = exp(f(-2 * Math.abs(x)))
  const size = f(f(1 - power) / f(1 + power))
  return (x < 0 ? -size : size) + (x - x)
}

/** σ(x) = 1 / (1 + e⁻ˣ); NaN where x is NaN or infinite. */
export function sigmoid(x: number): number {
  return f(1 / f(1 + exp(-x))) + (x - x)
}

/**
 * ln x for x > 0, in doubles, with the same bits on every engine, which Math.log does not guarantee. x = m·2ⁿ
 * with m between 2/3 and 4/3; ln m = 2·(z + z³/3 + z⁵/5 + ...), z = (m - 1)/(m + 1), which is at most 1/5.
 */
export function naturalLog(x: number): number {
  let mantissa = x
  let exponent = 0
  for (; mantissa > 4 / 3; mantissa /= 2) exponent++
  for (; mantissa < 2 / 3; mantissa *= 2) exponent--
  const z = (mantissa - 1) / (mantissa + 1)
  let sum = 0
  for (let odd = 25; odd > 0; odd -= 2) sum = sum * z * z + 1 / odd
  return 2 * z * sum + exponent * Math.LN2
}
