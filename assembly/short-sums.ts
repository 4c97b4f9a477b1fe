/**
 * Short sums are sums of products in int16, where other tiles sum in int32 (tiles-short.ts). Only a block of
 * some inputs is summed so, and then widened. This file finds how long the blocks may be, and the values that
 * the lanes start from.
 *
 * A lane is exact where its sum fits int16. By Cauchy and Schwarz that follows from norms, ‖ ‖, roots of sums
 * of squares over the inputs of the lane. They are taken of the digits less a middle, a number near their
 * mean, which makes them small:
 *
 *     |Σ (first - middle)·w| <= ‖first - middle‖·‖w‖
 *
 * The norms of weights are found when weights are packed, those of digits when rows are quantised. At run
 * time each pair of a tile and a panel multiplies its norms and takes the longest blocks that cannot
 * overflow: of 8 groups of inputs, else of 4, else of 2, where four products always fit. That holds for any
 * digits from 0 to 127 and any weights from -128 to 127:
 *
 *     every norm is rounded up (`halfNorm`, `norms`), and is the largest of the panel's channels or tile's rows
 *     a weight of -128 counts as -127, so that sums of squares fit: its norm may be 128/127 times as long
 *     `allFit` takes ‖first - middle‖·‖w‖ up to 32·1015.5 = 32,496, and 128/127 of that is 32,752 < 2¹⁵
 *     in blocks of 2 groups a lane has four products of -63 ... 64 and -128 ... 127: -32,768 to 32,512
 *
 * A sum may wrap on the way, since sums of int16 are modulo 2¹⁶. The pair of products that one instruction
 * adds is at most 2·128·127 = 32,512. docs/10-making-it-fast.md has an example with numbers.
 *
 *     norms      of 128 inputs, for each of the two halves of a lane's pair of inputs:
 *     in panels  before the weights, of each block of 4 groups: ‖w‖/2, rounded up, u8, largest of the channels
 *     of tiles   at 0 the middle, int32; from 16 on 32·‖first - middle‖, rounded up, int16, the largest of the
 *                rows: of all blocks of 8 groups, then of all blocks of 4. (The factors 32 make the product of
 *                two norms one instruction for eight lanes: a·b/2¹⁵.)
 *     scratch    a thread's, for its panel: 16 bytes that say which starts it has, 32·‖w‖ as tiles have
 *                theirs, starts
 */
import { dotShort, productsShort, roundToInt } from './simd'
import { NORM_HEADER, panelBytes, panelNormBytes, START_HEADER, tileNormBytes } from './sizes'

/** The fewest and the most rows of a tile of short sums. */
export const SHORT_ROWS: i32 = 4
export const MOST_SHORT_ROWS: i32 = 5
/** The middle in blocks of 2 groups: digits lie from 63 below it to 64 above. */
const HALF_MIDDLE: i32 = 63
/** The largest product of two norms that fits a lane: 32·‖first - middle‖ · 32·‖w‖ / 2¹⁵, rounded. */
const LARGEST_PRODUCT: i32 = 1015

/** Bytes of a panel's blocks of 8, 4 and 2 groups. */
export const LONG_BLOCK: usize = 256
const SHORT_BLOCK: usize = 128
const HALF_BLOCK: usize = 64
/** Bytes of the starts of a block. */
const START_BYTES: usize = 32
/**
 * Bytes of the squares of 128 inputs, while those of a tile are gathered: of blocks of 4 groups, and of
 * blocks of 8.
 */
const SQUARE_BYTES: usize = 64
const LONG_SQUARE_BYTES: usize = 32

/** How many spans of 128 inputs there are; the last one may be shorter. */
function normSpans(groups: i32): usize {
  return (<usize>groups + 31) >> 5
}

/** A quarter of the sums of the squares of two numbers, rounded up. */
function quarterSquares(weights: v128): v128 {
  const magnitudes = i8x16.abs(i8x16.max_s(weights, i8x16.splat(-127)))
  return i16x8.shr_u(dotShort(magnitudes, magnitudes, i16x8.splat(3)), 2)
}

/** Half of the norm of which this is a quarter of the square, rounded up. */
function halfNorm(quarter: i32): i32 {
  return <i32>ceil<f32>(sqrt<f32>(<f32>quarter))
}

/** Writes the norms of a panel, from its weights. */
export function packNorms(panel: usize, groups: i32): void {
  const start = panel + panelNormBytes(groups)
  const end = panel + panelBytes(groups)
  for (let to = panel; to < start; to += 16) v128.store(to, i8x16.splat(0))
  for (let w = start, to = panel; w < end; w += SHORT_BLOCK, to += 2) {
    let a = i16x8.splat(0)
    let b = i16x8.splat(0)
    for (let group: usize = 0; group < SHORT_BLOCK; group += 32) {
      a = i16x8.add(a, quarterSquares(v128.load(w + group)))
      b = i16x8.add(b, quarterSquares(v128.load(w + group, 16)))
    }
    const four = i16x8.max_s(a, b)
    const two = i16x8.max_s(four, v128.shuffle<i32>(four, four, 2, 3, 0, 1))
    const one = i16x8.max_s(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2))
    store<u8>(to, halfNorm(i16x8.extract_lane_s(one, 0)))
    store<u8>(to, halfNorm(i16x8.extract_lane_s(one, 1)), 1)
  }
}

/** Adds the squares of blocks of 4 groups two by two, which gives those of blocks of 8. */
function pairsOfBlocks(a: v128, b: v128): v128 {
  return i32x4.add(v128.shuffle<i32>(a, b, 0, 1, 4, 5), v128.shuffle<i32>(a, b, 2, 3, 6, 7))
}

/** factor·√s of each of eight sums of squares s, rounded up. */
function norms(a: v128, b: v128, factor: f32): v128 {
  const factors = f32x4.splat(factor)
  // Adding 1 and rounding to the nearest integer never gives less.
  const one = f32x4.splat(1)
  return i16x8.narrow_i32x4_s(
    roundToInt(f32x4.add(f32x4.mul(f32x4.sqrt(f32x4.convert_i32x4_s(a)), factors), one)),
    roundToInt(f32x4.add(f32x4.mul(f32x4.sqrt(f32x4.convert_i32x4_s(b)), factors), one)),
  )
}

/** Writes a panel's norms to the thread's scratch, and that it has no starts yet. */
export function beginPanel(panel: usize, groups: i32, scratch: usize): void {
  v128.store(scratch, i32x4.splat(0))
  const end = panel + panelNormBytes(groups)
  let long = scratch + 16
  let short = long + (end - panel)
  for (; panel < end; panel += 16, long += 16, short += 32) {
    const halves = v128.load(panel)
    const low = i16x8.extend_low_i8x16_u(halves)
    const high = i16x8.extend_high_i8x16_u(halves)
    v128.store(short, i16x8.shl(low, 6))
    v128.store(short, i16x8.shl(high, 6), 16)
    const a = pairsOfBlocks(i32x4.extmul_low_i16x8_s(low, low), i32x4.extmul_high_i16x8_s(low, low))
    const b = pairsOfBlocks(i32x4.extmul_low_i16x8_s(high, high), i32x4.extmul_high_i16x8_s(high, high))
    v128.store(long, norms(a, b, 64))
  }
}

/**
 * The middle for a tile whose rows have this zero on average: 6 after relu, 24 after gelu, 64 for numbers on
 * both sides of 0. There are only three so that a panel seldom needs starts for more than one.
 */
export function middleNear(zero: i32): i32 {
  return zero < 12 ? 6 : zero < 44 ? 24 : 64
}

/**
 * Writes the sums of squares of 16 first digits of a row (4 groups), each less the middle: two int32 at
 * `out`.
 */
export function storeSquares(digits: v128, middles: v128, out: usize): void {
  const away = i8x16.abs(i8x16.sub(digits, middles))
  const squares = productsShort(away, away)
  const two = i32x4.add(i32x4.extend_low_i16x8_u(squares), i32x4.extend_high_i16x8_u(squares))
  v128.store64_lane(out, i32x4.add(two, v128.shuffle<i32>(two, two, 2, 3, 0, 1)), 0)
}

/** Clears the squares of a row and the largest ones of a tile. @returns where the latter are */
export function clearSquares(squares: usize, groups: i32): usize {
  const spans = normSpans(groups)
  const largest = squares + SQUARE_BYTES * spans
  for (const end = largest + (LONG_SQUARE_BYTES + SQUARE_BYTES) * spans; squares < end; squares += 16) {
    v128.store(squares, i32x4.splat(0))
  }
  return largest
}

/**
 * Raises the largest squares of a tile to those of one more row: of blocks of 8 groups, then of blocks of 4.
 */
export function addSquares(squares: usize, groups: i32, largest: usize): void {
  let short = largest + LONG_SQUARE_BYTES * normSpans(groups)
  for (const end = squares + SQUARE_BYTES * normSpans(groups); squares < end; squares += 32) {
    const a = v128.load(squares)
    const b = v128.load(squares, 16)
    v128.store(largest, i32x4.max_s(v128.load(largest), pairsOfBlocks(a, b)))
    v128.store(short, i32x4.max_s(v128.load(short), a))
    v128.store(short, i32x4.max_s(v128.load(short, 16), b), 16)
    largest += 16
    short += 32
  }
}

/** Writes the norms of a tile, from the largest squares of its rows. */
export function writeNorms(largest: usize, groups: i32, middle: i32, to: usize): void {
  store<i32>(to, middle)
  const end = to + tileNormBytes(groups)
  for (to += <usize>NORM_HEADER; to < end; to += 16, largest += 32) {
    v128.store(to, norms(v128.load(largest), v128.load(largest, 16), 32))
  }
}

/** Whether the product of every pair of norms fits a lane. */
function allFit(weights: usize, digits: usize, bytes: usize): bool {
  let largest = i16x8.splat(0)
  for (const end = weights + bytes; weights < end; weights += 16, digits += 16) {
    largest = i16x8.max_s(largest, i16x8.relaxed_q15mulr_s(v128.load(weights), v128.load(digits)))
  }
  return !v128.any_true(i16x8.gt_s(largest, i16x8.splat(<i16>LARGEST_PRODUCT)))
}

/**
 * Bytes of the longest blocks that fit, by the norms of a tile and of the panel whose norms are in the
 * scratch.
 */
export function longestBlock(groups: i32, scratch: usize, tile: usize): usize {
  const panel = scratch + 16
  const digits = tile + <usize>NORM_HEADER
  const long = panelNormBytes(groups)
  if (allFit(panel, digits, long)) return LONG_BLOCK
  if (allFit(panel + long, digits + long, 2 * long)) return SHORT_BLOCK
  return HALF_BLOCK
}

/** The middle of a tile, in blocks of so many bytes. */
export function middleOf(blockBytes: usize, tile: usize): i32 {
  return blockBytes === HALF_BLOCK ? HALF_MIDDLE : load<i32>(tile)
}

/**
 * Where the panel's starts are for blocks of so many bytes and a middle above 0; they are made if the scratch
 * lacks them.
 *
 * @param sums  of each channel's weights, int32
 */
export function startsOf(
  w: usize,
  groups: i32,
  sums: usize,
  scratch: usize,
  blockBytes: usize,
  middle: i32,
): usize {
  const half = scratch + tileNormBytes(groups)
  const short = half + <usize>START_HEADER + START_BYTES * <usize>(groups >> 1)
  const long = short + <usize>START_HEADER + START_BYTES * <usize>(groups >> 2)
  const starts = blockBytes === LONG_BLOCK ? long : blockBytes === SHORT_BLOCK ? short : half
  const made = scratch + (blockBytes >> 6)
  if (<i32>load<u8>(made) !== middle) {
    shortStarts(w, groups, sums, blockBytes, middle, starts)
    store<u8>(made, middle)
  }
  return starts
}

/**
 * Writes the starts of a panel: -middle·Σ w for each lane, int16, modulo 2¹⁶.
 *
 * @param starts  gets 16 bytes of ones for `addPairs`, then for each channel middle·Σ w over all its blocks,
 *                int32, to be added back, then 32 bytes a block
 */
export function shortStarts(
  w: usize,
  groups: i32,
  sums: usize,
  blockBytes: usize,
  middle: i32,
  starts: usize,
): void {
  const middles = i8x16.splat(<i8>middle)
  v128.store(starts, i16x8.splat(1))
  v128.store(starts, i32x4.mul(i32x4.splat(middle), v128.load(sums)), 16)
  v128.store(starts, i32x4.mul(i32x4.splat(middle), v128.load(sums, 16)), 32)
  const end = w + ((<usize>groups) << 5)
  for (; w < end; starts += START_BYTES) {
    let a = i16x8.splat(0)
    let b = i16x8.splat(0)
    for (const blockEnd = min(w + blockBytes, end); w < blockEnd; w += 64) {
      a = dotShort(v128.load(w), middles, a)
      b = dotShort(v128.load(w, 16), middles, b)
      a = dotShort(v128.load(w, 32), middles, a)
      b = dotShort(v128.load(w, 48), middles, b)
    }
    v128.store(starts + <usize>START_HEADER, i16x8.neg(a))
    v128.store(starts + <usize>START_HEADER, i16x8.neg(b), 16)
  }
}
