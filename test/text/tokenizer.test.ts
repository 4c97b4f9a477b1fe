/** WordPiece from text to ids, words and offsets, compared with the Rust library. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { assertLinear } from '../growth.ts'
import { rootPath, withShared } from '../shared.ts'
import { times } from '../thorough.ts'
import { createTokenizer } from './create-tokenizer.ts'
import { assertLine, CASED, type GoldenLine, readLines, UNCASED } from './golden-lines.ts'

const cased = createTokenizer({ vocab: readFileSync(CASED) }, { lowercase: false })
const uncased = createTokenizer({ vocab: readFileSync(UNCASED) }, { lowercase: true })
const toy = '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nab\n##c\na\n##b\n.\n'

for (const [name, tokenizer] of [
  ['cased', cased],
  ['uncased', uncased],
] as const) {
  test(`Tokenizer equals the Rust library on hard cases and mixtures of scripts, ${name}`, () => {
    const { lines } = readLines<unknown, GoldenLine>(rootPath(`test/goldens/tokenizer-${name}.jsonl`))
    assert.is(lines.length, 468)
    for (const line of lines) assertLine(tokenizer, line)
  })

  withShared(`goldens/tokenizer-${name}.jsonl`, `news sentences, ${name}`, (path) => {
    test(`Tokenizer equals the Rust library on news sentences, ${name}`, () => {
      const { lines } = readLines<unknown, GoldenLine>(path)
      assert.is(lines.length, 668)
      for (const line of lines) assertLine(tokenizer, line)
    })
  })
}

test('Tokenizer equals the Rust library under every normaliser, character by character', () => {
  const { header, lines } = readLines<
    { letters: string; added_tokens: object[] },
    GoldenLine & { normalizer: Record<string, boolean | null> }
  >(rootPath('test/goldens/tokenizer-characters.jsonl'))
  const letters = Array.from(header.letters)
  const pieces = [
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    '[MASK]',
    ...letters,
    ...letters.map((letter) => `##${letter}`),
  ]
  const tokenizers = new Map<string, Tokenizer>()
  for (const line of lines) {
    const normalizer = { type: 'BertNormalizer', ...line.normalizer }
    const key = JSON.stringify(normalizer)
    const tokenizer =
      tokenizers.get(key) ??
      createTokenizer({
        tokenizerJson: JSON.stringify({
          added_tokens: header.added_tokens,
          normalizer,
          pre_tokenizer: { type: 'BertPreTokenizer' },
          model: { type: 'WordPiece', vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])) },
        }),
        tokenizerConfig: '{"tokenizer_class": "PreTrainedTokenizerFast"}',
      })
    tokenizers.set(key, tokenizer)
    assertLine(tokenizer, line)
  }
  assert.is(tokenizers.size, 14)
})

test('Tokenizer.encode gives pieces as the vocabulary spells them between [CLS] and [SEP]', () => {
  assert.equal(cased.encode('Ekeus').tokens, ['[CLS]', 'E', '##ke', '##us', '[SEP]'])
  assert.equal(cased.encode(''), {
    ids: [101, 102],
    tokens: ['[CLS]', '[SEP]'],
    offsets: [
      [0, 0],
      [0, 0],
    ],
    wordIds: [null, null],
  })
})

test('Tokenizer names its special ids, its size and its longest sequence', () => {
  assert.equal([cased.clsId, cased.sepId, cased.unkId, cased.vocabularySize], [101, 102, 100, 28996])
  assert.is(cased.maxLength, undefined)
  assert.is(createTokenizer({ vocab: toy, tokenizerConfig: '{"model_max_length": 512}' }).maxLength, 512)
})

test('Tokenizer.encode takes a lone surrogate for U+FFFD, which is deleted but keeps its unit', () => {
  const { tokens, offsets } = createTokenizer({ vocab: toy }).encode('\ud800a\udc00b \udfff ab')
  assert.equal(tokens, ['[CLS]', 'ab', 'ab', '[SEP]'])
  assert.equal(offsets, [
    [0, 0],
    [1, 4],
    [7, 9],
    [0, 0],
  ])
})

test('Tokenizer.encode cuts the longest special token out of the text where it first stands', () => {
  const { tokens, offsets, wordIds } = createTokenizer({ vocab: toy }).encode('ab[[SEP]]abc[sep]')
  assert.equal(tokens, [
    '[CLS]',
    'ab',
    '[UNK]',
    '[SEP]',
    '[UNK]',
    'ab',
    '##c',
    '[UNK]',
    '[UNK]',
    '[UNK]',
    '[SEP]',
  ])
  assert.equal(offsets.slice(3, 4), [[3, 8]])
  assert.equal(wordIds, [null, 0, 1, 2, 3, 4, 4, 5, 6, 7, null])
})

test('Tokenizer.encodeWords counts words as given and offsets in the words joined by spaces', () => {
  const words = ['ab.', '\u200b', '', 'b', 'abc']
  const { tokens, offsets, wordIds } = createTokenizer({ vocab: toy }).encodeWords(words)
  assert.equal(tokens, ['[CLS]', 'ab', '.', '[UNK]', 'ab', '##c', '[SEP]'])
  assert.equal(wordIds, [null, 0, 0, 3, 4, 4, null])
  const joined = words.join(' ')
  assert.equal(
    offsets.slice(1, -1).map(([start, end]) => joined.slice(start, end)),
    ['ab', '.', 'b', 'ab', 'c'],
  )
})

test('Tokenizer.encode refuses what is not a string', () => {
  const wrong: unknown[] = [undefined, null, 1, ['a'], {}]
  for (const text of wrong) {
    assert.throws(
      () => cased.encode(text as string),
      (error: unknown) => error instanceof TypeError,
    )
    assert.throws(
      () => cased.encodeWords([text as string]),
      (error: unknown) => error instanceof TypeError,
    )
  }
  assert.throws(
    () => cased.encodeWords('ab' as unknown as string[]),
    (error: unknown) => error instanceof TypeError,
  )
})

/** Any string: lone surrogates, marks, specials and scripts among the rest. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
      fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
      fc.integer({ min: 0x20, max: 0x17f }).map((code) => String.fromCodePoint(code)),
      fc.constantFrom(
        '[SEP]',
        '[CLS',
        '[MASK]',
        ' ',
        '\u0301',
        '\u302e\u1b44',
        '\u{1d160}',
        '한',
        '中',
        '\u{20000}',
        'İ',
      ),
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

test('Tokenizer.encode gives offsets inside any string, in order, that never part a surrogate pair', () => {
  fc.assert(
    fc.property(anyText, fc.constantFrom(cased, uncased), (text, tokenizer) => {
      const { ids, tokens, offsets, wordIds } = tokenizer.encode(text)
      assert.is(tokens.length, ids.length)
      assert.is(offsets.length, ids.length)
      assert.is(wordIds.length, ids.length)
      let [last, lastWord] = [0, 0]
      offsets.slice(1, -1).forEach(([start, end], index) => {
        assert.ok(start >= last && end > start && end <= text.length, `${start} ${end} after ${last}`)
        const word = wordIds[index + 1]!
        assert.ok(word === lastWord || word === lastWord + 1, 'word ids count up')
        assert.ok(!splitsPair(text, start) && !splitsPair(text, end))
        lastWord = word
        last = start
      })
    }),
    { numRuns: times(300, 3000) },
  )
})

test('Tokenizer.encode of words apart equals that of each word alone', () => {
  fc.assert(
    fc.property(anyText, anyText, (first, second) => {
      const both = uncased.encode(`${first} ${second}`)
      const [one, two] = [uncased.encode(first), uncased.encode(second)]
      assert.equal(both.ids, [...one.ids.slice(0, -1), ...two.ids.slice(1)])
      const shift = first.length + 1
      assert.equal(
        both.offsets.slice(one.ids.length - 1, -1),
        two.offsets.slice(1, -1).map(([start, end]) => [start + shift, end + shift]),
      )
    }),
    { numRuns: times(100, 1000) },
  )
})

test('Tokenizer.withRows reads added tokens without a row as plain text', () => {
  const tokenizer = createTokenizer({ vocab: toy, addedTokens: '{"<x>": 999999}' })
  assert.equal(tokenizer.encode('<x>').ids.slice(1, -1), [999_999])
  assert.is(tokenizer.withRows(1_000_000), tokenizer)
  assert.not(tokenizer.withRows(999_999).encode('<x>').ids.includes(999_999))
})

test('Tokenizer.encode takes a text of millions of units', () => {
  assert.is(cased.encode('\u{1f600}'.repeat(times(2 ** 20, 2 ** 23))).ids.length, 3)
})

/** Units of a text; `npm test` takes a fifth of a megabyte. */
const LONG = times(2e5, 1e6)
const prose = 'The quick brown fox met Angela Merkel, who saw U.N. officials (in Berlin) on 12 March 1997. '
for (const [name, [before, unit]] of Object.entries({
  'without a space': ['', 'a'],
  'of combining marks': ['e', '\u0301'],
  'of marks that stay': ['', '\u302e\u1b44'],
  'of spaces': ['', ' '],
  'of words at the limit': ['', `${'qz'.repeat(50)} `],
  'of opening brackets': ['', '['],
  'of prose': ['', prose],
} as const)) {
  test(`Tokenizer.encode is linear on ${LONG} characters ${name}`, () =>
    assertLinear(name, LONG, (size) => {
      const text = before + unit.repeat(Math.ceil(size / unit.length))
      return () => uncased.encode(text)
    }))
}

function splitsPair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1)
  const after = text.charCodeAt(at)
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff
}

test.run()
