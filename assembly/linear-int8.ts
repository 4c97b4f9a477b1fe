/**
 * y = x·Wᵀ + b with int8 weights (one scale an output channel) and int16 activations (one step a row):
 *
 *     y[t, n] = f32(Σ_k q[t, k]·w[n, k]) · (step[t] · columnScale[n]) + bias[n]
 *
 * The sum is exact in int32 in any order (it is below 2³¹, src/kernels/reference/quantization.ts, `rowStep`),
 * so tile, thread and batch cannot change a bit. This layer is of the build that has only baseline SIMD; that
 * of the other is linear-digits.ts. Layout:
 *
 *     weights   panels of 8 output channels; in a panel, for each pair of inputs k, k+1:
 *               n0k0 n0k1 n1k0 n1k1 ... n7k0 n7k1        16 bytes, K padded with zeros
 *     columns   for each panel 8 column scales and 8 biases, float32; then 8 sums of weights, int32, which
 *               only linear-digits.ts reads
 *     x         int16, the rows of a tile interleaved: for each pair of inputs k, k+1 the pairs of all its
 *               rows, 4 bytes each; tiles one after another, padded with zeros (quantize.ts writes them so)
 *
 * Gain: 77 GOP/s with a pointer for each row, 88 interleaved with weights widened once; larger tiles and
 * unrolled loops were slower (bench/results/tried.md).
 */
import { activateInt8 } from './activation'
import { LinearInt8 } from './commands'
import { COLUMN_BYTES, SUM_OFFSET } from './packing'
import { INT8_PANEL } from './sizes'
import { blockEnd, nextTileRows } from './tile-rows'
import { Vectors2 } from './tile-sizes'
import { Digits, Int16, interleavedTile, Narrow } from './tiles-interleaved'

/** Rows from which a panel is first widened to int16. */
const WIDEN_ROWS: i32 = 24

// #region widen
/** Widens one panel to int16, so that each tile of rows need not do it again. */
function widen(panel: usize, pairs: i32, scratch: usize): void {
  const end = panel + ((<usize>pairs) << 4)
  for (; panel < end; panel += 16) {
    v128.store(scratch, v128.load8x8_s(panel))
    v128.store(scratch, v128.load8x8_s(panel, 8), 16)
    scratch += 32
  }
}
// #endregion

// #region finish
/**
 * Makes floats of the sums of some rows over one panel, int32, in place, while they are in the first-level
 * cache. The order of these operations is part of the contract. (Inside the tiles they kept V8 from joining
 * vectors to 256 bits.)
 *
 * @param steps    one float32 a row
 * @param zeros    one int32 a row, for sums of digits only: what was added to the row's numbers (digits.ts)
 * @param columns  8 column scales, 8 biases, 8 sums of weights
 */
export function finishRows<Kind>(
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
  const sumA = sizeof<Kind>() === sizeof<Digits>() ? v128.load(columns, SUM_OFFSET) : scaleA
  const sumB = sizeof<Kind>() === sizeof<Digits>() ? v128.load(columns, SUM_OFFSET + 16) : scaleB
  for (let row: i32 = 0; row < rows; row++, steps += 4, out += outStride) {
    let a = v128.load(out)
    let b = v128.load(out, 16)
    if (sizeof<Kind>() === sizeof<Digits>()) {
      const zero = v128.load32_splat(zeros)
      a = i32x4.sub(a, i32x4.mul(zero, sumA))
      b = i32x4.sub(b, i32x4.mul(zero, sumB))
      zeros += 4
    }
    const step = v128.load32_splat(steps)
    a = f32x4.mul(f32x4.convert_i32x4_s(a), f32x4.mul(step, scaleA))
    b = f32x4.mul(f32x4.convert_i32x4_s(b), f32x4.mul(step, scaleB))
    v128.store(out, f32x4.add(a, biasA))
    v128.store(out, f32x4.add(b, biasB), 16)
  }
}
// #endregion

/**
 * Panels `from` to `to` of the layer, all rows.
 *
 * @param scratch  this thread's own, 32 bytes for each pair of inputs
 */
export function linearInt8(call: LinearInt8, from: i32, to: i32, scratch: usize): void {
  const pairs = call.pairs
  const rows = call.rows
  const tileRows = call.tileRows
  const outStride = call.outStride
  const panelBytes = (<usize>pairs) << 4
  const rowBytes = (<usize>pairs) << 2
  for (let first: i32 = 0, last: i32 = 0; first < rows; first = last) {
    last = blockEnd(first, rows, rowBytes, tileRows)
    const widened = last - first >= WIDEN_ROWS
    const steps = call.steps + ((<usize>first) << 2)
    for (let panel = from; panel < to; panel++) {
      const w = call.weights + panelBytes * panel
      const panelOut = call.out + ((<usize>panel) << 5)
      if (widened) widen(w, pairs, scratch)
      for (let row = first; row < last; ) {
        const count = nextTileRows(rows - row, tileRows)
        const tileX = call.values + rowBytes * row
        const tileOut = panelOut + outStride * row
        if (widened) interleavedTile<Vectors2, Int16>(count, tileX, scratch, pairs, tileOut, outStride)
        else interleavedTile<Vectors2, Narrow>(count, tileX, w, pairs, tileOut, outStride)
        row += count
      }
      const firstOut = panelOut + outStride * first
      finishRows<Int16>(steps, 0, call.columns + COLUMN_BYTES * panel, firstOut, last - first, outStride)
      activateInt8(call.activation, firstOut, last - first, INT8_PANEL, outStride)
    }
  }
}
