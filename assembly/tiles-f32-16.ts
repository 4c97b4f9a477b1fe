/**
 * The register tiles of the float32 linear layer over panels of 16 output channels: R rows × 4 vectors, for engines that
 * re-vectorise pairs of vectors to 256 bits. The sums are those of tiles-f32.ts. linear-f32.ts has the layout.
 */
import { madd } from './simd'

function tile2x4<Product>(
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
  let y0c = f32x4.splat(0)
  let y0d = f32x4.splat(0)
  let y1a = f32x4.splat(0)
  let y1b = f32x4.splat(0)
  let y1c = f32x4.splat(0)
  let y1d = f32x4.splat(0)
  const end = w + ((<usize>k) << 6)
  for (; w < end; w += 64) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(w, 32)
    const wd = v128.load(w, 48)
    const s0 = v128.load32_splat(x)
    y0a = madd<Product>(s0, wa, y0a)
    y0b = madd<Product>(s0, wb, y0b)
    y0c = madd<Product>(s0, wc, y0c)
    y0d = madd<Product>(s0, wd, y0d)
    const s1 = v128.load32_splat(x1)
    y1a = madd<Product>(s1, wa, y1a)
    y1b = madd<Product>(s1, wb, y1b)
    y1c = madd<Product>(s1, wc, y1c)
    y1d = madd<Product>(s1, wd, y1d)
    x += 4
    x1 += 4
  }
  const ba = v128.load(bias)
  const bb = v128.load(bias, 16)
  const bc = v128.load(bias, 32)
  const bd = v128.load(bias, 48)
  v128.store(out, f32x4.add(y0a, ba))
  v128.store(out, f32x4.add(y0b, bb), 16)
  v128.store(out, f32x4.add(y0c, bc), 32)
  v128.store(out, f32x4.add(y0d, bd), 48)
  out += outStride
  v128.store(out, f32x4.add(y1a, ba))
  v128.store(out, f32x4.add(y1b, bb), 16)
  v128.store(out, f32x4.add(y1c, bc), 32)
  v128.store(out, f32x4.add(y1d, bd), 48)
}

function tile4x4<Product>(
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
  let y0c = f32x4.splat(0)
  let y0d = f32x4.splat(0)
  let y1a = f32x4.splat(0)
  let y1b = f32x4.splat(0)
  let y1c = f32x4.splat(0)
  let y1d = f32x4.splat(0)
  let y2a = f32x4.splat(0)
  let y2b = f32x4.splat(0)
  let y2c = f32x4.splat(0)
  let y2d = f32x4.splat(0)
  let y3a = f32x4.splat(0)
  let y3b = f32x4.splat(0)
  let y3c = f32x4.splat(0)
  let y3d = f32x4.splat(0)
  const end = w + ((<usize>k) << 6)
  for (; w < end; w += 64) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(w, 32)
    const wd = v128.load(w, 48)
    const s0 = v128.load32_splat(x)
    y0a = madd<Product>(s0, wa, y0a)
    y0b = madd<Product>(s0, wb, y0b)
    y0c = madd<Product>(s0, wc, y0c)
    y0d = madd<Product>(s0, wd, y0d)
    const s1 = v128.load32_splat(x1)
    y1a = madd<Product>(s1, wa, y1a)
    y1b = madd<Product>(s1, wb, y1b)
    y1c = madd<Product>(s1, wc, y1c)
    y1d = madd<Product>(s1, wd, y1d)
    const s2 = v128.load32_splat(x2)
    y2a = madd<Product>(s2, wa, y2a)
    y2b = madd<Product>(s2, wb, y2b)
    y2c = madd<Product>(s2, wc, y2c)
    y2d = madd<Product>(s2, wd, y2d)
    const s3 = v128.load32_splat(x3)
    y3a = madd<Product>(s3, wa, y3a)
    y3b = madd<Product>(s3, wb, y3b)
    y3c = madd<Product>(s3, wc, y3c)
    y3d = madd<Product>(s3, wd, y3d)
    x += 4
    x1 += 4
    x2 += 4
    x3 += 4
  }
  const ba = v128.load(bias)
  const bb = v128.load(bias, 16)
  const bc = v128.load(bias, 32)
  const bd = v128.load(bias, 48)
  v128.store(out, f32x4.add(y0a, ba))
  v128.store(out, f32x4.add(y0b, bb), 16)
  v128.store(out, f32x4.add(y0c, bc), 32)
  v128.store(out, f32x4.add(y0d, bd), 48)
  out += outStride
  v128.store(out, f32x4.add(y1a, ba))
  v128.store(out, f32x4.add(y1b, bb), 16)
  v128.store(out, f32x4.add(y1c, bc), 32)
  v128.store(out, f32x4.add(y1d, bd), 48)
  out += outStride
  v128.store(out, f32x4.add(y2a, ba))
  v128.store(out, f32x4.add(y2b, bb), 16)
  v128.store(out, f32x4.add(y2c, bc), 32)
  v128.store(out, f32x4.add(y2d, bd), 48)
  out += outStride
  v128.store(out, f32x4.add(y3a, ba))
  v128.store(out, f32x4.add(y3b, bb), 16)
  v128.store(out, f32x4.add(y3c, bc), 32)
  v128.store(out, f32x4.add(y3d, bd), 48)
}

function tile6x4<Product>(
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
  let y0c = f32x4.splat(0)
  let y0d = f32x4.splat(0)
  let y1a = f32x4.splat(0)
  let y1b = f32x4.splat(0)
  let y1c = f32x4.splat(0)
  let y1d = f32x4.splat(0)
  let y2a = f32x4.splat(0)
  let y2b = f32x4.splat(0)
  let y2c = f32x4.splat(0)
  let y2d = f32x4.splat(0)
  let y3a = f32x4.splat(0)
  let y3b = f32x4.splat(0)
  let y3c = f32x4.splat(0)
  let y3d = f32x4.splat(0)
  let y4a = f32x4.splat(0)
  let y4b = f32x4.splat(0)
  let y4c = f32x4.splat(0)
  let y4d = f32x4.splat(0)
  let y5a = f32x4.splat(0)
  let y5b = f32x4.splat(0)
  let y5c = f32x4.splat(0)
  let y5d = f32x4.splat(0)
  const end = w + ((<usize>k) << 6)
  for (; w < end; w += 64) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = v128.load(w, 32)
    const wd = v128.load(w, 48)
    const s0 = v128.load32_splat(x)
    y0a = madd<Product>(s0, wa, y0a)
    y0b = madd<Product>(s0, wb, y0b)
    y0c = madd<Product>(s0, wc, y0c)
    y0d = madd<Product>(s0, wd, y0d)
    const s1 = v128.load32_splat(x1)
    y1a = madd<Product>(s1, wa, y1a)
    y1b = madd<Product>(s1, wb, y1b)
    y1c = madd<Product>(s1, wc, y1c)
    y1d = madd<Product>(s1, wd, y1d)
    const s2 = v128.load32_splat(x2)
    y2a = madd<Product>(s2, wa, y2a)
    y2b = madd<Product>(s2, wb, y2b)
    y2c = madd<Product>(s2, wc, y2c)
    y2d = madd<Product>(s2, wd, y2d)
    const s3 = v128.load32_splat(x3)
    y3a = madd<Product>(s3, wa, y3a)
    y3b = madd<Product>(s3, wb, y3b)
    y3c = madd<Product>(s3, wc, y3c)
    y3d = madd<Product>(s3, wd, y3d)
    const s4 = v128.load32_splat(x4)
    y4a = madd<Product>(s4, wa, y4a)
    y4b = madd<Product>(s4, wb, y4b)
    y4c = madd<Product>(s4, wc, y4c)
    y4d = madd<Product>(s4, wd, y4d)
    const s5 = v128.load32_splat(x5)
    y5a = madd<Product>(s5, wa, y5a)
    y5b = madd<Product>(s5, wb, y5b)
    y5c = madd<Product>(s5, wc, y5c)
    y5d = madd<Product>(s5, wd, y5d)
    x += 4
    x1 += 4
    x2 += 4
    x3 += 4
    x4 += 4
    x5 += 4
  }
  const ba = v128.load(bias)
  const bb = v128.load(bias, 16)
  const bc = v128.load(bias, 32)
  const bd = v128.load(bias, 48)
  v128.store(out, f32x4.add(y0a, ba))
  v128.store(out, f32x4.add(y0b, bb), 16)
  v128.store(out, f32x4.add(y0c, bc), 32)
  v128.store(out, f32x4.add(y0d, bd), 48)
  out += outStride
  v128.store(out, f32x4.add(y1a, ba))
  v128.store(out, f32x4.add(y1b, bb), 16)
  v128.store(out, f32x4.add(y1c, bc), 32)
  v128.store(out, f32x4.add(y1d, bd), 48)
  out += outStride
  v128.store(out, f32x4.add(y2a, ba))
  v128.store(out, f32x4.add(y2b, bb), 16)
  v128.store(out, f32x4.add(y2c, bc), 32)
  v128.store(out, f32x4.add(y2d, bd), 48)
  out += outStride
  v128.store(out, f32x4.add(y3a, ba))
  v128.store(out, f32x4.add(y3b, bb), 16)
  v128.store(out, f32x4.add(y3c, bc), 32)
  v128.store(out, f32x4.add(y3d, bd), 48)
  out += outStride
  v128.store(out, f32x4.add(y4a, ba))
  v128.store(out, f32x4.add(y4b, bb), 16)
  v128.store(out, f32x4.add(y4c, bc), 32)
  v128.store(out, f32x4.add(y4d, bd), 48)
  out += outStride
  v128.store(out, f32x4.add(y5a, ba))
  v128.store(out, f32x4.add(y5b, bb), 16)
  v128.store(out, f32x4.add(y5c, bc), 32)
  v128.store(out, f32x4.add(y5d, bd), 48)
}

/** A tile of up to `rows` rows × 16 channels; gives back how many it took: 6, 4, 2 or 1. */
export function tile16<Product>(
  rows: i32,
  x: usize,
  xStride: usize,
  w: usize,
  k: i32,
  bias: usize,
  out: usize,
  outStride: usize,
): i32 {
  if (rows === 6) {
    tile6x4<Product>(x, xStride, w, k, bias, out, outStride)
    return 6
  }
  if (rows >= 4) {
    tile4x4<Product>(x, xStride, w, k, bias, out, outStride)
    return 4
  }
  if (rows >= 2) {
    tile2x4<Product>(x, xStride, w, k, bias, out, outStride)
    return 2
  }
  // One row is computed as two that are the same.
  tile2x4<Product>(x, 0, w, k, bias, out, 0)
  return 1
}
