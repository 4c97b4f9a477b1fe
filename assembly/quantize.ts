import { absoluteBits, laneMask, maxLanes, roundToInt } from './simd'

const SMALLEST_NORMAL: i32 = 0x00800000
const INFINITY_BITS: i32 = 0x7f800000

function isNormal(value: f32): bool {
  const bits = reinterpret<i32>(value)
  return bits >= SMALLEST_NORMAL && bits < INFINITY_BITS
}

/** Four int32 lanes of pairs to where the pairs of their row stand, `step` bytes apart. */
function storePairs(pairs: v128, out: usize, step: usize): void {
  v128.store32_lane(out, pairs, 0)
  v128.store32_lane(out + step, pairs, 1)
  v128.store32_lane(out + 2 * step, pairs, 2)
  v128.store32_lane(out + 3 * step, pairs, 3)
}

/**
 * One row of activations to int16 with one scale:
 *
 *     scale = max|x| / limit        q = round(x · (limit / max|x|)), half to even
 *
 * A row whose scale or its inverse is not a normal number (zeros, overflow, NaN) counts as zeros.
 *
 * @param row    float32, room for `width` rounded up to 16; what stands beyond `width` is not read as a number
 * @param limit  the largest |q|, so that a sum over the next layer's inputs fits int32 (src/kernels/quantization.ts)
 * @param out    the row's first pair in its tile (linear-int8.ts); zeros from `width` to `width` rounded up to 16
 * @param step   bytes from one pair of the row to the next: 4 times the rows of the tile
 */
export function quantizeRow(row: usize, width: i32, limit: f32, out: usize, step: usize, scale: usize): void {
  const whole = row + ((<usize>(width & ~15)) << 2)
  const left = width & 15
  let bitsA = i32x4.splat(0)
  let bitsB = i32x4.splat(0)
  let p = row
  for (; p < whole; p += 64) {
    bitsA = i32x4.max_s(bitsA, absoluteBits(v128.load(p)))
    bitsB = i32x4.max_s(bitsB, absoluteBits(v128.load(p, 16)))
    bitsA = i32x4.max_s(bitsA, absoluteBits(v128.load(p, 32)))
    bitsB = i32x4.max_s(bitsB, absoluteBits(v128.load(p, 48)))
  }
  for (let rest = left; rest > 0; rest -= 4, p += 16) {
    bitsA = i32x4.max_s(bitsA, v128.and(absoluteBits(v128.load(p)), laneMask(rest)))
  }
  const rowMax = reinterpret<f32>(maxLanes(i32x4.max_s(bitsA, bitsB)))
  const rowScale = rowMax / limit
  const inverse = limit / rowMax
  if (!(isNormal(rowScale) && isNormal(inverse))) {
    store<f32>(scale, 0)
    for (let pairs = ((width + 15) >> 4) << 3; pairs > 0; pairs--, out += step) store<i32>(out, 0)
    return
  }
  store<f32>(scale, rowScale)
  const factor = f32x4.splat(inverse)
  for (p = row; p < whole; p += 32, out += 4 * step) {
    const a = roundToInt(f32x4.mul(v128.load(p), factor))
    const b = roundToInt(f32x4.mul(v128.load(p, 16), factor))
    storePairs(i16x8.narrow_i32x4_s(a, b), out, step)
  }
  if (left > 0) {
    for (let rest = left; rest > left - 16; rest -= 8, p += 32, out += 4 * step) {
      const a = roundToInt(f32x4.mul(v128.and(v128.load(p), laneMask(rest)), factor))
      const b = roundToInt(f32x4.mul(v128.and(v128.load(p, 16), laneMask(rest - 4)), factor))
      storePairs(i16x8.narrow_i32x4_s(a, b), out, step)
    }
  }
}
