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
import { QUERY_ROWS, scaleInto } from './attention'
import { AttentionInt16 } from './commands'
import { int16Row, LARGEST_INT16, quantizeToLimit } from './quantize'
import { addRelativeScores, columnOf, hasRelative } from './relative'
import {
  absoluteBits,
  laneMask,
  maxFloatLanes,
  minFloatLanes,
  powerOfTwo4,
  roundToInt,
  sumLanes,
} from './simd'
import { nextTileRows } from './tile-rows'
import { Vectors2 } from './tile-sizes'
import { Int16, interleavedTile } from './tiles-interleaved'

/** The largest value of a column of V. */
const VALUE_LIMIT: f32 = 8191.0
/** Σ of a row's exponentials as int16, about. */
const EXPONENTIALS: f32 = 131072.0

function roundUp(value: i32, multiple: i32): i32 {
  return (value + multiple - 1) & -multiple
}

function int16Bytes(count: i32): usize {
  return (<usize>count) << 1
}

function floatBytes(count: i32): usize {
  return (<usize>count) << 2
}

/** The largest |q| and |k|, so that D products fit int32. */
function limitOf(headDim: i32): f32 {
  return min(<f32>16383, <f32>floor(sqrt(<f64>2147483647 / <f64>headDim)))
}

/** Keys [T, D] into panels of output channels; channels beyond T are 0. */
export function packKeysInt16(
  keys: usize,
  stride: usize,
  tokens: i32,
  headDim: i32,
  out: usize,
  scales: usize,
): void {
  const panelBytes = (<usize>roundUp(headDim, 16)) << 4
  const limit = limitOf(headDim)
  const padded = roundUp(tokens, 8)
  for (let token: i32 = 0; token < padded; token++) {
    const to = out + panelBytes * (token >> 3) + ((<usize>(token & 7)) << 2)
    if (token < tokens) {
      store<f32>(scales, quantizeToLimit(keys, headDim, limit, to, 32))
      keys += stride
    } else {
      int16Row(0, headDim, 0, LARGEST_INT16, to, 32)
      store<f32>(scales, 0)
    }
    scales += 4
  }
}

/** Values [T, D] into panels whose output channels are the dimensions; those beyond D are 0. */
function packValues(
  values: usize,
  stride: usize,
  tokens: i32,
  headDim: i32,
  out: usize,
  scales: usize,
): void {
  const dim = roundUp(headDim, 8)
  const inverses = scales + floatBytes(dim)
  const limit = f32x4.splat(VALUE_LIMIT)
  const panelBytes = (<usize>((tokens + 1) >> 1)) << 5
  for (let d: i32 = 0; d < dim; d += 4) {
    const mask = laneMask(headDim - d)
    const column = values + floatBytes(d)
    let bits = i32x4.splat(0)
    for (let token: i32 = 0, p = column; token < tokens; token++, p += stride) {
      bits = i32x4.max_s(bits, absoluteBits(v128.load(p)))
    }
    bits = v128.and(bits, mask)
    const scale = f32x4.div(bits, limit)
    const inverse = f32x4.div(limit, bits)
    const usable = v128.and(normalLanes(scale), normalLanes(inverse))
    v128.store(scales + floatBytes(d), v128.bitselect(scale, unusableLanes(scale), usable))
    v128.store(inverses + floatBytes(d), v128.and(inverse, usable))
    const factor = v128.and(inverse, usable)
    let to = out + panelBytes * (d >> 3) + ((<usize>(d & 4)) << 2)
    let p = column
    for (let token: i32 = 0; token < tokens; token += 2, to += 32) {
      const a = roundToInt(v128.and(f32x4.mul(v128.load(p), factor), usable))
      let pairs = v128.and(a, i32x4.splat(0xffff))
      if (token + 1 < tokens) {
        const b = roundToInt(v128.and(f32x4.mul(v128.load(p + stride), factor), usable))
        pairs = v128.or(pairs, i32x4.shl(b, 16))
      }
      v128.store(to, pairs)
      p += 2 * stride
    }
  }
}

/** All bits set in lanes that are normal numbers above zero. */
function normalLanes(v: v128): v128 {
  return v128.and(i32x4.ge_s(v, i32x4.splat(0x00800000)), i32x4.lt_s(v, i32x4.splat(0x7f800000)))
}

/** `unusable` of each lane. */
function unusableLanes(scale: v128): v128 {
  return v128.andnot(f32x4.splat(f32.NaN), f32x4.lt(scale, f32x4.splat(1)))
}

/**
 * One row of int32 sums to scores, in place: f32(sum) · (factor · keyScale), the lowest float32 beyond `width`.
 *
 * @param row        room for `width` rounded up to 8
 * @param factor     queryScale·log₂e/√D
 * @param keyScales  [width rounded up to 8]
 * @returns the largest score, in one of four lanes
 */
function finishScores(row: usize, width: i32, factor: f32, keyScales: usize): v128 {
  const whole = row + ((<usize>(width & ~7)) << 2)
  const left = width & 7
  const factors = f32x4.splat(factor)
  const lowest = f32x4.splat(-f32.MAX_VALUE)
  let maxA = lowest
  let maxB = lowest
  let p = row
  for (; p < whole; p += 32, keyScales += 32) {
    const a = f32x4.mul(f32x4.convert_i32x4_s(v128.load(p)), f32x4.mul(factors, v128.load(keyScales)))
    const b = f32x4.mul(f32x4.convert_i32x4_s(v128.load(p, 16)), f32x4.mul(factors, v128.load(keyScales, 16)))
    v128.store(p, a)
    v128.store(p, b, 16)
    maxA = f32x4.pmax(maxA, a)
    maxB = f32x4.pmax(maxB, b)
  }
  if (left > 0) {
    const a = f32x4.mul(f32x4.convert_i32x4_s(v128.load(p)), f32x4.mul(factors, v128.load(keyScales)))
    const b = f32x4.mul(f32x4.convert_i32x4_s(v128.load(p, 16)), f32x4.mul(factors, v128.load(keyScales, 16)))
    const knownA = v128.bitselect(a, lowest, laneMask(left))
    const knownB = v128.bitselect(b, lowest, laneMask(left - 4))
    v128.store(p, knownA)
    v128.store(p, knownB, 16)
    maxA = f32x4.pmax(maxA, knownA)
    maxB = f32x4.pmax(maxB, knownB)
  }
  return f32x4.pmax(maxA, maxB)
}

/** The largest of a row of scores, in one of four lanes; beyond `width` they become the lowest float32. */
function largestScore(row: usize, width: i32): v128 {
  const lowest = f32x4.splat(-f32.MAX_VALUE)
  let most = lowest
  for (const end = row + floatBytes(roundUp(width, 8)); row < end; row += 16, width -= 4) {
    const known = v128.bitselect(v128.load(row), lowest, laneMask(width))
    v128.store(row, known)
    most = f32x4.pmax(most, known)
  }
  return most
}

/**
 * One row of scores to exponentials, in place as float32 and as int16 pairs. A score that is NaN or infinite makes the sum NaN: by
 * itself, by ∞ - ∞, or, where the least is -∞, by that times 0, which is added.
 *
 * @param row      room for `width` rounded up to 8; beyond `width` the lowest float32
 * @param most     the largest score, in one of four lanes
 * @param out      the row's first pair, `step` bytes to the next; zeros from `width` to `width` rounded up to 16
 * @param context  gets 1/(Σ·limit)
 * @returns 1/Σ
 */
function softmaxToInt16(row: usize, width: i32, most: v128, out: usize, step: usize, context: usize): f32 {
  const whole = row + ((<usize>(width & ~7)) << 2)
  const left = width & 7
  const largest = f32x4.splat(maxFloatLanes(most))
  let min = f32x4.splat(f32.MAX_VALUE)
  let sumA = f32x4.splat(0)
  let sumB = f32x4.splat(0)
  let p = row
  for (; p < whole; p += 32) {
    const scoresA = v128.load(p)
    const scoresB = v128.load(p, 16)
    min = f32x4.pmin(f32x4.pmin(min, scoresA), scoresB)
    const a = powerOfTwo4(f32x4.sub(scoresA, largest))
    const b = powerOfTwo4(f32x4.sub(scoresB, largest))
    v128.store(p, a)
    v128.store(p, b, 16)
    sumA = f32x4.add(sumA, a)
    sumB = f32x4.add(sumB, b)
  }
  if (left > 0) {
    const scoresA = v128.load(p)
    const scoresB = v128.load(p, 16)
    min = f32x4.pmin(f32x4.pmin(min, scoresA), scoresB)
    const a = v128.and(powerOfTwo4(f32x4.sub(scoresA, largest)), laneMask(left))
    const b = v128.and(powerOfTwo4(f32x4.sub(scoresB, largest)), laneMask(left - 4))
    v128.store(p, a)
    v128.store(p, b, 16)
    sumA = f32x4.add(sumA, a)
    sumB = f32x4.add(sumB, b)
  }
  const sum = sumLanes(f32x4.add(sumA, sumB)) + minFloatLanes(min) * 0
  const fitting = EXPONENTIALS / sum
  const limit = fitting < <f32>LARGEST_INT16 ? fitting : <f32>LARGEST_INT16
  store<f32>(context, <f32>1 / (sum * limit))
  int16Row(row, width, limit, LARGEST_INT16, out, step)
  return <f32>1 / sum
}

/** One row of sums, int32, to the context: f32(sum) · (factor · valueScale). */
function finishContext(sums: usize, scales: usize, factor: f32, headDim: i32, to: usize): void {
  const factors = f32x4.splat(factor)
  const end = sums + floatBytes(headDim & ~3)
  for (; sums < end; sums += 16, scales += 16, to += 16) {
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_s(v128.load(sums)), f32x4.mul(factors, v128.load(scales))))
  }
  for (let left = headDim & 3; left > 0; left--, sums += 4, scales += 4, to += 4) {
    store<f32>(to, <f32>load<i32>(sums) * (factor * load<f32>(scales)))
  }
}

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

/** Where row `row` of `rows` begins among interleaved rows of `rowBytes` bytes, and the step to its next pair. */
function interleaved(base: usize, start: i32, row: i32, rowBytes: usize): usize {
  return base + rowBytes * start + ((<usize>(row - start)) << 2)
}

/**
 * Rows of float32 as int16, those of a tile interleaved.
 *
 * @param factors  get scale · `scale` of each row
 */
function packRows(
  from: usize,
  stride: usize,
  rows: i32,
  headDim: i32,
  tileRows: i32,
  out: usize,
  factors: usize,
  scale: f32,
): void {
  const limit = limitOf(headDim)
  const rowBytes = int16Bytes(roundUp(headDim, 16))
  for (let start: i32 = 0; start < rows; ) {
    const count = nextTileRows(rows - start, tileRows)
    for (let row = start; row < start + count; row++) {
      const to = interleaved(out, start, row, rowBytes)
      const rowScale = quantizeToLimit(from + stride * row, headDim, limit, to, (<usize>count) << 2)
      store<f32>(factors + floatBytes(row), rowScale * scale)
    }
    start += count
  }
}

/**
 * Products of a block of rows with the relative positions that they can have: those whose columns lie from `from` to `to`.
 *
 * @param x        the rows as `packRows` leaves them, and their factors
 * @param weights  relative positions, packed as keys, and their scales
 * @param out      float32 [rows][R], `stride` bytes a row
 */
function relativeProducts(
  rows: i32,
  x: usize,
  factors: usize,
  weights: usize,
  scales: usize,
  headDim: i32,
  tileRows: i32,
  from: i32,
  to: i32,
  out: usize,
  stride: usize,
): void {
  const dim = roundUp(headDim, 16)
  const panelBytes = (<usize>dim) << 4
  const first = from >> 5
  const panels = (to >> 5) - first + 1
  const skipped = (<usize>first) << 5
  multiply(
    rows,
    x,
    weights + panelBytes * first,
    dim >> 1,
    panelBytes,
    panels,
    tileRows,
    int16Bytes(dim),
    out + skipped,
    stride,
  )
  for (let row: i32 = 0; row < rows; row++) {
    const sums = out + skipped + stride * row
    finishContext(sums, scales + skipped, load<f32>(factors + floatBytes(row)), panels << 3, sums)
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
  if (call.relativeQueries !== 0) {
    for (let first: i32 = 0; first < tokens; first += QUERY_ROWS) {
      const rows = min(QUERY_ROWS, tokens - first)
      const from = query + floatBytes(call.hidden) + stride * first
      packRows(from, stride, rows, headDim, tileRows, queries, queryFactors, call.scale)
      relativeProducts(
        rows,
        queries,
        queryFactors,
        call.relativeQueries + call.relativeBytes * head,
        call.relativeQueryScales + call.relativeScaleBytes * head,
        headDim,
        tileRows,
        columnOf(call, tokens - 1 - first),
        columnOf(call, 1 - first - rows),
        positionToContent + positionStride * first,
        positionStride,
      )
    }
  }
  for (let first: i32 = 0; first < tokens; first += QUERY_ROWS) {
    const rows = min(QUERY_ROWS, tokens - first)
    packRows(query + stride * first, stride, rows, headDim, tileRows, queries, queryFactors, call.scale)
    multiply(
      rows,
      queries,
      keys,
      paddedDim >> 1,
      (<usize>paddedDim) << 4,
      paddedTokens >> 3,
      tileRows,
      queryBytes,
      scores,
      scoreStride,
    )
    if (call.relativeKeys !== 0) {
      relativeProducts(
        rows,
        queries,
        queryFactors,
        call.relativeKeys + call.relativeBytes * head,
        call.relativeKeyScales + call.relativeScaleBytes * head,
        headDim,
        tileRows,
        columnOf(call, first + rows - 1),
        columnOf(call, first - tokens + 1),
        contentToPosition,
        positionStride,
      )
    }
    for (let start: i32 = 0; start < rows; ) {
      const count = nextTileRows(rows - start, tileRows)
      for (let row = start; row < start + count; row++) {
        const rowScores = scores + scoreStride * row
        const factor = load<f32>(queryFactors + floatBytes(row))
        let most = finishScores(rowScores, tokens, factor, keyScales)
        if (hasRelative(call)) {
          const own = contentToPosition + positionStride * row
          addRelativeScores(call, head, rowScores, tokens, first + row, own, positionToContent)
          most = largestScore(rowScores, tokens)
        }
        const inverse = softmaxToInt16(
          rowScores,
          tokens,
          most,
          interleaved(exponentials, start, row, exponentialBytes),
          (<usize>count) << 2,
          contextFactors + floatBytes(row),
        )
        if (probabilities !== 0) {
          scaleInto(rowScores, probabilities + floatBytes((first + row) * tokens), tokens, inverse)
        }
      }
      start += count
    }
    const pairs = (tokens + 1) >> 1
    multiply(
      rows,
      exponentials,
      values,
      pairs,
      (<usize>pairs) << 5,
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
