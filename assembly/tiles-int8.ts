/**
 * The register tiles of the int8 linear layer, written out: R rows × 2 vectors of 4 channels, weights widened from int8 as
 * they are loaded. The two accumulators of a row are treated alike and stand next to each other in memory, which is what
 * V8's 256-bit re-vectorisation looks for. linear-int8.ts has the layout.
 */
import { dot } from './simd'

function narrow2x2(x: usize, xStride: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
  let x1 = x + xStride
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  const end = w + ((<usize>pairs) << 4)
  for (; w < end; w += 16) {
    const wa = v128.load8x8_s(w)
    const wb = v128.load8x8_s(w, 8)
    const s0 = v128.load32_splat(x)
    y0a = dot(s0, wa, y0a)
    y0b = dot(s0, wb, y0b)
    const s1 = v128.load32_splat(x1)
    y1a = dot(s1, wa, y1a)
    y1b = dot(s1, wb, y1b)
    x += 4
    x1 += 4
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
}

function narrow3x2(x: usize, xStride: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
  let x1 = x + xStride
  let x2 = x1 + xStride
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  const end = w + ((<usize>pairs) << 4)
  for (; w < end; w += 16) {
    const wa = v128.load8x8_s(w)
    const wb = v128.load8x8_s(w, 8)
    const s0 = v128.load32_splat(x)
    y0a = dot(s0, wa, y0a)
    y0b = dot(s0, wb, y0b)
    const s1 = v128.load32_splat(x1)
    y1a = dot(s1, wa, y1a)
    y1b = dot(s1, wb, y1b)
    const s2 = v128.load32_splat(x2)
    y2a = dot(s2, wa, y2a)
    y2b = dot(s2, wb, y2b)
    x += 4
    x1 += 4
    x2 += 4
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

function narrow4x2(x: usize, xStride: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
  let x1 = x + xStride
  let x2 = x1 + xStride
  let x3 = x2 + xStride
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  const end = w + ((<usize>pairs) << 4)
  for (; w < end; w += 16) {
    const wa = v128.load8x8_s(w)
    const wb = v128.load8x8_s(w, 8)
    const s0 = v128.load32_splat(x)
    y0a = dot(s0, wa, y0a)
    y0b = dot(s0, wb, y0b)
    const s1 = v128.load32_splat(x1)
    y1a = dot(s1, wa, y1a)
    y1b = dot(s1, wb, y1b)
    const s2 = v128.load32_splat(x2)
    y2a = dot(s2, wa, y2a)
    y2b = dot(s2, wb, y2b)
    const s3 = v128.load32_splat(x3)
    y3a = dot(s3, wa, y3a)
    y3b = dot(s3, wb, y3b)
    x += 4
    x1 += 4
    x2 += 4
    x3 += 4
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

function narrow5x2(x: usize, xStride: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
  let x1 = x + xStride
  let x2 = x1 + xStride
  let x3 = x2 + xStride
  let x4 = x3 + xStride
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
  const end = w + ((<usize>pairs) << 4)
  for (; w < end; w += 16) {
    const wa = v128.load8x8_s(w)
    const wb = v128.load8x8_s(w, 8)
    const s0 = v128.load32_splat(x)
    y0a = dot(s0, wa, y0a)
    y0b = dot(s0, wb, y0b)
    const s1 = v128.load32_splat(x1)
    y1a = dot(s1, wa, y1a)
    y1b = dot(s1, wb, y1b)
    const s2 = v128.load32_splat(x2)
    y2a = dot(s2, wa, y2a)
    y2b = dot(s2, wb, y2b)
    const s3 = v128.load32_splat(x3)
    y3a = dot(s3, wa, y3a)
    y3b = dot(s3, wb, y3b)
    const s4 = v128.load32_splat(x4)
    y4a = dot(s4, wa, y4a)
    y4b = dot(s4, wb, y4b)
    x += 4
    x1 += 4
    x2 += 4
    x3 += 4
    x4 += 4
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

/** The sums of `rows` rows (1 to 5) × 8 channels, int32, to `out`. */
export function narrowTile(
  rows: i32,
  x: usize,
  xStride: usize,
  w: usize,
  pairs: i32,
  out: usize,
  outStride: usize,
): void {
  if (rows === 5) narrow5x2(x, xStride, w, pairs, out, outStride)
  else if (rows === 4) narrow4x2(x, xStride, w, pairs, out, outStride)
  else if (rows === 3) narrow3x2(x, xStride, w, pairs, out, outStride)
  else if (rows === 2) narrow2x2(x, xStride, w, pairs, out, outStride)
  // One row is computed as two that are the same.
  else narrow2x2(x, 0, w, pairs, out, 0)
}
