/**
 * Packs weights: from the number types of a file into the layouts of linear-f32.ts, linear-int8.ts,
 * linear-digits.ts and embedding.ts. It runs once, at load, for some rows at a time, so that the whole file
 * is never in memory.
 */
import { StoredType } from './commands'
import { packNorms } from './short-sums'
import { absoluteBits, maxLanes, roundToInt } from './simd'
import { panelBytes, panelNormBytes } from './sizes'

const FLOAT32: i32 = StoredType.F32
const FLOAT16: i32 = StoredType.F16
const INT8: i32 = StoredType.I8

const LARGEST_FINITE: i32 = 0x7f7fffff

/**
 * Half to single: the exponent is moved and rebiased by a multiplication with 2^112, which makes subnormals
 * exact.
 */
function halfToFloat(half: i32): f32 {
  const magnitude = reinterpret<f32>((half & 0x7fff) << 13) * reinterpret<f32>(0x77800000)
  const finite = (half & 0x7c00) !== 0x7c00
  const bits = finite ? reinterpret<i32>(magnitude) : 0x7f800000 | ((half & 0x3ff) << 13)
  return reinterpret<f32>(bits | ((half & 0x8000) << 16))
}

/**
 * `count` numbers of a file to float32.
 *
 * @returns 1 where all are finite, 0 where one is NaN or infinite
 */
export function widenValues(from: usize, type: i32, count: i32, to: usize): i32 {
  let worst: i32 = 0
  if (type === FLOAT32) {
    let bits = i32x4.splat(0)
    const whole = from + ((<usize>(count & ~3)) << 2)
    for (; from < whole; from += 16, to += 16) {
      const v = v128.load(from)
      v128.store(to, v)
      bits = i32x4.max_s(bits, absoluteBits(v))
    }
    worst = maxLanes(bits)
    for (let left = count & 3; left > 0; left--, from += 4, to += 4) {
      const value = load<i32>(from)
      store<i32>(to, value)
      worst = max(worst, value & 0x7fffffff)
    }
  } else if (type === FLOAT16) {
    for (let i: i32 = 0; i < count; i++, from += 2, to += 4) {
      const value = halfToFloat(<i32>load<u16>(from))
      store<f32>(to, value)
      worst = max(worst, reinterpret<i32>(value) & 0x7fffffff)
    }
  } else {
    for (let i: i32 = 0; i < count; i++, from += 2, to += 4) {
      const bits = (<i32>load<u16>(from)) << 16
      store<i32>(to, bits)
      worst = max(worst, bits & 0x7fffffff)
    }
  }
  return worst <= LARGEST_FINITE ? 1 : 0
}

/**
 * One row of weights to int8: scale = max|w| / 127, q = round(w / scale), half to even.
 *
 * @param row    float32, room for `width` rounded up to 4
 * @param out    int8, `width` rounded up to 4
 * @returns the scale; 0 for a row of zeros
 */
function quantizeWeights(row: usize, width: i32, out: usize): f32 {
  let bits = i32x4.splat(0)
  const end = row + ((<usize>width) << 2)
  for (let left = width & 3, p = end; left > 0 && left < 4; left++, p += 4) store<f32>(p, 0)
  for (let p = row; p < end; p += 16) bits = i32x4.max_s(bits, absoluteBits(v128.load(p)))
  const scale = reinterpret<f32>(maxLanes(bits)) / <f32>127
  const divisor = f32x4.splat(scale)
  for (let p = row; p < end; p += 16, out += 4) {
    let q = i32x4.splat(0)
    if (scale !== 0) q = roundToInt(f32x4.div(v128.load(p), divisor))
    const words = i16x8.narrow_i32x4_s(q, q)
    // The quotient can round to 128 only where the scale is subnormal.
    const bytes = i8x16.max_s(i8x16.narrow_i16x8_s(words, words), i8x16.splat(-127))
    v128.store32_lane(out, bytes, 0)
  }
  return scale
}

/** Row `n` of a float32 layer into its panel. */
function packFloat32Row(row: usize, k: i32, weights: usize, n: i32, panel: i32): void {
  const step = (<usize>panel) << 2
  let to = weights + ((<usize>((n / panel) * panel * k + (n % panel))) << 2)
  const end = row + ((<usize>k) << 2)
  for (; row < end; row += 4, to += step) store<f32>(to, load<f32>(row))
}

/** Bytes of what a panel's 8 channels have besides weights: scales, biases, and sums of the weights. */
export const COLUMN_BYTES: usize = 96
/** Where the sums are among them. */
export const SUM_OFFSET: usize = 64

/** Where the scale of channel `n` is. */
function column(columns: usize, n: i32): usize {
  return columns + COLUMN_BYTES * (n >> 3) + ((<usize>(n & 7)) << 2)
}

/**
 * Row `n` of an int8 layer into its panel: groups of four inputs, 32 bytes a group. The row is padded with
 * zeros.
 */
function packDigitsRow(row: usize, pairs: i32, weights: usize, columns: usize, n: i32): void {
  const groups = pairs >> 1
  let to = weights + panelBytes(groups) * (n >> 3) + panelNormBytes(groups) + ((<usize>(n & 7)) << 2)
  const end = row + ((<usize>pairs) << 1)
  let sums = i32x4.splat(0)
  for (; row < end; row += 16, to += 128) {
    const bytes = v128.load(row)
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_s(bytes)))
    v128.store32_lane(to, bytes, 0)
    v128.store32_lane(to, bytes, 1, 32)
    v128.store32_lane(to, bytes, 2, 64)
    v128.store32_lane(to, bytes, 3, 96)
  }
  const sum = i32x4.add(sums, v128.shuffle<i32>(sums, sums, 2, 3, 0, 1))
  store<i32>(column(columns, n) + SUM_OFFSET, i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1))
}

/**
 * Row `n` of an int8 layer into its panel: pairs of inputs, 16 bytes a pair. The row is padded with zeros to
 * 2·pairs.
 */
function packInt8Row(row: usize, pairs: i32, weights: usize, n: i32): void {
  let to = weights + <usize>(n >> 3) * ((<usize>pairs) << 4) + ((<usize>(n & 7)) << 1)
  const end = row + ((<usize>pairs) << 1)
  for (; row < end; row += 2, to += 16) store<u16>(to, load<u16>(row))
}

/**
 * Rows `first` to `first + rows` of a float32 linear layer.
 *
 * @param from     the rows as in the file, `type` FLOAT32, FLOAT16 or BFLOAT16
 * @param scratch  k rounded up to 4 floats
 * @returns 1 where all are finite, 0 otherwise
 */
export function packLinearFloat32(
  from: usize,
  type: i32,
  rows: i32,
  k: i32,
  first: i32,
  weights: usize,
  panel: i32,
  scratch: usize,
): i32 {
  const bytes = (<usize>k) << (type === FLOAT32 ? 2 : 1)
  for (let row: i32 = 0; row < rows; row++, from += bytes) {
    if (!widenValues(from, type, k, scratch)) return 0
    packFloat32Row(scratch, k, weights, first + row, panel)
  }
  return 1
}

/**
 * Rows `first` to `first + rows` of an int8 linear layer: packed as they are where the file is int8 (their
 * scales are written by the caller), else quantised.
 *
 * @param columns  of the layer, see linear-int8.ts
 * @param scratch  2·pairs + k rounded up to 4, floats
 * @returns 1 where all are finite, 0 otherwise
 */
export function packLinearInt8(
  from: usize,
  type: i32,
  rows: i32,
  k: i32,
  pairs: i32,
  first: i32,
  weights: usize,
  columns: usize,
  scratch: usize,
): i32 {
  const bytes = (<usize>k) << (type === FLOAT32 ? 2 : type === INT8 ? 0 : 1)
  const floats = scratch + ((<usize>pairs) << 1)
  memory.fill(scratch, 0, (<usize>pairs) << 1)
  for (let row: i32 = 0; row < rows; row++, from += bytes) {
    const n = first + row
    if (type === INT8) {
      memory.copy(scratch, from, k)
    } else {
      if (!widenValues(from, type, k, floats)) return 0
      const scale = quantizeWeights(floats, k, scratch)
      store<f32>(column(columns, n), scale)
    }
    if (ASC_FEATURE_RELAXED_SIMD) packDigitsRow(scratch, pairs, weights, columns, n)
    else packInt8Row(scratch, pairs, weights, n)
  }
  if (ASC_FEATURE_RELAXED_SIMD) {
    const groups = pairs >> 1
    for (let panel = first >> 3; panel <= (first + rows - 1) >> 3; panel++) {
      packNorms(weights + panelBytes(groups) * panel, groups)
    }
  }
  return 1
}

/**
 * Rows of the word embeddings as int8: `out` rows of `stride` bytes (the width rounded up to 16), scales from
 * `scales` on (written by the caller where the file is int8).
 *
 * @param scratch  width rounded up to 4 floats
 * @returns 1 where all are finite, 0 otherwise
 */
export function packEmbeddingInt8(
  from: usize,
  type: i32,
  rows: i32,
  width: i32,
  out: usize,
  stride: i32,
  scales: usize,
  scratch: usize,
): i32 {
  const bytes = (<usize>width) << (type === FLOAT32 ? 2 : type === INT8 ? 0 : 1)
  for (let row: i32 = 0; row < rows; row++, from += bytes, out += stride) {
    if (type === INT8) {
      memory.copy(out, from, width)
    } else {
      if (!widenValues(from, type, width, scratch)) return 0
      store<f32>(scales + ((<usize>row) << 2), quantizeWeights(scratch, width, out))
    }
  }
  return 1
}
