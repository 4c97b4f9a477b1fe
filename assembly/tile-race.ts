/** The two tiles of int8 side by side, for src/kernels/race.ts, which times them. Only in the relaxed build, which has both. */
import { firstDigits8 } from './tiles-digits'
import { int16Tile } from './tiles-int16'

const ROWS: i32 = 6
const OUT_STRIDE: usize = 32

/**
 * Multiplies 6 rows of `inputs` numbers with 8 channels, `times` times over.
 *
 * @param digits  1 for digits and the 8-bit dot product, 0 for int16
 * @param at      memory for both operands and the sums: 28·inputs + 192 bytes
 */
export function raceTile(digits: i32, at: usize, inputs: i32, times: i32): void {
  if (!ASC_FEATURE_RELAXED_SIMD) return
  const w = at + ((<usize>inputs) << 4)
  const out = w + ((<usize>inputs) << 4)
  for (; times > 0; times--) {
    if (digits) firstDigits8(ROWS, at, w, inputs >> 2, out, OUT_STRIDE, w, 0)
    else int16Tile(ROWS, at, w, inputs >> 1, out, OUT_STRIDE)
  }
}
