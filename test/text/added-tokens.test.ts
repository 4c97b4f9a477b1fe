/** Added tokens are cut out of a text as in the Rust library. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type AddedToken, AddedTokenMatcher } from '#dist/text/added-tokens.js'
import { loadCharacterTables } from '#dist/text/character-tables.js'
import { NormalizedText } from '#dist/text/text-with-offsets.js'
import { timesAsLong } from '../growth.ts'
import { rootPath } from '../shared.ts'
import { isThorough, times } from '../thorough.ts'

await loadCharacterTables()

const PLAIN = {
  id: 0,
  singleWord: false,
  stripLeft: false,
  stripRight: false,
  normalized: false,
  special: true,
}

function parts(text: string, ...tokens: (Partial<AddedToken> & { content: string })[]): string[] {
  const source = NormalizedText.of(text)
  const found: string[] = []
  const matcher = new AddedTokenMatcher(tokens.map((token) => ({ ...PLAIN, ...token })))
  matcher.split(source, 0, source.length, (from, to, token) => {
    found.push(token ? `<${source.slice(from, to)}>` : source.slice(from, to))
  })
  return found
}

test('AddedTokenMatcher cuts out the leftmost token, the longest there', () => {
  assert.equal(parts('abcab', { content: 'ab' }, { content: 'abc' }, { content: 'ca' }), ['<abc>', '<ab>'])
  assert.equal(parts('aab', { content: 'ab' }), ['a', '<ab>'])
  assert.equal(parts('', { content: 'ab' }), [])
  assert.equal(parts('ab'), ['ab'])
  assert.equal(parts('x\u{1f600}y', { content: '\u{1f600}' }), ['x', '<\u{1f600}>', 'y'])
})

test('AddedTokenMatcher takes white space beside a token where the token says so', () => {
  assert.equal(parts(' \u3000x\u0085 ', { content: 'x', stripLeft: true, stripRight: true }), [
    '<\u0020\u3000x\u0085\u0020>',
  ])
  assert.equal(parts(' x x ', { content: 'x', stripLeft: true }), ['< x>', '< x>', ' '])
})

test('AddedTokenMatcher meets single words beside the word characters of the Rust library, on every code point', () => {
  const { word } = JSON.parse(readFileSync(rootPath('test/goldens/unicode.json'), 'utf8'))
  const isWord = new Uint8Array(0x110000)
  for (const [first, last] of word) isWord.fill(1, first, last + 1)
  const wrong: string[] = []
  const matcher = new AddedTokenMatcher([{ ...PLAIN, content: '<x>', singleWord: true }])
  // `npm test` takes each of what most texts are of, and every 17th of the rest.
  for (let code = 0; code <= 0x10ffff; code += isThorough || code < 0x3000 ? 1 : 17) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCodePoint(code)
    for (const text of [`<x>${character}`, `${character}<x>`]) {
      const source = NormalizedText.of(text)
      let met = false
      matcher.split(source, 0, source.length, (_from, _to, token) => {
        met ||= token !== undefined
      })
      if (met === (isWord[code] === 1)) wrong.push(code.toString(16))
    }
  }
  assert.equal(wrong, [])
  assert.equal(parts('€<drug>', { content: '<drug>', singleWord: true }), ['€', '<<drug>>'])
  assert.equal(parts('é<drug>', { content: '<drug>', singleWord: true }), ['é<drug>'])
})

test('AddedTokenMatcher goes over white space that a token took once, and gives each place once', () => {
  const spaces = ' '.repeat(200_000)
  assert.equal(parts(`a${spaces}b`, { content: ' ', stripRight: true }), ['a', `<${spaces}>`, 'b'])
  assert.equal(parts(`${spaces}x`, { content: 'x', stripLeft: true }), [`<${spaces}x>`])
})

test('AddedTokenMatcher takes as long with many tokens as with few', async () => {
  const text = `${'token 17 and ['.repeat(20_000)}`
  const tokens = (count: number) =>
    Array.from({ length: count }, (_, id) => ({ ...PLAIN, id, content: `[token ${id}]` }))
  const splitting = (count: number) => {
    const matcher = new AddedTokenMatcher(tokens(count))
    const source = NormalizedText.of(text)
    return () => matcher.split(source, 0, source.length, () => {})
  }
  const many = times(50_000, 200_000)
  const ratio = await timesAsLong(splitting(many), splitting(10), 20)
  assert.ok(ratio < 20, `${ratio} times as long with ${many} tokens as with 10`)
})

test.run()
