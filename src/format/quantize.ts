/**
 * int8 weights, symmetric per output channel:
 *
 *   scale = f32(max |w| / 127),  q = round half to even of f32(w / scale), within ±127
 *
 * The largest weight of a row decides; nothing is clipped. Both the command that writes int8 files and the loader that
 * quantises float files use these functions, so the bytes are the same.
 */

/** Adding and taking away 1.5 · 2^52 leaves a double with no fraction, rounded half to even. */
const ROUND = 1.5 * 2 ** 52

const LARGEST_FLOAT = 3.4028234663852886e38

// #region quantize-row
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
 * quantizeRow(new Float32Array([1, -2, 0.5]), quantized) // 2 / 127; quantized is [64, -127, 32]
 */
export function quantizeRow(weights: Float32Array, quantized: Int8Array): number {
  const scale = rowScale(weights)
  if (!(scale > 0)) {
    quantized.fill(0, 0, weights.length)
    return scale
  }
  for (let index = 0; index < weights.length; index++) {
    const rounded = Math.fround(weights[index]! / scale) + ROUND - ROUND
    quantized[index] = Math.max(-127, Math.min(127, rounded))
  }
  return scale
}
// #endregion

/** The scale that `quantizeRow` gives a row of weights. */
export function rowScale(weights: Float32Array): number {
  let largest = 0
  for (let index = 0; index < weights.length; index++) {
    const magnitude = Math.abs(weights[index]!)
    // NaN compares false
    if (!(magnitude <= LARGEST_FLOAT)) return Number.NaN
    if (magnitude > largest) largest = magnitude
  }
  return Math.fround(largest / 127)
}
