/** vocab.txt and vocabularies in JSON. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { vocabularyFromJson } from '#dist/text/files/vocabulary-from-json.js'
import { parseVocabulary } from '#dist/text/vocabulary.js'

function invalid(pattern: RegExp) {
  return (error: unknown): boolean =>
    error instanceof ModelFormatError && error.code === 'InvalidVocabulary' && pattern.test(error.message)
}

test('parseVocabulary takes line numbers for ids, whatever ends a line', () => {
  for (const text of ['a\nb\n##c\n', 'a\nb\n##c', 'a\r\nb \r\n##c\u0085\n']) {
    const vocabulary = parseVocabulary(text)
    assert.is(vocabulary.size, 3)
    assert.equal([vocabulary.idOf('a'), vocabulary.idOf('b'), vocabulary.idOf('##c')], [0, 1, 2])
    assert.is(vocabulary.pieceOf(1), 'b')
  }
})

test('parseVocabulary counts empty lines and keeps the last id of a piece that stands twice', () => {
  const vocabulary = parseVocabulary('a\n\nb\na\n')
  assert.is(vocabulary.size, 4)
  assert.is(vocabulary.idOf('a'), 3)
  assert.is(vocabulary.idOf('b'), 2)
})

test('parseVocabulary refuses a file without pieces', () => {
  assert.throws(() => parseVocabulary(''), invalid(/vocab\.txt holds no pieces/))
  assert.throws(() => parseVocabulary('\n \n'), invalid(/vocab\.txt holds no pieces/))
})

test('vocabularyFromJson reads pieces by id, names like properties among them', () => {
  const vocabulary = vocabularyFromJson(JSON.parse('{"constructor": 1, "__proto__": 0, "x": 5}'))
  assert.is(vocabulary.idOf('__proto__'), 0)
  assert.is(vocabulary.idOf('constructor'), 1)
  assert.is(vocabulary.idOf('toString'), undefined)
  assert.is(vocabulary.size, 6)
  assert.is(vocabulary.pieceOf(3), undefined)
})

test('vocabularyFromJson refuses what is no object of ids', () => {
  assert.throws(() => vocabularyFromJson(undefined), invalid(/must be an object/))
  assert.throws(() => vocabularyFromJson(['a']), invalid(/must be an object/))
  assert.throws(() => vocabularyFromJson({}), invalid(/is empty/))
  assert.throws(() => vocabularyFromJson({ a: -1 }), invalid(/"a" the id -1/))
  assert.throws(() => vocabularyFromJson({ a: 1.5 }), invalid(/1\.5/))
  assert.throws(() => vocabularyFromJson({ a: '1' }), invalid(/"1"/))
  assert.throws(() => vocabularyFromJson({ a: 2 ** 40 }), invalid(/1099511627776/))
  assert.throws(() => vocabularyFromJson({ a: 1, b: 1 }), invalid(/id 1 to both "a" and "b"/))
})

test.run()
