/**
 * y = x·Wᵀ + b with int8 weights and activations of 7-bit digits (digits.ts), on the 8-bit dot product:
 *
 *     Σ_k q[t, k]·w[n, k] = Σ first·w + 128·Σ second·w - zero[t]·Σ w          exact in int32, in any order
 *     y[t, n] = f32(that) · (step[t]·columnScale[n]) + bias[n]
 *
 * The results are those of linear-int8.ts bit for bit, on engines that have the instruction. Sums on the way may leave int32:
 * it wraps, and the whole sum fits it (src/kernels/reference/quantization.ts).
 *
 *     weights   panels of 8 output channels; in a panel, for each group of inputs k ... k+3:
 *               n0k0 n0k1 n0k2 n0k3 n1k0 ... n7k3        32 bytes, K padded with zeros to 16
 *               before them the norms of its weights (short-sums.ts)
 *     columns   for each panel: 8 column scales, 8 biases, float32, then 8 sums of the channel's weights, int32
 *
 * One step of a tile of R rows × 8 channels: two loads of weights, R splats of a row's group, 2R dot products of 16
 * multiplications each. GOP/s of one Zen 5 core with AVX-VNNI, Node 24, K 768, N 3072, M 120, in one run:
 *   int16 products (linear-int8.ts) 75; digits, tiles of 4, 5, 6 rows: 164, 199, 217;
 *   6 × 16, 24 sums in 15 registers: 103; re-vectorised, which joins pairs of them: 418, where 6 × 8 has 252;
 *   (one Zen 4 core, which has no AVX-VNNI: 88, and 150 with short sums, tiles-short.ts)
 *   both digits in one function: 217, but re-vectorised only 241 for 6 × 16.
 * Where it goes on a Xeon with AVX-VNNI, whose two ports for dot products allow 176 (two a cycle, 2.75 GHz): 128 rows, K 384, 768 and
 * 3072, at best: all in the first-level cache (tile-race.ts): 176; rows and weights from the second-level cache: 164, 167, 166; floats
 * made of the sums: 156, 163, 165; with second digits in 3 % of the groups: 149, 152, 155.
 * No gain: blocks of rows that stay in the first-level cache; 64·Σw made once a panel, for the rows whose zero is 64, which most are.
 * Second digits are added row by row (second-digits.ts). For the rows of a tile together, as first ones, they were slower: 178 to 198
 * GOP/s with 12 % of a tile's groups listed, 156 to 173 with 20 %. Row by row a whole pass takes less, on Zen 4: BERT-base 8 tokens 15 %,
 * 128 tokens 6 %, without short sums 7 %, re-vectorised 11 %; BERT-large 4 %.
 */
import { activateInt8 } from './activation'
import { Int8Tile, LinearInt8 } from './commands'
import { tileNorms } from './digits'
import { finishRows, INT8_PANEL } from './linear-int8'
import { COLUMN_BYTES, SUM_OFFSET } from './packing'
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
import { blockEnd, nextTileRows } from './tile-rows'
import { Vectors2, Vectors4 } from './tile-sizes'
import { Digits, FetchingDigits, interleavedTile, PAGE } from './tiles-interleaved'
import { shortDigits8 } from './tiles-short'

/** Bytes of a panel for one group of inputs. */
const GROUP_BYTES: i32 = 4 * INT8_PANEL

/** Rows that are finished together over all joined panels, while they are in the first-level cache. */
const FINISHED_ROWS: i32 = 16

/** With at most so many tiles, those after the first fetch the next panel. */
const FEW_TILES: i32 = 5
/** Groups of inputs from which a panel has many pages. */
const MANY_GROUPS: i32 = 128
/** With at most so many rows, tiles of short sums and of panels with few pages fetch too. */
const FEW_ROWS: i32 = 16

/**
 * Bytes of the next panel that a tile touches for each of its groups of inputs, line by line, so that it is in the cache when its
 * turn comes. Engines fetch ahead within a page of memory by themselves, but a page's first lines are waited for. So where tiles are
 * few and a panel has many pages, all its pages are read at once, a line of each in turn (`FetchingDigits`).
 *
 * On a Xeon with AVX-VNNI, passes of BERT-base: line by line, against nothing, 8 tokens 10 % faster, 16 14 %, 32 13 %, 40 11 %, 64 and
 * 128 2 %, but 18 to 28 2 to 10 % slower; pages at once, against that, 8 tokens 11 % faster, 12 24 %, 16 7 %, 24 20 %. With many tiles
 * that is no gain, and its three instructions more a step cost 3 %; neither is it with K = 384. Touching the first lines of all pages
 * before the first tile: no gain.
 */
function aheadStep(rows: i32, tiles: i32): usize {
  if (tiles > FEW_TILES) return <usize>max(1, GROUP_BYTES / tiles)
  return tiles > 1 && rows <= FEW_ROWS ? <usize>(GROUP_BYTES / (tiles - 1)) : 0
}

/**
 * Panels `from` to `to` of the layer, all rows.
 *
 * @param scratch  of this thread's own: short-sums.ts
 */
export function linearDigits(call: LinearInt8, from: i32, to: i32, scratch: usize): void {
  const groups = call.pairs >> 1
  const rows = call.rows
  const tileRows = call.tileRows
  const tile = call.tile
  const columns = call.columns
  const outStride = call.outStride
  const panelSize = panelBytes(groups)
  const rowBytes = (<usize>groups) << 2
  const secondBlockBytes: usize = tile === Int8Tile.short ? shortBlockBytes(groups) : 0
  for (let start: i32 = 0, last: i32 = 0; start < rows; start = last) {
    last = blockEnd(start, rows, rowBytes, tileRows)
    const tiles = (last - start + tileRows - 1) / tileRows
    const step = aheadStep(last - start, tiles)
    for (let panel = from, panels: i32 = 0; panel < to; panel += panels) {
      panels = min(to - panel, JOINED_PANELS)
      for (let one = panel; one < panel + panels; ) {
        const panelStart = call.weights + panelSize * one
        const w = panelStart + panelNormBytes(groups)
        const panelOut = call.out + ((<usize>one) << 5)
        const sums = columns + COLUMN_BYTES * one + SUM_OFFSET
        const pair = WHOLE_BUILD && tile === Int8Tile.joined && one + 1 < panel + panels
        const short = tile === Int8Tile.short && last - start >= SHORT_ROWS
        if (short) beginPanel(panelStart, groups, scratch)
        let ahead = one + 1 < to ? panelStart + panelSize : panelStart
        const aheadEnd = ahead + panelSize
        const firstPage = ahead & -PAGE
        const pages = <i32>((aheadEnd - firstPage + PAGE - 1) / PAGE)
        const pageStep = tiles > 1 ? <usize>((<i32>PAGE * pages) / (groups * (tiles - 1))) : 0
        let pageTouches: i32 = 0
        for (let row = start; row < last; ) {
          const count = nextTileRows(rows - row, tileRows)
          const x = call.values + rowBytes * row
          const tileOut = panelOut + outStride * row
          const fetches = row > start || tiles > FEW_TILES
          const reached = ahead + step * <usize>groups
          const touched = fetches && reached <= aheadEnd ? step : 0
          if (pair) interleavedTile<Vectors4, Digits>(count, x, w, groups, tileOut, outStride, w + panelSize)
          else if (short && count >= SHORT_ROWS && count <= MOST_SHORT_ROWS) {
            const tileNorm = tileNorms(call.norms, row, rowBytes)
            const blockBytes = longestBlock(groups, scratch, tileNorm)
            const middle = middleOf(blockBytes, tileNorm)
            const starts = startsOf(w, groups, sums, scratch, blockBytes, middle)
            shortDigits8(count, x, w, starts, groups, blockBytes, tileOut, outStride, ahead, touched)
          } else if (fetches && tiles <= FEW_TILES && groups >= MANY_GROUPS) {
            const next = firstPage + PAGE * (pageTouches % pages) + pageStep * (pageTouches / pages)
            const back = PAGE * pages - pageStep
            const end = firstPage + PAGE * pages
            interleavedTile<Vectors2, FetchingDigits>(
              count,
              x,
              w,
              groups,
              tileOut,
              outStride,
              next,
              back,
              end,
            )
            pageTouches += groups
          } else interleavedTile<Vectors2, Digits>(count, x, w, groups, tileOut, outStride, ahead, touched)
          if (touched > 0) ahead = reached
          row += count
        }
        one += pair ? 2 : 1
      }
      const joinedOut = call.out + ((<usize>panel) << 5)
      const w = call.weights + panelSize * panel + panelNormBytes(groups)
      for (let row = start; row < last; row += FINISHED_ROWS) {
        const count = min(last - row, FINISHED_ROWS)
        const at = (<usize>row) << 2
        const rowsOut = joinedOut + outStride * row
        for (let i: i32 = 0; i < count; i++) {
          const slot = call.second + call.slotBytes * (row + i)
          addSecondDigits(slot, w, panelSize, panels, secondBlockBytes, rowsOut + outStride * i)
        }
        for (let part: i32 = 0; part < panels; part++) {
          const partColumns = columns + COLUMN_BYTES * (panel + part)
          const partOut = rowsOut + ((<usize>part) << 5)
          finishRows<Digits>(call.steps + at, call.zeros + at, partColumns, partOut, count, outStride)
        }
        activateInt8(call.activation, rowsOut, count, panels * INT8_PANEL, outStride)
      }
    }
  }
}
