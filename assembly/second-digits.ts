/**
 * Adds to the sums of a row's first digits what its second digits (digits.ts) contribute: 128·Σ w·second over
 * the groups that the row lists. It is done row by row, since two rows of a tile seldom list the same group,
 * and over four panels at once, so that a list, which has some six groups, is read once for 32 channels.
 *
 * Gain: a pass takes 4 to 15 % less than with the second digits of all rows of a tile together; sixteen
 * panels at once, and both lists in one loop, were no faster (bench/results/tried.md).
 */
import { dotDigits, dotShort } from './simd'
import { LIST_HEADER, LISTED_BYTES } from './sizes'
import { Rows1, Vectors4 } from './tile-sizes'

/** What sums are kept in: int32, by the 8-bit dot product, or int16 first. */
type Wide = i32
type Short = i16
/** The sign of a list's digits, of which it holds the magnitudes. */
type Positive = u8
type Negative = i8

/** Panels that are taken together; where fewer are left, each is taken by itself. */
export const JOINED_PANELS: i32 = 4

/**
 * How many listed groups (n) times groups of inputs (K/4) may be summed in int16. For a row that has second
 * digits:
 *
 *     it does not fit 7 bits, so its step is at least c·e/63.5, e the root mean square of its K numbers, and
 *     √Σq² <= √K·(63.5/c + 1/2) = √K·24.02 (src/kernels/reference/quantization.ts, `rowStep`);
 *     |second| <= |q|/64: one above 0 is at most (q + zero)/128 with zero <= 64 <= q (a larger zero leaves
 *     the largest value at 127), one below 0 is -⌈|q + zero|/128⌉ with zero >= 64, so |q| >= |q + zero| + 64;
 *     weights are -128 to 127, and a lane adds two products of each of n listed groups.
 *
 * By Cauchy and Schwarz a lane is at most 128·√(2n)·√Σsecond² <= 128·√(2n)·√K·24.02/64 in magnitude, which is
 * below 2¹⁵ as long as n·K < 232,600. The proof allows n·(K/4) <= 58,150; 150 are given up because e is
 * computed in float32.
 */
const MOST_SHORT: i32 = 58_000

/** acc + digits·w: a sum for each channel in int32, or two in int16. */
function addProducts<Sum>(w: v128, digits: v128, acc: v128): v128 {
  return sizeof<Sum>() === sizeof<Wide>() ? dotDigits(w, digits, acc) : dotShort(w, digits, acc)
}

/** 128 times the sums, in int32. */
function times128<Sum>(sums: v128): v128 {
  return sizeof<Sum>() === sizeof<Wide>() ? i32x4.shl(sums, 7) : i32x4.dot_i16x8_s(sums, i16x8.splat(128))
}

/** Adds 128 times a panel's sums to `out`, or subtracts them. */
function addSums<Sum, Sign>(out: usize, sumsA: v128, sumsB: v128): void {
  // Both vectors are read before one is written, so that V8 can join them, and all that they come from, to
  // 256 bits.
  const a = v128.load(out)
  const b = v128.load(out, 16)
  const moreA = times128<Sum>(sumsA)
  const moreB = times128<Sum>(sumsB)
  v128.store(out, isSigned<Sign>() ? i32x4.sub(a, moreA) : i32x4.add(a, moreA))
  v128.store(out, isSigned<Sign>() ? i32x4.sub(b, moreB) : i32x4.add(b, moreB), 16)
}

/**
 * One list of one row, from `list` to `end`, over `Panels` panels.
 *
 * @param blockBytes  how much of the list is summed in int16 before it is added to `out`
 */
function sumList<Panels, Sum, Sign>(
  list: usize,
  end: usize,
  w0: usize,
  panelBytes: usize,
  blockBytes: usize,
  out: usize,
): void {
  const w1 = w0 + panelBytes
  const w2 = w1 + panelBytes
  const w3 = w2 + panelBytes
  while (list < end) {
    let y0a = i32x4.splat(0)
    let y0b = i32x4.splat(0)
    let y1a = i32x4.splat(0)
    let y1b = i32x4.splat(0)
    let y2a = i32x4.splat(0)
    let y2b = i32x4.splat(0)
    let y3a = i32x4.splat(0)
    let y3b = i32x4.splat(0)
    const blockEnd = sizeof<Sum>() === sizeof<Wide>() ? end : min(list + blockBytes, end)
    for (; list < blockEnd; list += <usize>LISTED_BYTES) {
      const group = (<usize>load<u16>(list, 4)) << 5
      const digits = v128.load32_splat(list)
      y0a = addProducts<Sum>(v128.load(w0 + group), digits, y0a)
      y0b = addProducts<Sum>(v128.load(w0 + group, 16), digits, y0b)
      if (offsetof<Panels>() > 1) {
        y1a = addProducts<Sum>(v128.load(w1 + group), digits, y1a)
        y1b = addProducts<Sum>(v128.load(w1 + group, 16), digits, y1b)
        y2a = addProducts<Sum>(v128.load(w2 + group), digits, y2a)
        y2b = addProducts<Sum>(v128.load(w2 + group, 16), digits, y2b)
        y3a = addProducts<Sum>(v128.load(w3 + group), digits, y3a)
        y3b = addProducts<Sum>(v128.load(w3 + group, 16), digits, y3b)
      }
    }
    addSums<Sum, Sign>(out, y0a, y0b)
    if (offsetof<Panels>() > 1) {
      addSums<Sum, Sign>(out + 32, y1a, y1b)
      addSums<Sum, Sign>(out + 64, y2a, y2b)
      addSums<Sum, Sign>(out + 96, y3a, y3b)
    }
  }
}

/** Both lists of a row. */
function sumLists<Panels, Sum>(
  lists: usize,
  w: usize,
  panelBytes: usize,
  blockBytes: usize,
  out: usize,
): void {
  const list = lists + <usize>LIST_HEADER
  const positivesEnd = load<usize>(lists)
  sumList<Panels, Sum, Positive>(list, positivesEnd, w, panelBytes, blockBytes, out)
  sumList<Panels, Sum, Negative>(positivesEnd, load<usize>(lists, 4), w, panelBytes, blockBytes, out)
}

/** Bytes of a stretch of a list whose sums fit int16. */
export function shortBlockBytes(groups: i32): usize {
  return <usize>(LISTED_BYTES * (MOST_SHORT / groups))
}

/**
 * One row, up to JOINED_PANELS panels.
 *
 * @param lists       of the row: digits.ts
 * @param w           the weights of the first panel; `panelBytes` to those of the next
 * @param blockBytes  0, or `shortBlockBytes`, to sum products in int16 first, for cores without the 8-bit dot
 *                    product
 * @param out         int32 sums of 8 channels a panel, one after another
 */
export function addSecondDigits(
  lists: usize,
  w: usize,
  panelBytes: usize,
  panels: i32,
  blockBytes: usize,
  out: usize,
): void {
  if (load<usize>(lists, 4) === lists + <usize>LIST_HEADER) return
  if (panels === JOINED_PANELS) {
    if (blockBytes > 0) sumLists<Vectors4, Short>(lists, w, panelBytes, blockBytes, out)
    else sumLists<Vectors4, Wide>(lists, w, panelBytes, 0, out)
    return
  }
  for (const end = w + panelBytes * panels; w < end; w += panelBytes, out += 32) {
    if (blockBytes > 0) sumLists<Rows1, Short>(lists, w, panelBytes, blockBytes, out)
    else sumLists<Rows1, Wide>(lists, w, panelBytes, 0, out)
  }
}
