/**
 * Writes activations as digits, for the 8-bit dot product, one operand of which must lie within 0 and 127: 7
 * bits. An activation is a whole number q of steps of its row (row-step.ts). The row's offset, its zero, is
 * added to q, and the sum is written with two digits of 7 bits:
 *
 *     q + zero = first + 128·second,   first in 0 ... 127,   second in -63 ... 63 (0 in a row of 7 bits)
 *
 * Almost all second digits are 0, so they are kept as lists; first digits are kept for all. The rows of a
 * tile (tile-rows.ts) are interleaved: for each group of four inputs stand the four digits of all its rows.
 *
 *     first     for each group: 4 bytes a row. The tile that begins with row s stands at s·K, K padded to 16
 *     lists     for each row the groups in which it has a second digit: first those with a positive one,
 *               then, since the instruction takes no negative digits, those with a negative one (a group may
 *               be in both):
 *                 0   where the positive list ends, and at 4 where the negative one does
 *                 16  for each listed group 4 bytes, the digits' magnitudes and zeros, then its number, u16
 *     steps     float32 a row
 *     zeros     int32 a row
 *     norms     of each tile's first digits, for short sums only: short-sums.ts
 *
 * Gain of making both digits in int16, and of looking again only where a second digit is not 0: 1.4 to 1.8
 * times as fast (bench/results/tried.md).
 */
import { findRowStep, INVERSE, MOST, ZERO } from './row-step'
import { addSquares, clearSquares, middleNear, storeSquares, writeNorms } from './short-sums'
import { lessRounding, roundAndAdd } from './simd'
import { CLOSEST_TILES, LIST_HEADER, LISTED_BYTES, MOST_TILE_ROWS, tileNormBytes } from './sizes'

/** The norms of the tile that begins with row `start`, or 0 where there are none. */
export function tileNorms(norms: usize, start: i32, rowBytes: usize): usize {
  return norms === 0 ? 0 : norms + tileNormBytes(<i32>(rowBytes >> 2)) * (start / CLOSEST_TILES)
}

/** Four groups of one row to where they stand, `step` bytes apart. */
function storeGroups(bytes: v128, out: usize, step: usize): void {
  v128.store32_lane(out, bytes, 0)
  v128.store32_lane(out + step, bytes, 1)
  v128.store32_lane(out + 2 * step, bytes, 2)
  v128.store32_lane(out + 3 * step, bytes, 3)
}

/** Bytes of what `note` keeps of four groups: their second digits, then the number of the first group. */
const NOTED_BYTES: usize = 32

/** Keeps sixteen second digits if one of them is not 0. @returns where the next ones go */
function note(digits: v128, group: i32, noted: usize): usize {
  v128.store(noted, digits)
  store<i32>(noted, group, 16)
  return noted + NOTED_BYTES * <usize>v128.any_true(digits)
}

// #region two-digits
/**
 * One row's digits. Both are made from int16, which hold q + zero: half as many instructions as with int32.
 *
 * @param row     float32; zeros from `width` to `width` rounded up to 16
 * @param mask    127; or -1 where the row fits 7 bits: then q + zero itself is the digit, and 128, the one
 *                number too large that rounding can give (row-step.ts), is narrowed to 127
 * @param step    bytes from one group of the row to the next: 4 times the rows of the tile
 * @param noted   where second digits go, sixteen at a time, if one of them is not 0: `listSeconds` reads them
 * @param squares 0, or where `storeSquares` writes the squares of its first digits less `middle`
 * @returns the end of the second digits
 */
function digitsOfRow(
  row: usize,
  width: i32,
  inverse: f32,
  zero: i32,
  mask: i32,
  first: usize,
  step: usize,
  noted: usize,
  squares: usize,
  middle: i32,
): usize {
  const factor = f32x4.splat(inverse)
  const subtracted = lessRounding(zero)
  const masks = i16x8.splat(<i16>mask)
  const middles = i8x16.splat(<i8>middle)
  for (let k: i32 = 0; k < width; k += 16, row += 64) {
    const a = roundAndAdd(f32x4.mul(v128.load(row), factor), subtracted)
    const b = roundAndAdd(f32x4.mul(v128.load(row, 16), factor), subtracted)
    const c = roundAndAdd(f32x4.mul(v128.load(row, 32), factor), subtracted)
    const d = roundAndAdd(f32x4.mul(v128.load(row, 48), factor), subtracted)
    const ab = i16x8.narrow_i32x4_s(a, b)
    const cd = i16x8.narrow_i32x4_s(c, d)
    const digits = i8x16.narrow_i16x8_s(v128.and(ab, masks), v128.and(cd, masks))
    storeGroups(digits, first, step)
    noted = note(i8x16.narrow_i16x8_s(i16x8.shr_s(ab, 7), i16x8.shr_s(cd, 7)), k >> 2, noted)
    first += 4 * step
    if (squares !== 0) {
      storeSquares(digits, middles, squares)
      squares += 8
    }
  }
  return noted
}
// #endregion

/** A row whose numbers count as zeros. */
function clearRow(first: usize, groups: i32, step: usize, squares: usize, middle: i32): void {
  for (let group: i32 = 0; group < groups; group++, first += step) {
    store<i32>(first, 0)
    if (squares !== 0 && (group & 3) === 0) {
      storeSquares(i8x16.splat(0), i8x16.splat(<i8>middle), squares)
      squares += 8
    }
  }
}

/**
 * Lists the groups of a row that have a second digit of one sign. Each group is written at the list's end,
 * and the end moves past it only if it has one.
 *
 * @param noted  what `digitsOfRow` left, up to `end`
 * @param sign   -1 for negative ones, else 0
 * @returns the list's end
 */
function listSeconds(noted: usize, end: usize, list: usize, sign: i8): usize {
  // (x ^ -1) - -1 = -x
  const signs = i8x16.splat(sign)
  for (; noted < end; noted += NOTED_BYTES) {
    const digits = i8x16.max_s(i8x16.sub(v128.xor(v128.load(noted), signs), signs), i8x16.splat(0))
    const group = load<i32>(noted, 16)
    v128.store32_lane(list, digits, 0)
    store<u16>(list, <u16>group, 4)
    list += i32x4.extract_lane(digits, 0) !== 0 ? <usize>LISTED_BYTES : 0
    v128.store32_lane(list, digits, 1)
    store<u16>(list, <u16>(group + 1), 4)
    list += i32x4.extract_lane(digits, 1) !== 0 ? <usize>LISTED_BYTES : 0
    v128.store32_lane(list, digits, 2)
    store<u16>(list, <u16>(group + 2), 4)
    list += i32x4.extract_lane(digits, 2) !== 0 ? <usize>LISTED_BYTES : 0
    v128.store32_lane(list, digits, 3)
    store<u16>(list, <u16>(group + 3), 4)
    list += i32x4.extract_lane(digits, 3) !== 0 ? <usize>LISTED_BYTES : 0
  }
  return list
}

/**
 * The rows of one tile as digits.
 *
 * @param row      the tile's first row, float32, `rowStride` bytes to the next; zeros from `width` to `width`
 *                 rounded up to 16
 * @param first    where the tile's first digits go
 * @param lists    of the first row; `listBytes` to those of the next
 * @param steps    its rows' steps, float32; `zeros` their zeros, int32
 * @param norms    0, or where those of its first digits go
 * @param scratch  16 bytes for each row of the largest tile, two for each second digit of a row, and squares
 */
export function digitsOfTile(
  row: usize,
  rowStride: usize,
  rows: i32,
  width: i32,
  first: usize,
  lists: usize,
  listBytes: usize,
  steps: usize,
  zeros: usize,
  norms: usize,
  scratch: usize,
): void {
  const groups = ((width + 15) >> 4) << 2
  const between = (<usize>rows) << 2
  let sum: i32 = 0
  for (let i: usize = 0; i < <usize>rows; i++) {
    const found = scratch + (i << 4)
    findRowStep(row + rowStride * i, width, found)
    const zero = load<i32>(found, ZERO)
    store<f32>(steps + (i << 2), load<f32>(found))
    store<i32>(zeros + (i << 2), zero)
    sum += zero
  }
  const middle = middleNear(sum / rows)
  const noted = scratch + <usize>(16 * MOST_TILE_ROWS)
  const squares: usize = norms === 0 ? 0 : noted + NOTED_BYTES * <usize>(groups >> 2)
  const largest: usize = norms === 0 ? 0 : clearSquares(squares, groups)
  for (let i: usize = 0; i < <usize>rows; i++, lists += listBytes) {
    const found = scratch + (i << 4)
    const inverse = load<f32>(found, INVERSE)
    const digits = first + (i << 2)
    const list = lists + <usize>LIST_HEADER
    let positives = list
    let end = list
    if (inverse === 0) clearRow(digits, groups, between, squares, middle)
    else {
      const fits = load<i32>(found, MOST) <= 127
      const zero = load<i32>(found, ZERO)
      const mask = fits ? -1 : 127
      const from = row + rowStride * i
      const last = digitsOfRow(from, width, inverse, zero, mask, digits, between, noted, squares, middle)
      if (!fits) {
        positives = listSeconds(noted, last, list, 0)
        end = listSeconds(noted, last, positives, -1)
      }
    }
    store<usize>(lists, positives)
    store<usize>(lists, end, 4)
    if (norms !== 0) addSquares(squares, groups, largest)
  }
  if (norms !== 0) writeNorms(largest, groups, middle, norms)
}
