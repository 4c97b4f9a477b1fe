/**
 * Quantising, its one home: weights to int8 once, activations to int16 row by row, and the numbers that make int8 exact
 * (docs/notation.md, "int8"). assembly/packing.ts and assembly/quantize.ts do the same operations, to the same bits.
 *
 * Weights are symmetric per output channel:
 *
 *   scale = f32(max |w| / 127),  q = round half to even of f32(w / scale), within ±127
 *
 * The largest weight of a row decides; nothing is clipped. The command that writes int8 files and the reference kernels
 * use these functions. Activations are within ±activationLimit(K), so that a sum of K products fits int32 and has one value
 * in every order.
 */
import { roundHalfEven } from './math.ts'

/** The largest magnitude of an int8 weight. */
export const WEIGHT_LIMIT = 127

/** Adding and taking away 1.5 · 2^52 leaves a double with no fraction, rounded half to even. */
const ROUND = 1.5 * 2 ** 52

const LARGEST_FLOAT = 3.4028234663852886e38

// #region quantize-weights
/**
 * Quantises one row of weights [in] into int8.
 *
 * @param weights one output channel
 * @param quantized as long as `weights`
 * @returns the scale: 0 for a row of zeros (and one whose scale is below the smallest f32), NaN where a weight is NaN
 *   or infinite, and `quantized` is then meaningless
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

// #region activation-limit
/**
 * The largest magnitude of a quantised activation that K weights can meet: min(16383, ⌊(2³¹ - 1) / (127·K)⌋).
 * 16383 keeps 15 bits for K up to 1032; K = 3072 leaves 5504, K = 4096 4128.
 */
export function activationLimit(inputs: number): number {
  return Math.min(16383, Math.floor((2 ** 31 - 1) / (WEIGHT_LIMIT * inputs)))
}
// #endregion

/** Whether a float32 is neither zero, subnormal, infinite nor NaN. */
export function isNormal(value: number): boolean {
  return value >= 2 ** -126 && value < Number.POSITIVE_INFINITY
}

// #region quantize
/**
 * One row of activations:
 *
 *   scale = max|x| / limit,  q = round half to even of x · (limit / max|x|)
 *
 * A row whose scale or its inverse is not a normal number counts as zeros.
 *
 * @param quantized  zeros, at least as long as `x`
 * @returns the scale
 */
export function quantizeActivations(x: Float32Array, limit: number, quantized: Int16Array): number {
  const bits = new Int32Array(x.buffer, x.byteOffset, x.length)
  // Bits of |x| order as the numbers do, with NaN on top.
  const largest = Int32Array.of(bits.reduce((max, b) => Math.max(max, b & 0x7fffffff), 0))
  const rowMax = new Float32Array(largest.buffer)[0]!
  const scale = Math.fround(rowMax / limit)
  const inverse = Math.fround(limit / rowMax)
  if (!(isNormal(scale) && isNormal(inverse))) return 0
  for (let i = 0; i < x.length; i++) quantized[i] = roundHalfEven(Math.fround(x[i]! * inverse))
  return scale
}
// #endregion
