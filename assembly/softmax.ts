/**
 * Softmax over one row of attention scores at precision float32. For precision int8 see
 * attention-int16-results.ts.
 */
import { exp4, laneMask, maxFloatLanes, minFloatLanes, sumLanes } from './simd'

/**
 * One row of attention scores to e^(s - max), in place; returns 1 / Σ. The caller multiplies by it where that
 * is cheapest: after the values are summed.
 *
 *     softmax(s)ⱼ = e^(sⱼ - max s) / Σ e^(sᵢ - max s)
 *
 * Two passes: scale and maximum, then exponentials and their sum. The sum runs in 8 lanes (j mod 8), the two
 * vectors are added, then the four lanes pairwise. Lanes beyond `width` become 0. A score that is NaN or
 * infinite makes the sum NaN: by itself, by ∞ - ∞, or, where the smallest is -∞, since that times 0 is added.
 *
 * @param row    float32, room for `width` rounded up to 8
 * @param scale  1/√D, multiplied in first
 */
export function softmaxRow(row: usize, width: i32, scale: f32): f32 {
  const whole = row + ((<usize>(width & ~7)) << 2)
  const left = width & 7
  const factor = f32x4.splat(scale)
  const lowest = f32x4.splat(-f32.MAX_VALUE)
  let maxA = lowest
  let maxB = lowest
  let min = f32x4.splat(f32.MAX_VALUE)
  let p = row
  for (; p < whole; p += 32) {
    const a = f32x4.mul(v128.load(p), factor)
    const b = f32x4.mul(v128.load(p, 16), factor)
    v128.store(p, a)
    v128.store(p, b, 16)
    maxA = f32x4.pmax(maxA, a)
    maxB = f32x4.pmax(maxB, b)
    min = f32x4.pmin(f32x4.pmin(min, a), b)
  }
  if (left > 0) {
    const a = v128.bitselect(f32x4.mul(v128.load(p), factor), lowest, laneMask(left))
    const b = v128.bitselect(f32x4.mul(v128.load(p, 16), factor), lowest, laneMask(left - 4))
    v128.store(p, a)
    v128.store(p, b, 16)
    maxA = f32x4.pmax(maxA, a)
    maxB = f32x4.pmax(maxB, b)
    min = f32x4.pmin(f32x4.pmin(min, a), b)
  }
  // #region second-pass
  const rowMax = f32x4.splat(maxFloatLanes(f32x4.pmax(maxA, maxB)))
  let sumA = f32x4.splat(0)
  let sumB = f32x4.splat(0)
  for (p = row; p < whole; p += 32) {
    const a = exp4(f32x4.sub(v128.load(p), rowMax))
    const b = exp4(f32x4.sub(v128.load(p, 16), rowMax))
    v128.store(p, a)
    v128.store(p, b, 16)
    sumA = f32x4.add(sumA, a)
    sumB = f32x4.add(sumB, b)
  }
  // #endregion
  if (left > 0) {
    const a = v128.and(exp4(f32x4.sub(v128.load(p), rowMax)), laneMask(left))
    const b = v128.and(exp4(f32x4.sub(v128.load(p, 16), rowMax)), laneMask(left - 4))
    v128.store(p, a)
    v128.store(p, b, 16)
    sumA = f32x4.add(sumA, a)
    sumB = f32x4.add(sumB, b)
  }
  return <f32>1.0 / (sumLanes(f32x4.add(sumA, sumB)) + minFloatLanes(min) * 0)
}
