/**
 * The angles of rotary positions (Su et al. 2021, arXiv 2104.09864, section 3.2.2), with the same bits on
 * every engine, which Math.pow, Math.cos and Math.sin do not guarantee:
 *
 *     angle[t, i] = t / θ^(2i/D)        i from 0 to D/2 - 1
 *
 * Rounded to float32 where PyTorch rounds: θ^(2i/D), its inverse, and the product with t. At 8,192 positions
 * that matters: the rounding of the product alone is 2.4e-4.
 */

import type { Matrix } from '../kernels/kernels.ts'
import type { KernelMemory } from '../kernels/memory.ts'
import { naturalLog } from '../kernels/scalars.ts'
import type { PlacedModel } from './places.ts'

const f = Math.fround

/** Writes the angles of positions when a text first reaches them. */
export class Angles {
  /** Frequencies by table. */
  readonly #frequencies = new Map<Matrix, Float32Array>()
  #places = 0

  constructor({ layers }: PlacedModel) {
    for (const { theta, angles } of layers)
      if (theta !== undefined && angles) this.#frequencies.set(angles, frequenciesOf(theta, angles.columns))
  }

  /** Writes all positions before `end`. */
  write(memory: KernelMemory, end: number): void {
    for (; this.#places < end; this.#places++) {
      for (const [table, frequencies] of this.#frequencies)
        writeAngles(this.#places, frequencies, memory.row(table, this.#places))
    }
  }
}

/** Writes the D/2 cosines of a position, followed by its D/2 sines. */
export function writeAngles(place: number, frequencies: Float32Array, row: Float32Array): void {
  const half = frequencies.length
  for (const [i, frequency] of frequencies.entries()) {
    const { cosine, sine } = turn(f(place * frequency))
    row[i] = cosine
    row[half + i] = sine
  }
}

/** 1 / θ^(2i/D) for each pair of a head of D numbers. */
export function frequenciesOf(theta: number, headDim: number): Float32Array {
  const exponents = Float32Array.from({ length: headDim / 2 }, (_, i) => (2 * i) / headDim)
  return exponents.map((exponent) => 1 / f(power(theta, exponent)))
}

/** x^y for x >= 1 and y from 0 to 1, in doubles. */
function power(x: number, y: number): number {
  const logarithm = y * naturalLog(x)
  const twos = Math.round(logarithm / Math.LN2)
  const rest = logarithm - twos * Math.LN2
  let result = 1
  for (let n = 18; n > 0; n--) result = 1 + (rest / n) * result
  return result * 2 ** twos
}

/** π/2 in two parts; the first has 33 bits, so that its product with n is exact up to 2²⁰. */
const QUARTER = 1.5707963267341256
const QUARTER_REST = 6.077100506506192e-11

/** Cosine and sine of an angle from 0 to 2²⁰, in doubles: from the remainder modulo π/2, and the quarter. */
function turn(angle: number): { cosine: number; sine: number } {
  const quarters = Math.round(angle / (Math.PI / 2))
  const x = angle - quarters * QUARTER - quarters * QUARTER_REST
  let sine = 1
  for (let n = 14; n > 1; n -= 2) sine = 1 - ((x * x) / (n * (n + 1))) * sine
  sine *= x
  let cosine = 1
  for (let n = 15; n > 0; n -= 2) cosine = 1 - ((x * x) / (n * (n + 1))) * cosine
  const turned = [cosine, -sine, -cosine, sine]
  return { cosine: turned[quarters & 3]!, sine: turned[(quarters + 3) & 3]! }
}
