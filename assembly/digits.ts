/**
 * How activations lie for the 8-bit dot product. A value q, in steps of its row, is moved by the row's zero and written
 * with two digits of 7 bits,
 *
 *     q + zero = first + 128·second,   first in 0 ... 127,   second in -63 ... 63
 *
 * and almost all second digits are 0. The rows of a tile (tile-rows.ts) are interleaved: for each group of four inputs the
 * four digits of all its rows.
 *
 *     first     for each group: 4 bytes a row. The tile that begins with row s stands at s·K, K padded to 16
 *     second    for each tile a slot of two lists, since the instruction takes no negative digits: of the groups in which a row
 *               has a positive second digit, and of those with a negative one. At 0 and 4 how many they are, then the lists, each padded to
 *               a multiple of 4 groups by digits of 0 at group 0:
 *                 0   for each listed group: 4 bytes a row, the digits' magnitudes and zeros
 *                 then, at 4·rows·groups + 16, the number of each of them, u16
 *               (One list with 64 added to all digits costs 64·Σ w over the listed groups for every tile and panel; groups that have
 *               both signs are few: 7.9 % of all beside 7.8 % in BERT-base.)
 *     steps     float32 a row
 *     zeros     int32 a row
 *     norms     of each tile's first digits, for short sums only: short-sums.ts
 */
import { findRowStep, HIGH, INVERSE, LOW } from './row-step'
import { addSquares, clearSquares, middleNear, storeSquares, tileNormBytes, writeNorms } from './short-sums'
import { laneMask, roundToInt } from './simd'
import { CLOSEST_TILES, MOST_TILE_ROWS } from './tile-rows'

/** Where a slot has the length of its second list. */
export const NEGATIVE: usize = 4
/** Bytes before the lists of a slot, and after the digits of each: a vector may be written at the last of them. */
export const SECOND_HEADER: i32 = 16

/**
 * The slot of the tile that begins with row `start`. Before it is room for the digits of all rows before, twice, and for the
 * `slotBytes` bytes that every tile has besides.
 */
export function secondSlot(second: usize, start: i32, rowBytes: usize, slotBytes: usize): usize {
  return second + 2 * rowBytes * start + slotBytes * (start / CLOSEST_TILES)
}

/** The norms of the tile that begins with row `start`, or 0 where there are none. */
export function tileNorms(norms: usize, start: i32, rowBytes: usize): usize {
  return norms === 0 ? 0 : norms + tileNormBytes(<i32>(rowBytes >> 2)) * (start / CLOSEST_TILES)
}

/** Bytes from the beginning of a list to its groups' numbers. */
export function numbersAt(rows: i32, groups: i32): usize {
  return <usize>(4 * rows * groups + SECOND_HEADER)
}

/** Bytes of a list. */
export function listBytes(rows: i32, groups: i32): usize {
  return numbersAt(rows, groups) + <usize>(2 * groups)
}

/** Sixteen int32 within a byte, to bytes. */
function toBytes(a: v128, b: v128, c: v128, d: v128): v128 {
  return i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d))
}

/** Four groups of one row to where they stand, `step` bytes apart. */
function storeGroups(bytes: v128, out: usize, step: usize): void {
  v128.store32_lane(out, bytes, 0)
  v128.store32_lane(out + step, bytes, 1)
  v128.store32_lane(out + 2 * step, bytes, 2)
  v128.store32_lane(out + 3 * step, bytes, 3)
}

/** round(x·factor) + zero of four values; those beyond the row's `left` count as 0. */
function quantized(p: usize, left: i32, factor: v128, zero: v128): v128 {
  const x = left >= 4 ? v128.load(p) : v128.and(v128.load(p), laneMask(left))
  return i32x4.add(roundToInt(f32x4.mul(x, factor)), zero)
}

// #region two-digits
/**
 * One row's digits.
 *
 * @param second  like `first`: all second digits, for `listSeconds`
 * @param step    bytes from one group of the row to the next: 4 times the rows of the tile
 * @param squares 0, or where the squares of its first digits go, by `storeSquares`, counted from `middle`
 * @returns all q + zero of the row, or-ed lane by lane: what exceeds 7 bits or is negative shows in it, and what is negative
 */
function digitsOfRow(
  row: usize,
  width: i32,
  inverse: f32,
  zero: i32,
  first: usize,
  second: usize,
  step: usize,
  squares: usize,
  middle: i32,
): v128 {
  const factor = f32x4.splat(inverse)
  const zeros = i32x4.splat(zero)
  const digit = i32x4.splat(127)
  const middles = i8x16.splat(<i8>middle)
  let all = i32x4.splat(0)
  const whole = row + ((<usize>(width & ~15)) << 2)
  let p = row
  for (; p < whole; p += 64) {
    const a = i32x4.add(roundToInt(f32x4.mul(v128.load(p), factor)), zeros)
    const b = i32x4.add(roundToInt(f32x4.mul(v128.load(p, 16), factor)), zeros)
    const c = i32x4.add(roundToInt(f32x4.mul(v128.load(p, 32), factor)), zeros)
    const d = i32x4.add(roundToInt(f32x4.mul(v128.load(p, 48), factor)), zeros)
    all = v128.or(all, v128.or(v128.or(a, b), v128.or(c, d)))
    const digits = toBytes(v128.and(a, digit), v128.and(b, digit), v128.and(c, digit), v128.and(d, digit))
    storeGroups(digits, first, step)
    storeGroups(
      toBytes(i32x4.shr_s(a, 7), i32x4.shr_s(b, 7), i32x4.shr_s(c, 7), i32x4.shr_s(d, 7)),
      second,
      step,
    )
    first += 4 * step
    second += 4 * step
    if (squares !== 0) {
      storeSquares(digits, middles, squares)
      squares += 8
    }
  }
  const left = width & 15
  if (left > 0) {
    const a = quantized(p, left, factor, zeros)
    const b = quantized(p + 16, left - 4, factor, zeros)
    const c = quantized(p + 32, left - 8, factor, zeros)
    const d = quantized(p + 48, left - 12, factor, zeros)
    all = v128.or(all, v128.or(v128.or(a, b), v128.or(c, d)))
    const digits = toBytes(v128.and(a, digit), v128.and(b, digit), v128.and(c, digit), v128.and(d, digit))
    storeGroups(digits, first, step)
    storeGroups(
      toBytes(i32x4.shr_s(a, 7), i32x4.shr_s(b, 7), i32x4.shr_s(c, 7), i32x4.shr_s(d, 7)),
      second,
      step,
    )
    if (squares !== 0) storeSquares(digits, middles, squares)
  }
  return all
}
// #endregion

/** A row that counts as zeros. */
function clearRow(first: usize, second: usize, groups: i32, step: usize, squares: usize, middle: i32): void {
  for (let group: i32 = 0; group < groups; group++, first += step, second += step) {
    store<i32>(first, 0)
    store<i32>(second, 0)
    if (squares !== 0 && (group & 3) === 0) {
      storeSquares(i8x16.splat(0), i8x16.splat(<i8>middle), squares)
      squares += 8
    }
  }
}

/**
 * Lists the groups that have a second digit of one sign. Each is written at the list's end, and the end moves past it only
 * where there is one: no branch to guess wrong.
 *
 * @param part  of the slot: 0 for the first list, NEGATIVE
 */
function listSeconds(seconds: usize, rows: i32, groups: i32, slot: usize, part: usize): void {
  const step = (<usize>rows) << 2
  const list = slot + <usize>SECOND_HEADER + (part ? listBytes(rows, groups) : 0)
  // (x ^ -1) - -1 = -x
  const sign = i8x16.splat(part ? -1 : 0)
  const zero = i8x16.splat(0)
  const maskA = laneMask(rows)
  const maskB = laneMask(rows - 4)
  const wide = rows > 4
  const numbers = list + numbersAt(rows, groups)
  let digits = list
  let listed: i32 = 0
  for (let group: i32 = 0; group < groups; group++, seconds += step) {
    const a = i8x16.max_s(i8x16.sub(v128.xor(v128.and(v128.load(seconds), maskA), sign), sign), zero)
    v128.store(digits, a)
    let any = a
    if (wide) {
      const b = i8x16.max_s(i8x16.sub(v128.xor(v128.and(v128.load(seconds, 16), maskB), sign), sign), zero)
      v128.store64_lane(digits, b, 0, 16)
      any = v128.or(a, b)
    }
    store<u16>(numbers + ((<usize>listed) << 1), <u16>group)
    const there = <i32>v128.any_true(any)
    listed += there
    digits += step * <usize>there
  }
  store<i32>(slot + part, listed)
  for (; listed & 3; listed++, digits += step) {
    v128.store(digits, zero)
    if (wide) v128.store64_lane(digits, zero, 0, 16)
    store<u16>(numbers + ((<usize>listed) << 1), 0)
  }
}

/** The zero of a row by what `findRowStep` found; 0 where the row counts as zeros. */
function zeroOf(found: usize): i32 {
  const inverse = load<f32>(found, INVERSE)
  if (inverse === 0) return 0
  const below = <i32>nearest<f32>(-load<f32>(found, LOW) * inverse)
  const above = <i32>nearest<f32>(load<f32>(found, HIGH) * inverse)
  return max(min(64, below), 127 - above)
}

/**
 * The rows of one tile as digits.
 *
 * @param row      the tile's first row, float32; `rowStride` bytes to the next
 * @param first    where the tile's first digits go
 * @param slot     its slot
 * @param steps    its rows' steps, float32; `zeros` their zeros, int32
 * @param norms    0, or where those of its first digits go
 * @param scratch  16 bytes for each row of the largest tile, a byte for each first digit of one, a vector, and squares
 */
export function digitsOfTile(
  row: usize,
  rowStride: usize,
  rows: i32,
  width: i32,
  first: usize,
  slot: usize,
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
    const zero = zeroOf(found)
    store<f32>(steps + (i << 2), load<f32>(found))
    store<i32>(zeros + (i << 2), zero)
    sum += zero
  }
  const middle = middleNear(sum / rows)
  const tileSeconds = scratch + <usize>(16 * MOST_TILE_ROWS)
  const squares: usize = norms === 0 ? 0 : tileSeconds + 16 + between * <usize>groups
  const largest: usize = norms === 0 ? 0 : clearSquares(squares, groups)
  let all = i32x4.splat(0)
  for (let i: usize = 0; i < <usize>rows; i++) {
    const inverse = load<f32>(scratch + (i << 4), INVERSE)
    const digits = first + (i << 2)
    const seconds = tileSeconds + (i << 2)
    if (inverse === 0) clearRow(digits, seconds, groups, between, squares, middle)
    else {
      const zero = load<i32>(zeros + (i << 2))
      const from = row + rowStride * i
      all = v128.or(all, digitsOfRow(from, width, inverse, zero, digits, seconds, between, squares, middle))
    }
    if (norms !== 0) addSquares(squares, groups, largest)
  }
  const above = v128.any_true(v128.andnot(all, i32x4.splat(127)))
  const below = i32x4.bitmask(all) !== 0
  if (norms !== 0) writeNorms(largest, groups, middle, norms)
  store<i64>(slot, 0)
  if (above) listSeconds(tileSeconds, rows, groups, slot, 0)
  if (below) listSeconds(tileSeconds, rows, groups, slot, NEGATIVE)
}
