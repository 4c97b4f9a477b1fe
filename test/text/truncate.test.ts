/** Texts and pairs are truncated to a number of pieces as in transformers. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { truncatePair } from '#dist/tasks/classifier.js'
import { pairBeginning, truncateText } from '#dist/text/sections.js'
import { createTokenizer } from './create-tokenizer.ts'

/** `[CLS] text [SEP] pair [SEP]`, ids 1 and up in the text, 101 and up in the pair. */
function pairOf(first: number, second: number) {
  const text = Array.from({ length: first }, (_, i) => i + 1)
  const pair = Array.from({ length: second }, (_, i) => i + 101)
  return {
    ids: [-1, ...text, -2, ...pair, -3],
    tokens: [],
    offsets: [],
    wordIds: [],
    tokenTypeIds: [0, ...text.map(() => 0), 0, ...pair.map(() => 1), 1],
    sequenceIds: [null, ...text.map(() => 0), null, ...pair.map(() => 1), null],
  }
}

/** What is left of both. */
function left(first: number, second: number, maxLength: number): [number, number] {
  const { ids, tokenTypeIds } = truncatePair(pairOf(first, second), maxLength)
  assert.is(ids.length, Math.min(maxLength, first + second + 3))
  assert.is(tokenTypeIds.length, ids.length)
  assert.equal([ids[0], ids.at(-1)], [-1, -3])
  const text = ids.slice(1, ids.indexOf(-2))
  assert.equal(
    text,
    Array.from(text, (_, i) => i + 1),
  )
  return [text.length, ids.length - 3 - text.length]
}

test('truncateText keeps the last id', () => {
  assert.equal(truncateText([1, 2, 3, 4, 5], 5), [1, 2, 3, 4, 5])
  assert.equal(truncateText([1, 2, 3, 4, 5], 3), [1, 2, 5])
})

// As tokenizers 0.23 cuts with TruncationStrategy::LongestFirst
test('truncatePair cuts the longer text first, then both', () => {
  assert.equal(left(3, 4, 10), [3, 4])
  assert.equal(left(3, 9, 10), [3, 4])
  assert.equal(left(9, 3, 10), [4, 3])
  assert.equal(left(20, 20, 12), [4, 5])
  assert.equal(left(30, 20, 12), [5, 4])
  assert.equal(left(20, 30, 12), [4, 5])
  assert.equal(left(20, 30, 4), [0, 1])
})

test('of a pair with very long texts beginnings are read, and cut at the same place', () => {
  const tokenizer = createTokenizer({
    vocab: ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'a', 'b', '.', ''].join('\n'),
  })
  const long = 'a b. '.repeat(20_000)
  const most = 512
  const cut = ([first, second]: readonly [string, string]): readonly number[] =>
    truncatePair(tokenizer.encode(first, second), most).ids
  for (const other of ['', 'a b', 'b '.repeat(300), 'a '.repeat(20_000)]) {
    for (const pair of [
      [long, other],
      [other, long],
    ] as const) {
      const read = pairBeginning(tokenizer, pair, most)
      assert.ok(
        read[0].length + read[1].length <= other.length + 2 ** 16,
        `${read.map((text) => text.length)}`,
      )
      assert.equal(cut(read), cut(pair))
    }
  }
  // Of two long texts both beginnings, also where nothing but blanks stands first.
  for (const other of ['b '.repeat(100_000), `${' '.repeat(100_000)}${'b '.repeat(100_000)}`]) {
    for (const pair of [
      [`${long}${long}${long}${long}`, other],
      [other, `${long}${long}${long}${long}`],
    ] as const) {
      const read = pairBeginning(tokenizer, pair, most)
      assert.ok(
        read.every((text, index) => text.length < pair[index]!.length && text.length <= 2 ** 17),
        `${read.map((text) => text.length)}`,
      )
      assert.equal(cut(read), cut(pair))
    }
  }
  // What is not long is left as it is.
  assert.equal(pairBeginning(tokenizer, ['a', 'b'], most), ['a', 'b'])
})

test.run()
