/**
 * Register tiles of second digits with short sums (tiles-short.ts): blocks of 8 listed groups, or as many as are left.
 *
 * They fit. A row that has second digits has a step of at least c·e/63.5, e the root mean square of its K values (row-step.ts), so
 * that √Σq² <= √K·(63.5/c + 1/2); each second digit is at most |q|/64, and sixteen of them by Cauchy and Schwarz together at most
 * √16·√K·24.02/64 = 1.5·√K. With weights of at most 128 the sum is below 2¹⁵ up to K = 29,000.
 */
import { listBytes, NEGATIVE, numbersAt, SECOND_HEADER } from './digits'
import { addPairs, dotShort, productsShort } from './simd'

/** Bytes of the numbers of a block. */
const BLOCK_NUMBERS: usize = 16

function second4x2(slot: usize, w: usize, groups: i32, starts: usize, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  const ones = v128.load(starts)
  let list = slot + <usize>SECOND_HEADER
  v128.load32_splat(list, 4)
  v128.load32_splat(list, 8)
  v128.load32_splat(list, 12)
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(4, groups)) {
    let digits = list
    let number = list + numbersAt(4, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    while (number < end) {
      const last = min(number + BLOCK_NUMBERS, end) - 2
      const from = w + ((<usize>load<u16>(number)) << 5)
      const va = v128.load(from)
      const vb = v128.load(from, 16)
      const v0 = v128.load32_splat(digits)
      let p0a = productsShort(va, v0)
      let p0b = productsShort(vb, v0)
      const v1 = v128.load32_splat(digits, 4)
      let p1a = productsShort(va, v1)
      let p1b = productsShort(vb, v1)
      const v2 = v128.load32_splat(digits, 8)
      let p2a = productsShort(va, v2)
      let p2b = productsShort(vb, v2)
      const v3 = v128.load32_splat(digits, 12)
      let p3a = productsShort(va, v3)
      let p3b = productsShort(vb, v3)
      for (number += 2; number < last; number += 2) {
        const group = w + ((<usize>load<u16>(number)) << 5)
        const wa = v128.load(group)
        const wb = v128.load(group, 16)
        digits += 16
        const x0 = v128.load32_splat(digits)
        p0a = dotShort(wa, x0, p0a)
        p0b = dotShort(wb, x0, p0b)
        const x1 = v128.load32_splat(digits, 4)
        p1a = dotShort(wa, x1, p1a)
        p1b = dotShort(wb, x1, p1b)
        const x2 = v128.load32_splat(digits, 8)
        p2a = dotShort(wa, x2, p2a)
        p2b = dotShort(wb, x2, p2b)
        const x3 = v128.load32_splat(digits, 12)
        p3a = dotShort(wa, x3, p3a)
        p3b = dotShort(wb, x3, p3b)
      }
      const to = w + ((<usize>load<u16>(number)) << 5)
      const ua = v128.load(to)
      const ub = v128.load(to, 16)
      digits += 16
      const u0 = v128.load32_splat(digits)
      y0a = addPairs(dotShort(ua, u0, p0a), ones, y0a)
      y0b = addPairs(dotShort(ub, u0, p0b), ones, y0b)
      const u1 = v128.load32_splat(digits, 4)
      y1a = addPairs(dotShort(ua, u1, p1a), ones, y1a)
      y1b = addPairs(dotShort(ub, u1, p1b), ones, y1b)
      const u2 = v128.load32_splat(digits, 8)
      y2a = addPairs(dotShort(ua, u2, p2a), ones, y2a)
      y2b = addPairs(dotShort(ub, u2, p2b), ones, y2b)
      const u3 = v128.load32_splat(digits, 12)
      y3a = addPairs(dotShort(ua, u3, p3a), ones, y3a)
      y3b = addPairs(dotShort(ub, u3, p3b), ones, y3b)
      digits += 16
      number += 2
    }
    y0a = i32x4.neg(y0a)
    y0b = i32x4.neg(y0b)
    y1a = i32x4.neg(y1a)
    y1b = i32x4.neg(y1b)
    y2a = i32x4.neg(y2a)
    y2b = i32x4.neg(y2b)
    y3a = i32x4.neg(y3a)
    y3b = i32x4.neg(y3b)
  }
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y0a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y0b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y1a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y1b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y2a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y2b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y3a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y3b, 7)), 16)
}

function second5x2(slot: usize, w: usize, groups: i32, starts: usize, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let y4a = i32x4.splat(0)
  let y4b = i32x4.splat(0)
  const ones = v128.load(starts)
  let list = slot + <usize>SECOND_HEADER
  v128.load32_splat(list, 4)
  v128.load32_splat(list, 8)
  v128.load32_splat(list, 12)
  v128.load32_splat(list, 16)
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(5, groups)) {
    let digits = list
    let number = list + numbersAt(5, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    while (number < end) {
      const last = min(number + BLOCK_NUMBERS, end) - 2
      const from = w + ((<usize>load<u16>(number)) << 5)
      const va = v128.load(from)
      const vb = v128.load(from, 16)
      const v0 = v128.load32_splat(digits)
      let p0a = productsShort(va, v0)
      let p0b = productsShort(vb, v0)
      const v1 = v128.load32_splat(digits, 4)
      let p1a = productsShort(va, v1)
      let p1b = productsShort(vb, v1)
      const v2 = v128.load32_splat(digits, 8)
      let p2a = productsShort(va, v2)
      let p2b = productsShort(vb, v2)
      const v3 = v128.load32_splat(digits, 12)
      let p3a = productsShort(va, v3)
      let p3b = productsShort(vb, v3)
      const v4 = v128.load32_splat(digits, 16)
      let p4a = productsShort(va, v4)
      let p4b = productsShort(vb, v4)
      for (number += 2; number < last; number += 2) {
        const group = w + ((<usize>load<u16>(number)) << 5)
        const wa = v128.load(group)
        const wb = v128.load(group, 16)
        digits += 20
        const x0 = v128.load32_splat(digits)
        p0a = dotShort(wa, x0, p0a)
        p0b = dotShort(wb, x0, p0b)
        const x1 = v128.load32_splat(digits, 4)
        p1a = dotShort(wa, x1, p1a)
        p1b = dotShort(wb, x1, p1b)
        const x2 = v128.load32_splat(digits, 8)
        p2a = dotShort(wa, x2, p2a)
        p2b = dotShort(wb, x2, p2b)
        const x3 = v128.load32_splat(digits, 12)
        p3a = dotShort(wa, x3, p3a)
        p3b = dotShort(wb, x3, p3b)
        const x4 = v128.load32_splat(digits, 16)
        p4a = dotShort(wa, x4, p4a)
        p4b = dotShort(wb, x4, p4b)
      }
      const to = w + ((<usize>load<u16>(number)) << 5)
      const ua = v128.load(to)
      const ub = v128.load(to, 16)
      digits += 20
      const u0 = v128.load32_splat(digits)
      y0a = addPairs(dotShort(ua, u0, p0a), ones, y0a)
      y0b = addPairs(dotShort(ub, u0, p0b), ones, y0b)
      const u1 = v128.load32_splat(digits, 4)
      y1a = addPairs(dotShort(ua, u1, p1a), ones, y1a)
      y1b = addPairs(dotShort(ub, u1, p1b), ones, y1b)
      const u2 = v128.load32_splat(digits, 8)
      y2a = addPairs(dotShort(ua, u2, p2a), ones, y2a)
      y2b = addPairs(dotShort(ub, u2, p2b), ones, y2b)
      const u3 = v128.load32_splat(digits, 12)
      y3a = addPairs(dotShort(ua, u3, p3a), ones, y3a)
      y3b = addPairs(dotShort(ub, u3, p3b), ones, y3b)
      const u4 = v128.load32_splat(digits, 16)
      y4a = addPairs(dotShort(ua, u4, p4a), ones, y4a)
      y4b = addPairs(dotShort(ub, u4, p4b), ones, y4b)
      digits += 20
      number += 2
    }
    y0a = i32x4.neg(y0a)
    y0b = i32x4.neg(y0b)
    y1a = i32x4.neg(y1a)
    y1b = i32x4.neg(y1b)
    y2a = i32x4.neg(y2a)
    y2b = i32x4.neg(y2b)
    y3a = i32x4.neg(y3a)
    y3b = i32x4.neg(y3b)
    y4a = i32x4.neg(y4a)
    y4b = i32x4.neg(y4b)
  }
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y0a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y0b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y1a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y1b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y2a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y2b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y3a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y3b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y4a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y4b, 7)), 16)
}

/** For a tile of 4 or 5 rows. @param starts  of the panel, by `shortStarts`: only its ones are read */
export function shortSeconds8(
  rows: i32,
  slot: usize,
  w: usize,
  groups: i32,
  starts: usize,
  out: usize,
  outStride: usize,
): void {
  if (rows === 5) second5x2(slot, w, groups, starts, out, outStride)
  else second4x2(slot, w, groups, starts, out, outStride)
}
