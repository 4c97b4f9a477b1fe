/**
 * The register tile of the float32 linear layer: some rows by 8 channels, or by 16 for engines that join
 * pairs of vectors to 256 bits. Sums run over the inputs in ascending order, one product at a time, in tiles
 * of every size, so a result does not depend on its tile. linear-f32.ts has the layout. The tile is written
 * once: rows, vectors and the kind of product are type parameters (tile-sizes.ts).
 */
import { madd } from './simd'
import { Rows2, Rows3, Rows4, Rows5, Rows6, storeRow, Vectors2, Vectors4 } from './tile-sizes'

function tile<Rows, Vectors, Product>(
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
  const bytes: usize = 16 * offsetof<Vectors>()
  for (const end = w + bytes * <usize>k; w < end; w += bytes) {
    const wa = v128.load(w)
    const wb = v128.load(w, 16)
    const wc = offsetof<Vectors>() > 2 ? v128.load(w, 32) : wa
    const wd = offsetof<Vectors>() > 2 ? v128.load(w, 48) : wb
    const s0 = v128.load32_splat(x)
    y0a = madd<Product>(s0, wa, y0a)
    y0b = madd<Product>(s0, wb, y0b)
    if (offsetof<Vectors>() > 2) {
      y0c = madd<Product>(s0, wc, y0c)
      y0d = madd<Product>(s0, wd, y0d)
    }
    if (offsetof<Rows>() > 1) {
      const s1 = v128.load32_splat(x1)
      y1a = madd<Product>(s1, wa, y1a)
      y1b = madd<Product>(s1, wb, y1b)
      if (offsetof<Vectors>() > 2) {
        y1c = madd<Product>(s1, wc, y1c)
        y1d = madd<Product>(s1, wd, y1d)
      }
    }
    if (offsetof<Rows>() > 2) {
      const s2 = v128.load32_splat(x2)
      y2a = madd<Product>(s2, wa, y2a)
      y2b = madd<Product>(s2, wb, y2b)
      if (offsetof<Vectors>() > 2) {
        y2c = madd<Product>(s2, wc, y2c)
        y2d = madd<Product>(s2, wd, y2d)
      }
    }
    if (offsetof<Rows>() > 3) {
      const s3 = v128.load32_splat(x3)
      y3a = madd<Product>(s3, wa, y3a)
      y3b = madd<Product>(s3, wb, y3b)
      if (offsetof<Vectors>() > 2) {
        y3c = madd<Product>(s3, wc, y3c)
        y3d = madd<Product>(s3, wd, y3d)
      }
    }
    if (offsetof<Rows>() > 4) {
      const s4 = v128.load32_splat(x4)
      y4a = madd<Product>(s4, wa, y4a)
      y4b = madd<Product>(s4, wb, y4b)
      if (offsetof<Vectors>() > 2) {
        y4c = madd<Product>(s4, wc, y4c)
        y4d = madd<Product>(s4, wd, y4d)
      }
    }
    if (offsetof<Rows>() > 5) {
      const s5 = v128.load32_splat(x5)
      y5a = madd<Product>(s5, wa, y5a)
      y5b = madd<Product>(s5, wb, y5b)
      if (offsetof<Vectors>() > 2) {
        y5c = madd<Product>(s5, wc, y5c)
        y5d = madd<Product>(s5, wd, y5d)
      }
    }
    x += 4
    if (offsetof<Rows>() > 1) x1 += 4
    if (offsetof<Rows>() > 2) x2 += 4
    if (offsetof<Rows>() > 3) x3 += 4
    if (offsetof<Rows>() > 4) x4 += 4
    if (offsetof<Rows>() > 5) x5 += 4
  }
  const ba = v128.load(bias)
  const bb = v128.load(bias, 16)
  const bc = offsetof<Vectors>() > 2 ? v128.load(bias, 32) : ba
  const bd = offsetof<Vectors>() > 2 ? v128.load(bias, 48) : bb
  storeRow<Vectors>(out, f32x4.add(y0a, ba), f32x4.add(y0b, bb), f32x4.add(y0c, bc), f32x4.add(y0d, bd))
  out += outStride
  if (offsetof<Rows>() > 1)
    storeRow<Vectors>(out, f32x4.add(y1a, ba), f32x4.add(y1b, bb), f32x4.add(y1c, bc), f32x4.add(y1d, bd))
  out += outStride
  if (offsetof<Rows>() > 2)
    storeRow<Vectors>(out, f32x4.add(y2a, ba), f32x4.add(y2b, bb), f32x4.add(y2c, bc), f32x4.add(y2d, bd))
  out += outStride
  if (offsetof<Rows>() > 3)
    storeRow<Vectors>(out, f32x4.add(y3a, ba), f32x4.add(y3b, bb), f32x4.add(y3c, bc), f32x4.add(y3d, bd))
  out += outStride
  if (offsetof<Rows>() > 4)
    storeRow<Vectors>(out, f32x4.add(y4a, ba), f32x4.add(y4b, bb), f32x4.add(y4c, bc), f32x4.add(y4d, bd))
  out += outStride
  if (offsetof<Rows>() > 5)
    storeRow<Vectors>(out, f32x4.add(y5a, ba), f32x4.add(y5b, bb), f32x4.add(y5c, bc), f32x4.add(y5d, bd))
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
  if (!WHOLE_BUILD) {
    for (; rows > 1; rows -= 2, x += 2 * xStride, out += 2 * outStride)
      tile<Rows2, Vectors2, Product>(x, xStride, w, k, bias, out, outStride)
    if (rows > 0) tile<Rows2, Vectors2, Product>(x, 0, w, k, bias, out, 0)
    return
  }
  if (rows === 6) tile<Rows6, Vectors2, Product>(x, xStride, w, k, bias, out, outStride)
  else if (rows === 5) tile<Rows5, Vectors2, Product>(x, xStride, w, k, bias, out, outStride)
  else if (rows === 4) tile<Rows4, Vectors2, Product>(x, xStride, w, k, bias, out, outStride)
  else if (rows === 3) tile<Rows3, Vectors2, Product>(x, xStride, w, k, bias, out, outStride)
  else if (rows === 2) tile<Rows2, Vectors2, Product>(x, xStride, w, k, bias, out, outStride)
  // One row is computed as two that are the same.
  else tile<Rows2, Vectors2, Product>(x, 0, w, k, bias, out, 0)
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
    tile<Rows6, Vectors4, Product>(x, xStride, w, k, bias, out, outStride)
    return 6
  }
  if (rows >= 4) {
    tile<Rows4, Vectors4, Product>(x, xStride, w, k, bias, out, outStride)
    return 4
  }
  if (rows >= 2) {
    tile<Rows2, Vectors4, Product>(x, xStride, w, k, bias, out, outStride)
    return 2
  }
  // One row is computed as two that are the same.
  tile<Rows2, Vectors4, Product>(x, 0, w, k, bias, out, 0)
  return 1
}
