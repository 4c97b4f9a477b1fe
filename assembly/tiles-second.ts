/**
 * Register tiles of second digits: what one tile's slot (digits.ts) adds to `out` over a panel of 8 channels, R rows × 2
 * vectors of 4 channels. (Beginning with sums in registers kept V8 from re-vectorising them.)
 */
import { SECOND_HEADER } from './digits'
import { dotDigits } from './simd'

function second1x2(list: usize, w: usize, groups: i32, out: usize): void {
  let y0a = v128.load(out)
  let y0b = v128.load(out, 16)
  let digits = list + <usize>SECOND_HEADER
  let number = digits + <usize>groups * 4
  const end = number + ((<usize>load<i32>(list)) << 1)
  for (; number < end; number += 2) {
    const group = w + ((<usize>load<u16>(number)) << 5)
    const wa = v128.load(group)
    const wb = v128.load(group, 16)
    const digits0 = v128.load32_splat(digits)
    y0a = dotDigits(wa, digits0, y0a)
    y0b = dotDigits(wb, digits0, y0b)
    digits += 4
  }
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
}

function second2x2(list: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = v128.load(row)
  let y0b = v128.load(row, 16)
  row += outStride
  let y1a = v128.load(row)
  let y1b = v128.load(row, 16)
  let digits = list + <usize>SECOND_HEADER
  let number = digits + <usize>groups * 8
  const end = number + ((<usize>load<i32>(list)) << 1)
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
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
}

function second3x2(list: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = v128.load(row)
  let y0b = v128.load(row, 16)
  row += outStride
  let y1a = v128.load(row)
  let y1b = v128.load(row, 16)
  row += outStride
  let y2a = v128.load(row)
  let y2b = v128.load(row, 16)
  let digits = list + <usize>SECOND_HEADER
  let number = digits + <usize>groups * 12
  const end = number + ((<usize>load<i32>(list)) << 1)
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
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
}

function second4x2(list: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = v128.load(row)
  let y0b = v128.load(row, 16)
  row += outStride
  let y1a = v128.load(row)
  let y1b = v128.load(row, 16)
  row += outStride
  let y2a = v128.load(row)
  let y2b = v128.load(row, 16)
  row += outStride
  let y3a = v128.load(row)
  let y3b = v128.load(row, 16)
  let digits = list + <usize>SECOND_HEADER
  let number = digits + <usize>groups * 16
  const end = number + ((<usize>load<i32>(list)) << 1)
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
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
}

function second5x2(list: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = v128.load(row)
  let y0b = v128.load(row, 16)
  row += outStride
  let y1a = v128.load(row)
  let y1b = v128.load(row, 16)
  row += outStride
  let y2a = v128.load(row)
  let y2b = v128.load(row, 16)
  row += outStride
  let y3a = v128.load(row)
  let y3b = v128.load(row, 16)
  row += outStride
  let y4a = v128.load(row)
  let y4b = v128.load(row, 16)
  let digits = list + <usize>SECOND_HEADER
  let number = digits + <usize>groups * 20
  const end = number + ((<usize>load<i32>(list)) << 1)
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
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
}

function second6x2(list: usize, w: usize, groups: i32, out: usize, outStride: usize): void {
  let row = out
  let y0a = v128.load(row)
  let y0b = v128.load(row, 16)
  row += outStride
  let y1a = v128.load(row)
  let y1b = v128.load(row, 16)
  row += outStride
  let y2a = v128.load(row)
  let y2b = v128.load(row, 16)
  row += outStride
  let y3a = v128.load(row)
  let y3b = v128.load(row, 16)
  row += outStride
  let y4a = v128.load(row)
  let y4b = v128.load(row, 16)
  row += outStride
  let y5a = v128.load(row)
  let y5b = v128.load(row, 16)
  let digits = list + <usize>SECOND_HEADER
  let number = digits + <usize>groups * 24
  const end = number + ((<usize>load<i32>(list)) << 1)
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
  v128.store(out, y0a)
  v128.store(out, y0b, 16)
  out += outStride
  v128.store(out, y1a)
  v128.store(out, y1b, 16)
  out += outStride
  v128.store(out, y2a)
  v128.store(out, y2b, 16)
  out += outStride
  v128.store(out, y3a)
  v128.store(out, y3b, 16)
  out += outStride
  v128.store(out, y4a)
  v128.store(out, y4b, 16)
  out += outStride
  v128.store(out, y5a)
  v128.store(out, y5b, 16)
}

export function secondDigits8(
  rows: i32,
  list: usize,
  w: usize,
  groups: i32,
  out: usize,
  outStride: usize,
): void {
  if (rows === 6) second6x2(list, w, groups, out, outStride)
  else if (rows === 5) second5x2(list, w, groups, out, outStride)
  else if (rows === 4) second4x2(list, w, groups, out, outStride)
  else if (rows === 3) second3x2(list, w, groups, out, outStride)
  else if (rows === 2) second2x2(list, w, groups, out, outStride)
  else second1x2(list, w, groups, out)
}
