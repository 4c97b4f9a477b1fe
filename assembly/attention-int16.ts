/**
 * The operands of attention at precision int8: both products are exact sums of int16 products, so it has the
 * same bits on every machine. Rows of Q and K become int16 with one scale each, columns of V with one scale
 * each, and so do the exponentials of a row, whose limit is chosen so that their sum times the largest value
 * fits int32:
 *
 *     s[j] = f32(Σ q·k[j]) · (queryScale·log₂e/√D · keyScale[j])
 *     e[j] = 2^(s[j] - max s)     Σ = Σ e[j], in 8 lanes     limit = min(32767, 2¹⁷/Σ)
 *     context[d] = f32(Σ round(e[j]·limit)·v[j, d]) · (1/(Σ·limit) · valueScale[d])
 *
 * For any numbers: |q|, |k| <= √(2³¹/D), so D products fit int32. Of the exponentials those above half a step
 * become at most twice themselves, so their sum is at most 2·2¹⁷ for any number of tokens, and 2¹⁸·8191 <
 * 2³¹. A query, key or value that cannot be quantised has a scale of NaN, which its scores or its column of
 * the context get.
 *
 * Gain: 128 tokens take 0.91 of the time of float32 with rounded products, 512 tokens 0.81
 * (bench/results/tried.md).
 */
import {
  floatBytes,
  int16Bytes,
  interleaved,
  packKeysInt16,
  packRows,
  packValues,
  roundUp,
} from './attention-int16-packing'
import { finishContext, finishScores, softmaxToInt16 } from './attention-int16-results'
import { Attention } from './commands'
import { Int16Parts, QUERY_ROWS } from './sizes'
import { nextTileRows } from './tile-rows'
import { Vectors2 } from './tile-sizes'
import { Int16, interleavedTile } from './tiles-interleaved'

/** The int16 products of all `panels` panels of 8 channels with `rows` interleaved rows. */
function multiply(
  rows: i32,
  x: usize,
  weights: usize,
  pairs: i32,
  panelBytes: usize,
  panels: i32,
  tileRows: i32,
  rowBytes: usize,
  out: usize,
  outStride: usize,
): void {
  for (let row: i32 = 0; row < rows; ) {
    const count = nextTileRows(rows - row, tileRows)
    let w = weights
    let to = out + outStride * row
    for (let panel: i32 = 0; panel < panels; panel++, w += panelBytes, to += 32) {
      interleavedTile<Vectors2, Int16>(count, x + rowBytes * row, w, pairs, to, outStride)
    }
    row += count
  }
}

export class Int16Operands extends Int16Parts {
  /** Bytes from one row to the next: of queries, of exponentials, of scores. */
  private queryBytes: usize
  private exponentialBytes: usize
  private scoreBytes: usize

  private at(part: i32): usize {
    return changetype<usize>(this) + part
  }

  pack(call: Attention, keys: usize, values: usize, tokens: i32): void {
    const headDim = call.headDim
    this.place(tokens, headDim, call.relativeRows)
    this.queryBytes = int16Bytes(roundUp(headDim, 16))
    this.exponentialBytes = int16Bytes(roundUp(tokens, 16))
    this.scoreBytes = floatBytes(roundUp(tokens, 16))
    packKeysInt16(keys, call.stride, tokens, headDim, this.at(this.keys), this.at(this.keyScales))
    packValues(values, call.stride, tokens, headDim, this.at(this.values), this.at(this.valueScales))
  }

  takeRows(call: Attention, from: usize, rows: i32): void {
    const factors = this.at(this.factors)
    const queries = this.at(this.queries)
    packRows(from, call.stride, rows, call.headDim, call.tileRows, queries, factors, call.scale)
  }

  multiplyRelative(
    call: Attention,
    rows: i32,
    weights: usize,
    scales: usize,
    from: i32,
    to: i32,
    out: usize,
  ): void {
    const dim = roundUp(call.headDim, 16)
    const panelBytes = int16Bytes(8 * dim)
    const panel = from >> 5
    const panels = (to >> 5) - panel + 1
    const skipped = floatBytes(8 * panel)
    const stride = <usize>this.positionStride
    const x = this.at(this.queries)
    const w = weights + panelBytes * panel
    multiply(rows, x, w, dim >> 1, panelBytes, panels, call.tileRows, this.queryBytes, out + skipped, stride)
    for (let row: i32 = 0; row < rows; row++) {
      const sums = out + skipped + stride * row
      const factor = load<f32>(this.at(this.factors) + floatBytes(row))
      finishContext(sums, scales + skipped, factor, panels << 3, sums)
    }
  }

  multiplyKeys(call: Attention, rows: i32, begin: i32, width: i32): void {
    const dim = roundUp(call.headDim, 16)
    const w = this.at(this.keys) + int16Bytes(dim * begin)
    const panels = (width + 7) >> 3
    const x = this.at(this.queries)
    const scores = this.at(this.scores)
    const panelBytes = int16Bytes(8 * dim)
    multiply(
      rows,
      x,
      w,
      dim >> 1,
      panelBytes,
      panels,
      call.tileRows,
      this.queryBytes,
      scores,
      this.scoreBytes,
    )
  }

  scoresOf(row: i32): usize {
    return this.at(this.scores) + this.scoreBytes * row
  }

  finishScores(scores: usize, row: i32, begin: i32, width: i32): v128 {
    const factor = load<f32>(this.at(this.factors) + floatBytes(row))
    return finishScores(scores, width, factor, this.at(this.keyScales) + floatBytes(begin))
  }

  exponentials(
    _call: Attention,
    scores: usize,
    width: i32,
    largest: v128,
    start: i32,
    count: i32,
    row: i32,
  ): f32 {
    const to = interleaved(this.at(this.powers), start, row, this.exponentialBytes)
    const factor = this.at(this.factors) + floatBytes(QUERY_ROWS + row)
    return softmaxToInt16(scores, width, largest, to, floatBytes(count), factor)
  }

  multiplyValues(call: Attention, rows: i32, begin: i32, width: i32, tokens: i32, out: usize): void {
    const x = this.at(this.powers)
    const w = this.at(this.values) + floatBytes(4 * begin)
    const panelBytes = floatBytes(8 * ((tokens + 1) >> 1))
    const panels = (call.headDim + 7) >> 3
    const contexts = this.at(this.contexts)
    const stride = floatBytes(roundUp(call.headDim, 16))
    const pairs = (width + 1) >> 1
    multiply(rows, x, w, pairs, panelBytes, panels, call.tileRows, this.exponentialBytes, contexts, stride)
    for (let row: i32 = 0; row < rows; row++) {
      const factor = load<f32>(this.at(this.factors) + floatBytes(QUERY_ROWS + row))
      const to = out + call.outStride * row
      finishContext(contexts + stride * row, this.at(this.valueScales), factor, call.headDim, to)
    }
  }
}
