/**
 * Scaled dot-product attention of one head over one sequence, in exact sums of int16 products: what attention is at
 * precision int8, the same bits on every machine.
 *
 *     context = softmax(Q·Kᵀ / √D)·V                       Vaswani et al. 2017, equation 1
 *
 * Rows of Q and K become int16 with one scale each, columns of V with one scale each, and so do the exponentials of a
 * row, whose limit is chosen so that their sum times the largest value fits int32:
 *
 *     s[j] = f32(Σ q·k[j]) · (queryScale·log₂e/√D · keyScale[j])
 *     e[j] = 2^(s[j] - max s)     Σ = Σ e[j], in 8 lanes     limit = min(32767, 2¹⁷/Σ)
 *     context[d] = f32(Σ round(e[j]·limit)·v[j, d]) · (1/(Σ·limit) · valueScale[d])
 *
 * For any numbers: |q|, |k| <= √(2³¹/D) by `limitOf`, so D products fit int32. Of the exponentials those above half a step become
 * at most twice themselves, so their sum is at most 2·2¹⁷ for any number of tokens, and 2¹⁸·8191 < 2³¹. A query, key or value that
 * cannot be quantised has a scale of NaN, which its scores or its column get.
 *
 * Keys are packed as output channels of the scores, dimensions as output channels of the context; then blocks of query
 * rows go through scores, softmax and context while they are in the first-level cache.
 *
 *     keys          [Tp/8][Dp/2][8] pairs of int16     Tp: T rounded up to 8, Dp: D rounded up to 16
 *     key scales    [Tp]
 *     values        [Dp/8][⌈T/2⌉][8] pairs
 *     value scales  [Dp], then their inverses [Dp]
 *     queries       [QUERY_ROWS][Dp] int16, the rows of a tile interleaved
 *     exponentials  [QUERY_ROWS][T rounded up to 16] int16, likewise
 *     scores        [QUERY_ROWS][Tp]
 *     context       [QUERY_ROWS][Dp]
 *     factors       [QUERY_ROWS] of queries, then of contexts
 *
 * Measured against attention.ts with rounded products (Zen 5, Node 24, D 64, 12 heads): 128 tokens 1.18 ms where that
 * takes 1.30, 512 tokens 16.6 where that takes 20.6.
 */
import { fillOutside, QUERY_ROWS, scaleInto } from './attention'
import {
  floatBytes,
  int16Bytes,
  interleaved,
  packKeysInt16,
  packRows,
  packValues,
  roundUp,
} from './attention-operands'
import { finishContext, finishScores, largestScore, softmaxToInt16 } from './attention-scores'
import { AttentionInt16 } from './commands'
import { addRelativeScores, columnOf, hasRelative } from './relative'
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

/**
 * Products of a block of rows with the relative positions that they can have: those whose columns lie from `from` to `to`.
 *
 * @param x        the rows as `packRows` leaves them, and their factors
 * @param weights  relative positions of all heads, packed as keys, and their scales
 * @param out      float32 [rows][R]
 */
function relativeProducts(
  call: AttentionInt16,
  head: i32,
  rows: i32,
  x: usize,
  factors: usize,
  weights: usize,
  scales: usize,
  from: i32,
  to: i32,
  out: usize,
): void {
  const stride = call.positionStride
  const dim = roundUp(call.headDim, 16)
  const panelBytes = (<usize>dim) << 4
  const first = from >> 5
  const panels = (to >> 5) - first + 1
  const skipped = (<usize>first) << 5
  multiply(
    rows,
    x,
    weights + call.relativeBytes * head + panelBytes * first,
    dim >> 1,
    panelBytes,
    panels,
    call.tileRows,
    int16Bytes(dim),
    out + skipped,
    stride,
  )
  const rowScales = scales + call.relativeScaleBytes * head + skipped
  for (let row: i32 = 0; row < rows; row++) {
    const sums = out + skipped + stride * row
    finishContext(sums, rowScales, load<f32>(factors + floatBytes(row)), panels << 3, sums)
  }
}

/**
 * @param query   Q of this head and the sequence's first token; K and V stand H and 2H floats further
 * @param out     the head's columns of the context
 * @param probabilities  [T, T] float32 of this head, or 0 where nobody asked
 */
export function attentionHeadInt16(
  call: AttentionInt16,
  query: usize,
  head: i32,
  tokens: i32,
  out: usize,
  probabilities: usize,
  scratch: usize,
): void {
  const stride = call.stride
  const headDim = call.headDim
  const tileRows = call.tileRows
  const paddedTokens = roundUp(tokens, 8)
  const paddedDim = roundUp(headDim, 16)
  const queryBytes = int16Bytes(paddedDim)
  const exponentialBytes = int16Bytes(roundUp(tokens, 16))
  const scoreStride = floatBytes(paddedTokens)
  const contextStride = floatBytes(paddedDim)
  const keys = scratch + call.keys
  const keyScales = scratch + call.keyScales
  const values = scratch + call.values
  const valueScales = scratch + call.valueScales
  const queries = scratch + call.queries
  const exponentials = scratch + call.exponentials
  const scores = scratch + call.scores
  const context = scratch + call.context
  const queryFactors = scratch + call.factors
  const contextFactors = queryFactors + floatBytes(QUERY_ROWS)

  packKeysInt16(query + floatBytes(call.hidden), stride, tokens, headDim, keys, keyScales)
  packValues(query + 2 * floatBytes(call.hidden), stride, tokens, headDim, values, valueScales)
  const contentToPosition = scratch + call.contentToPosition
  const positionToContent = scratch + call.positionToContent
  const positionStride = call.positionStride
  if (WHOLE_BUILD && call.relativeQueries !== 0) {
    for (let first: i32 = 0; first < tokens; first += QUERY_ROWS) {
      const rows = min(QUERY_ROWS, tokens - first)
      const from = query + floatBytes(call.hidden) + stride * first
      packRows(from, stride, rows, headDim, tileRows, queries, queryFactors, call.scale)
      relativeProducts(
        call,
        head,
        rows,
        queries,
        queryFactors,
        call.relativeQueries,
        call.relativeQueryScales,
        columnOf(call, tokens - 1 - first),
        columnOf(call, 1 - first - rows),
        positionToContent + positionStride * first,
      )
    }
  }
  const window = WHOLE_BUILD ? call.window : 0
  for (let first: i32 = 0; first < tokens; first += QUERY_ROWS) {
    const rows = min(QUERY_ROWS, tokens - first)
    // The keys that these rows meet, from a whole panel on.
    const begin = window === 0 ? 0 : max(first - window + 1, 0) & -8
    const width = (window === 0 ? tokens : min(first + rows - 1 + window, tokens)) - begin
    packRows(query + stride * first, stride, rows, headDim, tileRows, queries, queryFactors, call.scale)
    multiply(
      rows,
      queries,
      keys + ((<usize>(paddedDim * begin)) << 1),
      paddedDim >> 1,
      (<usize>paddedDim) << 4,
      (width + 7) >> 3,
      tileRows,
      queryBytes,
      scores,
      scoreStride,
    )
    if (WHOLE_BUILD && call.relativeKeys !== 0) {
      relativeProducts(
        call,
        head,
        rows,
        queries,
        queryFactors,
        call.relativeKeys,
        call.relativeKeyScales,
        columnOf(call, first + rows - 1),
        columnOf(call, first - tokens + 1),
        contentToPosition,
      )
    }
    for (let start: i32 = 0; start < rows; ) {
      const count = nextTileRows(rows - start, tileRows)
      for (let row = start; row < start + count; row++) {
        const rowScores = scores + scoreStride * row
        const factor = load<f32>(queryFactors + floatBytes(row))
        let most = finishScores(rowScores, width, factor, keyScales + floatBytes(begin))
        if (WHOLE_BUILD && hasRelative(call)) {
          const own = contentToPosition + positionStride * row
          addRelativeScores(call, head, rowScores, tokens, first + row, own, positionToContent)
          most = largestScore(rowScores, tokens)
        }
        const middle = first + row - begin
        const from = window === 0 ? 0 : max(middle - window + 1, 0)
        const to = window === 0 ? width : min(middle + window, width)
        if (window !== 0) {
          fillOutside(rowScores, width, from, to, -f32.MAX_VALUE)
          most = largestScore(rowScores, width)
        }
        const inverse = softmaxToInt16(
          rowScores,
          width,
          most,
          interleaved(exponentials, start, row, exponentialBytes),
          (<usize>count) << 2,
          contextFactors + floatBytes(row),
        )
        if (probabilities !== 0) {
          const map = probabilities + floatBytes((first + row) * tokens)
          if (window !== 0) {
            memory.fill(map, 0, floatBytes(tokens))
            fillOutside(rowScores, width, from, to, 0)
          }
          scaleInto(rowScores, map + floatBytes(begin), width, inverse)
        }
      }
      start += count
    }
    multiply(
      rows,
      exponentials,
      values + ((<usize>begin) << 4),
      (width + 1) >> 1,
      (<usize>((tokens + 1) >> 1)) << 5,
      roundUp(headDim, 8) >> 3,
      tileRows,
      exponentialBytes,
      context,
      contextStride,
    )
    for (let row: i32 = 0; row < rows; row++) {
      finishContext(
        context + contextStride * row,
        valueScales,
        load<f32>(contextFactors + floatBytes(row)),
        headDim,
        out + call.outStride * (first + row),
      )
    }
  }
}
