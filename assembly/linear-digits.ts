/**
 * y = x·Wᵀ + b with int8 weights and activations of 7-bit digits (digits.ts), on the 8-bit dot product:
 *
 *     Σ_k q[t, k]·w[n, k] = Σ first·w + 128·Σ second·w - zero[t]·Σ w          exact in int32, in any order
 *     y[t, n] = f32(that) · (step[t]·columnScale[n]) + bias[n]
 *
 * The same numbers as linear-int8.ts gives, on engines that have the instruction. No intermediate sum matters: int32 wraps,
 * and the result fits it (src/kernels/reference/quantization.ts).
 *
 *     weights   panels of 8 output channels; in a panel, for each group of inputs k ... k+3:
 *               n0k0 n0k1 n0k2 n0k3 n1k0 ... n7k3        32 bytes, K padded with zeros to 16
 *               before that the norms of its weights (short-sums.ts)
 *     columns   for each panel: 8 column scales, 8 biases, float32, then 8 sums of the channel's weights, int32
 *
 * One step of a tile of R rows × 8 channels: two loads of weights, R splats of a row's group, 2R dot products of 16
 * multiplications each. GOP/s of one Zen 5 core with AVX-VNNI, Node 24, K 768, N 3072, M 120, in one run:
 *   int16 products (linear-int8.ts) 75; digits, tiles of 4, 5, 6 rows: 164, 199, 217;
 *   6 × 16, 24 sums in 15 registers: 103; re-vectorised, which joins pairs of them: 418, where 6 × 8 has 252;
 *   (one Zen 4 core, which has no AVX-VNNI: 88, and 150 with short sums, tiles-short.ts)
 *   both digits in one function: 217, but re-vectorised only 241 for 6 × 16.
 * Second digits for the rows of a tile together, as first ones: with 12 % of a tile's groups listed 178 to 198, with 20 % 156 to 173.
 * Row by row (second-digits.ts) a whole pass takes less, on Zen 4: BERT-base 8 tokens 15 %, 128 tokens 6 %, without short sums 7 %,
 * re-vectorised 11 %; BERT-large 4 %.
 */
import { activateInt8 } from './activation'
import { Int8Tile } from './commands'
import { tileNorms } from './digits'
import { INT8_PANEL } from './linear-int8'
import { COLUMN_BYTES } from './packing'
import { addSecondDigits, JOINED_PANELS, shortBlockBytes } from './second-digits'
import {
  beginPanel,
  longestBlock,
  MOST_SHORT_ROWS,
  middleOf,
  panelBytes,
  panelNormBytes,
  SHORT_ROWS,
  startsOf,
} from './short-sums'
import { nextTileRows } from './tile-rows'
import { Vectors2, Vectors4 } from './tile-sizes'
import { Digits, interleavedTile } from './tiles-interleaved'
import { shortDigits8 } from './tiles-short'

/** Bytes of activations that are kept in the second-level cache while all panels pass over them. */
const ROW_BLOCK_BYTES: i32 = 1 << 19

/** Bytes of a panel for one group of inputs. */
const GROUP_BYTES: i32 = 4 * INT8_PANEL

/** Where the sums stand in the columns of a panel. */
const SUM_OFFSET: usize = 64
/** Rows that are finished together, over all joined panels: they stay in the first-level cache meanwhile. */
const FINISHED_ROWS: i32 = 16

/** With so few rows the tiles after the first fetch the next panel; with so many all do, a little each. */
const FEW_ROWS: i32 = 16
const MANY_TILES: i32 = 6

/**
 * Bytes of the next panel that a tile touches for each of its groups of inputs, so that it is in the cache when its turn
 * comes. Engines fetch ahead within a page of memory by themselves, but a page's first lines are waited for. On a Xeon with
 * AVX-VNNI, BERT-base: 8 tokens 10 % faster, 16 14 %, 32 13 %, 40 11 %, 64 and 128 2 %; 18 to 28 were 2 to 10 % slower however the
 * bytes were shared, so these do without.
 */
function aheadStep(rows: i32, tileRows: i32): usize {
  const tiles = (rows + tileRows - 1) / tileRows
  if (rows <= FEW_ROWS) return tiles > 1 ? <usize>(GROUP_BYTES / (tiles - 1)) : 0
  return tiles < MANY_TILES ? 0 : <usize>max(1, GROUP_BYTES / tiles)
}

/**
 * The sums of some rows over a panel, int32, become floats in place. The order of these
 * operations is part of the contract.
 *
 * @param steps    one float32 a row; `zeros`: one int32 a row
 * @param columns  8 column scales, 8 biases, 8 sums
 */
function finishRows(
  steps: usize,
  zeros: usize,
  columns: usize,
  out: usize,
  rows: i32,
  outStride: usize,
): void {
  const scaleA = v128.load(columns)
  const scaleB = v128.load(columns, 16)
  const biasA = v128.load(columns, 32)
  const biasB = v128.load(columns, 48)
  const sumA = v128.load(columns, SUM_OFFSET)
  const sumB = v128.load(columns, SUM_OFFSET + 16)
  for (let row: i32 = 0; row < rows; row++, steps += 4, zeros += 4, out += outStride) {
    const step = v128.load32_splat(steps)
    const zero = v128.load32_splat(zeros)
    const a = f32x4.convert_i32x4_s(i32x4.sub(v128.load(out), i32x4.mul(zero, sumA)))
    const b = f32x4.convert_i32x4_s(i32x4.sub(v128.load(out, 16), i32x4.mul(zero, sumB)))
    v128.store(out, f32x4.add(f32x4.mul(a, f32x4.mul(step, scaleA)), biasA))
    v128.store(out, f32x4.add(f32x4.mul(b, f32x4.mul(step, scaleB)), biasB), 16)
  }
}

/**
 * Panels `from` to `to` of the layer, all rows.
 *
 * @param groups    K / 4, of the padded K
 * @param tileRows  the largest tile: 4, 5 or 6
 * @param tile      Int8Tile; two panels joined pays where the engine re-vectorises, short sums where it has no 8-bit dot product
 * @param norms     of the tiles' digits, where tiles are of short sums
 * @param scratch   of this thread's own: short-sums.ts
 */
export function linearDigits(
  first: usize,
  second: usize,
  slotBytes: usize,
  steps: usize,
  zeros: usize,
  norms: usize,
  rows: i32,
  weights: usize,
  groups: i32,
  columns: usize,
  out: usize,
  outStride: usize,
  activation: i32,
  tileRows: i32,
  tile: Int8Tile,
  from: i32,
  to: i32,
  scratch: usize,
): void {
  const panelSize = panelBytes(groups)
  const rowBytes = (<usize>groups) << 2
  const blockRows = max(ROW_BLOCK_BYTES / <i32>rowBytes, tileRows)
  const secondBlockBytes: usize = tile === Int8Tile.short ? shortBlockBytes(groups) : 0
  let start: i32 = 0
  while (start < rows) {
    // A block ends with a tile.
    let last = start
    while (last < rows && last - start < blockRows) last += nextTileRows(rows - last, tileRows)
    const firstTouches = last - start > FEW_ROWS
    const step = aheadStep(last - start, tileRows)
    for (let panel = from; panel < to; ) {
      const panels = min(to - panel, JOINED_PANELS)
      for (let one = panel; one < panel + panels; ) {
        const panelStart = weights + panelSize * one
        const w = panelStart + panelNormBytes(groups)
        const panelOut = out + ((<usize>one) << 5)
        const sums = columns + COLUMN_BYTES * one + SUM_OFFSET
        const pair = tile === Int8Tile.joined && one + 1 < panel + panels
        const short = tile === Int8Tile.short && last - start >= SHORT_ROWS
        if (short) beginPanel(panelStart, groups, scratch)
        let ahead = one + 1 < to ? panelStart + panelSize : panelStart
        const aheadEnd = ahead + panelSize
        for (let row = start; row < last; ) {
          const count = nextTileRows(rows - row, tileRows)
          const x = first + rowBytes * row
          const tileOut = panelOut + outStride * row
          const reached = ahead + step * <usize>groups
          const touches = (row > start || firstTouches) && reached <= aheadEnd
          const touched = touches ? step : 0
          if (pair) interleavedTile<Vectors4, Digits>(count, x, w, groups, tileOut, outStride, w + panelSize)
          else if (short && count >= SHORT_ROWS && count <= MOST_SHORT_ROWS) {
            const tileNorm = tileNorms(norms, row, rowBytes)
            const blockBytes = longestBlock(groups, scratch, tileNorm)
            const middle = middleOf(blockBytes, tileNorm)
            const starts = startsOf(w, groups, sums, scratch, blockBytes, middle)
            shortDigits8(count, x, w, starts, groups, blockBytes, tileOut, outStride, ahead, touched)
          } else interleavedTile<Vectors2, Digits>(count, x, w, groups, tileOut, outStride, ahead, touched)
          if (touches) ahead = reached
          row += count
        }
        one += pair ? 2 : 1
      }
      const joinedOut = out + ((<usize>panel) << 5)
      const w = weights + panelSize * panel + panelNormBytes(groups)
      for (let row = start; row < last; row += FINISHED_ROWS) {
        const count = min(last - row, FINISHED_ROWS)
        const at = (<usize>row) << 2
        const rowsOut = joinedOut + outStride * row
        for (let i: i32 = 0; i < count; i++) {
          const slot = second + slotBytes * (row + i)
          addSecondDigits(slot, w, panelSize, panels, secondBlockBytes, rowsOut + outStride * i)
        }
        for (let part: i32 = 0; part < panels; part++) {
          const partColumns = columns + COLUMN_BYTES * (panel + part)
          finishRows(steps + at, zeros + at, partColumns, rowsOut + ((<usize>part) << 5), count, outStride)
        }
        activateInt8(activation, rowsOut, count, panels * INT8_PANEL, outStride)
      }
      panel += panels
    }
    start = last
  }
}
