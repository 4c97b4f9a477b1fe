/** The tiles of int8 side by side, for src/kernels/race.ts, which times them. Only in the relaxed build, which has them all. */
import { firstDigits8 } from './tiles-digits'
import { int16Tile } from './tiles-int16'
import { shortDigits8 } from './tiles-short'

const ROWS: i32 = 6
const OUT_STRIDE: usize = 32

/**
 * Multiplies 6 rows of `inputs` numbers with 8 channels, `times` times over.
 *
 * @param tile    0 for int16, 1 for digits and the 8-bit dot product, 2 for digits and short sums
 * @param at      memory for operands and sums: 34·inputs + 208 bytes
 */
export function raceTile(tile: i32, at: usize, inputs: i32, times: i32): void {
  if (!ASC_FEATURE_RELAXED_SIMD) return
  const w = at + ((<usize>inputs) << 4)
  const starts = w + ((<usize>inputs) << 4)
  const out = starts + 16 + ((<usize>inputs) << 1)
  for (; times > 0; times--) {
    if (tile === 2) shortDigits8(ROWS, at, w, starts, inputs >> 2, out, OUT_STRIDE, w, 0)
    else if (tile === 1) firstDigits8(ROWS, at, w, inputs >> 2, out, OUT_STRIDE, w, 0)
    else int16Tile(ROWS, at, w, inputs >> 1, out, OUT_STRIDE)
  }
}
