/**
 * Register tiles of second digits with short sums (tiles-short.ts): blocks of 4 listed groups, whose eight products fit int16
 * where no digit is above 31, since 8·31·128 < 2¹⁵. Lists are padded to whole blocks with digits of 0.
 */
import { listBytes, NEGATIVE, numbersAt, SECOND_HEADER } from './digits'
import { addPairs, dotShort, productPairs } from './simd'

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
    for (; number < end; number += 8) {
      const group0 = w + ((<usize>load<u16>(number)) << 5)
      const group1 = w + ((<usize>load<u16>(number, 2)) << 5)
      const group2 = w + ((<usize>load<u16>(number, 4)) << 5)
      const group3 = w + ((<usize>load<u16>(number, 6)) << 5)
      const wa0 = v128.load(group0)
      const wb0 = v128.load(group0, 16)
      const wa1 = v128.load(group1)
      const wb1 = v128.load(group1, 16)
      const wa2 = v128.load(group2)
      const wb2 = v128.load(group2, 16)
      const wa3 = v128.load(group3)
      const wb3 = v128.load(group3, 16)
      const x00 = v128.load32_splat(digits)
      const x01 = v128.load32_splat(digits, 16)
      const x02 = v128.load32_splat(digits, 32)
      const x03 = v128.load32_splat(digits, 48)
      y0a = addPairs(
        dotShort(wa3, x03, dotShort(wa2, x02, dotShort(wa1, x01, productPairs(wa0, x00)))),
        ones,
        y0a,
      )
      y0b = addPairs(
        dotShort(wb3, x03, dotShort(wb2, x02, dotShort(wb1, x01, productPairs(wb0, x00)))),
        ones,
        y0b,
      )
      const x10 = v128.load32_splat(digits, 4)
      const x11 = v128.load32_splat(digits, 20)
      const x12 = v128.load32_splat(digits, 36)
      const x13 = v128.load32_splat(digits, 52)
      y1a = addPairs(
        dotShort(wa3, x13, dotShort(wa2, x12, dotShort(wa1, x11, productPairs(wa0, x10)))),
        ones,
        y1a,
      )
      y1b = addPairs(
        dotShort(wb3, x13, dotShort(wb2, x12, dotShort(wb1, x11, productPairs(wb0, x10)))),
        ones,
        y1b,
      )
      const x20 = v128.load32_splat(digits, 8)
      const x21 = v128.load32_splat(digits, 24)
      const x22 = v128.load32_splat(digits, 40)
      const x23 = v128.load32_splat(digits, 56)
      y2a = addPairs(
        dotShort(wa3, x23, dotShort(wa2, x22, dotShort(wa1, x21, productPairs(wa0, x20)))),
        ones,
        y2a,
      )
      y2b = addPairs(
        dotShort(wb3, x23, dotShort(wb2, x22, dotShort(wb1, x21, productPairs(wb0, x20)))),
        ones,
        y2b,
      )
      const x30 = v128.load32_splat(digits, 12)
      const x31 = v128.load32_splat(digits, 28)
      const x32 = v128.load32_splat(digits, 44)
      const x33 = v128.load32_splat(digits, 60)
      y3a = addPairs(
        dotShort(wa3, x33, dotShort(wa2, x32, dotShort(wa1, x31, productPairs(wa0, x30)))),
        ones,
        y3a,
      )
      y3b = addPairs(
        dotShort(wb3, x33, dotShort(wb2, x32, dotShort(wb1, x31, productPairs(wb0, x30)))),
        ones,
        y3b,
      )
      digits += 64
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
    for (; number < end; number += 8) {
      const group0 = w + ((<usize>load<u16>(number)) << 5)
      const group1 = w + ((<usize>load<u16>(number, 2)) << 5)
      const group2 = w + ((<usize>load<u16>(number, 4)) << 5)
      const group3 = w + ((<usize>load<u16>(number, 6)) << 5)
      const wa0 = v128.load(group0)
      const wb0 = v128.load(group0, 16)
      const wa1 = v128.load(group1)
      const wb1 = v128.load(group1, 16)
      const wa2 = v128.load(group2)
      const wb2 = v128.load(group2, 16)
      const wa3 = v128.load(group3)
      const wb3 = v128.load(group3, 16)
      const x00 = v128.load32_splat(digits)
      const x01 = v128.load32_splat(digits, 20)
      const x02 = v128.load32_splat(digits, 40)
      const x03 = v128.load32_splat(digits, 60)
      y0a = addPairs(
        dotShort(wa3, x03, dotShort(wa2, x02, dotShort(wa1, x01, productPairs(wa0, x00)))),
        ones,
        y0a,
      )
      y0b = addPairs(
        dotShort(wb3, x03, dotShort(wb2, x02, dotShort(wb1, x01, productPairs(wb0, x00)))),
        ones,
        y0b,
      )
      const x10 = v128.load32_splat(digits, 4)
      const x11 = v128.load32_splat(digits, 24)
      const x12 = v128.load32_splat(digits, 44)
      const x13 = v128.load32_splat(digits, 64)
      y1a = addPairs(
        dotShort(wa3, x13, dotShort(wa2, x12, dotShort(wa1, x11, productPairs(wa0, x10)))),
        ones,
        y1a,
      )
      y1b = addPairs(
        dotShort(wb3, x13, dotShort(wb2, x12, dotShort(wb1, x11, productPairs(wb0, x10)))),
        ones,
        y1b,
      )
      const x20 = v128.load32_splat(digits, 8)
      const x21 = v128.load32_splat(digits, 28)
      const x22 = v128.load32_splat(digits, 48)
      const x23 = v128.load32_splat(digits, 68)
      y2a = addPairs(
        dotShort(wa3, x23, dotShort(wa2, x22, dotShort(wa1, x21, productPairs(wa0, x20)))),
        ones,
        y2a,
      )
      y2b = addPairs(
        dotShort(wb3, x23, dotShort(wb2, x22, dotShort(wb1, x21, productPairs(wb0, x20)))),
        ones,
        y2b,
      )
      const x30 = v128.load32_splat(digits, 12)
      const x31 = v128.load32_splat(digits, 32)
      const x32 = v128.load32_splat(digits, 52)
      const x33 = v128.load32_splat(digits, 72)
      y3a = addPairs(
        dotShort(wa3, x33, dotShort(wa2, x32, dotShort(wa1, x31, productPairs(wa0, x30)))),
        ones,
        y3a,
      )
      y3b = addPairs(
        dotShort(wb3, x33, dotShort(wb2, x32, dotShort(wb1, x31, productPairs(wb0, x30)))),
        ones,
        y3b,
      )
      const x40 = v128.load32_splat(digits, 16)
      const x41 = v128.load32_splat(digits, 36)
      const x42 = v128.load32_splat(digits, 56)
      const x43 = v128.load32_splat(digits, 76)
      y4a = addPairs(
        dotShort(wa3, x43, dotShort(wa2, x42, dotShort(wa1, x41, productPairs(wa0, x40)))),
        ones,
        y4a,
      )
      y4b = addPairs(
        dotShort(wb3, x43, dotShort(wb2, x42, dotShort(wb1, x41, productPairs(wb0, x40)))),
        ones,
        y4b,
      )
      digits += 80
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
    for (; number < end; number += 8) {
      const group0 = w + ((<usize>load<u16>(number)) << 5)
      const group1 = w + ((<usize>load<u16>(number, 2)) << 5)
      const group2 = w + ((<usize>load<u16>(number, 4)) << 5)
      const group3 = w + ((<usize>load<u16>(number, 6)) << 5)
      const wa0 = v128.load(group0)
      const wb0 = v128.load(group0, 16)
      const wa1 = v128.load(group1)
      const wb1 = v128.load(group1, 16)
      const wa2 = v128.load(group2)
      const wb2 = v128.load(group2, 16)
      const wa3 = v128.load(group3)
      const wb3 = v128.load(group3, 16)
      const x00 = v128.load32_splat(digits)
      const x01 = v128.load32_splat(digits, 24)
      const x02 = v128.load32_splat(digits, 48)
      const x03 = v128.load32_splat(digits, 72)
      y0a = addPairs(
        dotShort(wa3, x03, dotShort(wa2, x02, dotShort(wa1, x01, productPairs(wa0, x00)))),
        ones,
        y0a,
      )
      y0b = addPairs(
        dotShort(wb3, x03, dotShort(wb2, x02, dotShort(wb1, x01, productPairs(wb0, x00)))),
        ones,
        y0b,
      )
      const x10 = v128.load32_splat(digits, 4)
      const x11 = v128.load32_splat(digits, 28)
      const x12 = v128.load32_splat(digits, 52)
      const x13 = v128.load32_splat(digits, 76)
      y1a = addPairs(
        dotShort(wa3, x13, dotShort(wa2, x12, dotShort(wa1, x11, productPairs(wa0, x10)))),
        ones,
        y1a,
      )
      y1b = addPairs(
        dotShort(wb3, x13, dotShort(wb2, x12, dotShort(wb1, x11, productPairs(wb0, x10)))),
        ones,
        y1b,
      )
      const x20 = v128.load32_splat(digits, 8)
      const x21 = v128.load32_splat(digits, 32)
      const x22 = v128.load32_splat(digits, 56)
      const x23 = v128.load32_splat(digits, 80)
      y2a = addPairs(
        dotShort(wa3, x23, dotShort(wa2, x22, dotShort(wa1, x21, productPairs(wa0, x20)))),
        ones,
        y2a,
      )
      y2b = addPairs(
        dotShort(wb3, x23, dotShort(wb2, x22, dotShort(wb1, x21, productPairs(wb0, x20)))),
        ones,
        y2b,
      )
      const x30 = v128.load32_splat(digits, 12)
      const x31 = v128.load32_splat(digits, 36)
      const x32 = v128.load32_splat(digits, 60)
      const x33 = v128.load32_splat(digits, 84)
      y3a = addPairs(
        dotShort(wa3, x33, dotShort(wa2, x32, dotShort(wa1, x31, productPairs(wa0, x30)))),
        ones,
        y3a,
      )
      y3b = addPairs(
        dotShort(wb3, x33, dotShort(wb2, x32, dotShort(wb1, x31, productPairs(wb0, x30)))),
        ones,
        y3b,
      )
      const x40 = v128.load32_splat(digits, 16)
      const x41 = v128.load32_splat(digits, 40)
      const x42 = v128.load32_splat(digits, 64)
      const x43 = v128.load32_splat(digits, 88)
      y4a = addPairs(
        dotShort(wa3, x43, dotShort(wa2, x42, dotShort(wa1, x41, productPairs(wa0, x40)))),
        ones,
        y4a,
      )
      y4b = addPairs(
        dotShort(wb3, x43, dotShort(wb2, x42, dotShort(wb1, x41, productPairs(wb0, x40)))),
        ones,
        y4b,
      )
      const x50 = v128.load32_splat(digits, 20)
      const x51 = v128.load32_splat(digits, 44)
      const x52 = v128.load32_splat(digits, 68)
      const x53 = v128.load32_splat(digits, 92)
      y5a = addPairs(
        dotShort(wa3, x53, dotShort(wa2, x52, dotShort(wa1, x51, productPairs(wa0, x50)))),
        ones,
        y5a,
      )
      y5b = addPairs(
        dotShort(wb3, x53, dotShort(wb2, x52, dotShort(wb1, x51, productPairs(wb0, x50)))),
        ones,
        y5b,
      )
      digits += 96
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

/** For a tile of 4, 5 or 6 rows whose second digits are within ±31. */
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
