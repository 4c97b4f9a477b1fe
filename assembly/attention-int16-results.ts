/**
 * Finishes attention's sums of int16 products (attention-int16.ts): they become scores, exponentials and the
 * context.
 */
import { floatBytes } from './attention-int16-packing'
import { int16Row, LARGEST_INT16 } from './quantize'
import { laneMask, maxFloatLanes, minFloatLanes, powerOfTwo4, sumLanes } from './simd'

/** What the exponentials of a row sum to, about, as int16. */
const EXPONENTIALS: f32 = 131072.0

/**
 * One row of int32 sums to scores, in place: f32(sum) · (factor · keyScale), the lowest float32 beyond
 * `width`.
 *
 * @param row        room for `width` rounded up to 8
 * @param factor     queryScale·log₂e/√D
 * @param keyScales  [width rounded up to 8]
 * @returns the largest score, in one of four lanes
 */
export function finishScores(row: usize, width: i32, factor: f32, keyScales: usize): v128 {
  const whole = row + ((<usize>(width & ~7)) << 2)
  const left = width & 7
  const factors = f32x4.splat(factor)
  const lowest = f32x4.splat(-f32.MAX_VALUE)
  let maxA = lowest
  let maxB = lowest
  let p = row
  for (; p < whole; p += 32, keyScales += 32) {
    const a = f32x4.mul(f32x4.convert_i32x4_s(v128.load(p)), f32x4.mul(factors, v128.load(keyScales)))
    const b = f32x4.mul(f32x4.convert_i32x4_s(v128.load(p, 16)), f32x4.mul(factors, v128.load(keyScales, 16)))
    v128.store(p, a)
    v128.store(p, b, 16)
    maxA = f32x4.pmax(maxA, a)
    maxB = f32x4.pmax(maxB, b)
  }
  if (left > 0) {
    const a = f32x4.mul(f32x4.convert_i32x4_s(v128.load(p)), f32x4.mul(factors, v128.load(keyScales)))
    const b = f32x4.mul(f32x4.convert_i32x4_s(v128.load(p, 16)), f32x4.mul(factors, v128.load(keyScales, 16)))
    const knownA = v128.bitselect(a, lowest, laneMask(left))
    const knownB = v128.bitselect(b, lowest, laneMask(left - 4))
    v128.store(p, knownA)
    v128.store(p, knownB, 16)
    maxA = f32x4.pmax(maxA, knownA)
    maxB = f32x4.pmax(maxB, knownB)
  }
  return f32x4.pmax(maxA, maxB)
}

/**
 * One row of scores to exponentials, in place as float32 and as int16 pairs. A score that is NaN or infinite
 * makes the sum NaN: by itself, by ∞ - ∞, or, where the smallest is -∞, since that times 0 is added.
 *
 * @param row      room for `width` rounded up to 8; beyond `width` the lowest float32
 * @param most     the largest score, in one of four lanes
 * @param out      the row's first pair, `step` bytes to the next; zeros from `width` to `width` rounded up to
 *                 16
 * @param context  gets 1/(Σ·limit)
 * @returns 1/Σ
 */
export function softmaxToInt16(
  row: usize,
  width: i32,
  most: v128,
  out: usize,
  step: usize,
  context: usize,
): f32 {
  const whole = row + ((<usize>(width & ~7)) << 2)
  const left = width & 7
  const largest = f32x4.splat(maxFloatLanes(most))
  let min = f32x4.splat(f32.MAX_VALUE)
  let sumA = f32x4.splat(0)
  let sumB = f32x4.splat(0)
  let p = row
  for (; p < whole; p += 32) {
    const scoresA = v128.load(p)
    const scoresB = v128.load(p, 16)
    min = f32x4.pmin(f32x4.pmin(min, scoresA), scoresB)
    const a = powerOfTwo4(f32x4.sub(scoresA, largest))
    const b = powerOfTwo4(f32x4.sub(scoresB, largest))
    v128.store(p, a)
    v128.store(p, b, 16)
    sumA = f32x4.add(sumA, a)
    sumB = f32x4.add(sumB, b)
  }
  if (left > 0) {
    const scoresA = v128.load(p)
    const scoresB = v128.load(p, 16)
    min = f32x4.pmin(f32x4.pmin(min, scoresA), scoresB)
    const a = v128.and(powerOfTwo4(f32x4.sub(scoresA, largest)), laneMask(left))
    const b = v128.and(powerOfTwo4(f32x4.sub(scoresB, largest)), laneMask(left - 4))
    v128.store(p, a)
    v128.store(p, b, 16)
    sumA = f32x4.add(sumA, a)
    sumB = f32x4.add(sumB, b)
  }
  const sum = sumLanes(f32x4.add(sumA, sumB)) + minFloatLanes(min) * 0
  const fitting = EXPONENTIALS / sum
  const limit = fitting < <f32>LARGEST_INT16 ? fitting : <f32>LARGEST_INT16
  store<f32>(context, <f32>1 / (sum * limit))
  int16Row(row, width, limit, LARGEST_INT16, out, step)
  return <f32>1 / sum
}

/** One row of sums, int32, to the context: f32(sum) · (factor · valueScale). */
export function finishContext(sums: usize, scales: usize, factor: f32, headDim: i32, to: usize): void {
  const factors = f32x4.splat(factor)
  const end = sums + floatBytes(headDim & ~3)
  for (; sums < end; sums += 16, scales += 16, to += 16) {
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums)), f32x4.mul(factors, v128.load(scales))))
  }
  for (let left = headDim & 3; left > 0; left--, sums += 4, scales += 4, to += 4) {
    store<f32>(to, <f32>load<i32>(sums) * (factor * load<f32>(scales)))
  }
}
