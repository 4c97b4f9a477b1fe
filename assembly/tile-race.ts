/**
 * Runs one int8 tile by itself, so that src/kernels/plan.ts can time each kind. Only the relaxed build has
 * all of them.
 */

import { RacedTile } from './commands'
import { LONG_BLOCK } from './short-sums'
import { START_HEADER } from './sizes'
import { Vectors2 } from './tile-sizes'
import { Digits, Int16, interleavedTile } from './tiles-interleaved'
import { shortDigits8 } from './tiles-short'

/** Rows of a round: whole tiles of 6 rows, and of 5, which are the fastest of short sums. */
const ROWS: i32 = 30
const OUT_STRIDE: usize = 32

/**
 * Multiplies 30 rows of `inputs` numbers with 8 channels, `times` times over.
 *
 * @param tile    RacedTile
 * @param at      memory for the operands and sums of a tile: 34·inputs + 240 bytes
 */
export function raceTile(tile: i32, at: usize, inputs: i32, times: i32): void {
  if (!ASC_FEATURE_RELAXED_SIMD) return
  const w = at + ((<usize>inputs) << 4)
  const starts = w + ((<usize>inputs) << 4)
  const out = starts + <usize>START_HEADER + ((<usize>inputs) << 1)
  const tileRows = tile === RacedTile.short ? 5 : 6
  for (let tiles = (times * ROWS) / tileRows; tiles > 0; tiles--) {
    if (tile === RacedTile.short)
      shortDigits8(tileRows, at, w, starts, inputs >> 2, LONG_BLOCK, out, OUT_STRIDE, w, 0)
    else if (tile === RacedTile.digits)
      interleavedTile<Vectors2, Digits>(tileRows, at, w, inputs >> 2, out, OUT_STRIDE, w, 0)
    else interleavedTile<Vectors2, Int16>(tileRows, at, w, inputs >> 1, out, OUT_STRIDE)
  }
}
