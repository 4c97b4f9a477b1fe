/**
 * Register tiles of first digits, written out: R rows × 4 vectors of 4 channels, from a panel and the next. `out` holds the sums of second digits
 * beforehand, which count 128 times as much. linear-digits.ts has the layout.
 */
import { dotDigits } from './simd'

function first1x4(x: usize, w: usize, next: usize, groups: i32, out: usize): void {
  const row = out
  let y0a = i32x4.shl(v128.load(row), 7)
  let y0b = i32x4.shl(v128.load(row, 16), 7)
  let y0c = i32x4.shl(v128.load(row, 32), 7)
  let y0d = i32x4.shl(v128.load(row, 48), 7)
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, next += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(next)
    const wd = v128.load(next, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    y0c = dotDigits(wc, digits0, y0c)
    y0d = dotDigits(wd, digits0, y0d)
    x += 4
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  v128.store(out, y0c, 32)
  v128.store(out, y0d, 48)
}

function first2x4(x: usize, w: usize, next: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = i32x4.shl(v128.load(row), 7)
  let y0b = i32x4.shl(v128.load(row, 16), 7)
  let y0c = i32x4.shl(v128.load(row, 32), 7)
  let y0d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y1a = i32x4.shl(v128.load(row), 7)
  let y1b = i32x4.shl(v128.load(row, 16), 7)
  let y1c = i32x4.shl(v128.load(row, 32), 7)
  let y1d = i32x4.shl(v128.load(row, 48), 7)
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, next += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(next)
    const wd = v128.load(next, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    y0c = dotDigits(wc, digits0, y0c)
    y0d = dotDigits(wd, digits0, y0d)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    y1c = dotDigits(wc, digits1, y1c)
    y1d = dotDigits(wd, digits1, y1d)
    x += 8
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  v128.store(out, y0c, 32)
  v128.store(out, y0d, 48)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  v128.store(out, y1c, 32)
  v128.store(out, y1d, 48)
}

function first3x4(x: usize, w: usize, next: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = i32x4.shl(v128.load(row), 7)
  let y0b = i32x4.shl(v128.load(row, 16), 7)
  let y0c = i32x4.shl(v128.load(row, 32), 7)
  let y0d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y1a = i32x4.shl(v128.load(row), 7)
  let y1b = i32x4.shl(v128.load(row, 16), 7)
  let y1c = i32x4.shl(v128.load(row, 32), 7)
  let y1d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y2a = i32x4.shl(v128.load(row), 7)
  let y2b = i32x4.shl(v128.load(row, 16), 7)
  let y2c = i32x4.shl(v128.load(row, 32), 7)
  let y2d = i32x4.shl(v128.load(row, 48), 7)
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, next += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(next)
    const wd = v128.load(next, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    y0c = dotDigits(wc, digits0, y0c)
    y0d = dotDigits(wd, digits0, y0d)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    y1c = dotDigits(wc, digits1, y1c)
    y1d = dotDigits(wd, digits1, y1d)
    const digits2 = v128.load32_splat(x, 8)
    y2a = dotDigits(wa, digits2, y2a)
    y2b = dotDigits(wb, digits2, y2b)
    y2c = dotDigits(wc, digits2, y2c)
    y2d = dotDigits(wd, digits2, y2d)
    x += 12
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  v128.store(out, y0c, 32)
  v128.store(out, y0d, 48)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  v128.store(out, y1c, 32)
  v128.store(out, y1d, 48)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  v128.store(out, y2c, 32)
  v128.store(out, y2d, 48)
}

function first4x4(x: usize, w: usize, next: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = i32x4.shl(v128.load(row), 7)
  let y0b = i32x4.shl(v128.load(row, 16), 7)
  let y0c = i32x4.shl(v128.load(row, 32), 7)
  let y0d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y1a = i32x4.shl(v128.load(row), 7)
  let y1b = i32x4.shl(v128.load(row, 16), 7)
  let y1c = i32x4.shl(v128.load(row, 32), 7)
  let y1d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y2a = i32x4.shl(v128.load(row), 7)
  let y2b = i32x4.shl(v128.load(row, 16), 7)
  let y2c = i32x4.shl(v128.load(row, 32), 7)
  let y2d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y3a = i32x4.shl(v128.load(row), 7)
  let y3b = i32x4.shl(v128.load(row, 16), 7)
  let y3c = i32x4.shl(v128.load(row, 32), 7)
  let y3d = i32x4.shl(v128.load(row, 48), 7)
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, next += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(next)
    const wd = v128.load(next, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    y0c = dotDigits(wc, digits0, y0c)
    y0d = dotDigits(wd, digits0, y0d)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    y1c = dotDigits(wc, digits1, y1c)
    y1d = dotDigits(wd, digits1, y1d)
    const digits2 = v128.load32_splat(x, 8)
    y2a = dotDigits(wa, digits2, y2a)
    y2b = dotDigits(wb, digits2, y2b)
    y2c = dotDigits(wc, digits2, y2c)
    y2d = dotDigits(wd, digits2, y2d)
    const digits3 = v128.load32_splat(x, 12)
    y3a = dotDigits(wa, digits3, y3a)
    y3b = dotDigits(wb, digits3, y3b)
    y3c = dotDigits(wc, digits3, y3c)
    y3d = dotDigits(wd, digits3, y3d)
    x += 16
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  v128.store(out, y0c, 32)
  v128.store(out, y0d, 48)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  v128.store(out, y1c, 32)
  v128.store(out, y1d, 48)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  v128.store(out, y2c, 32)
  v128.store(out, y2d, 48)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  v128.store(out, y3c, 32)
  v128.store(out, y3d, 48)
}

function first5x4(x: usize, w: usize, next: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = i32x4.shl(v128.load(row), 7)
  let y0b = i32x4.shl(v128.load(row, 16), 7)
  let y0c = i32x4.shl(v128.load(row, 32), 7)
  let y0d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y1a = i32x4.shl(v128.load(row), 7)
  let y1b = i32x4.shl(v128.load(row, 16), 7)
  let y1c = i32x4.shl(v128.load(row, 32), 7)
  let y1d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y2a = i32x4.shl(v128.load(row), 7)
  let y2b = i32x4.shl(v128.load(row, 16), 7)
  let y2c = i32x4.shl(v128.load(row, 32), 7)
  let y2d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y3a = i32x4.shl(v128.load(row), 7)
  let y3b = i32x4.shl(v128.load(row, 16), 7)
  let y3c = i32x4.shl(v128.load(row, 32), 7)
  let y3d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y4a = i32x4.shl(v128.load(row), 7)
  let y4b = i32x4.shl(v128.load(row, 16), 7)
  let y4c = i32x4.shl(v128.load(row, 32), 7)
  let y4d = i32x4.shl(v128.load(row, 48), 7)
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, next += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(next)
    const wd = v128.load(next, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    y0c = dotDigits(wc, digits0, y0c)
    y0d = dotDigits(wd, digits0, y0d)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    y1c = dotDigits(wc, digits1, y1c)
    y1d = dotDigits(wd, digits1, y1d)
    const digits2 = v128.load32_splat(x, 8)
    y2a = dotDigits(wa, digits2, y2a)
    y2b = dotDigits(wb, digits2, y2b)
    y2c = dotDigits(wc, digits2, y2c)
    y2d = dotDigits(wd, digits2, y2d)
    const digits3 = v128.load32_splat(x, 12)
    y3a = dotDigits(wa, digits3, y3a)
    y3b = dotDigits(wb, digits3, y3b)
    y3c = dotDigits(wc, digits3, y3c)
    y3d = dotDigits(wd, digits3, y3d)
    const digits4 = v128.load32_splat(x, 16)
    y4a = dotDigits(wa, digits4, y4a)
    y4b = dotDigits(wb, digits4, y4b)
    y4c = dotDigits(wc, digits4, y4c)
    y4d = dotDigits(wd, digits4, y4d)
    x += 20
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  v128.store(out, y0c, 32)
  v128.store(out, y0d, 48)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  v128.store(out, y1c, 32)
  v128.store(out, y1d, 48)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  v128.store(out, y2c, 32)
  v128.store(out, y2d, 48)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  v128.store(out, y3c, 32)
  v128.store(out, y3d, 48)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
  v128.store(out, y4c, 32)
  v128.store(out, y4d, 48)
}

function first6x4(x: usize, w: usize, next: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = i32x4.shl(v128.load(row), 7)
  let y0b = i32x4.shl(v128.load(row, 16), 7)
  let y0c = i32x4.shl(v128.load(row, 32), 7)
  let y0d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y1a = i32x4.shl(v128.load(row), 7)
  let y1b = i32x4.shl(v128.load(row, 16), 7)
  let y1c = i32x4.shl(v128.load(row, 32), 7)
  let y1d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y2a = i32x4.shl(v128.load(row), 7)
  let y2b = i32x4.shl(v128.load(row, 16), 7)
  let y2c = i32x4.shl(v128.load(row, 32), 7)
  let y2d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y3a = i32x4.shl(v128.load(row), 7)
  let y3b = i32x4.shl(v128.load(row, 16), 7)
  let y3c = i32x4.shl(v128.load(row, 32), 7)
  let y3d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y4a = i32x4.shl(v128.load(row), 7)
  let y4b = i32x4.shl(v128.load(row, 16), 7)
  let y4c = i32x4.shl(v128.load(row, 32), 7)
  let y4d = i32x4.shl(v128.load(row, 48), 7)
  row += outStride
  let y5a = i32x4.shl(v128.load(row), 7)
  let y5b = i32x4.shl(v128.load(row, 16), 7)
  let y5c = i32x4.shl(v128.load(row, 32), 7)
  let y5d = i32x4.shl(v128.load(row, 48), 7)
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += 32, next += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(next)
    const wd = v128.load(next, 16)
    const digits0 = v128.load32_splat(x)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    y0c = dotDigits(wc, digits0, y0c)
    y0d = dotDigits(wd, digits0, y0d)
    const digits1 = v128.load32_splat(x, 4)
    y1a = dotDigits(wa, digits1, y1a)
    y1b = dotDigits(wb, digits1, y1b)
    y1c = dotDigits(wc, digits1, y1c)
    y1d = dotDigits(wd, digits1, y1d)
    const digits2 = v128.load32_splat(x, 8)
    y2a = dotDigits(wa, digits2, y2a)
    y2b = dotDigits(wb, digits2, y2b)
    y2c = dotDigits(wc, digits2, y2c)
    y2d = dotDigits(wd, digits2, y2d)
    const digits3 = v128.load32_splat(x, 12)
    y3a = dotDigits(wa, digits3, y3a)
    y3b = dotDigits(wb, digits3, y3b)
    y3c = dotDigits(wc, digits3, y3c)
    y3d = dotDigits(wd, digits3, y3d)
    const digits4 = v128.load32_splat(x, 16)
    y4a = dotDigits(wa, digits4, y4a)
    y4b = dotDigits(wb, digits4, y4b)
    y4c = dotDigits(wc, digits4, y4c)
    y4d = dotDigits(wd, digits4, y4d)
    const digits5 = v128.load32_splat(x, 20)
    y5a = dotDigits(wa, digits5, y5a)
    y5b = dotDigits(wb, digits5, y5b)
    y5c = dotDigits(wc, digits5, y5c)
    y5d = dotDigits(wd, digits5, y5d)
    x += 24
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  v128.store(out, y0c, 32)
  v128.store(out, y0d, 48)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  v128.store(out, y1c, 32)
  v128.store(out, y1d, 48)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  v128.store(out, y2c, 32)
  v128.store(out, y2d, 48)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  v128.store(out, y3c, 32)
  v128.store(out, y3d, 48)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
  v128.store(out, y4c, 32)
  v128.store(out, y4d, 48)
  out += outStride
  v128.store(out, y5a)
  v128.store(out, y5b, 16)
  v128.store(out, y5c, 32)
  v128.store(out, y5d, 48)
}

export function firstDigits16(
  rows: i32,
  x: usize,
  w: usize,
  next: usize,
  groups: i32,
  out: usize,
  outStride: usize,
): void {
  if (rows === 6) first6x4(x, w, next, groups, out, outStride)
  else if (rows === 5) first5x4(x, w, next, groups, out, outStride)
  else if (rows === 4) first4x4(x, w, next, groups, out, outStride)
  else if (rows === 3) first3x4(x, w, next, groups, out, outStride)
  else if (rows === 2) first2x4(x, w, next, groups, out, outStride)
  else first1x4(x, w, next, groups, out)
}
