/**
 * The scalar functions of the kernels: the same float32 operations in the same order as the four-lane
 * functions of assembly/simd.ts and assembly/activation.ts, so that the plain loops of reference.ts agree
 * with the SIMD code bit for bit. `Math.fround` after each operation makes JavaScript's doubles behave as
 * float32: + - × ÷ and √ of float32 inputs, rounded once more, are correctly rounded float32 operations
 * (Figueroa 1995). From NaN or infinity an activation makes NaN or infinity, even where the formula has a
 * finite limit (kernels.ts says why).
 */
import { exp, polynomial, roundHalfEven } from '../scalars.ts'

export { exp, relu, roundHalfEven } from '../scalars.ts'

const f = Math.fround

const ERF_NUMERATOR: readonly number[] = [2.9974495e-4, 8.245033e-3, 0.06617567, 0.30614296, 1.1283777].map(f)
const ERF_DENOMINATOR: readonly number[] = [
  1.7725084e-5, 2.0916315e-3, 0.023968033, 0.16025169, 0.6046283, 1,
].map(f)
const SQRT_HALF = f(0.70710677)
const SQRT_2_OVER_PI = f(0.7978846)
const GELU_CUBIC = f(0.044715)

// #region gelu
/**
 * erf(z) = z·P(z²)/Q(z²), fitted for this project on |z| <= 3.766, where it is exactly ±1. Largest absolute
 * error 4.9e-7.
 */
export function erf(x: number): number {
  let z = x > -f(3.766) ? x : -f(3.766)
  z = z < f(3.766) ? z : f(3.766)
  const t = f(z * z)
  return f(f(z * polynomial(ERF_NUMERATOR, t)) / polynomial(ERF_DENOMINATOR, t))
}

/** gelu(x) = x/2 · (1 + erf(x/√2))   Hendrycks & Gimpel 2016 */
export function gelu(x: number): number {
  return f(f(x * 0.5) * f(1 + erf(f(x * SQRT_HALF))))
}
// #endregion

// #region gelu-int8
const GELU_INT8: readonly number[] = [
  2.6624264e-8, -1.7871738e-6, 5.1538576e-5, -8.471002e-4, 8.924424e-3, -0.06488755, 0.39809325,
].map(f)

/**
 * gelu of the results of int8 layers: x · (1/2 + z·P(z²)) with z = x within ±3.9, and 0 from -64 down, where
 * the factor's last bits would count. Largest absolute error 1.9e-4.
 */
export function geluInt8(x: number): number {
  let z = x > -f(3.9) ? x : -f(3.9)
  z = z < f(3.9) ? z : f(3.9)
  const factor = f(0.5 + f(z * polynomial(GELU_INT8, f(z * z))))
  return f(x * (x > -64 ? factor : 0))
}
// #endregion

/** e^x, infinite where `exp` ends. */
function growth(x: number): number {
  return x > 88 ? Number.POSITIVE_INFINITY : exp(x)
}

/** x/2 · (1 + tanh(√(2/π)·(x + 0.044715·x³))), written as x / (1 + e^-2u)   Hendrycks & Gimpel 2016 */
export function geluTanh(x: number): number {
  const u = f(SQRT_2_OVER_PI * f(x + f(GELU_CUBIC * f(f(x * x) * x))))
  return f(x / f(1 + growth(f(u * -2))))
}

/** silu(x) = x / (1 + e^-x) */
export function silu(x: number): number {
  return f(x / f(1 + growth(-x)))
}

/** Partial sums in `lanes` lanes, added pairwise down to one: the order in which SIMD adds a row. */
export function sumInLanes(values: (index: number) => number, count: number, lanes: number): number {
  const sums = new Float32Array(lanes)
  for (let i = 0; i < count; i++) sums[i % lanes] = sums[i % lanes]! + values(i)
  // Vectors of four lanes first (0 + 1, then 2 + 3), then the lanes of the vector that is left in the same
  // way.
  const add = (from: number, step: number, terms: number): number =>
    terms === 1
      ? sums[from]!
      : f(add(from, step, terms / 2) + add(from + (step * terms) / 2, step, terms / 2))
  const lane = [0, 1, 2, 3].map((first) => add(first, 4, lanes / 4))
  return f(f(lane[0]! + lane[1]!) + f(lane[2]! + lane[3]!))
}

// #region power-of-two
/** 2^x for x <= 0; below -126 it stays 2^-126, and NaN stays. See `powerOfTwo4` in assembly/simd.ts. */
export function powerOfTwo(x: number): number {
  const clamped = x < -126 ? -126 : x
  const n = roundHalfEven(clamped)
  const r = f(clamped - n)
  let p = f(0.009582851)
  p = f(f(p * r) + f(0.05590643))
  p = f(f(p * r) + f(0.240241))
  p = f(f(p * r) + f(0.6931241))
  p = f(f(p * r) + 1)
  return p * 2 ** n
}
// #endregion
