/** Spark NLP's tokens, chunks and metadata. */
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decodeEntities } from '#dist/entities/entity.js'
import { type CleanupMode, cleanDocument } from '#dist/entities/spark/spark-document.js'
import {
  annotateSpark,
  checkSparkOptions,
  formatJavaFloat,
  prepareSparkDocument,
} from '#dist/entities/spark/spark-style.js'
import { type SparkTokenizerOptions, tokenizeSpark } from '#dist/entities/spark/spark-tokenizer.js'
import type { SparkAnnotations, SparkOptions } from '#dist/entities/spark/spark-types.js'
import type { RecognizeOptions } from '#dist/entities/types.js'
import { assertLinear } from '../growth.ts'
import { conllLabels, makeWordInput } from './sample.ts'

function tokens(text: string, options?: SparkTokenizerOptions): string[] {
  return tokenizeSpark(text, options).map(([start, end]) => text.slice(start, end))
}

const tokenized: [what: string, text: string, wanted: string[], options?: SparkTokenizerOptions][] = [
  ['the seed page', 'My name is John!', ['My', 'name', 'is', 'John', '!']],
  ['both ends', '(U.N.), said', ['(', 'U.N', '.),', 'said']],
  ['a run of context characters', '-- ... "', ['--', '...', '"']],
  ['inner characters', "Jean-Luc didn't", ['Jean-Luc', "didn't"]],
  ['no text', ' \n ', []],
  ['astral characters', '\u{1F600}! \u{20000}', ['\u{1F600}', '!', '\u{20000}']],
  ['its own context characters', '[a].', ['[', 'a', '].'], { contextChars: ['[', ']', '.'] }],
  ['no context characters', 'a. (b)', ['a.', '(b)'], { contextChars: [] }],
  ['a target pattern', 'a1b22', ['a', 'b'], { targetPattern: '[a-z]+' }],
  ['infix patterns', "didn't go", ['did', "n't", 'go'], { infixPatterns: ["(\\w+)(n't)", '(\\w+)'] }],
  [
    'prefix and suffix',
    '$5% x',
    ['$', '5', '%', 'x'],
    { prefixPattern: '\\A(\\$?)', infixPatterns: ['(\\d+)'], suffixPattern: '(%?)\\z' },
  ],
  ['split characters', 'a-b/c', ['a', 'b', 'c'], { splitChars: ['-', '/'] }],
  ['a split pattern', 'a##b#c', ['a', 'b#c'], { splitPattern: '##' }],
  [
    'exceptions',
    'in New York, e.g. here',
    ['in', 'New York,', 'e.g.', 'here'],
    { exceptions: ['New York', 'e\\.g\\.'] },
  ],
  ['exceptions inside words', '(a New Yorker)', ['(', 'a', 'New Yorker)'], { exceptions: ['New York'] }],
  ['exceptions before a point', 'in New York.', ['in', 'New York.'], { exceptions: ['New York'] }],
  [
    'exceptions that are expressions',
    "Jane's dog, (Jane's  cat)",
    ["Jane's dog,", "(Jane's  cat)"],
    { exceptions: ["Jane's\\s+\\w+"] },
  ],
  ['a split pattern of no characters', 'abc d', ['a', 'b', 'c', 'd'], { splitPattern: '(?=.)' }],
  ['exceptions by case', 'new york', ['new', 'york'], { exceptions: ['New York'] }],
  [
    'exceptions of any case',
    'new york',
    ['new york'],
    { exceptions: ['New York'], caseSensitiveExceptions: false },
  ],
  ['lengths', 'a bb ccc dddd', ['bb', 'ccc'], { minLength: 2, maxLength: 3 }],
]
for (const [what, text, wanted, options] of tokenized) {
  test(`tokenizeSpark splits ${what}`, () => {
    assert.equal(tokens(text, options), wanted)
  })
}

test('tokenizeSpark refuses wrong patterns', () => {
  assert.throws(
    () => tokenizeSpark('a', { prefixPattern: '(x)' }),
    /prefixPattern is '\(x\)', expected it to begin/u,
  )
  assert.throws(
    () => tokenizeSpark('a', { suffixPattern: '(x)' }),
    /suffixPattern is '\(x\)', expected it to end/u,
  )
  assert.throws(
    () => tokenizeSpark('a', { targetPattern: '(' }),
    /targetPattern is '\(', expected a regular/u,
  )
})

test('tokenizeSpark tokens are in order, apart, and hold every character but whitespace', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'B', '.', '(', ' ', '\n', '-', '\u{1F600}') }),
      (text) => {
        let before = 0
        for (const [start, end] of tokenizeSpark(text)) {
          assert.match(text.slice(before, start), /^\s*$/u)
          assert.ok(end > start)
          before = end
        }
        assert.match(text.slice(before), /^\s*$/u)
      },
    ),
  )
})

test('tokenizeSpark takes long runs in linear time', () =>
  assertLinear('tokenizeSpark', 800_000, (size) => {
    const text = `${'.'.repeat(size)} ${'a.'.repeat(size)}`
    return () => assert.is(tokenizeSpark(text).length, 3)
  }))

const cleaned: [mode: CleanupMode, wanted: string][] = [
  ['disabled', ' a\n\tb \\n c '],
  ['inplace', ' a  b \\n c '],
  ['inplace_full', ' a  b   c '],
  ['shrink', 'a b \\n c'],
  ['shrink_full', 'a b c'],
  ['each', ' a b \\n c '],
  ['each_full', ' a b  c '],
  ['delete_full', 'a\n\tb  c'],
]
for (const [mode, wanted] of cleaned) {
  test(`cleanDocument ${mode}`, () => {
    assert.is(cleanDocument(' a\n\tb \\n c ', mode), wanted)
  })
}

test('formatJavaFloat writes what Float.toString writes', () => {
  const known: [number, string][] = [
    [0, '0.0'],
    [1, '1.0'],
    [0.5, '0.5'],
    [0.1, '0.1'],
    [0.99821, '0.99821'],
    [0.001, '0.001'],
    [0.00099, '9.9E-4'],
    [1e-10, '1.0E-10'],
    [1.4e-45, '1.4E-45'],
    [0.33333334, '0.33333334'],
    [1.5e7, '1.5E7'],
  ]
  for (const [value, wanted] of known) assert.is(formatJavaFloat(Math.fround(value)), wanted)
})

test('formatJavaFloat reads back the same', () => {
  fc.assert(
    fc.property(fc.float({ min: 0, max: 1, noNaN: true }), (value) => {
      assert.is(Math.fround(Number(formatJavaFloat(value))), value)
    }),
    { numRuns: 2000 },
  )
})

/** Annotates words of one piece each; the text is `w0 w1 ...`, every third word ends a sentence where asked. */
function annotate(
  tags: string[],
  options: RecognizeOptions = {},
  spark: SparkOptions = {},
): SparkAnnotations {
  const input = makeWordInput(conllLabels, tags)
  const document = prepareSparkDocument(input.text, spark)
  const { words } = decodeEntities({ ...input, words: document.words, options: { words: true } })
  return annotateSpark(document, words!, input.labels, options)
}

function chunks(tags: string[], options?: RecognizeOptions): string[] {
  return annotate(tags, options).entities.map(({ result, metadata }) => `${metadata['entity']} ${result}`)
}

test('annotateSpark gives each token its bounds, label and distribution', () => {
  const { document, sentence, token, ner } = annotate(['B-PER', 'O'])
  assert.equal(document, [
    { annotatorType: 'document', begin: 0, end: 4, result: 'w0 w1', metadata: { sentence: '0' } },
  ])
  assert.equal(sentence, document)
  assert.equal(token[1], {
    annotatorType: 'token',
    begin: 3,
    end: 4,
    result: 'w1',
    metadata: { sentence: '0' },
  })
  const { metadata, ...first } = ner[0]!
  assert.equal(first, { annotatorType: 'named_entity', begin: 0, end: 1, result: 'B-PER' })
  assert.equal(Object.keys(metadata), ['sentence', 'word', ...conllLabels])
  assert.is(metadata['word'], 'w0')
  const sum = conllLabels.reduce((total, label) => total + Number(metadata[label]), 0)
  assert.ok(Math.abs(sum - 1) < 1e-5)
  assert.ok(Math.abs(Number(metadata['B-PER']) - 0.9) < 1e-6)
})

test('annotateSpark makes chunks by the rule of NerConverter', () => {
  assert.equal(chunks(['B-PER', 'I-LOC', 'O', 'I-LOC']), ['PER w0 w1', 'LOC w3'])
  assert.equal(chunks(['B-PER', 'B-PER', 'I-PER']), ['PER w0', 'PER w1 w2'])
  assert.equal(chunks(['I-PER', 'O', 'I-PER']), ['PER w0', 'PER w2'])
  assert.equal(chunks(['O', 'O']), [])
})

test('annotateSpark labels is the white list and numbers what is left', () => {
  const { entities } = annotate(['B-PER', 'B-LOC', 'O', 'B-LOC'], { labels: ['LOC'] })
  assert.equal(
    entities.map(({ result, metadata }) => [result, metadata['chunk']]),
    [
      ['w1', '0'],
      ['w3', '1'],
    ],
  )
  assert.equal(chunks(['B-PER'], { threshold: 0.95 }), [])
})

test('annotateSpark confidence is the mean over tokens', () => {
  const [chunk] = annotate(['B-PER', 'I-PER']).entities
  assert.equal([chunk!.begin, chunk!.end, chunk!.annotatorType], [0, 4, 'chunk'])
  assert.ok(Math.abs(Number(chunk!.metadata['confidence']) - 0.9) < 1e-6)
})

test('annotateSpark numbers sentences, and their ends end chunks', () => {
  const text = 'Ann left. Bob'
  const document = prepareSparkDocument(text, { sentences: true })
  const input = makeWordInput(conllLabels, ['B-PER', 'O', 'I-PER', 'I-PER'])
  const words = decodeEntities({ ...input, options: { words: true } }).words!.map((word, i) => {
    const [start, end] = document.words[i]!
    return { ...word, start, end, text: text.slice(start, end) }
  })
  const annotations = annotateSpark(document, words, input.labels)
  assert.equal(
    annotations.sentence.map(({ begin, end }) => [begin, end]),
    [
      [0, 8],
      [10, 12],
    ],
  )
  assert.equal(
    annotations.token.map(({ metadata }) => metadata['sentence']),
    ['0', '0', '0', '1'],
  )
  assert.equal(
    annotations.entities.map(({ result }) => result),
    ['Ann', '.', 'Bob'],
  )
})

test('annotateSpark refuses words that are not those of the tokens', () => {
  const { labels } = makeWordInput(conllLabels, [])
  assert.throws(() => annotateSpark(prepareSparkDocument('a b'), [], labels), /0 words for 2 tokens/u)
})

test('checkSparkOptions refuses settings that Spark NLP does not have', () => {
  const wrong: [options: unknown, kind: ErrorConstructor, message: RegExp][] = [
    [{ cleanupMode: 'all' }, RangeError, /spark.cleanupMode is 'all'/u],
    [{ sentences: 1 }, TypeError, /spark.sentences is a number/u],
    [{ tokenizer: { infix: [] } }, RangeError, /spark.tokenizer.infix is not known/u],
  ]
  for (const [options, kind, message] of wrong) {
    assert.throws(
      () => checkSparkOptions(options),
      (error: unknown) => error instanceof kind && message.test(error.message),
    )
  }
})

test.run()
