/** Errors for wrong options of `recognize` name the option. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { checkRecognizeOptions, checkStreamOptions } from '#dist/entities/options.js'

test('checkRecognizeOptions passes what is right and drops what is undefined', () => {
  assert.equal({ ...checkRecognizeOptions(undefined) }, {})
  const { signal } = new AbortController()
  const options = {
    strategy: 'average',
    scheme: 'IOB2',
    decode: 'viterbi',
    stride: 0,
    windows: false,
    merge: 'context',
    threshold: 1,
    labels: ['PER'],
    ignoreLabels: [],
    pretokenized: true,
    words: true,
    style: 'spark-nlp',
    spark: { cleanupMode: 'shrink', sentences: true, tokenizer: { splitChars: ['-'], minLength: 2 } },
  }
  const checked = checkRecognizeOptions({ ...options, signal })
  assert.is(checked.signal, signal)
  assert.equal({ ...checked, signal: undefined }, { ...options, signal: undefined })
  assert.not.ok('decode' in checkRecognizeOptions({ decode: undefined }))
  assert.equal({ ...checkStreamOptions({ batchTokens: 3 }) }, { batchTokens: 3 })
})

const wrong: [what: string, options: unknown, kind: ErrorConstructor, message: RegExp][] = [
  ['no object', 3, TypeError, /options is a number, expected an object/u],
  ['null', null, TypeError, /options is null/u],
  [
    'an unknown name',
    { strategie: 'first' },
    RangeError,
    /options.strategie is not known, expected one of strategy, /u,
  ],
  ['an inherited name', { toString: 1 }, RangeError, /options.toString is not known/u],
  [
    'an unknown strategy',
    { strategy: 'last' },
    RangeError,
    /strategy is 'last', expected one of 'first', 'simple'/u,
  ],
  ['a strategy of another kind', { strategy: 1 }, TypeError, /strategy is a number, expected one of/u],
  ['an unknown scheme', { scheme: 'iob2' }, RangeError, /scheme is 'iob2', expected one of 'IOB1'/u],
  ['a negative stride', { stride: -1 }, RangeError, /stride is -1, expected a whole number/u],
  ['a fraction of a stride', { stride: 1.5 }, RangeError, /stride is 1.5/u],
  ['a threshold over 1', { threshold: 2 }, RangeError, /threshold is 2, expected a number from 0 to 1/u],
  ['NaN as threshold', { threshold: Number.NaN }, RangeError, /threshold is NaN/u],
  [
    'labels that are a string',
    { labels: 'PER' },
    TypeError,
    /labels is a string, expected an array of strings/u,
  ],
  ['labels that are not all strings', { labels: ['PER', 1] }, TypeError, /labels\[1\] is a number/u],
  ['words of another kind', { words: 'yes' }, TypeError, /words is a string, expected true or false/u],
  ['no signal', { signal: {} }, TypeError, /signal is an object, expected an AbortSignal/u],
  ['settings of Spark NLP that are none', { spark: 3 }, TypeError, /spark is a number, expected an object/u],
  [
    'an unknown split',
    { split: 'words' },
    RangeError,
    /split is 'words', expected one of 'passages', 'paragraphs', 'lines'/u,
  ],
  ['true as split', { split: true }, TypeError, /split is a boolean, expected .* a function or false/u],
  ['split of words', { split: 'lines', pretokenized: true }, RangeError, /split is for texts/u],
  ['spark without its style', { spark: { sentences: true } }, RangeError, /spark is for style: 'spark-nlp'/u],
  [
    'two ways to say sentences',
    { style: 'spark-nlp', spark: { sentences: true }, split: 'lines' },
    RangeError,
    /leave one of them out/u,
  ],
  ["batchTokens, which is a stream's", { batchTokens: 3 }, RangeError, /batchTokens is not known/u],
  ['huggingface with none', { merge: 'huggingface', strategy: 'none' }, RangeError, /merge 'huggingface'/u],
]
for (const [what, options, kind, message] of wrong) {
  test(`checkRecognizeOptions refuses ${what}`, () => {
    assert.throws(
      () => checkRecognizeOptions(options),
      (error: unknown) => error instanceof kind && message.test(error.message),
    )
  })
}

test.run()
