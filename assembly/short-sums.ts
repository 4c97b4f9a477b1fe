/** What belongs to short sums (tiles-short.ts) beside the tiles: where a panel's lanes start, and the lanes that do not fit. */
import { dotDigits, dotShort } from './simd'

/** From where first digits count in short sums: they are 63 below it to 64 above, so that four weights of -128 fit too. */
export const MIDDLE: i32 = 63
/** The fewest rows that a tile of short sums has. */
export const SHORT_ROWS: i32 = 4
/** Weights of a lane whose magnitudes have no larger sum fit: 64·511 < 2¹⁵. */
const FITTING: i32 = 511
/**
 * Groups of inputs up to which the sums of second digits fit too, eight products a lane: tiles-second-short.ts. A lane's number has
 * 16 bits then.
 */
const MOST_GROUPS: i32 = 14_250
/** Lanes of a panel that can be listed; a panel that has more takes shorter blocks. */
const MOST_WIDE: u16 = 15

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

/** How long a panel's blocks may be. @param wide  its list, by `listWide` */
export function blockBytesOf(wide: usize): usize {
  return load<u16>(wide) <= MOST_WIDE ? BLOCK_BYTES : HALF_BLOCK_BYTES
}

/**
 * Lists the lanes of a block of 16 weights of one channel that do not fit: in `wide`, u16, how many there are in the panel, then
 * of each 16·block + 2·channel + half, its number among the panel's lanes. (The 32 bytes are zeros before the first.)
 */
export function listWide(weights: v128, block: i32, channel: i32, wide: usize): void {
  const pairs = i16x8.extadd_pairwise_i8x16_u(i8x16.abs(weights))
  const two = i16x8.add(pairs, v128.shuffle<i32>(pairs, pairs, 2, 3, 0, 1))
  const sums = i16x8.add(two, v128.shuffle<i32>(two, two, 1, 0, 3, 2))
  const lane = (block << 4) + (channel << 1)
  if (<i32>i16x8.extract_lane_s(sums, 0) > FITTING) list(lane, wide)
  if (<i32>i16x8.extract_lane_s(sums, 1) > FITTING) list(lane + 1, wide)
}

function list(lane: i32, wide: usize): void {
  const count = load<u16>(wide)
  if (count > MOST_WIDE) return
  if (count < MOST_WIDE) store<u16>(wide + ((<usize>count) << 1), <u16>lane, 2)
  store<u16>(wide, count + 1)
}

/** What rows lost whose lane went from within int16 to `sums`: the multiples of 2¹⁶ nearest to them. */
function lost(sums: v128): v128 {
  return i32x4.sub(sums, i32x4.shr_s(i32x4.shl(sums, 16), 16))
}

/**
 * Adds to a tile's sums what the panel's listed lanes have lost: each is computed again, all rows at once, in int32.
 *
 * @param x  first digits of the tile of 4 to 6 rows
 * @param out  its sums, int32
 */
export function mendWide(wide: usize, x: usize, rows: i32, w: usize, out: usize, outStride: usize): void {
  const middle = i8x16.splat(<i8>MIDDLE)
  const step = (<usize>rows) << 2
  const end = wide + 2 + ((<usize>load<u16>(wide)) << 1)
  for (let entry = wide + 2; entry < end; entry += 2) {
    const lane = <i32>load<u16>(entry)
    const half = (lane & 1) << 4
    let weights =
      w + BLOCK_BYTES * <usize>(lane >> 4) + ((<usize>(lane & 14)) << 1) + ((<usize>(lane & 1)) << 1)
    let digits = x + 4 * step * <usize>(lane >> 4)
    let start = i32x4.splat(0)
    let a = i32x4.splat(0)
    let b = i32x4.splat(0)
    for (let group: i32 = 0; group < 4; group++, weights += 32, digits += step) {
      const pair = i32x4.splat((<i32>load<u16>(weights)) << half)
      start = dotDigits(pair, middle, start)
      a = dotDigits(pair, v128.load(digits), a)
      b = dotDigits(pair, v128.load64_zero(digits, 16), b)
    }
    a = lost(i32x4.sub(a, start))
    b = lost(i32x4.sub(b, start))
    if (!v128.any_true(v128.or(a, b))) continue
    const to = out + ((<usize>(lane & 14)) << 1)
    add(to, i32x4.extract_lane(a, 0))
    add(to + outStride, i32x4.extract_lane(a, 1))
    add(to + 2 * outStride, i32x4.extract_lane(a, 2))
    add(to + 3 * outStride, i32x4.extract_lane(a, 3))
    if (rows > 4) add(to + 4 * outStride, i32x4.extract_lane(b, 0))
    if (rows > 5) add(to + 5 * outStride, i32x4.extract_lane(b, 1))
  }
}

function add(to: usize, value: i32): void {
  store<i32>(to, load<i32>(to) + value)
}
