/** vocab.txt and vocabularies in JSON. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { parseVocabulary, vocabularyFromJson } from '#dist/text/read-vocabulary.js'

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

test('parseVocabulary takes white space of any width from the end of a line, and nothing else', () => {
  const spaces = [
    '\t',
    '\v',
    ' ',
    '\u0085',
    '\u00a0',
    '\u1680',
    '\u2000',
    '\u200a',
    '\u2028',
    '\u202f',
    '\u205f',
    '\u3000',
  ]
  const others = [
    '!',
    '~',
    '\u007f',
    '\u0080',
    '\u00e0',
    '\u0660',
    '\u200b',
    '\u2010',
    '\u3001',
    '\ufeff',
    '\ud7ff',
    '\u{12000}',
    '\u{20000}',
    '\u{10ffff}',
  ]
  const lines = ['a', '中', '😀'].flatMap((piece) => [
    ...spaces.flatMap((space) => [
      piece + space,
      `${space}${piece}${space}${space}`,
      piece + spaces.join(''),
    ]),
    ...others.flatMap((other) => [piece + other, `${piece}${other} `, piece + other + other]),
  ])
  const vocabulary = parseVocabulary(lines.join('\n'))
  assert.is(vocabulary.size, lines.length)
  const trimmed = lines.map((line) => line.replace(/[\p{White_Space}]+$/u, ''))
  assert.equal(
    lines.map((_, id) => vocabulary.pieceOf(id)),
    trimmed,
  )
})

test('parseVocabulary refuses more lines, or more bytes, than a vocabulary has', () => {
  assert.is(parseVocabulary('a\n'.repeat(2 ** 19)).size, 2 ** 19)
  assert.throws(() => parseVocabulary('a\n'.repeat(2 ** 19 + 1)), invalid(/more than 524288 lines/))
  assert.throws(() => parseVocabulary('中'.repeat(2 ** 22)), invalid(/more than 8388608 bytes/))
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
