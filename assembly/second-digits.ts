/**
 * Adds to the sums of a row's first digits what its second digits (digits.ts) contribute: 128·Σ w·second, over the groups
 * of inputs in the row's list. It is done row by row, because two rows of a tile seldom list the same group (in BERT-base a
 * tile of five rows lists 15.7 groups of a hundred, and one row 3.3). And it is done over four panels at once, so that a
 * list, which has some six groups, is read once for 32 channels.
 *
 * A list has positive digits first, then negative ones, both as magnitudes. With P and N for their two sums, the sums are
 * negated between the two, which gives -P + N, and subtracted at the end.
 */
import { LISTED_BYTES, SECOND_HEADER } from './digits'
import { dotDigits, dotShort } from './simd'

/** What sums are kept in: int32, by the 8-bit dot product, or int16 first. */
type Wide = i32
type Short = i16

/** Panels that are taken together; of fewer, at the end, each by itself. */
export const JOINED_PANELS: i32 = 4

/**
 * How many listed groups times groups of inputs have sums that fit int16. For a row that has second digits:
 *
 *     it does not fit 7 bits (digits.ts lists none of one that does), so its step is at least c·e/63.5, e the root mean square of
 *     its K numbers, and √Σq² <= √K·(63.5/c + 1/2) = √K·24.02 (src/kernels/reference/quantization.ts, `rowStep`);
 *     |second| <= |q|/64: one above 0 is at most (q + zero)/128 with zero <= 64 <= q (a larger zero leaves the largest value at
 *     127), one below 0 is -⌈|q + zero|/128⌉ with zero >= 64, so |q| >= |q + zero| + 64;
 *     weights are -128 to 127, and a lane adds two products of each of n listed groups.
 *
 * By Cauchy and Schwarz a lane is at most 128·√(2n)·√Σsecond² <= 128·√(2n)·√K·24.02/64 in magnitude, which is below 2¹⁵ as long as
 * n·K < 232,600. So many n·K/4 are this and 150 more, which is for what float32 takes of e.
 */
const MOST_SHORT: i32 = 58_000

/** acc + digits·w, a sum for each channel, or two of int16. */
function addProducts<Sum>(w: v128, digits: v128, acc: v128): v128 {
  return sizeof<Sum>() === sizeof<Wide>() ? dotDigits(w, digits, acc) : dotShort(w, digits, acc)
}

function negated<Sum>(sums: v128): v128 {
  return sizeof<Sum>() === sizeof<Wide>() ? i32x4.neg(sums) : i16x8.neg(sums)
}

/** 128 times the sums of four channels to those of their first digits. */
function addSums<Sum>(out: usize, sums: v128): void {
  const times128 =
    sizeof<Sum>() === sizeof<Wide>() ? i32x4.shl(sums, 7) : i32x4.dot_i16x8_s(sums, i16x8.splat(128))
  v128.store(out, i32x4.add(v128.load(out), times128))
}

function joinedPanels<Sum>(slot: usize, w0: usize, panelBytes: usize, blockBytes: usize, out: usize): void {
  const w1 = w0 + panelBytes
  const w2 = w1 + panelBytes
  const w3 = w2 + panelBytes
  const last = load<usize>(slot, 4)
  for (let list = slot + <usize>SECOND_HEADER; list < last; ) {
    const blockEnd = sizeof<Sum>() === sizeof<Wide>() ? last : list + blockBytes
    let y0a = i32x4.splat(0)
    let y0b = i32x4.splat(0)
    let y1a = i32x4.splat(0)
    let y1b = i32x4.splat(0)
    let y2a = i32x4.splat(0)
    let y2b = i32x4.splat(0)
    let y3a = i32x4.splat(0)
    let y3b = i32x4.splat(0)
    for (let part: usize = 0; part < 8; part += 4) {
      for (const end = min(load<usize>(slot + part), blockEnd); list < end; list += <usize>LISTED_BYTES) {
        const group = (<usize>load<u16>(list, 4)) << 5
        const digits = v128.load32_splat(list)
        y0a = addProducts<Sum>(v128.load(w0 + group), digits, y0a)
        y0b = addProducts<Sum>(v128.load(w0 + group, 16), digits, y0b)
        y1a = addProducts<Sum>(v128.load(w1 + group), digits, y1a)
        y1b = addProducts<Sum>(v128.load(w1 + group, 16), digits, y1b)
        y2a = addProducts<Sum>(v128.load(w2 + group), digits, y2a)
        y2b = addProducts<Sum>(v128.load(w2 + group, 16), digits, y2b)
        y3a = addProducts<Sum>(v128.load(w3 + group), digits, y3a)
        y3b = addProducts<Sum>(v128.load(w3 + group, 16), digits, y3b)
      }
      y0a = negated<Sum>(y0a)
      y0b = negated<Sum>(y0b)
      y1a = negated<Sum>(y1a)
      y1b = negated<Sum>(y1b)
      y2a = negated<Sum>(y2a)
      y2b = negated<Sum>(y2b)
      y3a = negated<Sum>(y3a)
      y3b = negated<Sum>(y3b)
    }
    addSums<Sum>(out, y0a)
    addSums<Sum>(out + 16, y0b)
    addSums<Sum>(out + 32, y1a)
    addSums<Sum>(out + 48, y1b)
    addSums<Sum>(out + 64, y2a)
    addSums<Sum>(out + 80, y2b)
    addSums<Sum>(out + 96, y3a)
    addSums<Sum>(out + 112, y3b)
  }
}

function onePanel<Sum>(slot: usize, w: usize, blockBytes: usize, out: usize): void {
  const last = load<usize>(slot, 4)
  for (let list = slot + <usize>SECOND_HEADER; list < last; ) {
    const blockEnd = sizeof<Sum>() === sizeof<Wide>() ? last : list + blockBytes
    let ya = i32x4.splat(0)
    let yb = i32x4.splat(0)
    for (let part: usize = 0; part < 8; part += 4) {
      for (const end = min(load<usize>(slot + part), blockEnd); list < end; list += <usize>LISTED_BYTES) {
        const group = w + ((<usize>load<u16>(list, 4)) << 5)
        const digits = v128.load32_splat(list)
        ya = addProducts<Sum>(v128.load(group), digits, ya)
        yb = addProducts<Sum>(v128.load(group, 16), digits, yb)
      }
      ya = negated<Sum>(ya)
      yb = negated<Sum>(yb)
    }
    addSums<Sum>(out, ya)
    addSums<Sum>(out + 16, yb)
  }
}

/** Bytes of a list whose sums fit int16. */
export function shortBlockBytes(groups: i32): usize {
  return <usize>(LISTED_BYTES * (MOST_SHORT / groups))
}

/**
 * One row, up to JOINED_PANELS panels.
 *
 * @param slot        the row's
 * @param w           the weights of the first panel; `panelBytes` to those of the next
 * @param blockBytes  0, or `shortBlockBytes`, to sum products in int16 first, for cores without the 8-bit dot product
 * @param out         int32 sums of 8 channels a panel, one after another
 */
export function addSecondDigits(
  slot: usize,
  w: usize,
  panelBytes: usize,
  panels: i32,
  blockBytes: usize,
  out: usize,
): void {
  if (load<usize>(slot, 4) === slot + <usize>SECOND_HEADER) return
  if (panels === JOINED_PANELS) {
    if (blockBytes > 0) joinedPanels<Short>(slot, w, panelBytes, blockBytes, out)
    else joinedPanels<Wide>(slot, w, panelBytes, 0, out)
    return
  }
  for (const end = w + panelBytes * panels; w < end; w += panelBytes, out += 32) {
    if (blockBytes > 0) onePanel<Short>(slot, w, blockBytes, out)
    else onePanel<Wide>(slot, w, 0, out)
  }
}
