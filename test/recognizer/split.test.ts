/**
 * The parts of a split text are read as if they were texts of their own; only offsets and counts refer to the
 * whole.
 */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Entity,
  loadRecognizer,
  type RecognizeOptions,
  type Span,
  type Split,
  type Splitter,
  type Strategy,
  splitText,
} from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { share, times } from '../thorough.ts'

const ner = await loadRecognizer(rootPath('weights'), { inline: true, maxLength: 24 })

const text = `Angela Merkel met Tim Cook in Berlin. They spoke about Apple.

Tim
Cook flew home\u{1F600} to California. Müller stayed at Siemens in München, ${'with many others, '.repeat(5)}and Jean-Luc Picard.

`
/** Cuts inside a name, inside a word, and leaves much out. */
const own: Splitter = () => [
  [0, 6],
  [6, 13],
  [18, 22],
  [22, 22],
  [30, text.length - 3],
]
const whole: Splitter = (given) => [[0, given.length]]
const words: Splitter = (given) =>
  Array.from(given.matchAll(/\S+/gu), ({ 0: word, index }): Span => [index, index + word.length])
const ways: Record<string, Split> = {
  passages: 'passages',
  paragraphs: 'paragraphs',
  lines: 'lines',
  sentences: 'sentences',
  own,
  words,
}

async function spansOf(split: Split): Promise<readonly Span[]> {
  if (typeof split === 'function') return splitText(text, split)
  const { passages, sentences, paragraphs, lines } = await import('#dist/text/split.js')
  return { passages, sentences, paragraphs, lines }[split as 'lines'](text)
}

const strategies = ['first', 'simple', 'average', 'max', 'none'] as const satisfies Strategy[]
for (const [name, split] of Object.entries(ways)) {
  // Of the strategies every fifth, from another one each way: all are met.
  const at = Object.keys(ways).indexOf(name) % strategies.length
  for (const strategy of share([...strategies.slice(at), ...strategies.slice(0, at)], strategies.length)) {
    test(`split by ${name} equals reading the pieces one by one, strategy ${strategy}`, async () => {
      const spans = await spansOf(split)
      const merges = strategy === 'none' ? (['context'] as const) : (['context', 'huggingface'] as const)
      for (const merge of merges) {
        for (const windows of strategy === 'first' ? [true, false] : [true]) {
          const options: RecognizeOptions = { strategy, merge, windows, words: true }
          const parts = await ner.recognizeAll(
            spans.map(([start, end]) => text.slice(start, end)),
            { ...options, split: false },
          )
          const found = await ner.recognize(text, { ...options, split })
          let pieces = 0
          const entities = parts.flatMap(({ entities }, i) => {
            const [start, end] = spans[i]!
            const moved = entities.map(
              (entity): Entity => ({
                ...entity,
                start: entity.start + start,
                end: entity.end + start,
                ...(entity.index === undefined ? {} : { index: entity.index + pieces }),
              }),
            )
            pieces += windows ? ner.tokenizer.encode(text.slice(start, end)).ids.length - 2 : 0
            return moved
          })
          const wanted = {
            entities,
            truncated: parts.some(({ truncated }) => truncated),
            words: parts.flatMap(({ words }, i) =>
              words!.map((word) => ({
                ...word,
                start: word.start + spans[i]![0],
                end: word.end + spans[i]![0],
              })),
            ),
          }
          if (!windows)
            for (const { entities } of [found, wanted]) for (const entity of entities) delete entity.index
          assert.equal(found, wanted)
          for (const { text: slice, start, end } of [...found.entities, ...found.words!]) {
            assert.is(slice, text.slice(start, end))
          }
        }
      }
    })
  }
}

test('no split is passages', async () => {
  const wanted = await ner.recognize(text, { words: true, split: 'passages' })
  assert.equal(await ner.recognize(text, { words: true }), wanted)
  assert.not.equal(wanted, await ner.recognize(text, { words: true, split: false }))
})

test('split: false and one span over all are the same', async () => {
  const wanted = await ner.recognize(text, { words: true, split: false })
  assert.ok(wanted.entities.length > 3)
  assert.equal(await ner.recognize(text, { words: true, split: whole }), wanted)
})

test('no entity goes on across a border', async () => {
  const cut: Splitter = () => [
    [0, 6],
    [6, 13],
  ]
  const found = await ner.recognize('Angela Merkel', { split: cut })
  assert.equal(
    found.entities.map(({ text: name }) => name),
    ['Angela', 'Merkel'],
  )
})

test('texts of which no piece is read have no entities, and keep their place', async () => {
  const none: Splitter = () => []
  const blank = { entities: [], truncated: false, words: [] }
  for (const split of ['lines', 'paragraphs', 'passages', 'sentences', none] as const) {
    assert.equal(await ner.recognizeAll(['', ' \n '], { split, words: true }), [blank, blank])
  }
})

test('the pieces of many texts are packed together', async () => {
  const lines = Array.from({ length: times(240, 300) }, (_, i) => `Tim ${i}`).join('\n')
  const sizes: number[] = []
  const { forward } = ner.model
  ner.model.forward = function (sequences, options) {
    sizes.push(sequences.reduce((sum, { length }) => sum + length, 0))
    return forward.call(this, sequences, options)
  }
  try {
    await ner.recognizeAll([lines, lines], { split: 'lines' })
  } finally {
    Reflect.deleteProperty(ner.model, 'forward')
  }
  const longest = Math.max(...lines.split('\n').map((line) => ner.tokenizer.encode(line).ids.length))
  for (const size of sizes.slice(0, -1)) assert.ok(size > 1024 - longest && size <= 1024, `${size} pieces`)
})

test("style 'spark-nlp' takes the pieces as its sentences, and reads each by itself", async () => {
  const given = 'Angela Merkel\nmet Tim Cook in Berlin.\n\nSiemens'
  const found = await ner.recognize(given, { style: 'spark-nlp', split: 'lines', words: true })
  const { sentence, token, ner: tags } = found.annotations!
  assert.equal(
    sentence.map(({ result, metadata }) => [result, metadata['sentence']]),
    [
      ['Angela Merkel', '0'],
      ['met Tim Cook in Berlin.', '1'],
      ['Siemens', '2'],
    ],
  )
  assert.is(tags.length, token.length)
  assert.is(found.words!.length, token.length)
  for (const { begin, end, result } of token) assert.is(result, given.slice(begin, end + 1))
  for (const { text: name, wordStart, wordEnd } of found.entities) {
    assert.is(given.slice(token[wordStart!]!.begin, token[wordEnd! - 1]!.end + 1), name)
  }
  const alone = await ner.recognize('met Tim Cook in Berlin.', { style: 'spark-nlp' })
  assert.equal(
    tags
      .filter(({ metadata }) => metadata['sentence'] === '1')
      .map(({ metadata }) => ({ ...metadata, sentence: '0' })),
    alone.annotations!.ner.map(({ metadata }) => metadata),
  )
  const own = await ner.recognize(given, { style: 'spark-nlp', spark: { sentences: true } })
  assert.equal(
    own.annotations,
    (await ner.recognize(given, { style: 'spark-nlp', split: 'sentences' })).annotations,
  )
})

test('a function may give pairs, or the fields that entities have', async () => {
  const pairs: Splitter = () => [
    [0, 12],
    [17, text.length],
  ]
  const fields: Splitter = (all) =>
    pairs(all).map((span) => ('start' in span ? span : { start: span[0], end: span[1] }))
  assert.equal(splitText(text, fields), pairs(text))
  assert.equal(await ner.recognize(text, { split: fields }), await ner.recognize(text, { split: pairs }))
})

const wrong: [what: string, spans: unknown, kind: ErrorConstructor, message: RegExp][] = [
  [
    'no array',
    'ab',
    TypeError,
    /split gave a string, expected an array of \[start, end\] or \{ start, end \}, one/u,
  ],
  ['no pair', [[0, 1, 2]], TypeError, /split gave an array as span 0/u],
  ['an object without them', [{ from: 0, to: 1 }], TypeError, /split gave an object as span 0/u],
  ['no numbers', [['0', '1']], TypeError, /as span 0/u],
  ['fractions', [[0, 1.5]], RangeError, /split gave \[0, 1.5\] as span 0/u],
  ['an end before its start', [[3, 2]], RangeError, /split gave \[3, 2\] as span 0/u],
  ['an end behind the text', [[0, 12]], RangeError, /to 11 \(the text's length\)/u],
  [
    'a span in another',
    [
      [0, 4],
      [3, 6],
    ],
    RangeError,
    /split gave \[3, 6\] as span 1, .* from 4/u,
  ],
  [
    'spans in another order',
    [
      [5, 6],
      [0, 4],
    ],
    RangeError,
    /split gave \[0, 4\] as span 1/u,
  ],
]
for (const [what, spans, kind, message] of wrong) {
  test(`a split that gives ${what} is an error`, async () => {
    const split = (() => spans) as unknown as Splitter
    const error = await ner.recognize('Tim\nand Ann', { split }).catch((reason: unknown) => reason)
    assert.instance(error, kind, String(error))
    assert.match((error as Error).message, message)
  })
}

test.after(() => ner.dispose())
test.run()
