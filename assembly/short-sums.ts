/** What belongs to short sums (tiles-short.ts) beside the tiles: where a panel's lanes start, and the lanes that do not fit. */
import { dotDigits, dotShort } from './simd'

/** From where first digits count in short sums: they are 63 below it to 64 above, so that four weights of -128 fit too. */
export const MIDDLE: i32 = 63
/** The fewest rows that a tile of short sums has. */
export const SHORT_ROWS: i32 = 4
/** Weights of a lane whose magnitudes have no larger sum fit: 64·511 < 2¹⁵. */
const FITTING: i32 = 511
/** Groups of inputs up to which the sums of second digits fit too, eight products a lane: tiles-second-short.ts. */
const MOST_GROUPS: i32 = 14_250
/** In place of a channel's wide lanes: where there is none, and where there are more than two. */
const NO_LANE: i32 = 0xffff
const MORE_LANES: i32 = 0xfffe

/** Bytes of a block of 4 groups in a panel of 8 channels, and of one of 2. */
export const BLOCK_BYTES: usize = 128
const HALF_BLOCK_BYTES: usize = 64
/** Bytes of its starts. */
const START_BYTES: usize = 32

/**
 * -63·Σ w for each lane of a panel, int16, modulo 2¹⁶.
 *
 * @param starts  16 bytes of ones for `addPairs`, then 32 bytes a block
 */
export function shortStarts(w: usize, groups: i32, blockBytes: usize, starts: usize): void {
  const middle = i8x16.splat(<i8>MIDDLE)
  v128.store(starts, i16x8.splat(1))
  const end = w + ((<usize>groups) << 5)
  for (; w < end; w += blockBytes, starts += START_BYTES) {
    let a = i16x8.splat(0)
    let b = i16x8.splat(0)
    for (let at = w; at < w + blockBytes; at += 32) {
      a = dotShort(v128.load(at), middle, a)
      b = dotShort(v128.load(at, 16), middle, b)
    }
    v128.store(starts, i16x8.neg(a), 16)
    v128.store(starts, i16x8.neg(b), 32)
  }
}

/** Whether second digits of so many groups fit. */
export function fitsShortSums(groups: i32): bool {
  return groups <= MOST_GROUPS
}

/** How long a panel's blocks may be. @param wide  of its first channel, by `wideLanes` */
export function blockBytesOf(wide: usize): usize {
  const more = i32x4.splat(MORE_LANES)
  const channels = v128.or(i32x4.eq(v128.load(wide), more), i32x4.eq(v128.load(wide, 16), more))
  return v128.any_true(channels) ? HALF_BLOCK_BYTES : BLOCK_BYTES
}

/** Whether a panel has wide lanes. @param wide  of its first channel */
export function hasWideLanes(wide: usize): bool {
  return v128.any_true(v128.not(v128.and(v128.load(wide), v128.load(wide, 16))))
}

/**
 * The lanes of a channel whose weights do not fit, as it keeps them: two numbers 2·block + half of 16 bits, NO_LANE in place of one
 * that there is not; MORE_LANES where there are more.
 *
 * @param row  the channel's weights, int8, K padded to 16
 */
export function wideLanes(row: usize, end: usize): i32 {
  let lanes = NO_LANE | (NO_LANE << 16)
  for (let lane: i32 = 0; row < end; row += 16, lane += 2) {
    const pairs = i16x8.extadd_pairwise_i8x16_u(i8x16.abs(v128.load(row)))
    const two = i16x8.add(pairs, v128.shuffle<i32>(pairs, pairs, 2, 3, 0, 1))
    const sums = i16x8.add(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2))
    if (<i32>i16x8.extract_lane_s(sums, 0) > FITTING) lanes = withLane(lanes, lane)
    if (<i32>i16x8.extract_lane_s(sums, 1) > FITTING) lanes = withLane(lanes, lane + 1)
  }
  return lanes
}

function withLane(lanes: i32, lane: i32): i32 {
  const full = <u32>lanes >>> 16 !== NO_LANE
  return full ? MORE_LANES : (lanes << 16) | lane
}

/** What rows lost whose lane went from within int16 to `sums`: the multiples of 2¹⁶ nearest to them. */
function lost(sums: v128): v128 {
  return i32x4.sub(sums, i32x4.shr_s(i32x4.shl(sums, 16), 16))
}

/**
 * Adds to a tile's sums what the panel's wide lanes have lost: each is computed again, all rows at once, in int32.
 *
 * @param wide  of its first channel
 * @param x     first digits of the tile of 4 to 6 rows
 * @param out   its sums, int32
 */
export function mendWide(
  wide: usize,
  x: usize,
  rows: i32,
  w: usize,
  groups: i32,
  out: usize,
  outStride: usize,
): void {
  const lanes = groups >> 1
  for (let half: usize = 0; half < 32; half += 2) {
    const lane = <i32>load<u16>(wide + half)
    // NO_LANE is beyond; so may be what stands for a channel that the layer has not.
    if (lane < lanes) mendLane(lane, half & ~3, x, rows, w, out, outStride)
  }
}

/** @param channel  its number · 4 */
function mendLane(
  lane: i32,
  channel: usize,
  x: usize,
  rows: i32,
  w: usize,
  out: usize,
  outStride: usize,
): void {
  const middle = i8x16.splat(<i8>MIDDLE)
  const step = (<usize>rows) << 2
  const block = <usize>(lane >> 1)
  const half = lane & 1
  let weights = w + BLOCK_BYTES * block + channel + ((<usize>half) << 1)
  let digits = x + 4 * step * block
  let start = i32x4.splat(0)
  let a = i32x4.splat(0)
  let b = i32x4.splat(0)
  for (let group: i32 = 0; group < 4; group++, weights += 32, digits += step) {
    const pair = i32x4.splat((<i32>load<u16>(weights)) << (half << 4))
    start = dotDigits(pair, middle, start)
    a = dotDigits(pair, v128.load(digits), a)
    b = dotDigits(pair, v128.load64_zero(digits, 16), b)
  }
  a = lost(i32x4.sub(a, start))
  b = lost(i32x4.sub(b, start))
  if (!v128.any_true(v128.or(a, b))) return
  const to = out + channel
  add(to, i32x4.extract_lane(a, 0))
  add(to + outStride, i32x4.extract_lane(a, 1))
  add(to + 2 * outStride, i32x4.extract_lane(a, 2))
  add(to + 3 * outStride, i32x4.extract_lane(a, 3))
  if (rows > 4) add(to + 4 * outStride, i32x4.extract_lane(b, 0))
  if (rows > 5) add(to + 5 * outStride, i32x4.extract_lane(b, 1))
}

function add(to: usize, value: i32): void {
  store<i32>(to, load<i32>(to) + value)
}
