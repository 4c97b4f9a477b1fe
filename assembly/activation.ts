/**
 * The activation functions, on four numbers at a time. The linear kernels call them on each panel that they
 * have just finished. NaN and infinite inputs give NaN or infinite results, even where the formula has a
 * finite limit (src/kernels/kernels.ts).
 */
import { Activation } from './commands'
import { constant, erf4, exp4 } from './simd'

// #region gelu
/** 1/√2, 1/2, 1 */
const HALVES: usize = memory.data<f32>([0.70710677, 0.5, 1.0])

/** gelu(x) = x/2 · (1 + erf(x/√2))   Hendrycks & Gimpel 2016, the erf form, BERT's own */
function gelu(x: v128): v128 {
  const erf = erf4(f32x4.mul(x, constant(HALVES, 0)))
  return f32x4.mul(f32x4.mul(x, constant(HALVES, 1)), f32x4.add(constant(HALVES, 2), erf))
}
// #endregion

// #region gelu-int8
/** The range, then P, highest power first, then the bound below which the result is 0. */
const GELU: usize = memory.data<f32>([
  3.9, -3.9, 2.6624264e-8, -1.7871738e-6, 5.1538576e-5, -8.471002e-4, 8.924424e-3, -0.06488755, 0.39809325,
  0.5, -64.0,
])

/**
 * gelu at precision int8, where the result is rounded to steps of about a hundredth: x · (1/2 + z·P(z²)),
 * where z is x clamped to ±3.9 and P, of degree 6, was fitted for this project so that 3.9·P(3.9²) is 1/2 to
 * within 4.8e-7; from -64 down the result is 0. Largest absolute error 1.9e-4, by test/kernels/math.test.ts.
 * Without a division it takes two thirds of the time of the one above.
 */
function geluInt8(x: v128): v128 {
  const z = f32x4.pmin(constant(GELU, 0), f32x4.pmax(constant(GELU, 1), x))
  const t = f32x4.mul(z, z)
  let p = constant(GELU, 2)
  p = f32x4.add(f32x4.mul(p, t), constant(GELU, 3))
  p = f32x4.add(f32x4.mul(p, t), constant(GELU, 4))
  p = f32x4.add(f32x4.mul(p, t), constant(GELU, 5))
  p = f32x4.add(f32x4.mul(p, t), constant(GELU, 6))
  p = f32x4.add(f32x4.mul(p, t), constant(GELU, 7))
  p = f32x4.add(f32x4.mul(p, t), constant(GELU, 8))
  const factor = f32x4.add(constant(GELU, 9), f32x4.mul(z, p))
  return f32x4.mul(x, v128.and(factor, f32x4.gt(x, constant(GELU, 10))))
}
// #endregion

/** e^x, infinite where `exp4` ends. */
function growth(x: v128): v128 {
  return f32x4.pmax(exp4(x), v128.and(f32x4.gt(x, f32x4.splat(88.0)), f32x4.splat(f32.POSITIVE_INFINITY)))
}

/** u = √(2/π)·(x + 0.044715·x³) */
function cubed(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(x, x), x)
  return f32x4.mul(f32x4.splat(0.7978846), f32x4.add(x, f32x4.mul(f32x4.splat(0.044715), cube)))
}

/**
 * silu(x) = x / (1 + e^-x), and gelu_tanh(x) = x/2 · (1 + tanh(u)) = x / (1 + e^-2u), since (1 + tanh u)/2 is
 * 1/(1 + e^-2u). One function serves both, since one that is called in one place is inlined.
 */
function logistic(x: v128, kind: i32): v128 {
  const power = kind === Activation.silu ? f32x4.neg(x) : f32x4.mul(cubed(x), f32x4.splat(-2.0))
  return f32x4.div(x, f32x4.add(f32x4.splat(1.0), growth(power)))
}

/** max(0, x): x - x is 0, or NaN where x is NaN or infinite, and then x stays. */
function relu(x: v128): v128 {
  return f32x4.pmax(x, f32x4.sub(x, x))
}

/**
 * Applies an activation in place to `rows` rows of `width` floats (a multiple of 4) that are `stride` bytes
 * apart. Called by the linear kernels on each finished panel, while it is still in the first-level cache.
 */
export function activate(kind: i32, address: usize, rows: i32, width: i32, stride: usize): void {
  if (kind === Activation.identity) return
  const bytes = (<usize>width) << 2
  for (let row: i32 = 0; row < rows; row++) {
    const end = address + bytes
    if (kind === Activation.gelu) for (let p = address; p < end; p += 16) v128.store(p, gelu(v128.load(p)))
    else if (kind === Activation.relu)
      for (let p = address; p < end; p += 16) v128.store(p, relu(v128.load(p)))
    else for (let p = address; p < end; p += 16) v128.store(p, logistic(v128.load(p), kind))
    address += stride
  }
}

/** `activate` for the results of int8 layers; `width` a multiple of 8. */
export function activateInt8(kind: i32, address: usize, rows: i32, width: i32, stride: usize): void {
  if (kind !== Activation.gelu) {
    activate(kind, address, rows, width, stride)
    return
  }
  const bytes = (<usize>width) << 2
  for (let row: i32 = 0; row < rows; row++, address += stride) {
    const end = address + bytes
    for (let p = address; p < end; p += 32) {
      const a = geluInt8(v128.load(p))
      const b = geluInt8(v128.load(p, 16))
      v128.store(p, a)
      v128.store(p, b, 16)
    }
  }
}
