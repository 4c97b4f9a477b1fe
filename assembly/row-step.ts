/**
 * Finds the step that a row of activations is quantised by: each value is a whole number of steps. Operations
 * and their order are those of `rowStep` in src/kernels/reference/quantization.ts, which explains the choice
 * of the step.
 */
import { isNormal, LARGEST_INT16, unusable } from './quantize'
import { maxFloatLanes, minFloatLanes, squareRoot, sumLanes } from './simd'

/**
 * c / 63.5, where c is how many root mean squares 63.5 steps reach (chosen by the table in
 * docs/10-making-it-fast.md).
 */
const REACH: f32 = 2.7 / 63.5
/**
 * The most steps from the smallest to the largest value of a row, so that two digits of 7 bits hold every
 * value.
 */
const MOST_STEPS: f32 = 8064.0

/**
 * Rows whose range lies outside these are multiplied by a power of two before they are squared: their squares
 * would leave float32.
 */
const TINY: f32 = reinterpret<f32>((127 - 50) << 23)
const HUGE: f32 = reinterpret<f32>((127 + 50) << 23)
const RESCUE: f32 = reinterpret<f32>((127 + 96) << 23)
const RESCUE_INVERSE: f32 = reinterpret<f32>((127 - 96) << 23)

/** Where `findRowStep` leaves its answer: step and 1/step, then zero and the largest q. */
export const INVERSE: usize = 4
export const ZERO: usize = 8
export const MOST: usize = 12

/** Σ(x·factor)² in 16 lanes: what `findRowStep` sums, for the few rows that need a factor. */
function scaledSquares(row: usize, end: usize, factor: f32): f32 {
  const factors = f32x4.splat(factor)
  let sumA = f32x4.splat(0)
  let sumB = f32x4.splat(0)
  let sumC = f32x4.splat(0)
  let sumD = f32x4.splat(0)
  for (; row < end; row += 64) {
    const a = f32x4.mul(v128.load(row), factors)
    const b = f32x4.mul(v128.load(row, 16), factors)
    const c = f32x4.mul(v128.load(row, 32), factors)
    const d = f32x4.mul(v128.load(row, 48), factors)
    sumA = f32x4.add(sumA, f32x4.mul(a, a))
    sumB = f32x4.add(sumB, f32x4.mul(b, b))
    sumC = f32x4.add(sumC, f32x4.mul(c, c))
    sumD = f32x4.add(sumD, f32x4.mul(d, d))
  }
  return sumLanes(f32x4.add(f32x4.add(sumA, sumB), f32x4.add(sumC, sumD)))
}

/**
 *     low = min(0, min x)   high = max(0, max x)   e = √(Σx²/K), in 16 lanes (i mod 16)
 *     step = max(min((high - low)/127, e·c/63.5), (high - low)/8064)
 *
 * A row fits 7 bits where the first of the three is its step: then zero is round(-low/step) and q is limited
 * to 127 - zero, so that q + zero lies in 0 to 127 even where both ends round away from zero. Any other row
 * uses as much of 0 to 127 as it can: with below = round(-low/step) and above = round(high/step), its zero is
 * max(min(64, below), 127 - above).
 *
 * Where step or 1/step is not a normal number, 1/step is 0 and the row's numbers count as zeros: with step 0
 * where they are too small, and NaN where they are too large or NaN, so that what is computed from them is
 * NaN too.
 *
 * @param row  float32; zeros from `width` to `width` rounded up to 16, which change no sum, least or largest
 *             number
 * @param out  16 bytes
 */
export function findRowStep(row: usize, width: i32, out: usize): void {
  const end = row + ((<usize>((width + 15) & -16)) << 2)
  const zero = f32x4.splat(0)
  let low = zero
  let high = zero
  let sumA = zero
  let sumB = zero
  let sumC = zero
  let sumD = zero
  for (let p = row; p < end; p += 64) {
    const a = v128.load(p)
    const b = v128.load(p, 16)
    const c = v128.load(p, 32)
    const d = v128.load(p, 48)
    low = f32x4.pmin(low, f32x4.pmin(f32x4.pmin(a, b), f32x4.pmin(c, d)))
    high = f32x4.pmax(high, f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)))
    sumA = f32x4.add(sumA, f32x4.mul(a, a))
    sumB = f32x4.add(sumB, f32x4.mul(b, b))
    sumC = f32x4.add(sumC, f32x4.mul(c, c))
    sumD = f32x4.add(sumD, f32x4.mul(d, d))
  }
  const least = minFloatLanes(low)
  const most = maxFloatLanes(high)
  let squares = sumLanes(f32x4.add(f32x4.add(sumA, sumB), f32x4.add(sumC, sumD)))
  const range = most - least
  let unscale: f32 = 1
  if (range < TINY) {
    squares = scaledSquares(row, end, RESCUE)
    unscale = RESCUE_INVERSE
  } else if (range > HUGE) {
    squares = scaledSquares(row, end, RESCUE_INVERSE)
    unscale = RESCUE
  }
  const fitting = range / <f32>127
  const usual = squareRoot(squares / <f32>width) * REACH * unscale
  const smallest = range / MOST_STEPS
  const fits = fitting <= usual
  let step = fits ? fitting : usual
  if (step < smallest) step = smallest
  const inverse = <f32>1 / step
  // Where the row holds a NaN, so are the sum of squares and the step.
  const usable = isNormal(step) && isNormal(inverse)
  store<f32>(out, usable ? step : unusable(step))
  store<f32>(out, usable ? inverse : 0, INVERSE)
  // Below 2²² where they are used.
  const below = usable ? <i32>nearest<f32>(-least * inverse) : 0
  const above = usable ? <i32>nearest<f32>(most * inverse) : 0
  store<i32>(out, fits || !usable ? below : max(min(64, below), 127 - above), ZERO)
  store<i32>(out, fits ? 127 - below : LARGEST_INT16, MOST)
}
