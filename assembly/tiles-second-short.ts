/**
 * Register tiles of second digits with short sums (tiles-short.ts): blocks of 4 listed groups, eight products a lane of int16.
 *
 * They fit. A row that has second digits has a step of at least c·e/63.5, e the root mean square of its K values (row-step.ts), so
 * that √Σq² <= √K·(63.5/c + 1/2); each second digit is at most |q|/64, and eight of them by Cauchy and Schwarz together at most
 * √8·√K·24.02/64 = 1.07·√K. With weights of at most 128 the sum is below 2¹⁵ up to K = 57,000.
 */
import { listBytes, NEGATIVE, numbersAt, SECOND_HEADER } from './digits'
import { addPairs, dotShort } from './simd'

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
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(4, groups)) {
    let digits = list
    let number = list + numbersAt(4, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    while (number < end) {
      let p0a = i16x8.splat(0)
      let p0b = i16x8.splat(0)
      let p1a = i16x8.splat(0)
      let p1b = i16x8.splat(0)
      let p2a = i16x8.splat(0)
      let p2b = i16x8.splat(0)
      let p3a = i16x8.splat(0)
      let p3b = i16x8.splat(0)
      const blockEnd = number + 8
      for (; number < blockEnd; number += 2) {
        const group = w + ((<usize>load<u16>(number)) << 5)
        const wa = v128.load(group)
        const wb = v128.load(group, 16)
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
        digits += 16
      }
      y0a = addPairs(p0a, ones, y0a)
      y0b = addPairs(p0b, ones, y0b)
      y1a = addPairs(p1a, ones, y1a)
      y1b = addPairs(p1b, ones, y1b)
      y2a = addPairs(p2a, ones, y2a)
      y2b = addPairs(p2b, ones, y2b)
      y3a = addPairs(p3a, ones, y3a)
      y3b = addPairs(p3b, ones, y3b)
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
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(5, groups)) {
    let digits = list
    let number = list + numbersAt(5, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    while (number < end) {
      let p0a = i16x8.splat(0)
      let p0b = i16x8.splat(0)
      let p1a = i16x8.splat(0)
      let p1b = i16x8.splat(0)
      let p2a = i16x8.splat(0)
      let p2b = i16x8.splat(0)
      let p3a = i16x8.splat(0)
      let p3b = i16x8.splat(0)
      let p4a = i16x8.splat(0)
      let p4b = i16x8.splat(0)
      const blockEnd = number + 8
      for (; number < blockEnd; number += 2) {
        const group = w + ((<usize>load<u16>(number)) << 5)
        const wa = v128.load(group)
        const wb = v128.load(group, 16)
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
        digits += 20
      }
      y0a = addPairs(p0a, ones, y0a)
      y0b = addPairs(p0b, ones, y0b)
      y1a = addPairs(p1a, ones, y1a)
      y1b = addPairs(p1b, ones, y1b)
      y2a = addPairs(p2a, ones, y2a)
      y2b = addPairs(p2b, ones, y2b)
      y3a = addPairs(p3a, ones, y3a)
      y3b = addPairs(p3b, ones, y3b)
      y4a = addPairs(p4a, ones, y4a)
      y4b = addPairs(p4b, ones, y4b)
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

function second6x2(slot: usize, w: usize, groups: i32, starts: usize, out: usize, outStride: usize): void {
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
  let y5a = i32x4.splat(0)
  let y5b = i32x4.splat(0)
  const ones = v128.load(starts)
  let list = slot + <usize>SECOND_HEADER
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(6, groups)) {
    let digits = list
    let number = list + numbersAt(6, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    while (number < end) {
      let p0a = i16x8.splat(0)
      let p0b = i16x8.splat(0)
      let p1a = i16x8.splat(0)
      let p1b = i16x8.splat(0)
      let p2a = i16x8.splat(0)
      let p2b = i16x8.splat(0)
      let p3a = i16x8.splat(0)
      let p3b = i16x8.splat(0)
      let p4a = i16x8.splat(0)
      let p4b = i16x8.splat(0)
      let p5a = i16x8.splat(0)
      let p5b = i16x8.splat(0)
      const blockEnd = number + 8
      for (; number < blockEnd; number += 2) {
        const group = w + ((<usize>load<u16>(number)) << 5)
        const wa = v128.load(group)
        const wb = v128.load(group, 16)
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
        const x5 = v128.load32_splat(digits, 20)
        p5a = dotShort(wa, x5, p5a)
        p5b = dotShort(wb, x5, p5b)
        digits += 24
      }
      y0a = addPairs(p0a, ones, y0a)
      y0b = addPairs(p0b, ones, y0b)
      y1a = addPairs(p1a, ones, y1a)
      y1b = addPairs(p1b, ones, y1b)
      y2a = addPairs(p2a, ones, y2a)
      y2b = addPairs(p2b, ones, y2b)
      y3a = addPairs(p3a, ones, y3a)
      y3b = addPairs(p3b, ones, y3b)
      y4a = addPairs(p4a, ones, y4a)
      y4b = addPairs(p4b, ones, y4b)
      y5a = addPairs(p5a, ones, y5a)
      y5b = addPairs(p5b, ones, y5b)
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
    y5a = i32x4.neg(y5a)
    y5b = i32x4.neg(y5b)
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
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y5a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y5b, 7)), 16)
}

/** For a tile of 4, 5 or 6 rows. @param starts  of the panel, by `shortStarts`: only its ones are read */
export function shortSeconds8(
  rows: i32,
  slot: usize,
  w: usize,
  groups: i32,
  starts: usize,
  out: usize,
  outStride: usize,
): void {
  if (rows === 6) second6x2(slot, w, groups, starts, out, outStride)
  else if (rows === 5) second5x2(slot, w, groups, starts, out, outStride)
  else second4x2(slot, w, groups, starts, out, outStride)
}
