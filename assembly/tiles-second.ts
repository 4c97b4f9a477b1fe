/**
 * Register tiles of second digits: what one tile's slot (digits.ts) adds to the sums of first digits over a panel of 8
 * channels, R rows × 2 vectors of 4 channels. All is negated after each of the two lists: -(-P + N) = P - N.
 */
import { listBytes, NEGATIVE, numbersAt, SECOND_HEADER } from './digits'
import { dotDigits } from './simd'

function second1x2(slot: usize, w: usize, groups: i32, out: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let list = slot + <usize>SECOND_HEADER
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(1, groups)) {
    let digits = list
    let number = list + numbersAt(1, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    for (; number < end; number += 2) {
      const group = w + ((<usize>load<u16>(number)) << 5)
      const wa = v128.load(group)
      const wb = v128.load(group, 16)
      const digits0 = v128.load32_splat(digits)
      y0a = dotDigits(wa, digits0, y0a)
      y0b = dotDigits(wb, digits0, y0b)
      digits += 4
    }
    y0a = i32x4.neg(y0a)
    y0b = i32x4.neg(y0b)
  }
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y0a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y0b, 7)), 16)
}

function second2x2(slot: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let list = slot + <usize>SECOND_HEADER
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(2, groups)) {
    let digits = list
    let number = list + numbersAt(2, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    for (; number < end; number += 2) {
      const group = w + ((<usize>load<u16>(number)) << 5)
      const wa = v128.load(group)
      const wb = v128.load(group, 16)
      const digits0 = v128.load32_splat(digits)
      y0a = dotDigits(wa, digits0, y0a)
      y0b = dotDigits(wb, digits0, y0b)
      const digits1 = v128.load32_splat(digits, 4)
      y1a = dotDigits(wa, digits1, y1a)
      y1b = dotDigits(wb, digits1, y1b)
      digits += 8
    }
    y0a = i32x4.neg(y0a)
    y0b = i32x4.neg(y0b)
    y1a = i32x4.neg(y1a)
    y1b = i32x4.neg(y1b)
  }
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y0a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y0b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y1a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y1b, 7)), 16)
}

function second3x2(slot: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let list = slot + <usize>SECOND_HEADER
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(3, groups)) {
    let digits = list
    let number = list + numbersAt(3, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    for (; number < end; number += 2) {
      const group = w + ((<usize>load<u16>(number)) << 5)
      const wa = v128.load(group)
      const wb = v128.load(group, 16)
      const digits0 = v128.load32_splat(digits)
      y0a = dotDigits(wa, digits0, y0a)
      y0b = dotDigits(wb, digits0, y0b)
      const digits1 = v128.load32_splat(digits, 4)
      y1a = dotDigits(wa, digits1, y1a)
      y1b = dotDigits(wb, digits1, y1b)
      const digits2 = v128.load32_splat(digits, 8)
      y2a = dotDigits(wa, digits2, y2a)
      y2b = dotDigits(wb, digits2, y2b)
      digits += 12
    }
    y0a = i32x4.neg(y0a)
    y0b = i32x4.neg(y0b)
    y1a = i32x4.neg(y1a)
    y1b = i32x4.neg(y1b)
    y2a = i32x4.neg(y2a)
    y2b = i32x4.neg(y2b)
  }
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y0a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y0b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y1a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y1b, 7)), 16)
  out += outStride
  v128.store(out, i32x4.add(v128.load(out), i32x4.shl(y2a, 7)))
  v128.store(out, i32x4.add(v128.load(out, 16), i32x4.shl(y2b, 7)), 16)
}

function second4x2(slot: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
  let y0a = i32x4.splat(0)
  let y0b = i32x4.splat(0)
  let y1a = i32x4.splat(0)
  let y1b = i32x4.splat(0)
  let y2a = i32x4.splat(0)
  let y2b = i32x4.splat(0)
  let y3a = i32x4.splat(0)
  let y3b = i32x4.splat(0)
  let list = slot + <usize>SECOND_HEADER
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(4, groups)) {
    let digits = list
    let number = list + numbersAt(4, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    for (; number < end; number += 2) {
      const group = w + ((<usize>load<u16>(number)) << 5)
      const wa = v128.load(group)
      const wb = v128.load(group, 16)
      const digits0 = v128.load32_splat(digits)
      y0a = dotDigits(wa, digits0, y0a)
      y0b = dotDigits(wb, digits0, y0b)
      const digits1 = v128.load32_splat(digits, 4)
      y1a = dotDigits(wa, digits1, y1a)
      y1b = dotDigits(wb, digits1, y1b)
      const digits2 = v128.load32_splat(digits, 8)
      y2a = dotDigits(wa, digits2, y2a)
      y2b = dotDigits(wb, digits2, y2b)
      const digits3 = v128.load32_splat(digits, 12)
      y3a = dotDigits(wa, digits3, y3a)
      y3b = dotDigits(wb, digits3, y3b)
      digits += 16
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

function second5x2(slot: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
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
  let list = slot + <usize>SECOND_HEADER
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(5, groups)) {
    let digits = list
    let number = list + numbersAt(5, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    for (; number < end; number += 2) {
      const group = w + ((<usize>load<u16>(number)) << 5)
      const wa = v128.load(group)
      const wb = v128.load(group, 16)
      const digits0 = v128.load32_splat(digits)
      y0a = dotDigits(wa, digits0, y0a)
      y0b = dotDigits(wb, digits0, y0b)
      const digits1 = v128.load32_splat(digits, 4)
      y1a = dotDigits(wa, digits1, y1a)
      y1b = dotDigits(wb, digits1, y1b)
      const digits2 = v128.load32_splat(digits, 8)
      y2a = dotDigits(wa, digits2, y2a)
      y2b = dotDigits(wb, digits2, y2b)
      const digits3 = v128.load32_splat(digits, 12)
      y3a = dotDigits(wa, digits3, y3a)
      y3b = dotDigits(wb, digits3, y3b)
      const digits4 = v128.load32_splat(digits, 16)
      y4a = dotDigits(wa, digits4, y4a)
      y4b = dotDigits(wb, digits4, y4b)
      digits += 20
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

function second6x2(slot: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
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
  let list = slot + <usize>SECOND_HEADER
  for (let sign: usize = 0; sign <= NEGATIVE; sign += NEGATIVE, list += listBytes(6, groups)) {
    let digits = list
    let number = list + numbersAt(6, groups)
    const end = number + ((<usize>load<i32>(slot + sign)) << 1)
    for (; number < end; number += 2) {
      const group = w + ((<usize>load<u16>(number)) << 5)
      const wa = v128.load(group)
      const wb = v128.load(group, 16)
      const digits0 = v128.load32_splat(digits)
      y0a = dotDigits(wa, digits0, y0a)
      y0b = dotDigits(wb, digits0, y0b)
      const digits1 = v128.load32_splat(digits, 4)
      y1a = dotDigits(wa, digits1, y1a)
      y1b = dotDigits(wb, digits1, y1b)
      const digits2 = v128.load32_splat(digits, 8)
      y2a = dotDigits(wa, digits2, y2a)
      y2b = dotDigits(wb, digits2, y2b)
      const digits3 = v128.load32_splat(digits, 12)
      y3a = dotDigits(wa, digits3, y3a)
      y3b = dotDigits(wb, digits3, y3b)
      const digits4 = v128.load32_splat(digits, 16)
      y4a = dotDigits(wa, digits4, y4a)
      y4b = dotDigits(wb, digits4, y4b)
      const digits5 = v128.load32_splat(digits, 20)
      y5a = dotDigits(wa, digits5, y5a)
      y5b = dotDigits(wb, digits5, y5b)
      digits += 24
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

export function secondDigits8(
  rows: i32,
  slot: usize,
  w: usize,
  groups: i32,
  out: usize,
  outStride: usize,
): void {
  if (load<i64>(slot) === 0) return
  if (rows === 6) second6x2(slot, w, groups, out, outStride)
  else if (rows === 5) second5x2(slot, w, groups, out, outStride)
  else if (rows === 4) second4x2(slot, w, groups, out, outStride)
  else if (rows === 3) second3x2(slot, w, groups, out, outStride)
  else if (rows === 2) second2x2(slot, w, groups, out, outStride)
  else second1x2(slot, w, groups, out)
}
