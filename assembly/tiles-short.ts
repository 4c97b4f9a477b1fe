/**
 * The register tile of short sums: first digits (digits.ts) times weights, for cores that take three
 * instructions for four products of int8 in int32, two of which multiply. This tile adds the products of a
 * block of many inputs in int16, and one instruction then widens their sum to int32. With blocks of 8 groups
 * of 4 inputs that is 18 instructions for 128 products, 9 of which multiply, in place of 24 and 16.
 *
 *     a lane of int16    Σ first·w over two inputs of each group of a block
 *     its start          -middle·Σ w, so that the lane ends at Σ (first - middle)·w, which is small
 *
 * A lane may wrap on the way; it is exact if its end fits int16. short-sums.ts says how long the blocks may
 * be for a tile and a panel.
 *
 * The vector instructions themselves bound the speed, so the loop does little else. The first group of a
 * block makes new sums from the starts, and the last adds them to the sums of int32, so nothing is copied or
 * widened by an instruction of its own; meanwhile the sums of int32 are in memory, since 10 sums of int16 and
 * 5 operands take all 15 registers. The groups between are a loop, and some loads before it have results that
 * nobody takes, which keeps addresses in registers.
 *
 * Gain: 150 GOP/s where four products at once give 88 and int16 products 91 (bench/results/tried.md).
 */
import { addPairs, dotShort } from './simd'
import { Rows4, Rows5, storeSums } from './tile-sizes'

/** Bytes that one touch fetches. */
const CACHE_LINE: usize = 64

function short<Rows>(
  x: usize,
  w: usize,
  starts: usize,
  groups: i32,
  blockBytes: usize,
  out: usize,
  outStride: usize,
  ahead: usize,
  aheadStep: usize,
): void {
  const ones = v128.load(starts)
  const firstA = v128.load(starts, 16)
  const firstB = v128.load(starts, 32)
  starts += 32
  let y0a = firstA
  let y0b = firstB
  let y1a = firstA
  let y1b = firstB
  let y2a = firstA
  let y2b = firstB
  let y3a = firstA
  let y3b = firstB
  let y4a = firstA
  let y4b = firstB
  v128.load32_splat(x, 4)
  v128.load32_splat(x, 8)
  v128.load32_splat(x, 12)
  if (offsetof<Rows>() > 4) v128.load32_splat(x, 16)
  const end = w + ((<usize>groups) << 5)
  const aheadBlock = aheadStep * (blockBytes >> 5)
  // #region short
  while (w < end) {
    const aheadEnd = ahead + aheadBlock
    for (; ahead < aheadEnd; ahead += CACHE_LINE) load<u8>(ahead)
    ahead = aheadEnd
    starts += 32
    const sa = v128.load(starts - 16)
    const sb = v128.load(starts)
    const lastGroup = min(w + blockBytes, end) - 32
    let wa = v128.load(w)
    let wb = v128.load(w, 16)
    let xs = v128.load32_splat(x)
    let p0a = dotShort(wa, xs, sa)
    let p0b = dotShort(wb, xs, sb)
    xs = v128.load32_splat(x, 4)
    let p1a = dotShort(wa, xs, sa)
    let p1b = dotShort(wb, xs, sb)
    xs = v128.load32_splat(x, 8)
    let p2a = dotShort(wa, xs, sa)
    let p2b = dotShort(wb, xs, sb)
    xs = v128.load32_splat(x, 12)
    let p3a = dotShort(wa, xs, sa)
    let p3b = dotShort(wb, xs, sb)
    let p4a = sa
    let p4b = sb
    if (offsetof<Rows>() > 4) {
      xs = v128.load32_splat(x, 16)
      p4a = dotShort(wa, xs, sa)
      p4b = dotShort(wb, xs, sb)
    }
    for (w += 32; w < lastGroup; w += 32) {
      const va = v128.load(w)
      const vb = v128.load(w, 16)
      x += 4 * offsetof<Rows>()
      const x0 = v128.load32_splat(x)
      p0a = dotShort(va, x0, p0a)
      p0b = dotShort(vb, x0, p0b)
      const x1 = v128.load32_splat(x, 4)
      p1a = dotShort(va, x1, p1a)
      p1b = dotShort(vb, x1, p1b)
      const x2 = v128.load32_splat(x, 8)
      p2a = dotShort(va, x2, p2a)
      p2b = dotShort(vb, x2, p2b)
      const x3 = v128.load32_splat(x, 12)
      p3a = dotShort(va, x3, p3a)
      p3b = dotShort(vb, x3, p3b)
      if (offsetof<Rows>() > 4) {
        const x4 = v128.load32_splat(x, 16)
        p4a = dotShort(va, x4, p4a)
        p4b = dotShort(vb, x4, p4b)
      }
    }
    wa = v128.load(w)
    wb = v128.load(w, 16)
    x += 4 * offsetof<Rows>()
    xs = v128.load32_splat(x)
    y0a = addPairs(dotShort(wa, xs, p0a), ones, y0a)
    y0b = addPairs(dotShort(wb, xs, p0b), ones, y0b)
    xs = v128.load32_splat(x, 4)
    y1a = addPairs(dotShort(wa, xs, p1a), ones, y1a)
    y1b = addPairs(dotShort(wb, xs, p1b), ones, y1b)
    xs = v128.load32_splat(x, 8)
    y2a = addPairs(dotShort(wa, xs, p2a), ones, y2a)
    y2b = addPairs(dotShort(wb, xs, p2b), ones, y2b)
    xs = v128.load32_splat(x, 12)
    y3a = addPairs(dotShort(wa, xs, p3a), ones, y3a)
    y3b = addPairs(dotShort(wb, xs, p3b), ones, y3b)
    if (offsetof<Rows>() > 4) {
      xs = v128.load32_splat(x, 16)
      y4a = addPairs(dotShort(wa, xs, p4a), ones, y4a)
      y4b = addPairs(dotShort(wb, xs, p4b), ones, y4b)
    }
    x += 4 * offsetof<Rows>()
    w += 32
  }
  // #endregion
  storeSums(out, y0a, y0b)
  out += outStride
  storeSums(out, y1a, y1b)
  out += outStride
  storeSums(out, y2a, y2b)
  out += outStride
  storeSums(out, y3a, y3b)
  out += outStride
  if (offsetof<Rows>() > 4) storeSums(out, y4a, y4b)
}

/**
 * A tile of 4 or 5 rows × 8 channels.
 *
 * @param starts      what `shortStarts` made for the panel and blocks of that length
 * @param blockBytes  32 bytes a group, at least two groups; the last block may be shorter
 * @param ahead       an address to fetch, which moves by `aheadStep` bytes for each group, in whole blocks:
 *                    up to 127 bytes beyond a panel, where columns follow
 */
export function shortDigits8(
  rows: i32,
  x: usize,
  w: usize,
  starts: usize,
  groups: i32,
  blockBytes: usize,
  out: usize,
  outStride: usize,
  ahead: usize,
  aheadStep: usize,
): void {
  if (rows === 5) short<Rows5>(x, w, starts, groups, blockBytes, out, outStride, ahead, aheadStep)
  else short<Rows4>(x, w, starts, groups, blockBytes, out, outStride, ahead, aheadStep)
}
