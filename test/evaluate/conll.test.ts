/** CoNLL files are read, joined into documents and written back. */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { joinDocuments, parseConll } from '#dist/evaluate/conll.js'
import { countPhrases } from '#dist/evaluate/conlleval.js'
import { withShared } from '../shared.ts'

test('parseConll reads two columns', () => {
  assert.equal(parseConll('EU B-ORG\nrejects O\n\nPeter B-PER\n'), [
    { words: ['EU', 'rejects'], gold: ['B-ORG', 'O'], document: 0, line: 1 },
    { words: ['Peter'], gold: ['B-PER'], document: 0, line: 4 },
  ])
})

test('parseConll reads four columns, documents, CRLF, tabs and a byte order mark', () => {
  const text =
    '\uFEFF-DOCSTART- -X- -X- O\r\n\r\nEU\tNNP B-NP  B-ORG \r\n\r\n-DOCSTART- -X- -X- O\r\n\r\n\r\n. . O O'
  assert.equal(parseConll(text), [
    { words: ['EU'], gold: ['B-ORG'], document: 0, line: 3 },
    { words: ['.'], gold: ['O'], document: 1, line: 8 },
  ])
})

test('parseConll takes gold and guess from the last two columns', () => {
  assert.equal(parseConll('a x O B-PER\n', { predicted: true }), [
    { words: ['a'], gold: ['O'], guess: ['B-PER'], document: 0, line: 1 },
  ])
})

test('parseConll of nothing is empty', () => {
  for (const text of ['', '\n\n', '\uFEFF', '-DOCSTART- O\n']) assert.equal(parseConll(text), [])
})

test('parseConll keeps words of other whitespace whole', () => {
  assert.equal(parseConll('10\u00A0000\u2028x O\n')[0]!.words, ['10\u00A0000\u2028x'])
})

test('parseConll names the line that is wrong', () => {
  assert.throws(() => parseConll('a O\n\nb\n'), /line 3 has 1 column, expected at least 2: b/u)
  assert.throws(() => parseConll('a O\nb x O\n'), /line 2 has 3 columns, expected 2 as on the lines before/u)
  assert.throws(() => parseConll('a O\n', { predicted: true }), /line 1 has 2 columns, expected at least 3/u)
})

test('joinDocuments joins the sentences of each document', () => {
  const sentences = parseConll('-DOCSTART- O O\na O O\n\nb O O\n\n-DOCSTART- O O\n\nc O B-X\n', {
    predicted: true,
  })
  assert.equal(joinDocuments(sentences), [
    { words: ['a', 'b'], gold: ['O', 'O'], guess: ['O', 'O'], document: 0, line: 2, lineStarts: [1] },
    { words: ['c'], gold: ['O'], guess: ['B-X'], document: 1, line: 8 },
  ])
})

test('joinDocuments begins a line behind what ends without a final mark', () => {
  const sentences = parseConll('RESULTS O\n\nAjax B\n2 O\n\nHe O\nleft O\n. O\n" O\n\nShe O\n: O\n\nBye O\n')
  assert.equal(joinDocuments(sentences)[0]!.lineStarts, [1, 3, 9])
})

test('parseConll reads back what was written', () => {
  const token = fc.tuple(
    fc
      .string({ minLength: 1 })
      .filter((word) => !/[ \t\r\n]/u.test(word) && !/^(?:-DOCSTART-|\uFEFF)/u.test(word)),
    fc.constantFrom('O', 'B-PER', 'I-LOC'),
  )
  fc.assert(
    fc.property(fc.array(fc.array(token, { minLength: 1 }), { minLength: 1 }), (drawn) => {
      const text = drawn
        .map((sentence) => sentence.map((fields) => `${fields.join(' ')}\n`).join(''))
        .join('\n')
      const read = parseConll(text).map(({ words, gold }) => words.map((word, i) => [word, gold[i]!]))
      assert.equal(read, drawn)
    }),
  )
})

withShared('data/conll2003-dev.txt', 'counts of the CoNLL-2003 development set', (path) => {
  test('parseConll and countPhrases find what the CoNLL-2003 development set holds', () => {
    const sentences = parseConll(readFileSync(path, 'utf8'))
    const { tokens, support } = countPhrases(sentences.map(({ gold }) => ({ gold, guess: gold })))
    assert.equal(
      [tokens, support, sentences.length, joinDocuments(sentences).length],
      [51362, 5942, 3250, 216],
    )
  })
})

withShared('data/wikigold.conll', 'counts of WikiGold', (path) => {
  test('parseConll and countPhrases find what WikiGold holds', () => {
    const sentences = parseConll(readFileSync(path, 'utf8'))
    const { support } = countPhrases(sentences.map(({ gold }) => ({ gold, guess: gold })))
    assert.equal([support, sentences.length, joinDocuments(sentences).length], [3558, 1696, 145])
  })
})

test.run()
