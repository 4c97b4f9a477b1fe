/**
 * Writes activations as digits, for the 8-bit dot product. One operand of that instruction must lie within 0 and 127, that
 * is 7 bits. An activation is a whole number q of steps of its row (row-step.ts). An offset of the row, its zero, is added
 * to q, and the sum is written with two digits of 7 bits:
 *
 *     q + zero = first + 128·second,   first in 0 ... 127,   second in -63 ... 63, none in a row that fits 7 bits
 *
 * Almost all second digits are 0, so they are kept as a list. First digits are kept for all. The rows of a tile
 * (tile-rows.ts) are interleaved: for each group of four inputs stand the four digits of all its rows.
 *
 *     first     for each group: 4 bytes a row. The tile that begins with row s stands at s·K, K padded to 16
 *     second    for each row a slot with a list of the groups in which it has a second digit, first those with a positive one, then,
 *               since the instruction takes no negative digits, those with a negative one (a group may be in both):
 *                 0   where positive ones end, and at 4 all
 *                 16  for each listed group 4 bytes, the digits' magnitudes and zeros, then its number, u16
 *     steps     float32 a row
 *     zeros     int32 a row
 *     norms     of each tile's first digits, for short sums only: short-sums.ts
 *
 * On a Xeon with AVX-VNNI, billions of numbers a second, rows of 384, 768, 1536, 3072: 2.1, 2.3, 2.4, 2.4. With int32 up to the digits, all
 * second digits stored and looked through for either sign, and least and largest found one vector after another (row-step.ts), it was
 * 1.5, 1.4, 1.35, 1.3. A row's step and digits one after the other, instead of all steps of a tile first: 3072 4 % faster, the others 2 % slower.
 */
import { findRowStep, INVERSE, MOST, ZERO } from './row-step'
import { addSquares, clearSquares, middleNear, storeSquares, writeNorms } from './short-sums'
import { laneMask, lessRounding, roundAndAdd } from './simd'
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

/** Bytes of what `note` keeps of four groups: their second digits, then the first one's number. */
const NOTED_BYTES: usize = 32

/** Keeps sixteen second digits if one of them is not 0. @returns where the next ones go */
function note(digits: v128, group: i32, noted: usize): usize {
  v128.store(noted, digits)
  store<i32>(noted, group, 16)
  return noted + NOTED_BYTES * <usize>v128.any_true(digits)
}

// #region two-digits
/**
 * One row's digits. Both are made of int16, which hold q + zero: half as many instructions as with int32.
 *
 * @param mask    127; or -1 where the row fits 7 bits: then q + zero itself is the digit, and 128, the one number beyond that
 *                rounding can give (row-step.ts), is narrowed to 127
 * @param step    bytes from one group of the row to the next: 4 times the rows of the tile
 * @param noted   where second digits go, sixteen at a time, if one of them is not 0, for `listSeconds`
 * @param squares 0, or where the squares of its first digits go, by `storeSquares`, counted from `middle`
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
  const taken = lessRounding(zero)
  const masks = i16x8.splat(<i16>mask)
  const middles = i8x16.splat(<i8>middle)
  for (let k: i32 = 0; k < width; k += 16, row += 64) {
    let a = v128.load(row)
    let b = v128.load(row, 16)
    let c = v128.load(row, 32)
    let d = v128.load(row, 48)
    const left = width - k
    if (left < 16) {
      a = v128.and(a, laneMask(left))
      b = v128.and(b, laneMask(left - 4))
      c = v128.and(c, laneMask(left - 8))
      d = v128.and(d, laneMask(left - 12))
    }
    a = roundAndAdd(f32x4.mul(a, factor), taken)
    b = roundAndAdd(f32x4.mul(b, factor), taken)
    c = roundAndAdd(f32x4.mul(c, factor), taken)
    d = roundAndAdd(f32x4.mul(d, factor), taken)
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

/** A row that counts as zeros. */
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
 * Lists the groups of a row that have a second digit of one sign. Each is written at the list's end, and the end moves past it
 * only where there is one.
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
 * @param row      the tile's first row, float32; `rowStride` bytes to the next
 * @param first    where the tile's first digits go
 * @param slot     the first row's slot; `slotBytes` to the next
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
  slot: usize,
  slotBytes: usize,
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
  for (let i: usize = 0; i < <usize>rows; i++, slot += slotBytes) {
    const found = scratch + (i << 4)
    const inverse = load<f32>(found, INVERSE)
    const digits = first + (i << 2)
    const list = slot + <usize>LIST_HEADER
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
    store<usize>(slot, positives)
    store<usize>(slot, end, 4)
    if (norms !== 0) addSquares(squares, groups, largest)
  }
  if (norms !== 0) writeNorms(largest, groups, middle, norms)
}
