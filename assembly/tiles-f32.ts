/**
 * The register tiles of the float32 linear layer over panels of 8 output channels, written out: R rows × 2 vectors of 4
 * channels. Sums run over k in ascending order, one product at a time, in every tile. linear-f32.ts has the layout.
 */
import { madd } from './simd'

// #region tile
function tile2x2<Product>(
  x: usize,
  xStride: usize,
  w: usize,
  k: i32,
  bias: usize,
  out: usize,
  outStride: usize,
): void {
  let x1 = x + xStride
  let y0a = f32x4.splat(0)
  let y0b = f32x4.splat(0)
  let y1a = f32x4.splat(0)
  let y1b = f32x4.splat(0)
  const end = w + ((<usize>k) << 5)
  for (; w < end; w += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = madd<Product>(s0, wa, y0a)
    y0b = madd<Product>(s0, wb, y0b)
    const s1 = v128.load32_splat(x1)
    y1a = madd<Product>(s1, wa, y1a)
    y1b = madd<Product>(s1, wb, y1b)
    x += 4
    x1 += 4
  }
  const ba = v128.load(bias)
  const bb = v128.load(bias, 16)
  v128.store(out, f32x4.add(y0a, ba))
  v128.store(out, f32x4.add(y0b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y1a, ba))
  v128.store(out, f32x4.add(y1b, bb), 16)
}
// #endregion

function tile3x2<Product>(
  x: usize,
  xStride: usize,
  w: usize,
  k: i32,
  bias: usize,
  out: usize,
  outStride: usize,
): void {
  let x1 = x + xStride
  let x2 = x1 + xStride
  let y0a = f32x4.splat(0)
  let y0b = f32x4.splat(0)
  let y1a = f32x4.splat(0)
  let y1b = f32x4.splat(0)
  let y2a = f32x4.splat(0)
  let y2b = f32x4.splat(0)
  const end = w + ((<usize>k) << 5)
  for (; w < end; w += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = madd<Product>(s0, wa, y0a)
    y0b = madd<Product>(s0, wb, y0b)
    const s1 = v128.load32_splat(x1)
    y1a = madd<Product>(s1, wa, y1a)
    y1b = madd<Product>(s1, wb, y1b)
    const s2 = v128.load32_splat(x2)
    y2a = madd<Product>(s2, wa, y2a)
    y2b = madd<Product>(s2, wb, y2b)
    x += 4
    x1 += 4
    x2 += 4
  }
  const ba = v128.load(bias)
  const bb = v128.load(bias, 16)
  v128.store(out, f32x4.add(y0a, ba))
  v128.store(out, f32x4.add(y0b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y1a, ba))
  v128.store(out, f32x4.add(y1b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y2a, ba))
  v128.store(out, f32x4.add(y2b, bb), 16)
}

function tile4x2<Product>(
  x: usize,
  xStride: usize,
  w: usize,
  k: i32,
  bias: usize,
  out: usize,
  outStride: usize,
): void {
  let x1 = x + xStride
  let x2 = x1 + xStride
  let x3 = x2 + xStride
  let y0a = f32x4.splat(0)
  let y0b = f32x4.splat(0)
  let y1a = f32x4.splat(0)
  let y1b = f32x4.splat(0)
  let y2a = f32x4.splat(0)
  let y2b = f32x4.splat(0)
  let y3a = f32x4.splat(0)
  let y3b = f32x4.splat(0)
  const end = w + ((<usize>k) << 5)
  for (; w < end; w += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = madd<Product>(s0, wa, y0a)
    y0b = madd<Product>(s0, wb, y0b)
    const s1 = v128.load32_splat(x1)
    y1a = madd<Product>(s1, wa, y1a)
    y1b = madd<Product>(s1, wb, y1b)
    const s2 = v128.load32_splat(x2)
    y2a = madd<Product>(s2, wa, y2a)
    y2b = madd<Product>(s2, wb, y2b)
    const s3 = v128.load32_splat(x3)
    y3a = madd<Product>(s3, wa, y3a)
    y3b = madd<Product>(s3, wb, y3b)
    x += 4
    x1 += 4
    x2 += 4
    x3 += 4
  }
  const ba = v128.load(bias)
  const bb = v128.load(bias, 16)
  v128.store(out, f32x4.add(y0a, ba))
  v128.store(out, f32x4.add(y0b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y1a, ba))
  v128.store(out, f32x4.add(y1b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y2a, ba))
  v128.store(out, f32x4.add(y2b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y3a, ba))
  v128.store(out, f32x4.add(y3b, bb), 16)
}

function tile5x2<Product>(
  x: usize,
  xStride: usize,
  w: usize,
  k: i32,
  bias: usize,
  out: usize,
  outStride: usize,
): void {
  let x1 = x + xStride
  let x2 = x1 + xStride
  let x3 = x2 + xStride
  let x4 = x3 + xStride
  let y0a = f32x4.splat(0)
  let y0b = f32x4.splat(0)
  let y1a = f32x4.splat(0)
  let y1b = f32x4.splat(0)
  let y2a = f32x4.splat(0)
  let y2b = f32x4.splat(0)
  let y3a = f32x4.splat(0)
  let y3b = f32x4.splat(0)
  let y4a = f32x4.splat(0)
  let y4b = f32x4.splat(0)
  const end = w + ((<usize>k) << 5)
  for (; w < end; w += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = madd<Product>(s0, wa, y0a)
    y0b = madd<Product>(s0, wb, y0b)
    const s1 = v128.load32_splat(x1)
    y1a = madd<Product>(s1, wa, y1a)
    y1b = madd<Product>(s1, wb, y1b)
    const s2 = v128.load32_splat(x2)
    y2a = madd<Product>(s2, wa, y2a)
    y2b = madd<Product>(s2, wb, y2b)
    const s3 = v128.load32_splat(x3)
    y3a = madd<Product>(s3, wa, y3a)
    y3b = madd<Product>(s3, wb, y3b)
    const s4 = v128.load32_splat(x4)
    y4a = madd<Product>(s4, wa, y4a)
    y4b = madd<Product>(s4, wb, y4b)
    x += 4
    x1 += 4
    x2 += 4
    x3 += 4
    x4 += 4
  }
  const ba = v128.load(bias)
  const bb = v128.load(bias, 16)
  v128.store(out, f32x4.add(y0a, ba))
  v128.store(out, f32x4.add(y0b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y1a, ba))
  v128.store(out, f32x4.add(y1b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y2a, ba))
  v128.store(out, f32x4.add(y2b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y3a, ba))
  v128.store(out, f32x4.add(y3b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y4a, ba))
  v128.store(out, f32x4.add(y4b, bb), 16)
}

function tile6x2<Product>(
  x: usize,
  xStride: usize,
  w: usize,
  k: i32,
  bias: usize,
  out: usize,
  outStride: usize,
): void {
  let x1 = x + xStride
  let x2 = x1 + xStride
  let x3 = x2 + xStride
  let x4 = x3 + xStride
  let x5 = x4 + xStride
  let y0a = f32x4.splat(0)
  let y0b = f32x4.splat(0)
  let y1a = f32x4.splat(0)
  let y1b = f32x4.splat(0)
  let y2a = f32x4.splat(0)
  let y2b = f32x4.splat(0)
  let y3a = f32x4.splat(0)
  let y3b = f32x4.splat(0)
  let y4a = f32x4.splat(0)
  let y4b = f32x4.splat(0)
  let y5a = f32x4.splat(0)
  let y5b = f32x4.splat(0)
  const end = w + ((<usize>k) << 5)
  for (; w < end; w += 32) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const s0 = v128.load32_splat(x)
    y0a = madd<Product>(s0, wa, y0a)
    y0b = madd<Product>(s0, wb, y0b)
    const s1 = v128.load32_splat(x1)
    y1a = madd<Product>(s1, wa, y1a)
    y1b = madd<Product>(s1, wb, y1b)
    const s2 = v128.load32_splat(x2)
    y2a = madd<Product>(s2, wa, y2a)
    y2b = madd<Product>(s2, wb, y2b)
    const s3 = v128.load32_splat(x3)
    y3a = madd<Product>(s3, wa, y3a)
    y3b = madd<Product>(s3, wb, y3b)
    const s4 = v128.load32_splat(x4)
    y4a = madd<Product>(s4, wa, y4a)
    y4b = madd<Product>(s4, wb, y4b)
    const s5 = v128.load32_splat(x5)
    y5a = madd<Product>(s5, wa, y5a)
    y5b = madd<Product>(s5, wb, y5b)
    x += 4
    x1 += 4
    x2 += 4
    x3 += 4
    x4 += 4
    x5 += 4
  }
  const ba = v128.load(bias)
  const bb = v128.load(bias, 16)
  v128.store(out, f32x4.add(y0a, ba))
  v128.store(out, f32x4.add(y0b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y1a, ba))
  v128.store(out, f32x4.add(y1b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y2a, ba))
  v128.store(out, f32x4.add(y2b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y3a, ba))
  v128.store(out, f32x4.add(y3b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y4a, ba))
  v128.store(out, f32x4.add(y4b, bb), 16)
  out += outStride
  v128.store(out, f32x4.add(y5a, ba))
  v128.store(out, f32x4.add(y5b, bb), 16)
}

/** A tile of `rows` rows (1 to 6) × 8 channels. */
export function tile8<Product>(
  rows: i32,
  x: usize,
  xStride: usize,
  w: usize,
  k: i32,
  bias: usize,
  out: usize,
  outStride: usize,
): void {
  if (rows === 6) tile6x2<Product>(x, xStride, w, k, bias, out, outStride)
  else if (rows === 5) tile5x2<Product>(x, xStride, w, k, bias, out, outStride)
  else if (rows === 4) tile4x2<Product>(x, xStride, w, k, bias, out, outStride)
  else if (rows === 3) tile3x2<Product>(x, xStride, w, k, bias, out, outStride)
  else if (rows === 2) tile2x2<Product>(x, xStride, w, k, bias, out, outStride)
  // One row is computed as two that are the same.
  else tile2x2<Product>(x, 0, w, k, bias, out, 0)
}
