/** Texts and lists of words that are longer than what is read of them at once; in a process of its own, since it measures. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer, type Recognition, type RecognizeOptions } from '#dist/node.js'
import { iobert, model } from '../cli/run.ts'
import { rootPath } from '../shared.ts'

const slow = process.env['IOBERT_SLOW'] === '1'
const ner = await loadRecognizer(rootPath('test/goldens/models/plain'), { threads: 1 })

test.after(() => ner.dispose())

/** Paragraphs of one line: some with a name in every place, so that a wrong offset shows. */
const paragraphs = Array.from({ length: 700 }, (_, i) =>
  `tok${i % 20} visits tok${(i * 7) % 20}. `.repeat(8).trim(),
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
    assert.ok(expected.entities.length > 1000)
    assert.equal(whole.entities, expected.entities)
    if (options.words) assert.equal(whole.words, expected.words)
    for (const entity of whole.entities) assert.is(text.slice(entity.start, entity.end), entity.text)
  })
}

test('a long list of words has one entry a word, each in its place', async () => {
  const list = Array.from({ length: 30_000 }, (_, i) => `tok${i % 20}`)
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
    assert.equal((await ner.recognize(short.repeat(100), options)).entities, entities)
  }
})

interface Outcome {
  readonly outcome: string
  readonly waited: number
  readonly megabytes: number
}

async function run(...args: string[]): Promise<Outcome> {
  const child = spawn(process.execPath, [
    fileURLToPath(new URL('./long-text-child.js', import.meta.url)),
    ...args,
  ])
  let output = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
  })
  child.stderr.pipe(process.stderr)
  await new Promise((resolve) => child.on('close', resolve))
  return JSON.parse(output)
}

/** What may be held beside the text, MB. */
const ALLOWED = 200

if (!existsSync('/proc/self/status')) {
  console.log('skipped: memory of a long text: /proc/self/status is not there')
} else {
  const megabytes = slow ? 100 : 30

  // Words of more than 100 letters are one piece each, so that many bytes cost little to compute.
  test(`a text of ${megabytes} MB takes little memory beside its string`, async () => {
    const { outcome, megabytes: taken } = await run(`${'x'.repeat(600)} `, String(megabytes))
    assert.is(outcome, '0 entities')
    assert.ok(taken < ALLOWED, `${taken} MB`)
  })

  for (const unit of ['[]', 'tok1 visits tok2. ', 'a']) {
    test(`recognizing 100 MB of ${unit} is aborted soon, and has taken little memory till then`, async () => {
      const { outcome, waited, megabytes: taken } = await run(unit, '100', '1500')
      assert.is(outcome, 'AbortError')
      // 100 ms on a machine that does nothing else.
      assert.ok(waited < 1000, `${waited} ms`)
      assert.ok(taken < ALLOWED, `${taken} MB`)
    })
  }
}

test('iobert --jsonl reads a line that is longer than its memory would hold as pieces, and the lines after it', async () => {
  const lines = ['[]'.repeat(slow ? 5e6 : 2e5), 'tok1 visits tok2.']
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
  const heap = { NODE_OPTIONS: `--max-old-space-size=${slow ? 1000 : 48}` }
  const { code, stdout, stderr } = await iobert(['-m', model, '--jsonl', '--threshold', '1'], input, heap)
  assert.is(code, 0, stderr)
  assert.is(stdout.trimEnd().split('\n').length, 2)
})

test.run()
