/**
 * The register tile of the int8 layers, and of attention at precision int8: some rows by 8 or 16 channels,
 * whose sums stay in registers until all inputs are multiplied. A step of a tile multiplies 4 bytes of each
 * row with 4 bytes of each channel: two int16 or four digits.
 *
 *     x     the rows of the tile interleaved: for each step 4 bytes of every row (linear-int8.ts, digits.ts)
 *     w     a panel of 8 channels: for each step 4 bytes of every channel; 2 where int8 weights meet int16
 *     out   one int32 a row and channel
 *
 * The tile is written once. Rows, vectors and the kind of product are type parameters (tile-sizes.ts), and
 * each combination in use compiles to the instructions that one would write by hand. The two sums of a row
 * are treated alike and stand next to each other in memory: V8 joins such pairs to one register of 256 bits.
 * A tile of 16 channels takes two panels, so that weights lie the same for both widths.
 * bench/results/tried.md tells what the sizes and kinds gave.
 */
import { dot, dotDigits } from './simd'
import { Rows1, Rows2, Rows3, Rows4, Rows5, Rows6, storeRow } from './tile-sizes'

/** Kinds of products: rows of int16 with weights of int8, which are widened as they are loaded. */
export type Narrow = i8
/** Rows and weights of int16. */
export type Int16 = i16
/** Rows of 7-bit digits with weights of int8. */
export type Digits = i32
/** The same, with pages of the next panel touched in turn (`fetchingTile` in linear-digits.ts). */
export type FetchingDigits = v128

// #region product
/** acc + the products of a row's 4 bytes, which are in every lane, with those of 4 channels. */
function product<Kind>(row: v128, w: v128, acc: v128): v128 {
  return sizeof<Kind>() >= sizeof<Digits>() ? dotDigits(w, row, acc) : dot(row, w, acc)
}
// #endregion

/** Bytes of a page of memory. */
export const PAGE: usize = 4096

/** The first and the second 4 channels of a step. */
function firstHalf<Kind>(w: usize): v128 {
  return sizeof<Kind>() === sizeof<Narrow>() ? v128.load8x8_s(w) : v128.load(w)
}

function secondHalf<Kind>(w: usize): v128 {
  return sizeof<Kind>() === sizeof<Narrow>() ? v128.load8x8_s(w, 8) : v128.load(w, 16)
}

/**
 * A tile of a size that is known when it is compiled.
 *
 * @param next      16-channel tiles: the second panel. 8-channel digit tiles: an address to fetch, one byte a
 *                  step
 * @param nextStep  how far that address moves each step; with `FetchingDigits` it moves a page, and from
 *                  `nextEnd` so far back
 */
export function tile<Rows, Vectors, Kind>(
  x: usize,
  w: usize,
  steps: i32,
  out: usize,
  outStride: usize,
  next: usize,
  nextStep: usize,
  nextEnd: usize = 0,
): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y0c = i32x4.splat(0)
  let y0d = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y1c = i32x4.splat(0)
  let y1d = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y2c = i32x4.splat(0)
  let y2d = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y3c = i32x4.splat(0)
  let y3d = i32x4.splat(0)
  let y4a = i32x4.splat(0)
  let y4b = i32x4.splat(0)
  let y4c = i32x4.splat(0)
  let y4d = i32x4.splat(0)
  let y5a = i32x4.splat(0)
  let y5b = i32x4.splat(0)
  let y5c = i32x4.splat(0)
  let y5d = i32x4.splat(0)
  const bytes: usize = sizeof<Kind>() === sizeof<Narrow>() ? 16 : 32
  const nextBytes: usize = offsetof<Vectors>() > 2 ? bytes : nextStep
  const end = w + bytes * <usize>steps
  // #region step
  for (; w < end; w += bytes) {
    if (sizeof<Kind>() >= sizeof<Digits>() && offsetof<Vectors>() === 2) load<u8>(next)
    const wa = firstHalf<Kind>(w)
    const wb = secondHalf<Kind>(w)
    const wc = offsetof<Vectors>() > 2 ? firstHalf<Kind>(next) : wa
    const wd = offsetof<Vectors>() > 2 ? secondHalf<Kind>(next) : wb
    const row0 = v128.load32_splat(x)
    y0a = product<Kind>(row0, wa, y0a)
    y0b = product<Kind>(row0, wb, y0b)
    if (offsetof<Vectors>() > 2) {
      y0c = product<Kind>(row0, wc, y0c)
      y0d = product<Kind>(row0, wd, y0d)
    }
    if (offsetof<Rows>() > 1) {
      const row1 = v128.load32_splat(x, 4)
      y1a = product<Kind>(row1, wa, y1a)
      y1b = product<Kind>(row1, wb, y1b)
      if (offsetof<Vectors>() > 2) {
        y1c = product<Kind>(row1, wc, y1c)
        y1d = product<Kind>(row1, wd, y1d)
      }
    }
    // #endregion
    if (offsetof<Rows>() > 2) {
      const row2 = v128.load32_splat(x, 8)
      y2a = product<Kind>(row2, wa, y2a)
      y2b = product<Kind>(row2, wb, y2b)
      if (offsetof<Vectors>() > 2) {
        y2c = product<Kind>(row2, wc, y2c)
        y2d = product<Kind>(row2, wd, y2d)
      }
    }
    if (offsetof<Rows>() > 3) {
      const row3 = v128.load32_splat(x, 12)
      y3a = product<Kind>(row3, wa, y3a)
      y3b = product<Kind>(row3, wb, y3b)
      if (offsetof<Vectors>() > 2) {
        y3c = product<Kind>(row3, wc, y3c)
        y3d = product<Kind>(row3, wd, y3d)
      }
    }
    if (offsetof<Rows>() > 4) {
      const row4 = v128.load32_splat(x, 16)
      y4a = product<Kind>(row4, wa, y4a)
      y4b = product<Kind>(row4, wb, y4b)
      if (offsetof<Vectors>() > 2) {
        y4c = product<Kind>(row4, wc, y4c)
        y4d = product<Kind>(row4, wd, y4d)
      }
    }
    if (offsetof<Rows>() > 5) {
      const row5 = v128.load32_splat(x, 20)
      y5a = product<Kind>(row5, wa, y5a)
      y5b = product<Kind>(row5, wb, y5b)
      if (offsetof<Vectors>() > 2) {
        y5c = product<Kind>(row5, wc, y5c)
        y5d = product<Kind>(row5, wd, y5d)
      }
    }
    x += 4 * offsetof<Rows>()
    if (sizeof<Kind>() === sizeof<FetchingDigits>()) {
      next += PAGE
      next -= next >= nextEnd ? nextStep : 0
    } else next += nextBytes
  }
  storeRow<Vectors>(out, y0a, y0b, y0c, y0d)
  out += outStride
  if (offsetof<Rows>() > 1) storeRow<Vectors>(out, y1a, y1b, y1c, y1d)
  out += outStride
  if (offsetof<Rows>() > 2) storeRow<Vectors>(out, y2a, y2b, y2c, y2d)
  out += outStride
  if (offsetof<Rows>() > 3) storeRow<Vectors>(out, y3a, y3b, y3c, y3d)
  out += outStride
  if (offsetof<Rows>() > 4) storeRow<Vectors>(out, y4a, y4b, y4c, y4d)
  out += outStride
  if (offsetof<Rows>() > 5) storeRow<Vectors>(out, y5a, y5b, y5c, y5d)
}

/** The sums of `rows` rows, 1 to 6: `tile` of that size. */
export function interleavedTile<Vectors, Kind>(
  rows: i32,
  x: usize,
  w: usize,
  steps: i32,
  out: usize,
  outStride: usize,
  next: usize = 0,
  nextStep: usize = 0,
  nextEnd: usize = 0,
): void {
  if (rows === 6) tile<Rows6, Vectors, Kind>(x, w, steps, out, outStride, next, nextStep, nextEnd)
  else if (rows === 5) tile<Rows5, Vectors, Kind>(x, w, steps, out, outStride, next, nextStep, nextEnd)
  else if (rows === 4) tile<Rows4, Vectors, Kind>(x, w, steps, out, outStride, next, nextStep, nextEnd)
  else if (rows === 3) tile<Rows3, Vectors, Kind>(x, w, steps, out, outStride, next, nextStep, nextEnd)
  else if (rows === 2) tile<Rows2, Vectors, Kind>(x, w, steps, out, outStride, next, nextStep, nextEnd)
  else tile<Rows1, Vectors, Kind>(x, w, steps, out, outStride, next, nextStep, nextEnd)
}
