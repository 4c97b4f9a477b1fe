/** Pieces of single bytes, in which any text can be spelled. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bytePieces } from '#dist/text/families/byte-pieces.js'

test('bytePieces() spells every character as TextEncoder does', () => {
  const byteIds = Int32Array.from({ length: 256 }, (_, byte) => 1000 + byte)
  const encoder = new TextEncoder()
  for (let code = 0; code <= 0x10ffff; code += code < 0x11000 ? 1 : 97) {
    const text = String.fromCodePoint(code)
    const expected = Array.from(encoder.encode(text), (byte) => 1000 + byte)
    assert.equal(bytePieces(byteIds, text), expected, `U+${code.toString(16)}`)
  }
  assert.equal(
    bytePieces(byteIds, 'é中😀'),
    Array.from(encoder.encode('é中😀'), (byte) => 1000 + byte),
  )
})

test('bytePieces() gives nothing where a byte has no piece', () => {
  const byteIds = Int32Array.from({ length: 256 }, (_, byte) => (byte === 0xa9 ? -1 : byte))
  assert.is(bytePieces(byteIds, 'é'), undefined)
  assert.equal(bytePieces(byteIds, 'e'), [0x65])
})

test.run()
