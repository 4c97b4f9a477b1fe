/** BERT's normalizer: case, accents, controls, ideographs, with offsets into the source. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadCharacterTables } from '#dist/text/character-tables.js'
import { type NormalizerSettings, normalize } from '#dist/text/normalize.js'
import { NormalizedText } from '#dist/text/text-with-offsets.js'

await loadCharacterTables()

const CASED: NormalizerSettings = {
  cleanText: true,
  chineseCharacters: true,
  stripAccents: false,
  lowercase: false,
}
const UNCASED: NormalizerSettings = { ...CASED, stripAccents: true, lowercase: true }

function normalizeWhole(text: string, settings: NormalizerSettings): NormalizedText {
  const source = NormalizedText.of(text)
  return normalize(source, 0, source.length, settings)
}

/** Each normalised code point with the part of the source it stands for. */
function pairs(text: string, settings: NormalizerSettings): [string, string][] {
  const { codePoints, starts, ends, length } = normalizeWhole(text, settings)
  return Array.from({ length }, (_, index) => [
    String.fromCodePoint(codePoints[index]!),
    text.slice(starts[index], ends[index]),
  ])
}

test('normalize lower-cases and strips accents, places carried', () => {
  assert.equal(pairs('Éa\u0301x', UNCASED), [
    ['e', 'É'],
    ['a', 'a'],
    ['x', 'x'],
  ])
})

test('normalize deletes control and format characters, U+000B, U+000C and U+0085 among them', () => {
  assert.equal(pairs('a\u0000\u000b\u000c\u0085\u200b\u00ad\ufffd\ue000b', CASED), [
    ['a', 'a'],
    ['b', 'b'],
  ])
  assert.equal(
    pairs('\t\n\r\u00a0\u2028\u3000', CASED).map(([made]) => made),
    [' ', ' ', ' ', ' ', ' ', ' '],
  )
})

test('normalize sets ideographs apart, beyond the basic plane too, but not U+2B820 to U+2B91F', () => {
  assert.equal(pairs('a\u{20000}', CASED), [
    ['a', 'a'],
    [' ', '\u{20000}'],
    ['\u{20000}', '\u{20000}'],
    [' ', '\u{20000}'],
  ])
  assert.is(pairs('\u{2b820}', CASED).length, 1)
  assert.is(pairs('\u{20000}', { ...CASED, chineseCharacters: false }).length, 1)
})

test('normalize lowers code point by code point: no final sigma, U+0130 keeps its dot only with accents', () => {
  assert.equal(
    pairs('ΟΔΟΣ', UNCASED)
      .map(([made]) => made)
      .join(''),
    'οδοσ',
  )
  assert.equal(pairs('İ', UNCASED), [['i', 'İ']])
  assert.equal(pairs('İ', { ...CASED, lowercase: true }), [
    ['i', 'İ'],
    ['\u0307', 'İ'],
  ])
})

test('normalize takes Hangul syllables apart where it strips accents', () => {
  assert.equal(pairs('한', UNCASED), [
    ['\u1112', '한'],
    ['\u1161', '한'],
    ['\u11ab', '한'],
  ])
})

test('normalize orders marks that stay by combining class, places given back by position as the library does', () => {
  // U+302E has class 224, U+1B44 class 9; U+0301 (230) is dropped but takes part in the order.
  assert.equal(pairs('a\u302e\u1b44', UNCASED), [
    ['a', 'a'],
    ['\u1b44', '\u302e'],
    ['\u302e', '\u1b44'],
  ])
  assert.equal(pairs('a\u0301\u1b44', UNCASED), [
    ['a', 'a'],
    ['\u1b44', '\u0301'],
  ])
  // The stem U+1D165 (216) that U+1D15E decomposes into is inserted: it comes after class 9 and shares its place.
  assert.equal(pairs('\u{1d15e}\u1b44', UNCASED), [
    ['\u{1d157}', '\u{1d15e}'],
    ['\u1b44', '\u1b44'],
    ['\u{1d165}', '\u1b44'],
  ])
})

test('normalize deletes a lone surrogate, and keeps it as U+FFFD where nothing is cleaned', () => {
  assert.equal(pairs('a\ud800b\udc00', CASED), [
    ['a', 'a'],
    ['b', 'b'],
  ])
  assert.equal(pairs('\ud800', { ...CASED, cleanText: false }), [['\ufffd', '\ud800']])
})

test('normalize decomposes spaces too where it strips accents and cleans nothing', () => {
  const settings = { ...CASED, cleanText: false, stripAccents: true }
  assert.equal(pairs('\u2000\u2001', settings), [
    ['\u2002', '\u2000'],
    ['\u2003', '\u2001'],
  ])
})

test('normalize keeps to the range it is given', () => {
  const { codePoints, starts, length } = normalize(NormalizedText.of('abcd'), 1, 3, CASED)
  assert.equal([...codePoints.subarray(0, length)], [0x62, 0x63])
  assert.equal([...starts.subarray(0, length)], [1, 2])
})

test.run()
