/**
 * What a row's second digits (digits.ts) add to its sums of first digits, 128·Σ w·second, over the listed groups of inputs only.
 * A row at a time, since two rows of a tile seldom list the same group (in BERT-base a tile of five lists 15.7 groups of a
 * hundred, of which a row has 3.3), and over four panels, so that a list of some six groups is read once for 32 channels.
 *
 * A list has positive digits, then negative ones, as magnitudes: sums are negated between, -P + N, and taken away.
 */
import { LISTED_BYTES, SECOND_HEADER } from './digits'
import { dotDigits, dotShort } from './simd'

/** Panels that are taken together; of fewer, at the end, each by itself. */
export const JOINED_PANELS: i32 = 4

/**
 * 2^15 = 128·√(2n)·√K·24.02/64, of which n·K/4 groups is this, rounded down: of so many listed groups times groups of inputs the
 * sums fit int16. A row that has second digits has a step of at least c·e/63.5, e the root mean square of its K values
 * (row-step.ts), so that √Σq² <= √K·(63.5/c + 1/2) = √K·24.02, and a second digit is at most |q|/64. A lane adds two digits of each
 * listed group, so by Cauchy and Schwarz at most that many times 128, the largest weight.
 */
const MOST_SHORT: i32 = 58_000

function digits4(slot: usize, w: usize, panelBytes: usize, out: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  const w1 = w + panelBytes
  const w2 = w1 + panelBytes
  const w3 = w2 + panelBytes
  let list = slot + <usize>SECOND_HEADER
  for (let part: usize = 0; part < 8; part += 4) {
    for (const end = load<usize>(slot + part); list < end; list += <usize>LISTED_BYTES) {
      const group = (<usize>load<u16>(list, 4)) << 5
      const digits = v128.load32_splat(list)
      y0a = dotDigits(v128.load(w + group), digits, y0a)
      y0b = dotDigits(v128.load(w + group, 16), digits, y0b)
      y1a = dotDigits(v128.load(w1 + group), digits, y1a)
      y1b = dotDigits(v128.load(w1 + group, 16), digits, y1b)
      y2a = dotDigits(v128.load(w2 + group), digits, y2a)
      y2b = dotDigits(v128.load(w2 + group, 16), digits, y2b)
      y3a = dotDigits(v128.load(w3 + group), digits, y3a)
      y3b = dotDigits(v128.load(w3 + group, 16), digits, y3b)
    }
    y0a = i32x4.neg(y0a)
    y0b = i32x4.neg(y0b)
    y1a = i32x4.neg(y1a)
    y1b = i32x4.neg(y1b)
    y2a = i32x4.neg(y2a)
    y2b = i32x4.neg(y2b)
    y3a = i32x4.neg(y3a)
    y3b = i32x4.neg(y3b)
  }
  // Negated twice: P - N.
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y0a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y0b, 7)), 16)
  v128.store(out, i32x4.add(v128.load(out, 32), i32x4.shl(y1a, 7)), 32)
  v128.store(out, i32x4.add(v128.load(out, 48), i32x4.shl(y1b, 7)), 48)
  v128.store(out, i32x4.add(v128.load(out, 64), i32x4.shl(y2a, 7)), 64)
  v128.store(out, i32x4.add(v128.load(out, 80), i32x4.shl(y2b, 7)), 80)
  v128.store(out, i32x4.add(v128.load(out, 96), i32x4.shl(y3a, 7)), 96)
  v128.store(out, i32x4.add(v128.load(out, 112), i32x4.shl(y3b, 7)), 112)
}

function digits1(slot: usize, w: usize, out: usize): void {
  let ya = i32x4.splat(0)
  let yb = i32x4.splat(0)
  let list = slot + <usize>SECOND_HEADER
  for (let part: usize = 0; part < 8; part += 4) {
    for (const end = load<usize>(slot + part); list < end; list += <usize>LISTED_BYTES) {
      const group = w + ((<usize>load<u16>(list, 4)) << 5)
      const digits = v128.load32_splat(list)
      ya = dotDigits(v128.load(group), digits, ya)
      yb = dotDigits(v128.load(group, 16), digits, yb)
    }
    ya = i32x4.neg(ya)
    yb = i32x4.neg(yb)
  }
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(ya, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(yb, 7)), 16)
}

/** acc + 128 times the sums of pairs of int16. */
function addShort(out: usize, sums: v128): void {
  v128.store(out, i32x4.add(v128.load(out), i32x4.dot_i16x8_s(sums, i16x8.splat(128))))
}

function short4(slot: usize, w: usize, panelBytes: usize, blockBytes: usize, out: usize): void {
  const w1 = w + panelBytes
  const w2 = w1 + panelBytes
  const w3 = w2 + panelBytes
  const last = load<usize>(slot, 4)
  for (let list = slot + <usize>SECOND_HEADER; list < last; ) {
    const blockEnd = list + blockBytes
    let p0a = i16x8.splat(0)
    let p0b = i16x8.splat(0)
    let p1a = i16x8.splat(0)
    let p1b = i16x8.splat(0)
    let p2a = i16x8.splat(0)
    let p2b = i16x8.splat(0)
    let p3a = i16x8.splat(0)
    let p3b = i16x8.splat(0)
    for (let part: usize = 0; part < 8; part += 4) {
      for (const end = min(load<usize>(slot + part), blockEnd); list < end; list += <usize>LISTED_BYTES) {
        const group = (<usize>load<u16>(list, 4)) << 5
        const digits = v128.load32_splat(list)
        p0a = dotShort(v128.load(w + group), digits, p0a)
        p0b = dotShort(v128.load(w + group, 16), digits, p0b)
        p1a = dotShort(v128.load(w1 + group), digits, p1a)
        p1b = dotShort(v128.load(w1 + group, 16), digits, p1b)
        p2a = dotShort(v128.load(w2 + group), digits, p2a)
        p2b = dotShort(v128.load(w2 + group, 16), digits, p2b)
        p3a = dotShort(v128.load(w3 + group), digits, p3a)
        p3b = dotShort(v128.load(w3 + group, 16), digits, p3b)
      }
      p0a = i16x8.neg(p0a)
      p0b = i16x8.neg(p0b)
      p1a = i16x8.neg(p1a)
      p1b = i16x8.neg(p1b)
      p2a = i16x8.neg(p2a)
      p2b = i16x8.neg(p2b)
      p3a = i16x8.neg(p3a)
      p3b = i16x8.neg(p3b)
    }
    addShort(out, p0a)
    addShort(out + 16, p0b)
    addShort(out + 32, p1a)
    addShort(out + 48, p1b)
    addShort(out + 64, p2a)
    addShort(out + 80, p2b)
    addShort(out + 96, p3a)
    addShort(out + 112, p3b)
  }
}

function short1(slot: usize, w: usize, blockBytes: usize, out: usize): void {
  const last = load<usize>(slot, 4)
  for (let list = slot + <usize>SECOND_HEADER; list < last; ) {
    const blockEnd = list + blockBytes
    let pa = i16x8.splat(0)
    let pb = i16x8.splat(0)
    for (let part: usize = 0; part < 8; part += 4) {
      for (const end = min(load<usize>(slot + part), blockEnd); list < end; list += <usize>LISTED_BYTES) {
        const group = w + ((<usize>load<u16>(list, 4)) << 5)
        const digits = v128.load32_splat(list)
        pa = dotShort(v128.load(group), digits, pa)
        pb = dotShort(v128.load(group, 16), digits, pb)
      }
      pa = i16x8.neg(pa)
      pb = i16x8.neg(pb)
    }
    addShort(out, pa)
    addShort(out + 16, pb)
  }
}

/**
 * One row, up to JOINED_PANELS panels.
 *
 * @param slot   the row's
 * @param w      the weights of the first panel; `panelBytes` to those of the next
 * @param short  whether products are summed in int16 first, for cores without the 8-bit dot product
 * @param out    int32 sums of 8 channels a panel, one after another
 */
export function addSecondDigits(
  slot: usize,
  w: usize,
  panelBytes: usize,
  panels: i32,
  groups: i32,
  short: bool,
  out: usize,
): void {
  if (load<usize>(slot, 4) === slot + <usize>SECOND_HEADER) return
  const blockBytes = <usize>(LISTED_BYTES * (MOST_SHORT / groups))
  if (panels === JOINED_PANELS) {
    if (short) short4(slot, w, panelBytes, blockBytes, out)
    else digits4(slot, w, panelBytes, out)
    return
  }
  for (const end = w + panelBytes * panels; w < end; w += panelBytes, out += 32) {
    if (short) short1(slot, w, blockBytes, out)
    else digits1(slot, w, out)
  }
}
