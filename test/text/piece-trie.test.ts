/** The trie finds the pieces of a vocabulary that begin at a place. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { packPieces, Vocabulary } from '#dist/text/vocabulary.js'

const unit = fc.constantFrom('a', 'b', 'é', 'ab', '中', '😀', '\ufffd')
const text = fc.string({ unit, maxLength: 6 })

test('PieceTrie finds every piece, the last of two that are the same, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 60 }), fc.array(text, { maxLength: 20 }), (pieces, others) => {
      const vocabulary = new Vocabulary(packPieces(pieces, 'a test'))
      for (const piece of [...pieces, ...others]) {
        const id = pieces.lastIndexOf(piece)
        assert.is(vocabulary.idOf(piece), piece === '' || id < 0 ? undefined : id, piece)
      }
      pieces.forEach((piece, id) => {
        assert.is(vocabulary.pieceOf(id), piece === '' ? undefined : piece)
      })
    }),
    { numRuns: 2000 },
  )
})

test('PieceTrie.step follows code points and stops where no piece goes on', () => {
  const { trie } = new Vocabulary(packPieces(['中a', '中', '😀'], 'a test'))
  const middle = trie.step(0, 0x4e2d)
  assert.is(trie.idAt(middle), 1)
  assert.is(trie.idAt(trie.step(middle, 0x61)), 0)
  assert.is(trie.step(middle, 0x62), -1)
  assert.is(trie.step(0, 0x4e2e), -1)
  assert.is(trie.idAt(trie.step(0, 0x1f600)), 2)
})

test('PieceTrie takes many pieces below one node', () => {
  const pieces = Array.from(
    { length: 5000 },
    (_, id) => `x${String.fromCodePoint(0x4e00 + ((id * 7919) % 5000))}`,
  )
  const vocabulary = new Vocabulary(packPieces(pieces, 'a test'))
  pieces.forEach((piece, id) => {
    assert.is(vocabulary.idOf(piece), id)
  })
})

test.run()
