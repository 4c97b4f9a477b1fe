/**
 * Scaled dot-product attention of one head over one sequence.
 *
 *     context = softmax(Q·Kᵀ / √D)·V                       Vaswani et al. 2017, equation 1
 *
 * K and V are packed into panels once (keys as output channels of the scores, dimensions as output channels
 * of the context); then blocks of query rows go through scores, softmax and context while they are in the
 * first-level cache. A row of scores is computed whole, so its maximum is known before its first exponential.
 *
 * With a window (Beltagy et al. 2020, arXiv 2004.05150, section 3.1) a block of rows meets only the panels of
 * keys that one of its rows can see; of these, each row leaves out what lies outside its own window.
 */
import { Attention } from './commands'
import { addRelativeScores, columnOf, hasRelative } from './relative'
import { laneMask } from './simd'
import { QUERY_ROWS } from './sizes'
import { nextTileRows } from './tile-rows'

/**
 * How attention multiplies: in float32 (attention-float32.ts) or in exact sums of int16 products
 * (attention-int16.ts). An object of this kind is the beginning of a thread's scratch, and its fields say
 * where the parts of it stand.
 */
export interface Operands {
  contentToPosition: i32
  positionToContent: i32
  positionStride: i32

  /** Places the parts of the scratch for T tokens, and packs K and V. */
  pack(call: Attention, keys: usize, values: usize, tokens: i32): void
  /** Takes rows of Q or K, which are multiplied next. */
  takeRows(call: Attention, from: usize, rows: i32): void
  /** Products of the rows with the relative positions in columns `from` to `to` (bytes), to rows of `out`. */
  multiplyRelative(
    call: Attention,
    rows: i32,
    weights: usize,
    scales: usize,
    from: i32,
    to: i32,
    out: usize,
  ): void
  /** Products of the rows with keys `begin` to `begin + width`, to `scores`. */
  multiplyKeys(call: Attention, rows: i32, begin: i32, width: i32): void
  /** A row of what `multiplyKeys` gave. */
  scoresOf(row: i32): usize
  /**
   * Makes scores of its products.
   *
   * @returns the largest, in one of four lanes, where the exponentials need it
   */
  finishScores(scores: usize, row: i32, begin: i32, width: i32): v128
  /**
   * Exponentials of a row of scores, in place.
   *
   * @param start  the first row of the tile that has row `row`, of `count` rows
   * @returns 1/Σ
   */
  exponentials(
    call: Attention,
    scores: usize,
    width: i32,
    largest: v128,
    start: i32,
    count: i32,
    row: i32,
  ): f32
  /** Rows of the context, from the exponentials of `width` keys from `begin` on. */
  multiplyValues(call: Attention, rows: i32, begin: i32, width: i32, tokens: i32, out: usize): void
}

/** Writes `value` into a row of `width` floats before `from` and from `to` on. */
function fillOutside(row: usize, width: i32, from: i32, to: i32, value: f32): void {
  for (let j: i32 = 0; j < from; j++) store<f32>(row + ((<usize>j) << 2), value)
  for (let j = to; j < width; j++) store<f32>(row + ((<usize>j) << 2), value)
}

/**
 * The largest of a row of scores, in one of four lanes. Beyond `width`, up to a multiple of 8, they become
 * the lowest float32.
 */
function largestScore(row: usize, width: i32): v128 {
  const lowest = f32x4.splat(-f32.MAX_VALUE)
  let largest = lowest
  for (const end = row + ((<usize>((width + 7) & -8)) << 2); row < end; row += 16, width -= 4) {
    const known = v128.bitselect(v128.load(row), lowest, laneMask(width))
    v128.store(row, known)
    largest = f32x4.pmax(largest, known)
  }
  return largest
}

/** `count` floats times `factor`. */
export function scaleInto(from: usize, to: usize, count: i32, factor: f32): void {
  const whole = from + ((<usize>(count & ~3)) << 2)
  const factors = f32x4.splat(factor)
  for (; from < whole; from += 16, to += 16) v128.store(to, f32x4.mul(v128.load(from), factors))
  for (let left = count & 3; left > 0; left--, from += 4, to += 4) store<f32>(to, load<f32>(from) * factor)
}

/**
 * @param query          Q of this head and the sequence's first token; K and V stand H and 2·H floats further
 * @param out            the head's columns of the context
 * @param probabilities  [T, T] float32 of this head, or 0 where nobody asked
 */
export function attendHead<Kind extends Operands>(
  call: Attention,
  operands: Kind,
  query: usize,
  head: i32,
  tokens: i32,
  out: usize,
  probabilities: usize,
): void {
  const stride = call.stride
  const keys = query + ((<usize>call.hidden) << 2)
  const values = keys + ((<usize>call.hidden) << 2)
  operands.pack(call, keys, values, tokens)
  const scratch = changetype<usize>(operands)
  const contentToPosition = scratch + operands.contentToPosition
  const positionToContent = scratch + operands.positionToContent
  const positionStride = <usize>operands.positionStride
  if (WHOLE_BUILD && call.relativeQueries !== 0) {
    const weights = call.relativeQueries + call.relativeBytes * head
    const scales = call.relativeQueryScales + call.relativeScaleBytes * head
    for (let first: i32 = 0; first < tokens; first += QUERY_ROWS) {
      const rows = min(QUERY_ROWS, tokens - first)
      const from = columnOf(call, tokens - 1 - first)
      const to = columnOf(call, 1 - first - rows)
      operands.takeRows(call, keys + stride * first, rows)
      operands.multiplyRelative(
        call,
        rows,
        weights,
        scales,
        from,
        to,
        positionToContent + positionStride * first,
      )
    }
  }
  const window = WHOLE_BUILD ? call.window : 0
  for (let first: i32 = 0; first < tokens; first += QUERY_ROWS) {
    const rows = min(QUERY_ROWS, tokens - first)
    // The keys that these rows meet, from a whole panel on.
    const begin = window === 0 ? 0 : max(first - window + 1, 0) & -call.panel
    const width = (window === 0 ? tokens : min(first + rows - 1 + window, tokens)) - begin
    operands.takeRows(call, query + stride * first, rows)
    operands.multiplyKeys(call, rows, begin, width)
    if (WHOLE_BUILD && call.relativeKeys !== 0) {
      const weights = call.relativeKeys + call.relativeBytes * head
      const scales = call.relativeKeyScales + call.relativeScaleBytes * head
      const from = columnOf(call, first + rows - 1)
      const to = columnOf(call, first - tokens + 1)
      operands.multiplyRelative(call, rows, weights, scales, from, to, contentToPosition)
    }
    for (let start: i32 = 0, end: i32 = 0; start < rows; start = end) {
      end = start + nextTileRows(rows - start, call.tileRows)
      for (let row = start; row < end; row++) {
        const scores = operands.scoresOf(row)
        const place = first + row - begin
        const from = window === 0 ? 0 : max(place - window + 1, 0)
        const to = window === 0 ? width : min(place + window, width)
        let largest = operands.finishScores(scores, row, begin, width)
        if (WHOLE_BUILD && (window !== 0 || hasRelative(call))) {
          const own = contentToPosition + positionStride * row
          addRelativeScores(call, head, scores, tokens, first + row, own, positionToContent, positionStride)
          fillOutside(scores, width, from, to, -f32.MAX_VALUE)
          largest = largestScore(scores, width)
        }
        const inverse = operands.exponentials(call, scores, width, largest, start, end - start, row)
        if (WHOLE_BUILD && window !== 0) fillOutside(scores, width, from, to, 0)
        if (probabilities !== 0) {
          const map = probabilities + ((<usize>((first + row) * tokens)) << 2)
          if (WHOLE_BUILD && window !== 0) memory.fill(map, 0, (<usize>tokens) << 2)
          scaleInto(scores, map + ((<usize>begin) << 2), width, inverse)
        }
      }
    }
    operands.multiplyValues(call, rows, begin, width, tokens, out + call.outStride * first)
  }
}
