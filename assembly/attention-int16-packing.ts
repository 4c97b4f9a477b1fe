/**
 * Packs the operands of attention at precision int8 (attention-int16.ts): rows of queries and keys and
 * columns of values become int16, each with one scale.
 */
import { int16Row, LARGEST_INT16, quantizeToLimit } from './quantize'
import { absoluteBits, laneMask, roundToInt } from './simd'
import { nextTileRows } from './tile-rows'

/** The largest value of a column of V. */
const VALUE_LIMIT: f32 = 8191.0

export function roundUp(value: i32, multiple: i32): i32 {
  return (value + multiple - 1) & -multiple
}

export function int16Bytes(count: i32): usize {
  return (<usize>count) << 1
}

export function floatBytes(count: i32): usize {
  return (<usize>count) << 2
}

/** The largest |q| and |k|, so that D products fit int32. */
function limitOf(headDim: i32): f32 {
  return min(<f32>16383, <f32>floor(sqrt(<f64>2147483647 / <f64>headDim)))
}

/** Keys [T, D] into panels of output channels; channels beyond T are 0. */
export function packKeysInt16(
  keys: usize,
  stride: usize,
  tokens: i32,
  headDim: i32,
  out: usize,
  scales: usize,
): void {
  const panelBytes = (<usize>roundUp(headDim, 16)) << 4
  const limit = limitOf(headDim)
  const padded = roundUp(tokens, 8)
  for (let token: i32 = 0; token < padded; token++) {
    const to = out + panelBytes * (token >> 3) + ((<usize>(token & 7)) << 2)
    if (token < tokens) {
      store<f32>(scales, quantizeToLimit(keys, headDim, limit, to, 32))
      keys += stride
    } else {
      int16Row(0, headDim, 0, LARGEST_INT16, to, 32)
      store<f32>(scales, 0)
    }
    scales += 4
  }
}

/** Values [T, D] into panels whose output channels are the dimensions; those beyond D are 0. */
export function packValues(
  values: usize,
  stride: usize,
  tokens: i32,
  headDim: i32,
  out: usize,
  scales: usize,
): void {
  const dim = roundUp(headDim, 8)
  const inverses = scales + floatBytes(dim)
  const limit = f32x4.splat(VALUE_LIMIT)
  const panelBytes = (<usize>((tokens + 1) >> 1)) << 5
  for (let d: i32 = 0; d < dim; d += 4) {
    const mask = laneMask(headDim - d)
    const column = values + floatBytes(d)
    let bits = i32x4.splat(0)
    for (let token: i32 = 0, p = column; token < tokens; token++, p += stride) {
      bits = i32x4.max_s(bits, absoluteBits(v128.load(p)))
    }
    bits = v128.and(bits, mask)
    const scale = f32x4.div(bits, limit)
    const inverse = f32x4.div(limit, bits)
    const usable = v128.and(normalLanes(scale), normalLanes(inverse))
    v128.store(scales + floatBytes(d), v128.bitselect(scale, unusableLanes(scale), usable))
    v128.store(inverses + floatBytes(d), v128.and(inverse, usable))
    const factor = v128.and(inverse, usable)
    let to = out + panelBytes * (d >> 3) + ((<usize>(d & 4)) << 2)
    let p = column
    for (let token: i32 = 0; token < tokens; token += 2, to += 32) {
      const a = roundToInt(v128.and(f32x4.mul(v128.load(p), factor), usable))
      let pairs = v128.and(a, i32x4.splat(0xffff))
      if (token + 1 < tokens) {
        const b = roundToInt(v128.and(f32x4.mul(v128.load(p + stride), factor), usable))
        pairs = v128.or(pairs, i32x4.shl(b, 16))
      }
      v128.store(to, pairs)
      p += 2 * stride
    }
  }
}

/** All bits set in lanes that are normal numbers above zero. */
function normalLanes(v: v128): v128 {
  return v128.and(i32x4.ge_s(v, i32x4.splat(0x00800000)), i32x4.lt_s(v, i32x4.splat(0x7f800000)))
}

/** `unusable` of each lane. */
function unusableLanes(scale: v128): v128 {
  return v128.andnot(f32x4.splat(f32.NaN), f32x4.lt(scale, f32x4.splat(1)))
}

/**
 * Where row `row`, of the tile that begins with row `start`, begins among interleaved rows of `rowBytes`
 * bytes.
 */
export function interleaved(base: usize, start: i32, row: i32, rowBytes: usize): usize {
  return base + rowBytes * start + ((<usize>(row - start)) << 2)
}

/**
 * Rows of float32 as int16, those of a tile interleaved.
 *
 * @param factors  gets each row's scale times `scale`
 */
export function packRows(
  from: usize,
  stride: usize,
  rows: i32,
  headDim: i32,
  tileRows: i32,
  out: usize,
  factors: usize,
  scale: f32,
): void {
  const limit = limitOf(headDim)
  const rowBytes = int16Bytes(roundUp(headDim, 16))
  for (let start: i32 = 0; start < rows; ) {
    const count = nextTileRows(rows - start, tileRows)
    for (let row = start; row < start + count; row++) {
      const to = interleaved(out, start, row, rowBytes)
      const rowScale = quantizeToLimit(from + stride * row, headDim, limit, to, (<usize>count) << 2)
      store<f32>(factors + floatBytes(row), rowScale * scale)
    }
    start += count
  }
}
