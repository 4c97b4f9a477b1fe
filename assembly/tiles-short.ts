/**
 * Register tiles of first digits for cores that have no instruction for four products of int8 in int32: there it takes three,
 * and two of them multiply. Here eight products are added in int16 before one instruction widens their sum, so that of
 * 10 instructions for 64 products 5 multiply, where it were 12 and 8.
 *
 *     a lane of int16    Σ first·w over two inputs of each of the 4 groups of a block of 16 inputs
 *     it begins at       -63·Σ w (its "start"), since a digit, 0 to 127, is at most 64 from 63: then |lane| <= 64·Σ|w|
 *
 * Where Σ|w| <= 511 that fits int16, whatever wrapped on the way, and the sums are exact: Σ first·w - 63·Σ w over all inputs. Of
 * BERT-base's lanes 0.03 % have larger weights; short-sums.ts finds them and adds what they lost. A panel with a channel that has
 * more than two takes blocks of 2 groups: four products always fit, from 4·(-128·64) = -2¹⁵ to 4·127·64.
 *
 * The groups of a block are a loop of their own, in which only the int16 sums stand in registers: 10 and 5 operands of 15. GOP/s
 * of one Zen 4 core, Node 24, K 768, N 768, M 120, bare tiles in one run, of 4, 5, 6 rows:
 *   136, 139, 120; re-vectorised 225, 234, 240; four products at once (tiles-digits.ts) 89, 88, 86; 173, 174, 175;
 *   the four groups written out: 128, 130, 131; row by row: 129, 131, 132;
 *   blocks of 2 groups without starts, of whose lanes 0.07 % wrap: 136, 134, 134; of 4 groups, of whose 4 % wrap: 142, 143, 147;
 *   the widening instruction's ones as a constant, which V8 makes anew each time: 113, 116, 117.
 */
import { addPairs, dotShort } from './simd'

// #region short
function short4x2(
  x: usize,
  w: usize,
  starts: usize,
  groups: i32,
  blockBytes: usize,
  out: usize,
  outStride: usize,
  ahead: usize,
  aheadStep: usize,
): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  const ones = v128.load(starts)
  const end = w + ((<usize>groups) << 5)
  while (w < end) {
    starts += 32
    const sa = v128.load(starts - 16)
    const sb = v128.load(starts)
    let p0a = sa
    let p0b = sb
    let p1a = sa
    let p1b = sb
    let p2a = sa
    let p2b = sb
    let p3a = sa
    let p3b = sb
    const blockEnd = w + blockBytes
    for (; w < blockEnd; w += 32, ahead += aheadStep) {
      load<u8>(ahead)
      const wa = v128.load(w)
      const wb = v128.load(w, 16)
      const x0 = v128.load32_splat(x)
      p0a = dotShort(wa, x0, p0a)
      p0b = dotShort(wb, x0, p0b)
      const x1 = v128.load32_splat(x, 4)
      p1a = dotShort(wa, x1, p1a)
      p1b = dotShort(wb, x1, p1b)
      const x2 = v128.load32_splat(x, 8)
      p2a = dotShort(wa, x2, p2a)
      p2b = dotShort(wb, x2, p2b)
      const x3 = v128.load32_splat(x, 12)
      p3a = dotShort(wa, x3, p3a)
      p3b = dotShort(wb, x3, p3b)
      x += 16
    }
    y0a = addPairs(p0a, ones, y0a)
    y0b = addPairs(p0b, ones, y0b)
    y1a = addPairs(p1a, ones, y1a)
    y1b = addPairs(p1b, ones, y1b)
    y2a = addPairs(p2a, ones, y2a)
    y2b = addPairs(p2b, ones, y2b)
    y3a = addPairs(p3a, ones, y3a)
    y3b = addPairs(p3b, ones, y3b)
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
}
// #endregion

function short5x2(
  x: usize,
  w: usize,
  starts: usize,
  groups: i32,
  blockBytes: usize,
  out: usize,
  outStride: usize,
  ahead: usize,
  aheadStep: usize,
): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y4a = i32x4.splat(0)
  let y4b = i32x4.splat(0)
  const ones = v128.load(starts)
  const end = w + ((<usize>groups) << 5)
  while (w < end) {
    starts += 32
    const sa = v128.load(starts - 16)
    const sb = v128.load(starts)
    let p0a = sa
    let p0b = sb
    let p1a = sa
    let p1b = sb
    let p2a = sa
    let p2b = sb
    let p3a = sa
    let p3b = sb
    let p4a = sa
    let p4b = sb
    const blockEnd = w + blockBytes
    for (; w < blockEnd; w += 32, ahead += aheadStep) {
      load<u8>(ahead)
      const wa = v128.load(w)
      const wb = v128.load(w, 16)
      const x0 = v128.load32_splat(x)
      p0a = dotShort(wa, x0, p0a)
      p0b = dotShort(wb, x0, p0b)
      const x1 = v128.load32_splat(x, 4)
      p1a = dotShort(wa, x1, p1a)
      p1b = dotShort(wb, x1, p1b)
      const x2 = v128.load32_splat(x, 8)
      p2a = dotShort(wa, x2, p2a)
      p2b = dotShort(wb, x2, p2b)
      const x3 = v128.load32_splat(x, 12)
      p3a = dotShort(wa, x3, p3a)
      p3b = dotShort(wb, x3, p3b)
      const x4 = v128.load32_splat(x, 16)
      p4a = dotShort(wa, x4, p4a)
      p4b = dotShort(wb, x4, p4b)
      x += 20
    }
    y0a = addPairs(p0a, ones, y0a)
    y0b = addPairs(p0b, ones, y0b)
    y1a = addPairs(p1a, ones, y1a)
    y1b = addPairs(p1b, ones, y1b)
    y2a = addPairs(p2a, ones, y2a)
    y2b = addPairs(p2b, ones, y2b)
    y3a = addPairs(p3a, ones, y3a)
    y3b = addPairs(p3b, ones, y3b)
    y4a = addPairs(p4a, ones, y4a)
    y4b = addPairs(p4b, ones, y4b)
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
}

function short6x2(
  x: usize,
  w: usize,
  starts: usize,
  groups: i32,
  blockBytes: usize,
  out: usize,
  outStride: usize,
  ahead: usize,
  aheadStep: usize,
): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y4a = i32x4.splat(0)
  let y4b = i32x4.splat(0)
  let y5a = i32x4.splat(0)
  let y5b = i32x4.splat(0)
  const ones = v128.load(starts)
  const end = w + ((<usize>groups) << 5)
  while (w < end) {
    starts += 32
    const sa = v128.load(starts - 16)
    const sb = v128.load(starts)
    let p0a = sa
    let p0b = sb
    let p1a = sa
    let p1b = sb
    let p2a = sa
    let p2b = sb
    let p3a = sa
    let p3b = sb
    let p4a = sa
    let p4b = sb
    let p5a = sa
    let p5b = sb
    const blockEnd = w + blockBytes
    for (; w < blockEnd; w += 32, ahead += aheadStep) {
      load<u8>(ahead)
      const wa = v128.load(w)
      const wb = v128.load(w, 16)
      const x0 = v128.load32_splat(x)
      p0a = dotShort(wa, x0, p0a)
      p0b = dotShort(wb, x0, p0b)
      const x1 = v128.load32_splat(x, 4)
      p1a = dotShort(wa, x1, p1a)
      p1b = dotShort(wb, x1, p1b)
      const x2 = v128.load32_splat(x, 8)
      p2a = dotShort(wa, x2, p2a)
      p2b = dotShort(wb, x2, p2b)
      const x3 = v128.load32_splat(x, 12)
      p3a = dotShort(wa, x3, p3a)
      p3b = dotShort(wb, x3, p3b)
      const x4 = v128.load32_splat(x, 16)
      p4a = dotShort(wa, x4, p4a)
      p4b = dotShort(wb, x4, p4b)
      const x5 = v128.load32_splat(x, 20)
      p5a = dotShort(wa, x5, p5a)
      p5b = dotShort(wb, x5, p5b)
      x += 24
    }
    y0a = addPairs(p0a, ones, y0a)
    y0b = addPairs(p0b, ones, y0b)
    y1a = addPairs(p1a, ones, y1a)
    y1b = addPairs(p1b, ones, y1b)
    y2a = addPairs(p2a, ones, y2a)
    y2b = addPairs(p2b, ones, y2b)
    y3a = addPairs(p3a, ones, y3a)
    y3b = addPairs(p3b, ones, y3b)
    y4a = addPairs(p4a, ones, y4a)
    y4b = addPairs(p4b, ones, y4b)
    y5a = addPairs(p5a, ones, y5a)
    y5b = addPairs(p5b, ones, y5b)
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
  out += outStride
  v128.store(out, y5a)
  v128.store(out, y5b, 16)
}

/** Of 4, 5 or 6 rows. @param starts  of the panel, by `shortStarts`, for blocks of so many bytes */
export function shortDigits8(
  rows: i32,
  x: usize,
  w: usize,
  starts: usize,
  groups: i32,
  blockBytes: usize,
  out: usize,
  outStride: usize,
  ahead: usize,
  aheadStep: usize,
): void {
  if (rows === 6) short6x2(x, w, starts, groups, blockBytes, out, outStride, ahead, aheadStep)
  else if (rows === 5) short5x2(x, w, starts, groups, blockBytes, out, outStride, ahead, aheadStep)
  else short4x2(x, w, starts, groups, blockBytes, out, outStride, ahead, aheadStep)
}
