/**
 * Turns logits into probabilities, with the same bits everywhere. Math.exp and Math.log differ in their last
 * bits between JavaScript engines, so only + - * / and Math.fround are used, on IEEE numbers in a fixed
 * order.
 */

const LOG2_E = Math.LOG2E
// ln 2 in two parts; the first has 32 significant bits, so its product with a whole number below 2^20 is exact.
const LN2_HIGH = 0.6931471803691238
const LN2_LOW = 1.9082149292705877e-10
const SQRT_HALF = Math.SQRT1_2

/** 2^n, exact. */
function powerOfTwo(n: number): number {
  let power = 1
  let base = n < 0 ? 0.5 : 2
  for (let rest = n < 0 ? -n : n; rest > 0; rest >>= 1) {
    if (rest & 1) power *= base
    base *= base
  }
  return power
}

/**
 * e^x rounded to float32, within 0.51 ulp; 0 below -104, Infinity above 88.8.
 *
 * x = n·ln 2 + r with |r| <= ln 2 / 2; e^r by its Taylor series to r^13 in doubles, then one rounding.
 */
export function expFloat32(x: number): number {
  if (x < -104) return 0
  if (x > 88.8) return Number.POSITIVE_INFINITY
  const n = Math.floor(x * LOG2_E + 0.5)
  const r = x - n * LN2_HIGH - n * LN2_LOW
  let sum = 1
  for (let k = 13; k > 0; k--) sum = 1 + (r * sum) / k
  return Math.fround(sum * powerOfTwo(n))
}

/**
 * Natural logarithm of a number in (0, 1], within 4e-16 relative; -104 at and below e^-104, where float32 ends.
 *
 * x = m·2^e with m in [√½, √2); ln m = 2·artanh((m - 1) / (m + 1)) by its series.
 */
export function logProbability(x: number): number {
  if (!(x > 1e-45)) return -104
  let exponent = 0
  while (x < SQRT_HALF) {
    x *= 2
    exponent--
  }
  const s = (x - 1) / (x + 1)
  const square = s * s
  let sum = 0
  for (let k = 25; k > 0; k -= 2) sum = sum * square + 1 / k
  return exponent * LN2_HIGH + (exponent * LN2_LOW + 2 * s * sum)
}

// #region softmax-rows
/**
 * Softmax of each row: p = e^(x - max) / Σ e^(x - max), the differences, powers and quotients rounded to float32, the
 * sum kept in a double, left to right.
 *
 * @param logits [T, C]
 * @param classes C
 * @returns probabilities, [T, C]
 */
export function softmaxRows(logits: Float32Array, classes: number): Float32Array {
  const result = new Float32Array(logits.length)
  for (let start = 0; start < logits.length; start += classes) {
    const end = start + classes
    let max = logits[start]!
    for (let i = start + 1; i < end; i++) if (logits[i]! > max) max = logits[i]!
    let sum = 0
    for (let i = start; i < end; i++) {
      result[i] = expFloat32(Math.fround(logits[i]! - max))
      sum += result[i]!
    }
    for (let i = start; i < end; i++) result[i] = result[i]! / sum
  }
  return result
}
// #endregion

/** Index of the largest value, the first on ties. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}
