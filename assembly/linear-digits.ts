/**
 * y = x·Wᵀ + b with int8 weights and activations of 7-bit digits (digits.ts), by the 8-bit dot product:
 *
 *     Σ_k q[t, k]·w[n, k] = Σ first·w + 128·Σ second·w - zero[t]·Σ w          exact in int32, in any order
 *     y[t, n] = f32(that) · (step[t]·columnScale[n]) + bias[n]
 *
 * The results equal those of linear-int8.ts bit for bit. Partial sums may leave int32: they wrap, and the
 * whole sum fits (src/kernels/reference/quantization.ts). Layout:
 *
 *     weights   panels of 8 output channels: first the norms of the weights (short-sums.ts), then for each
 *               group of inputs k ... k+3: n0k0 n0k1 n0k2 n0k3 n1k0 ... n7k3     32 bytes, K padded to 16
 *     columns   for each panel: 8 column scales and 8 biases, float32, then 8 sums of weights, int32
 *
 * Gain on a core with AVX-VNNI: 2.9 times as fast as int16 products, of what its ports allow 86 %; second
 * digits for all rows of a tile together, and blocks of rows for the first-level cache, gained nothing
 * (bench/results/tried.md).
 */
import { activateInt8 } from './activation'
import { Int8Tile, LinearInt8 } from './commands'
import { tileNorms } from './digits'
import { finishRows } from './linear-int8'
import { COLUMN_BYTES, SUM_OFFSET } from './packing'
import { addSecondDigits, JOINED_PANELS, shortBlockBytes } from './second-digits'
import { beginPanel, longestBlock, MOST_SHORT_ROWS, middleOf, SHORT_ROWS, startsOf } from './short-sums'
import { INT8_PANEL, panelBytes, panelNormBytes } from './sizes'
import { blockEnd, nextTileRows } from './tile-rows'
import { Vectors2, Vectors4 } from './tile-sizes'
import { Digits, FetchingDigits, interleavedTile, PAGE } from './tiles-interleaved'
import { shortDigits8 } from './tiles-short'

/** Bytes of a panel for one group of inputs. */
const GROUP_BYTES: i32 = 4 * INT8_PANEL

/** Rows that are finished together over all joined panels, while they are in the first-level cache. */
const FINISHED_ROWS: i32 = 16

/**
 * With at most this many tiles in a block, those after the first fetch the next panel; with more, all of them
 * do.
 */
const FEW_TILES: i32 = 5
/** Groups of inputs from which a panel spans many pages of memory. */
const MANY_GROUPS: i32 = 128
/** With at most this many rows, also tiles of short sums, and of panels with fewer pages, fetch. */
const FEW_ROWS: i32 = 16

/**
 * Bytes of the next panel that a tile touches for each of its groups of inputs, line by line, so that the
 * panel is in the cache when its turn comes; 0 where that does not pay.
 */
function fetchStep(rows: i32, tiles: i32): usize {
  if (tiles > FEW_TILES) return <usize>max(1, GROUP_BYTES / tiles)
  return tiles > 1 && rows <= FEW_ROWS ? <usize>(GROUP_BYTES / (tiles - 1)) : 0
}

/**
 * A tile of first digits that fetches the next panel, from `next` to `nextEnd`, all of its pages in turn: a
 * line of each. Processors fetch ahead by themselves within a page of memory, but a page's first lines are
 * waited for.
 *
 * @param tiles    of the block
 * @param fetched  groups of inputs for which tiles before this one have fetched
 */
function fetchingTile(
  rows: i32,
  x: usize,
  w: usize,
  groups: i32,
  out: usize,
  outStride: usize,
  next: usize,
  nextEnd: usize,
  tiles: i32,
  fetched: i32,
): void {
  const firstPage = next & -PAGE
  const pages = <i32>((nextEnd - firstPage + PAGE - 1) / PAGE)
  const end = firstPage + PAGE * pages
  // After the last page comes the first again, this far on.
  const advance = <usize>((<i32>PAGE * pages) / (groups * (tiles - 1)))
  const from = firstPage + PAGE * (fetched % pages) + advance * (fetched / pages)
  const back = PAGE * pages - advance
  interleavedTile<Vectors2, FetchingDigits>(rows, x, w, groups, out, outStride, from, back, end)
}

/** A tile of short sums, in the longest blocks that the norms of panel and tile allow. */
function shortTile(
  call: LinearInt8,
  row: i32,
  rows: i32,
  x: usize,
  w: usize,
  groups: i32,
  sums: usize,
  out: usize,
  ahead: usize,
  aheadStep: usize,
  scratch: usize,
): void {
  const norms = tileNorms(call.norms, row, (<usize>groups) << 2)
  const blockBytes = longestBlock(groups, scratch, norms)
  const starts = startsOf(w, groups, sums, scratch, blockBytes, middleOf(blockBytes, norms))
  shortDigits8(rows, x, w, starts, groups, blockBytes, out, call.outStride, ahead, aheadStep)
}

/**
 * Sums of the first digits of rows `first` to `last`, over one panel, or over two where they are joined.
 *
 * @param tiles      of the block of rows
 * @param nextPanel  the one to fetch meanwhile
 */
function sumPanel(
  call: LinearInt8,
  panel: i32,
  nextPanel: i32,
  joined: bool,
  first: i32,
  last: i32,
  tiles: i32,
  scratch: usize,
): void {
  const groups = call.pairs >> 1
  const rowBytes = (<usize>groups) << 2
  const size = panelBytes(groups)
  const norms = call.weights + size * panel
  const w = norms + panelNormBytes(groups)
  const next = call.weights + size * nextPanel
  const nextEnd = next + size
  const out = call.out + ((<usize>panel) << 5)
  const outStride = call.outStride
  const short = call.tile === Int8Tile.short && last - first >= SHORT_ROWS
  if (short) beginPanel(norms, groups, scratch)
  const few = tiles <= FEW_TILES
  const step = fetchStep(last - first, tiles)
  // Of few tiles the first does not fetch: it waits for its own panel.
  let fetched = few ? -groups : 0
  for (let row = first; row < last; fetched += groups) {
    const count = nextTileRows(call.rows - row, call.tileRows)
    const x = call.values + rowBytes * row
    const tileOut = out + outStride * row
    const fetches = fetched >= 0 && next + step * <usize>(fetched + groups) <= nextEnd
    const ahead = fetches ? next + step * <usize>fetched : next
    const aheadStep: usize = fetches ? step : 0
    if (joined) interleavedTile<Vectors4, Digits>(count, x, w, groups, tileOut, outStride, w + size)
    else if (short && count >= SHORT_ROWS && count <= MOST_SHORT_ROWS) {
      const sums = call.columns + COLUMN_BYTES * panel + SUM_OFFSET
      shortTile(call, row, count, x, w, groups, sums, tileOut, ahead, aheadStep, scratch)
    } else if (few && fetched >= 0 && groups >= MANY_GROUPS)
      fetchingTile(count, x, w, groups, tileOut, outStride, next, nextEnd, tiles, fetched)
    else interleavedTile<Vectors2, Digits>(count, x, w, groups, tileOut, outStride, ahead, aheadStep)
    row += count
  }
}

/**
 * Finishes rows `first` to `last` of `panels` panels: second digits, floats, activation, some rows at a time.
 */
function finishBlock(call: LinearInt8, panel: i32, panels: i32, first: i32, last: i32): void {
  const groups = call.pairs >> 1
  const outStride = call.outStride
  const size = panelBytes(groups)
  const w = call.weights + size * panel + panelNormBytes(groups)
  const columns = call.columns + COLUMN_BYTES * panel
  const listBlock: usize = call.tile === Int8Tile.short ? shortBlockBytes(groups) : 0
  for (let row = first; row < last; row += FINISHED_ROWS) {
    const count = min(last - row, FINISHED_ROWS)
    const at = (<usize>row) << 2
    const out = call.out + ((<usize>panel) << 5) + outStride * row
    for (let i: i32 = 0; i < count; i++) {
      const lists = call.lists + call.listBytes * (row + i)
      addSecondDigits(lists, w, size, panels, listBlock, out + outStride * i)
    }
    for (let part: i32 = 0; part < panels; part++) {
      const partOut = out + ((<usize>part) << 5)
      const partColumns = columns + COLUMN_BYTES * part
      finishRows<Digits>(call.steps + at, call.zeros + at, partColumns, partOut, count, outStride)
    }
    activateInt8(call.activation, out, count, panels * INT8_PANEL, outStride)
  }
}

/**
 * Panels `from` to `to` of the layer, all rows.
 *
 * @param scratch  this thread's own: short-sums.ts
 */
export function linearDigits(call: LinearInt8, from: i32, to: i32, scratch: usize): void {
  const rowBytes = (<usize>call.pairs) << 1
  for (let first: i32 = 0, last: i32 = 0; first < call.rows; first = last) {
    last = blockEnd(first, call.rows, rowBytes, call.tileRows)
    const tiles = (last - first + call.tileRows - 1) / call.tileRows
    for (let panel = from, panels: i32 = 0; panel < to; panel += panels) {
      panels = min(to - panel, JOINED_PANELS)
      const end = panel + panels
      for (let one = panel; one < end; ) {
        const joined = <bool>WHOLE_BUILD && call.tile === Int8Tile.joined && one + 1 < end
        sumPanel(call, one, min(one + 1, to - 1), joined, first, last, tiles, scratch)
        one += joined ? 2 : 1
      }
      finishBlock(call, panel, panels, first, last)
    }
  }
}
