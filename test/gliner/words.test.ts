/** Words are the matches of Python's `\w+(?:[-_]\w+)*|\S`. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { splitWords, type WordSpan } from '#dist/tasks/gliner/words.js'

const spans = (text: string): WordSpan[] => Array.from(splitWords(text)).flat()
const words = (text: string): string[] => spans(text).map(([start, end]) => text.slice(start, end))

test('hyphens and underscores join words, other marks stand alone', () => {
  assert.equal(words("Mary-Kate's e-mail_me, U.S.-led"), "Mary-Kate ' s e-mail_me , U . S . - led".split(' '))
  assert.equal(words('a--b -c d- a_-b __ x-'), 'a - - b - c d - a_-b __ x -'.split(' '))
  assert.equal(words(''), [])
  assert.equal(words(' \t\n\u3000'), [])
})

test('letters and numbers of all scripts are words; marks are none', () => {
  assert.equal(words('Łódź 東京都 Ⅷ ½ x² ١٢٣'), ['Łódź', '東京都', 'Ⅷ', '½', 'x²', '١٢٣'])
  assert.equal(words('e\u0301a'), ['e', '\u0301', 'a'])
  assert.equal(words('𝔸𝔹-𝟘 😀😀'), ['𝔸𝔹-𝟘', '😀', '😀'])
  assert.equal(spans('😀 𝔸'), [
    [0, 2],
    [3, 5],
  ])
})

test("white space is Python's", () => {
  assert.equal(words('a\u001cb\u0085c\u00a0d\u2028e'), ['a', 'b', 'c', 'd', 'e'])
  // Of JavaScript's, not of Python's
  assert.equal(words('a\ufeffb'), ['a', '\ufeff', 'b'])
  assert.equal(words('a\u200bb'), ['a', '\u200b', 'b'])
})

test('half a surrogate pair is a word of its own', () => {
  assert.equal(words('a\ud800 \udc00-b'), ['a', '\ud800', '\udc00', '-', 'b'])
})

test.run()
