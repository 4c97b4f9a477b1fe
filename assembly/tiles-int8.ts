/**
 * The register tiles of the int8 linear layer, written out: R rows × 2 vectors of 4 channels, weights widened from int8 as
 * they are loaded. The two accumulators of a row are treated alike and stand next to each other in memory, which is what
 * V8's 256-bit re-vectorisation looks for. linear-int8.ts has the layout.
 */
import { dot } from './simd'

function narrow1x2(x: usize, w: usize, pairs: i32, out: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  const end = w + ((<usize>pairs) << 4)
  for (; w < end; w += 16) {
    const wa = v128.load8x8_s(w)
    const wb = v128.load8x8_s(w, 8)
    const row0 = v128.load32_splat(x)
    y0a = dot(row0, wa, y0a)
    y0b = dot(row0, wb, y0b)
    x += 4
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
}

// #region tile
function narrow2x2(x: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  const end = w + ((<usize>pairs) << 4)
  for (; w < end; w += 16) {
    const wa = v128.load8x8_s(w)
    const wb = v128.load8x8_s(w, 8)
    const row0 = v128.load32_splat(x)
    y0a = dot(row0, wa, y0a)
    y0b = dot(row0, wb, y0b)
    const row1 = v128.load32_splat(x, 4)
    y1a = dot(row1, wa, y1a)
    y1b = dot(row1, wb, y1b)
    x += 8
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
}
// #endregion

function narrow3x2(x: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
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
    const row0 = v128.load32_splat(x)
    y0a = dot(row0, wa, y0a)
    y0b = dot(row0, wb, y0b)
    const row1 = v128.load32_splat(x, 4)
    y1a = dot(row1, wa, y1a)
    y1b = dot(row1, wb, y1b)
    const row2 = v128.load32_splat(x, 8)
    y2a = dot(row2, wa, y2a)
    y2b = dot(row2, wb, y2b)
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

function narrow4x2(x: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
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
    const row0 = v128.load32_splat(x)
    y0a = dot(row0, wa, y0a)
    y0b = dot(row0, wb, y0b)
    const row1 = v128.load32_splat(x, 4)
    y1a = dot(row1, wa, y1a)
    y1b = dot(row1, wb, y1b)
    const row2 = v128.load32_splat(x, 8)
    y2a = dot(row2, wa, y2a)
    y2b = dot(row2, wb, y2b)
    const row3 = v128.load32_splat(x, 12)
    y3a = dot(row3, wa, y3a)
    y3b = dot(row3, wb, y3b)
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

function narrow5x2(x: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
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
    const row0 = v128.load32_splat(x)
    y0a = dot(row0, wa, y0a)
    y0b = dot(row0, wb, y0b)
    const row1 = v128.load32_splat(x, 4)
    y1a = dot(row1, wa, y1a)
    y1b = dot(row1, wb, y1b)
    const row2 = v128.load32_splat(x, 8)
    y2a = dot(row2, wa, y2a)
    y2b = dot(row2, wb, y2b)
    const row3 = v128.load32_splat(x, 12)
    y3a = dot(row3, wa, y3a)
    y3b = dot(row3, wb, y3b)
    const row4 = v128.load32_splat(x, 16)
    y4a = dot(row4, wa, y4a)
    y4b = dot(row4, wb, y4b)
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

function narrow6x2(x: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
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
  const end = w + ((<usize>pairs) << 4)
  for (; w < end; w += 16) {
    const wa = v128.load8x8_s(w)
    const wb = v128.load8x8_s(w, 8)
    const row0 = v128.load32_splat(x)
    y0a = dot(row0, wa, y0a)
    y0b = dot(row0, wb, y0b)
    const row1 = v128.load32_splat(x, 4)
    y1a = dot(row1, wa, y1a)
    y1b = dot(row1, wb, y1b)
    const row2 = v128.load32_splat(x, 8)
    y2a = dot(row2, wa, y2a)
    y2b = dot(row2, wb, y2b)
    const row3 = v128.load32_splat(x, 12)
    y3a = dot(row3, wa, y3a)
    y3b = dot(row3, wb, y3b)
    const row4 = v128.load32_splat(x, 16)
    y4a = dot(row4, wa, y4a)
    y4b = dot(row4, wb, y4b)
    const row5 = v128.load32_splat(x, 20)
    y5a = dot(row5, wa, y5a)
    y5b = dot(row5, wb, y5b)
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

/** The sums of `rows` rows (1 to 6) × 8 channels, int32, to `out`. */
export function narrowTile(rows: i32, x: usize, w: usize, pairs: i32, out: usize, outStride: usize): void {
  if (rows === 6) narrow6x2(x, w, pairs, out, outStride)
  else if (rows === 5) narrow5x2(x, w, pairs, out, outStride)
  else if (rows === 4) narrow4x2(x, w, pairs, out, outStride)
  else if (rows === 3) narrow3x2(x, w, pairs, out, outStride)
  else if (rows === 2) narrow2x2(x, w, pairs, out, outStride)
  else narrow1x2(x, w, pairs, out)
}
