import { Activation } from './commands'
import { erf4, exp4 } from './simd'

// #region gelu
/** gelu(x) = x/2 · (1 + erf(x/√2))   Hendrycks & Gimpel 2016, the erf form, BERT's own */
function gelu(x: v128): v128 {
  const erf = erf4(f32x4.mul(x, f32x4.splat(0.70710677)))
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), f32x4.add(f32x4.splat(1.0), erf))
}
// #endregion

/** silu(x) = x / (1 + e^-x) */
function silu(x: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1.0), exp4(f32x4.neg(x))))
}

/** x/2 · (1 + tanh(u)), u = √(2/π)·(x + 0.044715·x³); since (1 + tanh u)/2 = 1/(1 + e^-2u), it is x / (1 + e^-2u). */
function geluTanh(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(x, x), x)
  const u = f32x4.mul(f32x4.splat(0.7978846), f32x4.add(x, f32x4.mul(f32x4.splat(0.044715), cube)))
  return f32x4.div(x, f32x4.add(f32x4.splat(1.0), exp4(f32x4.mul(u, f32x4.splat(-2.0)))))
}

function relu(x: v128): v128 {
  return f32x4.pmax(f32x4.splat(0.0), x)
}

/**
 * Applies an activation in place to `rows` rows of `width` floats (a multiple of 4) that are `stride` bytes apart. Called
 * by the linear kernels on each finished panel, while it is still in the first-level cache.
 */
export function activate(kind: i32, address: usize, rows: i32, width: i32, stride: usize): void {
  if (kind === Activation.identity) return
  const bytes = (<usize>width) << 2
  for (let row: i32 = 0; row < rows; row++) {
    const end = address + bytes
    if (kind === Activation.gelu) for (let p = address; p < end; p += 16) v128.store(p, gelu(v128.load(p)))
    else if (kind === Activation.gelu_tanh)
      for (let p = address; p < end; p += 16) v128.store(p, geluTanh(v128.load(p)))
    else if (kind === Activation.relu)
      for (let p = address; p < end; p += 16) v128.store(p, relu(v128.load(p)))
    else for (let p = address; p < end; p += 16) v128.store(p, silu(v128.load(p)))
    address += stride
  }
}
