/**
 * Quantises weights to int8, once, and activations row by row, with the constants that make int8 exact
 * (docs/notation.md, "int8"). assembly/packing.ts, row-step.ts, quantize.ts and digits.ts do the same
 * operations, to the same bits.
 *
 * Weights are symmetric per output channel:
 *
 *   scale = f32(max |w| / 127),  q = round half to even of f32(w / scale), within ±127
 *
 * The largest weight of a row decides; nothing is clipped. The command that writes int8 files and the
 * reference kernels use these functions. Activations have a step a row, chosen so that a sum of K products
 * fits int32 and has one value in every order.
 */
import { roundHalfEven, sumInLanes } from './math.ts'

/** The largest magnitude of an int8 weight. */
const WEIGHT_LIMIT = 127

/** Adding and taking away 1.5 · 2^52 leaves a double with no fraction, rounded half to even. */
const ROUND = 1.5 * 2 ** 52

const LARGEST_FLOAT = 3.4028234663852886e38
const LARGEST_INT16 = 32767

// #region quantize-weights
/**
 * Quantises one row of weights [in] into int8.
 *
 * @param weights one output channel
 * @param quantized as long as `weights`
 * @returns the scale: 0 for a row of zeros (and one whose scale is below the smallest f32), NaN where a
 *   weight is NaN or infinite, and `quantized` is then meaningless
 *
 * @example
 * const quantized = new Int8Array(3)
 * quantizeWeights(new Float32Array([1, -2, 0.5]), quantized) // 2 / 127; quantized is [64, -127, 32]
 */
export function quantizeWeights(weights: Float32Array, quantized: Int8Array): number {
  const scale = weightScale(weights)
  if (!(scale > 0)) {
    quantized.fill(0, 0, weights.length)
    return scale
  }
  for (let index = 0; index < weights.length; index++) {
    const rounded = Math.fround(weights[index]! / scale) + ROUND - ROUND
    quantized[index] = Math.max(-WEIGHT_LIMIT, Math.min(WEIGHT_LIMIT, rounded))
  }
  return scale
}
// #endregion

/** The scale that `quantizeWeights` gives a row of weights. */
export function weightScale(weights: Float32Array): number {
  let largest = 0
  for (let index = 0; index < weights.length; index++) {
    const magnitude = Math.abs(weights[index]!)
    // NaN compares false
    if (!(magnitude <= LARGEST_FLOAT)) return Number.NaN
    if (magnitude > largest) largest = magnitude
  }
  return Math.fround(largest / WEIGHT_LIMIT)
}

/**
 * The step of numbers that cannot be quantised: 0 where they are too small, NaN where they are too large or
 * NaN.
 */
function unusable(step: number): number {
  return step < 1 ? 0 : Number.NaN
}

/** Whether a float32 is neither zero, subnormal, infinite nor NaN. */
export function isNormal(value: number): boolean {
  return value >= 2 ** -126 && value < Number.POSITIVE_INFINITY
}

// #region row-step
/**
 * c / 63.5, where c is how many root mean squares 63.5 steps reach, chosen by the table in
 * docs/10-making-it-fast.md.
 */
const REACH = Math.fround(2.7 / 63.5)
/**
 * The most steps from the smallest to the largest value of a row, so that two digits of 7 bits hold every
 * value.
 */
const MOST_STEPS = 8064
/**
 * Rows whose range is below 2⁻⁵⁰ or above 2⁵⁰ are squared times a power of two: their squares would leave
 * float32.
 */
const EXTREME = 2 ** 50
const RESCUE = 2 ** 96

/** How a row is quantised. */
export interface RowStep {
  /**
   * Where step or 1/step is not a normal number: 0 where the row is too small for it, NaN where it is too
   * large or holds NaN, so that what is computed from it is NaN too.
   */
  readonly step: number
  /** The largest q. */
  readonly most: number
}

/**
 * The step of a row of K activations:
 *
 *     low = min(0, min x)   high = max(0, max x)   e = √(Σx²/K)
 *     step = max(min((high - low)/127, e·c/63.5), (high - low)/8064)
 *
 * A row fits 7 bits where the first of the three is its step. Then q + zero must lie in 0 to 127, with zero =
 * round(-low/step), so q is at most 127 - zero: where both ends lie between two steps (low = -high: 63.5
 * steps each) both may round away from zero, and would be 128 apart. In other rows the few values outside
 * have a second digit (assembly/digits.ts), exactly.
 *
 * Whatever K <= 65,536 numbers a row holds, |Σ q·w| < 2³¹ for weights of -128 to 127:
 *
 *     the row fits      |q| <= 127, so at most 128·127·K < 2³⁰
 *     it does not       step >= e·c/63.5 and |q| <= |x|/step + 1/2, so √(Σq²/K) <= 63.5/c + 1/2 = 24.02 by
 *                       Minkowski, and the sum is at most 128·K·24.02 < 2²⁸ by Cauchy and Schwarz
 *
 * So e must not come out too small. float32 rounds each sum, which for such K loses less than 0.0002 of e;
 * squares below 2⁻¹²⁶ or above 2¹²⁸ would be lost or infinite, so rows that have them are multiplied by a
 * power of two first.
 */
export function rowStep(x: Float32Array): RowStep {
  let low = 0
  let high = 0
  for (const value of x) {
    if (value < low) low = value
    if (value > high) high = value
  }
  const range = Math.fround(high - low)
  const factor = range < 1 / EXTREME ? RESCUE : range > EXTREME ? 1 / RESCUE : 1
  const square = (value: number): number => Math.fround(Math.fround(value * factor) ** 2)
  const squares = sumInLanes((i) => square(x[i]!), x.length, 16)
  const fitting = Math.fround(range / 127)
  const reach = Math.fround(Math.fround(Math.sqrt(Math.fround(squares / x.length))) * REACH)
  const usual = Math.fround(reach / factor)
  const smallest = Math.fround(range / MOST_STEPS)
  const step = Math.max(Math.min(fitting, usual), smallest)
  const inverse = Math.fround(1 / step)
  if (!(isNormal(step) && isNormal(inverse))) return { step: unusable(step), most: 0 }
  return { step, most: fitting <= usual ? 127 - roundHalfEven(Math.fround(-low * inverse)) : LARGEST_INT16 }
}
// #endregion

// #region quantize
/**
 * One row of activations: q = round half to even of x · (1 / step), held to `most` (`rowStep`).
 *
 * @param quantized  zeros, at least as long as `x`
 * @returns the step
 */
export function quantizeActivations(x: Float32Array, quantized: Int16Array): number {
  const { step, most } = rowStep(x)
  if (!(step > 0)) return step
  const inverse = Math.fround(1 / step)
  for (let i = 0; i < x.length; i++) {
    quantized[i] = Math.min(most, roundHalfEven(Math.fround(x[i]! * inverse)))
  }
  return step
}
// #endregion

/**
 * Numbers as int16 whose largest is `limit`: value = q · scale; all 0, with a scale of 0 or NaN, where the
 * scale is not normal.
 */
export function quantizeToLimit(x: Float32Array, limit: number): { scale: number; values: Int16Array } {
  const values = new Int16Array(x.length)
  let largest = 0
  for (const value of x) {
    // NaN stays.
    if (!(Math.abs(value) <= largest)) largest = Math.abs(value)
    if (Number.isNaN(largest)) break
  }
  const scale = Math.fround(largest / limit)
  const inverse = Math.fround(limit / largest)
  if (!(isNormal(scale) && isNormal(inverse))) return { scale: unusable(scale), values }
  for (let i = 0; i < x.length; i++) values[i] = roundHalfEven(Math.fround(x[i]! * inverse))
  return { scale, values }
}
