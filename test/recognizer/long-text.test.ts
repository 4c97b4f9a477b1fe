/** Texts and lists of words that are longer than one section. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer, type Recognition, type RecognizeOptions } from '#dist/node.js'
import { rootPath } from '../shared.ts'
import { isThorough, times } from '../thorough.ts'

const ner = await loadRecognizer(rootPath('test/goldens/models/plain'), { threads: 1 })

test.after(() => ner.dispose())

/** A word that is one piece, so that a long text is soon computed. */
const filler = isThorough ? '' : `${'x'.repeat(110)} `

/** Paragraphs of one line: some with a name in every place, so that a wrong offset shows. */
const paragraphs = Array.from({ length: times(130, 450) }, (_, i) =>
  `tok${i % 20} visits tok${(i * 7) % 20}. ${filler}`.repeat(isThorough ? 8 : 4).trim(),
)
const text = paragraphs.join('\n\n')

for (const options of [
  {},
  { words: true },
  { strategy: 'none' },
  { split: 'sentences' },
] as RecognizeOptions[]) {
  test(`a long text has the entities of its paragraphs, each in its place, ${JSON.stringify(options)}`, async () => {
    assert.ok(text.length > 2 ** 16)
    const whole = (await ner.recognize(text, options as object)) as Recognition
    const each = (await ner.recognizeAll(paragraphs, options)) as Recognition[]
    const expected: Pick<Required<Recognition>, 'entities' | 'words'> = { entities: [], words: [] }
    let at = 0
    let pieces = 0
    each.forEach(({ entities, words = [] }, i) => {
      const moved = { start: at, end: at }
      for (const { start, end, index, ...rest } of entities) {
        const place = { start: moved.start + start, end: moved.end + end }
        expected.entities.push({
          ...rest,
          ...place,
          ...(index === undefined ? {} : { index: index + pieces }),
        })
      }
      for (const word of words) {
        expected.words.push({ ...word, start: at + word.start, end: at + word.end })
      }
      at += paragraphs[i]!.length + 2
      pieces += ner.tokenizer.encode(paragraphs[i]!).ids.length - 2
    })
    assert.ok(expected.entities.length > 200)
    assert.equal(whole.entities, expected.entities)
    if (options.words) assert.equal(whole.words, expected.words)
    for (const entity of whole.entities) assert.is(text.slice(entity.start, entity.end), entity.text)
  })
}

test('what other systems read in one piece has at most two million units, and is refused before it is read', async () => {
  const long = 'tok1 '.repeat(2 ** 21 / 5 + 1)
  const short = await ner.recognize('tok1 tok2', { style: 'spark-nlp' })
  let read = 0
  const encode = ner.tokenizer.encode.bind(ner.tokenizer)
  Object.assign(ner.tokenizer, {
    encode(...texts: Parameters<typeof encode>) {
      read++
      return encode(...texts)
    },
  })
  try {
    for (const options of [
      { style: 'spark-nlp' },
      { style: 'transformers', stride: 2 },
      { merge: 'huggingface', split: false },
    ] as RecognizeOptions[]) {
      const failed = ner.recognize(long, options as object).then(
        () => undefined,
        (error: unknown) => error as Error,
      )
      assert.instance(await failed, RangeError)
      assert.match((await failed)!.message, /2097155 UTF-16 units .* at most 2097152 .*in parts/)
    }
    assert.is(read, 0)
    // Without a stride only the beginning is read.
    assert.is((await ner.recognize(long, { style: 'transformers' })).truncated, true)
    assert.is(read, 1)
  } finally {
    Object.assign(ner.tokenizer, { encode })
  }
  assert.ok(short.annotations)
})

test('a long list of words has one entry a word, each in its place', async () => {
  const list = Array.from({ length: 12_000 }, (_, i) => `tok${i % 20}`)
  const { words = [], entities } = await ner.recognize(list, { pretokenized: true, words: true })
  const joined = list.join(' ')
  assert.is(words.length, list.length)
  words.forEach(({ text: word, start, end }, i) => {
    assert.is(word, list[i])
    assert.is(joined.slice(start, end), word)
  })
  for (const { wordStart, wordEnd, text: found } of entities) {
    assert.is(list.slice(wordStart, wordEnd).join(' '), found)
  }
})

test('a long text without windows is cut where a short one is, whatever stands at its beginning', async () => {
  for (const beginning of ['', ' '.repeat(2 ** 17)]) {
    const short = `${beginning}${'tok1 tok2. '.repeat(200)}`
    const options = { windows: false, split: false } as const
    const { entities, truncated } = await ner.recognize(short, options)
    assert.ok(truncated)
    assert.equal((await ner.recognize(short.repeat(times(40, 100)), options)).entities, entities)
  }
})

test.run()
