/**
 * Register tiles of first digits for cores that have no instruction for four products of int8 in int32: there it takes three,
 * and two of them multiply. Here the products of a block of many inputs are added in int16 before one instruction widens their
 * sum: of 18 instructions for 128 products, with blocks of 8 groups of 4 inputs, 9 multiply, where it were 24 and 16.
 *
 *     a lane of int16    Σ first·w over two inputs of each group of a block
 *     it begins at       -middle·Σ w (its "start"), so that it holds Σ (first - middle)·w, which is small
 *
 * Whatever wraps on the way, the lane is exact if that sum fits int16; short-sums.ts says how long blocks may be for a tile and a panel.
 *
 * What bounds it are the vector instructions themselves, so there is little else in it. The first group of a block makes new sums of
 * its starts; the last adds to the wide sums, which are in memory meanwhile: 10 sums and 5 operands are all 15 registers. V8
 * computes where a splat with an offset lies anew in each loop unless it did so before: hence the loads whose results nobody
 * takes. The groups between are a loop, or the compiler would sort what is written out by rows, and spill. GOP/s of one Zen 4 core,
 * Node 24, K 768, N 768, M 128, bare tiles of 5 rows in one run: 150, re-vectorised 264; four products at once (tiles-digits.ts) 88
 * and 175; products of int16 91 and 177. Blocks of 4 groups 139, whatever was tried with them.
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
 * Of 4 or 5 rows.
 *
 * @param starts      of the panel, by `shortStarts`, for blocks of so many bytes
 * @param blockBytes  32 a group, at least two groups; the last block may be shorter
 * @param ahead       what is fetched: aheadStep bytes a group, of whole blocks, so up to 127 bytes beyond the panel, where columns stand
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
