/** Float32 becomes float16 by IEEE 754 rounding; values that would become infinite are refused. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { narrowToFloat16 } from '#dist/convert/convert-tensor.js'
import { widenFloat16 } from '#dist/format/half.js'

/** All finite halves from 0 on, as f32. */
function halves(): Float32Array {
  const bytes = new Uint8Array(new Uint16Array(Array.from({ length: 0x7c00 }, (_, half) => half)).buffer)
  const values = new Float32Array(0x7c00)
  widenFloat16(bytes, values)
  return values
}

const narrow = (values: number[]): number[] => {
  const bytes = narrowToFloat16(new Float32Array(values))
  assert.instance(bytes, Uint8Array)
  return [...new Uint16Array((bytes as Uint8Array).buffer)]
}

test('narrowToFloat16 keeps every half', () => {
  const values = halves()
  assert.equal(
    narrow([...values]),
    Array.from(values, (_, half) => half),
  )
  assert.equal(
    narrow(Array.from(values, (value) => -value)),
    Array.from(values, (_, half) => half | 0x8000),
  )
})

test('narrowToFloat16 rounds midpoints to the even neighbour, and what is next to them to the nearer one', () => {
  const values = halves()
  const bits = new Uint32Array(1)
  const value = new Float32Array(bits.buffer)
  for (let half = 0; half + 1 < values.length; half++) {
    value[0] = (values[half]! + values[half + 1]!) / 2
    const middle = value[0]!
    bits[0]! -= 1
    const below = value[0]!
    bits[0]! += 2
    const above = value[0]!
    assert.equal(narrow([below, middle, above]), [half, half + (half % 2), half + 1], `${middle}`)
  }
})

test('narrowToFloat16 names the first value that would be infinite', () => {
  assert.is(narrowToFloat16(new Float32Array([1, 65519.996, -65520, 65520])), 2)
  assert.equal(narrow([65519.996, 1e-30, -1e-30, -0]), [0x7bff, 0, 0x8000, 0x8000])
})

test.run()
