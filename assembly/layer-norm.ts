/**
 * LayerNorm or RMSNorm of one row, with the residual that is added before it. Sums over a row have one fixed
 * order.
 */
import { laneMask, squareRoot, sumLanes } from './simd'

/** ((lane sums of a + b) + (c + d)), then the four lanes: the one order in which rows are summed. */
function total(a: v128, b: v128, c: v128, d: v128): f32 {
  return sumLanes(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)))
}

/**
 * Zeros from `width` to `width` rounded up to 16: rows have that room, and other kernels sum whole vectors of
 * them.
 */
export function clearPadding(row: usize, width: i32): void {
  for (let i = width; i & 15; i++) store<f32>(row + ((<usize>i) << 2), 0)
}

/**
 * out = LayerNorm(x + residual), one row.
 *
 *     y = (v - μ)/√(σ² + ε) ⊙ weight + bias,   μ = Σv/H,   σ² = Σ(v - μ)²/H        Ba et al. 2016, equation 4
 *
 * Not centred it is RMSNorm: μ is 0 in both (Zhang and Sennrich 2019, arXiv 1910.07467, equation 4).
 *
 * Sums run in 16 lanes (i mod 16). Three passes over a row in the first-level cache: sum, squares, result.
 *
 * @param x         float32; rows have room for `width` rounded up to 16
 * @param residual  float32, or 0 for none
 * @param out       float32; may be x or residual; zeros beyond `width`
 */
export function layerNormRow(
  x: usize,
  residual: usize,
  width: i32,
  weight: usize,
  bias: usize,
  epsilon: f32,
  centred: bool,
  out: usize,
): void {
  const whole = (<usize>(width & ~15)) << 2
  const left = width & 15
  const maskA = laneMask(left)
  const maskB = laneMask(left - 4)
  const maskC = laneMask(left - 8)
  const maskD = laneMask(left - 12)
  let a = f32x4.splat(0)
  let b = f32x4.splat(0)
  let c = f32x4.splat(0)
  let d = f32x4.splat(0)
  const size = left > 0 ? whole + 64 : whole
  for (let i: usize = 0; i < size; i += 64) {
    let va = v128.load(x + i)
    let vb = v128.load(x + i, 16)
    let vc = v128.load(x + i, 32)
    let vd = v128.load(x + i, 48)
    if (residual !== 0) {
      va = f32x4.add(va, v128.load(residual + i))
      vb = f32x4.add(vb, v128.load(residual + i, 16))
      vc = f32x4.add(vc, v128.load(residual + i, 32))
      vd = f32x4.add(vd, v128.load(residual + i, 48))
    }
    if (i === whole) {
      va = v128.and(va, maskA)
      vb = v128.and(vb, maskB)
      vc = v128.and(vc, maskC)
      vd = v128.and(vd, maskD)
    }
    v128.store(out + i, va)
    v128.store(out + i, vb, 16)
    v128.store(out + i, vc, 32)
    v128.store(out + i, vd, 48)
    a = f32x4.add(a, va)
    b = f32x4.add(b, vb)
    c = f32x4.add(c, vc)
    d = f32x4.add(d, vd)
  }
  const mean = f32x4.splat(WHOLE_BUILD && !centred ? 0 : total(a, b, c, d) / <f32>width)
  a = f32x4.splat(0)
  b = f32x4.splat(0)
  c = f32x4.splat(0)
  d = f32x4.splat(0)
  for (let i: usize = 0; i < size; i += 64) {
    let va = f32x4.sub(v128.load(out + i), mean)
    let vb = f32x4.sub(v128.load(out + i, 16), mean)
    let vc = f32x4.sub(v128.load(out + i, 32), mean)
    let vd = f32x4.sub(v128.load(out + i, 48), mean)
    if (i === whole) {
      va = v128.and(va, maskA)
      vb = v128.and(vb, maskB)
      vc = v128.and(vc, maskC)
      vd = v128.and(vd, maskD)
    }
    a = f32x4.add(a, f32x4.mul(va, va))
    b = f32x4.add(b, f32x4.mul(vb, vb))
    c = f32x4.add(c, f32x4.mul(vc, vc))
    d = f32x4.add(d, f32x4.mul(vd, vd))
  }
  // #region last-pass
  const variance = total(a, b, c, d) / <f32>width
  // + 0, or + NaN where the variance left float32: 1/∞ would be 0, and only the bias would remain.
  const inverse = f32x4.splat(<f32>1.0 / squareRoot(variance + epsilon) + (variance - variance))
  for (let i: usize = 0; i < size; i += 32) {
    const centredA = f32x4.mul(f32x4.sub(v128.load(out + i), mean), inverse)
    const centredB = f32x4.mul(f32x4.sub(v128.load(out + i, 16), mean), inverse)
    const ya = f32x4.add(f32x4.mul(centredA, v128.load(weight + i)), v128.load(bias + i))
    const yb = f32x4.add(f32x4.mul(centredB, v128.load(weight + i, 16)), v128.load(bias + i, 16))
    v128.store(out + i, ya)
    v128.store(out + i, yb, 16)
  }
  clearPadding(out, width)
  // #endregion
}
