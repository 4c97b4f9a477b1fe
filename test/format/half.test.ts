/** float16 and bfloat16 become float32 exactly, all 65,536 of each. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { widenBfloat16, widenFloat16 } from '#dist/format/half.js'

const all = new Uint8Array(2 * 65_536)
for (let bits = 0; bits < 65_536; bits++) all.set([bits & 0xff, bits >> 8], 2 * bits)

/** The value a float of the given fields stands for, by the definition of IEEE 754. */
function formula(bits: number, exponentBits: number, fractionBits: number): number {
  const bias = 2 ** (exponentBits - 1) - 1
  const sign = bits >> (exponentBits + fractionBits) ? -1 : 1
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1)
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias)
  return sign * (1 + fraction) * 2 ** (exponent - bias)
}

test('widenFloat16 is exact for all 65,536 values', () => {
  const values = new Float32Array(65_536)
  widenFloat16(all, values)
  for (let bits = 0; bits < 65_536; bits++) {
    if (!Object.is(values[bits], formula(bits, 5, 10)))
      assert.is(values[bits], formula(bits, 5, 10), bits.toString(16))
  }
})

test('widenBfloat16 is exact for all 65,536 values', () => {
  const values = new Float32Array(65_536)
  widenBfloat16(all, values)
  for (let bits = 0; bits < 65_536; bits++) {
    if (!Object.is(values[bits], formula(bits, 8, 7)))
      assert.is(values[bits], formula(bits, 8, 7), bits.toString(16))
  }
})

test('widenFloat16 and widenBfloat16 read from odd bytes', () => {
  const bytes = new Uint8Array([9, 0x00, 0x3c, 0x80, 0x3f]).subarray(1)
  const values = new Float32Array(2)
  widenFloat16(bytes, values)
  assert.is(values[0], 1)
  widenBfloat16(bytes, values)
  assert.is(values[1], 1)
})

test.run()
