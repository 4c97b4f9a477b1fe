/**
 * Register tiles of first digits for cores that have no instruction for four products of int8 in int32: there it takes three,
 * and two of them multiply. Here eight products are added in int16 before one instruction widens their sum, so that of
 * 9 instructions for 64 products 5 multiply, where it were 12 and 8.
 *
 *     a lane of int16    Σ first·w over two inputs of each of the 4 groups of a block of 16 inputs
 *     it begins at       -64·Σ w (its "start"), since a digit, 0 to 127, is at most 64 from 64: then |lane| <= 64·Σ|w|
 *
 * Where Σ|w| <= 511 that fits int16, whatever wrapped on the way, and the sums are exact: Σ first·w - 64·Σ w over all inputs. Of
 * BERT-base's lanes 0.03 % have larger weights; short-sums.ts finds them and adds what they lost.
 *
 * GOP/s of one Zen 4 core, Node 24, K 768, N 768, M 120, bare tiles in one run: four products at once (tiles-digits.ts) 86;
 *   blocks of 2 groups, which always fit: 109; of 4, without starts, where 4 % of lanes wrap: 132; with starts, as here, tiles
 *   of 4, 5, 6 rows: 113, 116, 117; re-vectorised 182, 188, 190, where tiles-digits-16.ts has 171;
 *   a loop over the groups of a block: 105, and over the rows of a tile: 104.
 */
import { addPairs, dotShort } from './simd'

function short4x2(
  x: usize,
  w: usize,
  starts: usize,
  groups: i32,
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
  for (; w < end; w += 128, starts += 32, ahead += aheadStep << 2) {
    load<u8>(ahead)
    const sa = v128.load(starts, 16)
    const sb = v128.load(starts, 32)
    const wa0 = v128.load(w)
    const wb0 = v128.load(w, 16)
    const wa1 = v128.load(w, 32)
    const wb1 = v128.load(w, 48)
    const wa2 = v128.load(w, 64)
    const wb2 = v128.load(w, 80)
    const wa3 = v128.load(w, 96)
    const wb3 = v128.load(w, 112)
    const x00 = v128.load32_splat(x)
    const x01 = v128.load32_splat(x, 16)
    const x02 = v128.load32_splat(x, 32)
    const x03 = v128.load32_splat(x, 48)
    y0a = addPairs(
      dotShort(wa3, x03, dotShort(wa2, x02, dotShort(wa1, x01, dotShort(wa0, x00, sa)))),
      ones,
      y0a,
    )
    y0b = addPairs(
      dotShort(wb3, x03, dotShort(wb2, x02, dotShort(wb1, x01, dotShort(wb0, x00, sb)))),
      ones,
      y0b,
    )
    const x10 = v128.load32_splat(x, 4)
    const x11 = v128.load32_splat(x, 20)
    const x12 = v128.load32_splat(x, 36)
    const x13 = v128.load32_splat(x, 52)
    y1a = addPairs(
      dotShort(wa3, x13, dotShort(wa2, x12, dotShort(wa1, x11, dotShort(wa0, x10, sa)))),
      ones,
      y1a,
    )
    y1b = addPairs(
      dotShort(wb3, x13, dotShort(wb2, x12, dotShort(wb1, x11, dotShort(wb0, x10, sb)))),
      ones,
      y1b,
    )
    const x20 = v128.load32_splat(x, 8)
    const x21 = v128.load32_splat(x, 24)
    const x22 = v128.load32_splat(x, 40)
    const x23 = v128.load32_splat(x, 56)
    y2a = addPairs(
      dotShort(wa3, x23, dotShort(wa2, x22, dotShort(wa1, x21, dotShort(wa0, x20, sa)))),
      ones,
      y2a,
    )
    y2b = addPairs(
      dotShort(wb3, x23, dotShort(wb2, x22, dotShort(wb1, x21, dotShort(wb0, x20, sb)))),
      ones,
      y2b,
    )
    const x30 = v128.load32_splat(x, 12)
    const x31 = v128.load32_splat(x, 28)
    const x32 = v128.load32_splat(x, 44)
    const x33 = v128.load32_splat(x, 60)
    y3a = addPairs(
      dotShort(wa3, x33, dotShort(wa2, x32, dotShort(wa1, x31, dotShort(wa0, x30, sa)))),
      ones,
      y3a,
    )
    y3b = addPairs(
      dotShort(wb3, x33, dotShort(wb2, x32, dotShort(wb1, x31, dotShort(wb0, x30, sb)))),
      ones,
      y3b,
    )
    x += 64
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

function short5x2(
  x: usize,
  w: usize,
  starts: usize,
  groups: i32,
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
  for (; w < end; w += 128, starts += 32, ahead += aheadStep << 2) {
    load<u8>(ahead)
    const sa = v128.load(starts, 16)
    const sb = v128.load(starts, 32)
    const wa0 = v128.load(w)
    const wb0 = v128.load(w, 16)
    const wa1 = v128.load(w, 32)
    const wb1 = v128.load(w, 48)
    const wa2 = v128.load(w, 64)
    const wb2 = v128.load(w, 80)
    const wa3 = v128.load(w, 96)
    const wb3 = v128.load(w, 112)
    const x00 = v128.load32_splat(x)
    const x01 = v128.load32_splat(x, 20)
    const x02 = v128.load32_splat(x, 40)
    const x03 = v128.load32_splat(x, 60)
    y0a = addPairs(
      dotShort(wa3, x03, dotShort(wa2, x02, dotShort(wa1, x01, dotShort(wa0, x00, sa)))),
      ones,
      y0a,
    )
    y0b = addPairs(
      dotShort(wb3, x03, dotShort(wb2, x02, dotShort(wb1, x01, dotShort(wb0, x00, sb)))),
      ones,
      y0b,
    )
    const x10 = v128.load32_splat(x, 4)
    const x11 = v128.load32_splat(x, 24)
    const x12 = v128.load32_splat(x, 44)
    const x13 = v128.load32_splat(x, 64)
    y1a = addPairs(
      dotShort(wa3, x13, dotShort(wa2, x12, dotShort(wa1, x11, dotShort(wa0, x10, sa)))),
      ones,
      y1a,
    )
    y1b = addPairs(
      dotShort(wb3, x13, dotShort(wb2, x12, dotShort(wb1, x11, dotShort(wb0, x10, sb)))),
      ones,
      y1b,
    )
    const x20 = v128.load32_splat(x, 8)
    const x21 = v128.load32_splat(x, 28)
    const x22 = v128.load32_splat(x, 48)
    const x23 = v128.load32_splat(x, 68)
    y2a = addPairs(
      dotShort(wa3, x23, dotShort(wa2, x22, dotShort(wa1, x21, dotShort(wa0, x20, sa)))),
      ones,
      y2a,
    )
    y2b = addPairs(
      dotShort(wb3, x23, dotShort(wb2, x22, dotShort(wb1, x21, dotShort(wb0, x20, sb)))),
      ones,
      y2b,
    )
    const x30 = v128.load32_splat(x, 12)
    const x31 = v128.load32_splat(x, 32)
    const x32 = v128.load32_splat(x, 52)
    const x33 = v128.load32_splat(x, 72)
    y3a = addPairs(
      dotShort(wa3, x33, dotShort(wa2, x32, dotShort(wa1, x31, dotShort(wa0, x30, sa)))),
      ones,
      y3a,
    )
    y3b = addPairs(
      dotShort(wb3, x33, dotShort(wb2, x32, dotShort(wb1, x31, dotShort(wb0, x30, sb)))),
      ones,
      y3b,
    )
    const x40 = v128.load32_splat(x, 16)
    const x41 = v128.load32_splat(x, 36)
    const x42 = v128.load32_splat(x, 56)
    const x43 = v128.load32_splat(x, 76)
    y4a = addPairs(
      dotShort(wa3, x43, dotShort(wa2, x42, dotShort(wa1, x41, dotShort(wa0, x40, sa)))),
      ones,
      y4a,
    )
    y4b = addPairs(
      dotShort(wb3, x43, dotShort(wb2, x42, dotShort(wb1, x41, dotShort(wb0, x40, sb)))),
      ones,
      y4b,
    )
    x += 80
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
  for (; w < end; w += 128, starts += 32, ahead += aheadStep << 2) {
    load<u8>(ahead)
    const sa = v128.load(starts, 16)
    const sb = v128.load(starts, 32)
    const wa0 = v128.load(w)
    const wb0 = v128.load(w, 16)
    const wa1 = v128.load(w, 32)
    const wb1 = v128.load(w, 48)
    const wa2 = v128.load(w, 64)
    const wb2 = v128.load(w, 80)
    const wa3 = v128.load(w, 96)
    const wb3 = v128.load(w, 112)
    const x00 = v128.load32_splat(x)
    const x01 = v128.load32_splat(x, 24)
    const x02 = v128.load32_splat(x, 48)
    const x03 = v128.load32_splat(x, 72)
    y0a = addPairs(
      dotShort(wa3, x03, dotShort(wa2, x02, dotShort(wa1, x01, dotShort(wa0, x00, sa)))),
      ones,
      y0a,
    )
    y0b = addPairs(
      dotShort(wb3, x03, dotShort(wb2, x02, dotShort(wb1, x01, dotShort(wb0, x00, sb)))),
      ones,
      y0b,
    )
    const x10 = v128.load32_splat(x, 4)
    const x11 = v128.load32_splat(x, 28)
    const x12 = v128.load32_splat(x, 52)
    const x13 = v128.load32_splat(x, 76)
    y1a = addPairs(
      dotShort(wa3, x13, dotShort(wa2, x12, dotShort(wa1, x11, dotShort(wa0, x10, sa)))),
      ones,
      y1a,
    )
    y1b = addPairs(
      dotShort(wb3, x13, dotShort(wb2, x12, dotShort(wb1, x11, dotShort(wb0, x10, sb)))),
      ones,
      y1b,
    )
    const x20 = v128.load32_splat(x, 8)
    const x21 = v128.load32_splat(x, 32)
    const x22 = v128.load32_splat(x, 56)
    const x23 = v128.load32_splat(x, 80)
    y2a = addPairs(
      dotShort(wa3, x23, dotShort(wa2, x22, dotShort(wa1, x21, dotShort(wa0, x20, sa)))),
      ones,
      y2a,
    )
    y2b = addPairs(
      dotShort(wb3, x23, dotShort(wb2, x22, dotShort(wb1, x21, dotShort(wb0, x20, sb)))),
      ones,
      y2b,
    )
    const x30 = v128.load32_splat(x, 12)
    const x31 = v128.load32_splat(x, 36)
    const x32 = v128.load32_splat(x, 60)
    const x33 = v128.load32_splat(x, 84)
    y3a = addPairs(
      dotShort(wa3, x33, dotShort(wa2, x32, dotShort(wa1, x31, dotShort(wa0, x30, sa)))),
      ones,
      y3a,
    )
    y3b = addPairs(
      dotShort(wb3, x33, dotShort(wb2, x32, dotShort(wb1, x31, dotShort(wb0, x30, sb)))),
      ones,
      y3b,
    )
    const x40 = v128.load32_splat(x, 16)
    const x41 = v128.load32_splat(x, 40)
    const x42 = v128.load32_splat(x, 64)
    const x43 = v128.load32_splat(x, 88)
    y4a = addPairs(
      dotShort(wa3, x43, dotShort(wa2, x42, dotShort(wa1, x41, dotShort(wa0, x40, sa)))),
      ones,
      y4a,
    )
    y4b = addPairs(
      dotShort(wb3, x43, dotShort(wb2, x42, dotShort(wb1, x41, dotShort(wb0, x40, sb)))),
      ones,
      y4b,
    )
    const x50 = v128.load32_splat(x, 20)
    const x51 = v128.load32_splat(x, 44)
    const x52 = v128.load32_splat(x, 68)
    const x53 = v128.load32_splat(x, 92)
    y5a = addPairs(
      dotShort(wa3, x53, dotShort(wa2, x52, dotShort(wa1, x51, dotShort(wa0, x50, sa)))),
      ones,
      y5a,
    )
    y5b = addPairs(
      dotShort(wb3, x53, dotShort(wb2, x52, dotShort(wb1, x51, dotShort(wb0, x50, sb)))),
      ones,
      y5b,
    )
    x += 96
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

/** Of 4, 5 or 6 rows. @param starts  of the panel, by `shortStarts` */
export function shortDigits8(
  rows: i32,
  x: usize,
  w: usize,
  starts: usize,
  groups: i32,
  out: usize,
  outStride: usize,
  ahead: usize,
  aheadStep: usize,
): void {
  if (rows === 6) short6x2(x, w, starts, groups, out, outStride, ahead, aheadStep)
  else if (rows === 5) short5x2(x, w, starts, groups, out, outStride, ahead, aheadStep)
  else short4x2(x, w, starts, groups, out, outStride, ahead, aheadStep)
}
