/**
 * The numbers that make int8 exact (docs/notation.md, "int8"). Weights are within ±127 and activations within
 * ±activationLimit(K), so that a sum of K products fits int32 and has one value in every order.
 */

/** The largest magnitude of an int8 weight. */
export const WEIGHT_LIMIT = 127

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
