/**
 * Register tiles of first digits, written out: R rows × 2 vectors of 4 channels. linear-digits.ts has the layout, and why a
 * byte is read at `ahead`, `aheadStep` bytes further with each group.
 */
import { dotDigits } from './simd'

function first1x2(x: usize, w: usize, groups: i32, out: usize, ahead: usize, aheadStep: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, ahead += aheadStep) {
    load<u8>(ahead)
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    x += 4
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
}

// #region tile
function first2x2(
  x: usize,
  w: usize,
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
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, ahead += aheadStep) {
    load<u8>(ahead)
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    x += 8
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
}
// #endregion

function first3x2(
  x: usize,
  w: usize,
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
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, ahead += aheadStep) {
    load<u8>(ahead)
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    const digits2 = v128.load32_splat(x, 8)
    y2a = dotDigits(wa, digits2, y2a)
    y2b = dotDigits(wb, digits2, y2b)
    x += 12
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
}

function first4x2(
  x: usize,
  w: usize,
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
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, ahead += aheadStep) {
    load<u8>(ahead)
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    const digits2 = v128.load32_splat(x, 8)
    y2a = dotDigits(wa, digits2, y2a)
    y2b = dotDigits(wb, digits2, y2b)
    const digits3 = v128.load32_splat(x, 12)
    y3a = dotDigits(wa, digits3, y3a)
    y3b = dotDigits(wb, digits3, y3b)
    x += 16
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

function first5x2(
  x: usize,
  w: usize,
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
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, ahead += aheadStep) {
    load<u8>(ahead)
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    const digits2 = v128.load32_splat(x, 8)
    y2a = dotDigits(wa, digits2, y2a)
    y2b = dotDigits(wb, digits2, y2b)
    const digits3 = v128.load32_splat(x, 12)
    y3a = dotDigits(wa, digits3, y3a)
    y3b = dotDigits(wb, digits3, y3b)
    const digits4 = v128.load32_splat(x, 16)
    y4a = dotDigits(wa, digits4, y4a)
    y4b = dotDigits(wb, digits4, y4b)
    x += 20
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

function first6x2(
  x: usize,
  w: usize,
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
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, ahead += aheadStep) {
    load<u8>(ahead)
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    const digits2 = v128.load32_splat(x, 8)
    y2a = dotDigits(wa, digits2, y2a)
    y2b = dotDigits(wb, digits2, y2b)
    const digits3 = v128.load32_splat(x, 12)
    y3a = dotDigits(wa, digits3, y3a)
    y3b = dotDigits(wb, digits3, y3b)
    const digits4 = v128.load32_splat(x, 16)
    y4a = dotDigits(wa, digits4, y4a)
    y4b = dotDigits(wb, digits4, y4b)
    const digits5 = v128.load32_splat(x, 20)
    y5a = dotDigits(wa, digits5, y5a)
    y5b = dotDigits(wb, digits5, y5b)
    x += 24
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

export function firstDigits8(
  rows: i32,
  x: usize,
  w: usize,
  groups: i32,
  out: usize,
  outStride: usize,
  ahead: usize,
  aheadStep: usize,
): void {
  if (rows === 6) first6x2(x, w, groups, out, outStride, ahead, aheadStep)
  else if (rows === 5) first5x2(x, w, groups, out, outStride, ahead, aheadStep)
  else if (rows === 4) first4x2(x, w, groups, out, outStride, ahead, aheadStep)
  else if (rows === 3) first3x2(x, w, groups, out, outStride, ahead, aheadStep)
  else if (rows === 2) first2x2(x, w, groups, out, outStride, ahead, aheadStep)
  else first1x2(x, w, groups, out, ahead, aheadStep)
}
