/** Lines, paragraphs and sentences, as `split` names them. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isSmallLetter } from '#dist/text/letters.js'
import { lines, paragraphs, type Span, sentences } from '#dist/text/split.js'
import { isSpace } from '#dist/text/white-space.js'

function split(splitter: (text: string) => readonly Span[], text: string): string[] {
  return splitter(text).map(([start, end]) => text.slice(start, end))
}

test('lines end at any line break', () => {
  assert.equal(split(lines, 'a\nb\r\nc\rd\u2028e\u2029f\u0085g\vh\fi'), [...'abcdefghi'])
  assert.equal(split(lines, '\n  a b \n\n\t\n'), ['a b'])
  assert.equal(split(lines, ''), [])
})

test('paragraphs end at blank lines, form feeds and paragraph separators', () => {
  assert.equal(split(paragraphs, 'a\nb\n \t\nc\r\n\r\nd\fe\u2029f\n'), ['a\nb', 'c', 'd', 'e', 'f'])
  assert.equal(split(paragraphs, '\n\n'), [])
})

test('sentences are those of splitSentences', () => {
  assert.equal(split(sentences, 'Dr. Ito left. He ran.\nAna too'), ['Dr. Ito left.', 'He ran.', 'Ana too'])
})

test('white space and small letters are those of this runtime, where Unicode has long had them', () => {
  for (let unit = 0; unit < 0x1_0000; unit++) {
    const character = String.fromCharCode(unit)
    assert.is(isSpace(unit), unit === 0x85 || /\s/u.test(character), `space ${unit.toString(16)}`)
    // The ranges name Latin, Greek, Cyrillic and Armenian. What they call small must never be a capital elsewhere.
    if (isSmallLetter(unit)) assert.not(/\p{Lu}/u.test(character), `small ${unit.toString(16)}`)
    const everyday = unit < 0x180 || (unit >= 0x3ac && unit < 0x3cf) || (unit >= 0x430 && unit < 0x460)
    if (everyday && /\p{Ll}/u.test(character) && unit !== 0xb5)
      assert.ok(isSmallLetter(unit), `${unit.toString(16)}`)
  }
})

test.run()
