/** WordPiece takes the longest piece at each place. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { packPieces, Vocabulary } from '#dist/text/vocabulary.js'
import { WordPiece } from '#dist/text/wordpiece.js'

const UNK = 0

function cut(pieces: string[], word: string, maxWordLength = 100): [number, string][] {
  const codes = Int32Array.from(Array.from(word, (character) => character.codePointAt(0)!))
  const found: [number, string][] = []
  const wordPiece = new WordPiece(new Vocabulary(packPieces(pieces, 'a test')), {
    unkId: UNK,
    continuingPrefix: '##',
    maxWordLength,
  })
  wordPiece.tokenize(codes, 0, codes.length, (id, from, to) => {
    found.push([id, String.fromCodePoint(...codes.subarray(from, to))])
  })
  return found
}

/** The definition: at each place the longest piece there is, the whole word unknown where there is none. */
function greedy(pieces: string[], word: string): [number, string][] {
  const found: [number, string][] = []
  const characters = Array.from(word)
  for (let start = 0; start < characters.length; ) {
    let end = characters.length
    const piece = (): string => (start > 0 ? '##' : '') + characters.slice(start, end).join('')
    while (end > start && !pieces.includes(piece())) end--
    if (end === start) return [[UNK, word]]
    found.push([pieces.lastIndexOf(piece()), characters.slice(start, end).join('')])
    start = end
  }
  return found
}

test('WordPiece takes the longest piece at each place, unknown as a whole where there is none', () => {
  const pieces = ['[UNK]', 'un', '##aff', '##able', '##a', 'a', 'un😀', '##😀']
  assert.equal(cut(pieces, 'unaffable'), [
    [1, 'un'],
    [2, 'aff'],
    [3, 'able'],
  ])
  assert.equal(cut(pieces, 'un😀😀'), [
    [6, 'un😀'],
    [7, '😀'],
  ])
  assert.equal(cut(pieces, 'unaffected'), [[UNK, 'unaffected']])
})

test('WordPiece counts code points against the longest word', () => {
  const pieces = ['[UNK]', '😀', '##😀']
  assert.is(cut(pieces, '😀'.repeat(100)).length, 100)
  assert.is(cut(pieces, '😀'.repeat(101)).length, 1)
  assert.is(cut(pieces, '😀'.repeat(3), 2).length, 1)
})

test('WordPiece equals the definition on any vocabulary', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '#'), minLength: 1, maxLength: 5 })
  const piece = fc.tuple(fc.boolean(), letters).map(([continues, text]) => (continues ? `##${text}` : text))
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), minLength: 1, maxLength: 12 }),
      (some, word) => {
        const pieces = ['[UNK]', ...some]
        assert.equal(cut(pieces, word), greedy(pieces, word))
      },
    ),
    { numRuns: 2000 },
  )
})

test('WordPiece refuses long pieces where words may be long too: the cutting takes the product of both', () => {
  const pieces = ['[UNK]', 'a'.repeat(257), 'a']
  assert.is(cut(pieces, 'a'.repeat(200), 256).length, 1)
  assert.throws(
    () => cut(pieces, 'a', 257),
    (error: unknown) =>
      error instanceof ModelFormatError &&
      error.code === 'InvalidVocabulary' &&
      /piece of 257 bytes and max_input_chars_per_word is 257/.test(error.message),
  )
  assert.equal(cut(['[UNK]', 'a', '##a'], 'a'.repeat(100_000), 2 ** 40).length, 100_000)
})

test.run()
