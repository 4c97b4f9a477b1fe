/**
 * Rounds rows of floats to int16, for tiles that multiply int16. Pairs of inputs are interleaved with those
 * of the other rows of the tile.
 */
import { absoluteBits, laneMask, maxLanes, roundToInt } from './simd'

const SMALLEST_NORMAL: i32 = 0x00800000
const INFINITY_BITS: i32 = 0x7f800000
export const LARGEST_INT16: i32 = 32767

/** Whether a float32 above zero is neither subnormal, infinite nor NaN. */
export function isNormal(value: f32): bool {
  const bits = reinterpret<i32>(value)
  return bits >= SMALLEST_NORMAL && bits < INFINITY_BITS
}

/**
 * The step of numbers that cannot be quantised: 0 where they are too small, NaN where they are too large or
 * NaN.
 */
export function unusable(step: f32): f32 {
  return step < 1 ? 0 : f32.NaN
}

/** Stores eight int16 as four pairs, `step` bytes apart. */
export function storePairs(pairs: v128, out: usize, step: usize): void {
  v128.store32_lane(out, pairs, 0)
  v128.store32_lane(out + step, pairs, 1)
  v128.store32_lane(out + 2 * step, pairs, 2)
  v128.store32_lane(out + 3 * step, pairs, 3)
}

/**
 * q = round(x · inverse), half to even, at most `most`; zeros where the inverse is 0.
 *
 * @param row    float32, room for `width` rounded up to 16; what lies beyond `width` does not matter
 * @param out    the row's first pair; zeros from `width` to `width` rounded up to 16
 * @param step   bytes from one pair of the row to the next
 */
export function int16Row(row: usize, width: i32, inverse: f32, most: i32, out: usize, step: usize): void {
  if (inverse === 0) {
    for (let pairs = ((width + 15) >> 4) << 3; pairs > 0; pairs--, out += step) store<i32>(out, 0)
    return
  }
  const whole = row + ((<usize>(width & ~15)) << 2)
  const left = width & 15
  const factor = f32x4.splat(inverse)
  const largest = i16x8.splat(<i16>most)
  let p = row
  for (; p < whole; p += 32, out += 4 * step) {
    const a = roundToInt(f32x4.mul(v128.load(p), factor))
    const b = roundToInt(f32x4.mul(v128.load(p, 16), factor))
    storePairs(i16x8.min_s(i16x8.narrow_i32x4_s(a, b), largest), out, step)
  }
  if (left > 0) {
    for (let rest = left; rest > left - 16; rest -= 8, p += 32, out += 4 * step) {
      const a = roundToInt(f32x4.mul(v128.and(v128.load(p), laneMask(rest)), factor))
      const b = roundToInt(f32x4.mul(v128.and(v128.load(p, 16), laneMask(rest - 4)), factor))
      storePairs(i16x8.min_s(i16x8.narrow_i32x4_s(a, b), largest), out, step)
    }
  }
}

/** The largest magnitude of a row, NaN above all. The row as in `int16Row`. */
export function rowMax(row: usize, width: i32): f32 {
  const whole = row + ((<usize>(width & ~15)) << 2)
  let bitsA = i32x4.splat(0)
  let bitsB = i32x4.splat(0)
  let p = row
  for (; p < whole; p += 64) {
    bitsA = i32x4.max_s(bitsA, absoluteBits(v128.load(p)))
    bitsB = i32x4.max_s(bitsB, absoluteBits(v128.load(p, 16)))
    bitsA = i32x4.max_s(bitsA, absoluteBits(v128.load(p, 32)))
    bitsB = i32x4.max_s(bitsB, absoluteBits(v128.load(p, 48)))
  }
  for (let rest = width & 15; rest > 0; rest -= 4, p += 16) {
    bitsA = i32x4.max_s(bitsA, v128.and(absoluteBits(v128.load(p)), laneMask(rest)))
  }
  return reinterpret<f32>(maxLanes(i32x4.max_s(bitsA, bitsB)))
}

/**
 * One row, scaled so that its largest magnitude is `limit`.
 *
 *     scale = max|x| / limit        q = round(x · (limit / max|x|))
 *
 * Where the scale or its inverse is not a normal number the values are zeros.
 *
 * @returns the scale; 0 or NaN where it is not usable
 */
export function quantizeToLimit(row: usize, width: i32, limit: f32, out: usize, step: usize): f32 {
  const largest = rowMax(row, width)
  const scale = largest / limit
  const inverse = limit / largest
  const usable = isNormal(scale) && isNormal(inverse)
  int16Row(row, width, usable ? inverse : 0, LARGEST_INT16, out, step)
  return usable ? scale : unusable(scale)
}
