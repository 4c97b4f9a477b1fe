/** GLiNER as a caller sees it: options, windows, streams, refusals, places of files. */
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { trimName } from '#dist/entities/name-edges.js'
import { type FindOptions, type Gliner, loadGliner, redact } from '#dist/node.js'
import { glinerReading } from '#dist/tasks/gliner/prompt.js'
import { makeWindows } from '#dist/tasks/gliner/windows.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { failure } from '../failure.ts'
import { rootPath } from '../shared.ts'

const folder = rootPath('test/goldens/gliner/bert-projected')
// Scores are compared to the last bit: kernels that are not fused are the same on every engine.
const options = { inline: true, precision: 'float32', kernels: 'simd' } as const
const gliner = await loadGliner(folder, options)
const types = ['person', 'drug', 'contract number']
const sentence = 'Angela Merkel met Tim Cook in Berlin, and Mary-Kate signed A-17/3.'
test.after(() => gliner.dispose())

/** The model's files, some of them changed: JSON where it is an object, left out where it is undefined. */
function filesWith(changes: Record<string, object | undefined> = {}): Map<string, Uint8Array> {
  const names = readdirSync(folder).filter((name) => name !== 'found.jsonl')
  const files = new Map<string, Uint8Array>(
    names.map((name) => [name, new Uint8Array(readFileSync(`${folder}/${name}`))]),
  )
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) files.delete(name)
    else
      files.set(name, value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value)))
  }
  return files
}

const config = JSON.parse(readFileSync(`${folder}/gliner_config.json`, 'utf8'))

test('entities are ordinary ones, in order, above the threshold', async () => {
  const { entities, truncated } = await gliner.find(sentence, types, { threshold: 0.3 })
  assert.ok(entities.length > 3)
  assert.is(truncated, false)
  let last = 0
  for (const { type, text, start, end, score } of entities) {
    assert.ok(types.includes(type))
    assert.is(text, sentence.slice(start, end))
    assert.ok(score > 0.3 && score <= 1 && start >= last)
    last = end
  }
  const strict = await gliner.find(sentence, types, { threshold: 1 })
  assert.equal(strict.entities, [])
  const nested = await gliner.find(sentence, types, { threshold: 0.3, nested: true, multiLabel: true })
  assert.ok(nested.entities.length > entities.length)
})

test('a type has the threshold of the call, or its own', async () => {
  const given = { nested: true, multiLabel: true }
  const at = async (threshold: number): Promise<string[]> => {
    const { entities } = await gliner.find(sentence, types, { ...given, threshold })
    return entities.map(({ type, start, end }) => `${type} ${start} ${end}`)
  }
  const [low, high] = [await at(0.2), await at(0.8)]
  const own = types.map((type) => (type === 'drug' ? { type, threshold: 0.2 } : type))
  const { entities } = await gliner.find(sentence, own, { ...given, threshold: 0.8 })
  assert.equal(
    entities.map(({ type, start, end }) => `${type} ${start} ${end}`).sort(),
    [...low.filter((one) => one.startsWith('drug')), ...high.filter((one) => !one.startsWith('drug'))].sort(),
  )
  assert.ok(low.length > high.length)
})

test('a type twice counts once; texts without words have no entities', async () => {
  const once = await gliner.find(sentence, types)
  assert.equal(await gliner.find(sentence, [...types, 'drug', 'person']), once)
  assert.equal(await gliner.findAll(['', ' \n', sentence], types), [
    { entities: [], truncated: false },
    { entities: [], truncated: false },
    once,
  ])
})

test('a type of any length is told to be too long', async () => {
  const { message } = await failure(() => gliner.find(sentence, ['x '.repeat(200_000)]))
  assert.match(message, /^The types take \d+ pieces, and the model reads 512 at once/)
})

test('offsets are UTF-16, whatever stands before', async () => {
  const { entities } = await gliner.find(`😀😀 ${sentence}`, types, { threshold: 0.2, nested: true })
  assert.ok(entities.length > 0)
  for (const { text, start, end } of entities) assert.is(text, `😀😀 ${sentence}`.slice(start, end))
})

test('a long text is read in windows that agree with its beginning, or cut', async () => {
  const long = Array.from({ length: 40 }, () => sentence).join(' ')
  const given = { threshold: 0.3, nested: true }
  const all = await gliner.find(long, types, given)
  const cut = await gliner.find(long, types, { ...given, windows: false })
  assert.is(all.truncated, false)
  assert.is(cut.truncated, true)
  // 40 words are read at once, of which neighbouring windows share 20.
  const until = cut.entities.at(-1)!.end
  assert.ok(until < 300 && all.entities.at(-1)!.end > long.length - 100)
  const ofFirst = (found: typeof all): string[] =>
    found.entities
      .filter(({ end }) => end < until / 2)
      .map(({ type, start, end }) => `${type} ${start} ${end}`)
  assert.equal(ofFirst(all), ofFirst(cut))
  assert.is(
    new Set(all.entities.map(({ type, start, end }) => `${type} ${start} ${end}`)).size,
    all.entities.length,
  )
})

test('no more of a long text is read than the windows need that were taken', () => {
  const { tokenizer } = gliner
  const text = `${sentence} `.repeat(20_000)
  let read = 0
  const counting = {
    clsId: tokenizer.clsId,
    sepId: tokenizer.sepId,
    encodeWords(words: readonly string[]) {
      read += words.length
      return tokenizer.encodeWords(words)
    },
  } as unknown as Tokenizer
  const reading = glinerReading(counting, { ent: 1, sep: 2, embedsEnt: true })
  const prompt = reading.prompt(types.map((type) => ({ type })))
  read = 0
  const windows = makeWindows(text, reading, prompt, { maxWidth: 4, maxWords: 40, maxPieces: 200 }, true)
  let [taken, judged] = [0, 0]
  for (const window of windows) {
    if (window === undefined) continue
    assert.is(window.judgedStart, judged)
    judged = window.judgedEnd
    if (taken++ === 100) break
  }
  assert.ok(read >= judged && read < judged + 10_000, `${read} words read, ${judged} judged`)
})

test('a stream gives what findAll does, in order, and can be stopped', async () => {
  const texts = Array.from({ length: 300 }, (_, i) => (i % 7 === 0 ? '' : `${i} ${sentence.slice(i % 30)}`))
  const all = await gliner.findAll(texts, types)
  let at = 0
  for await (const found of gliner.stream(texts, types)) assert.equal(found, all[at++])
  assert.is(at, texts.length)
  const controller = new AbortController()
  const stopped = await failure(async () => {
    for await (const _ of gliner.stream(texts, types, { signal: controller.signal })) controller.abort()
  })
  assert.is(stopped.name, 'AbortError')
  const seen: number[] = []
  await gliner.findAll(texts, types, { onProgress: ({ done, total }) => void seen.push(done / total) })
  assert.is(seen.at(-1), 1)
})

test('names are without the marks around them, but where the style of the package is asked for', async () => {
  const quoted = 'She wrote “Angela Merkel”, (Tim Cook) and "Berlin": -5 °C, “ ”.'
  for (const nested of [true, false]) {
    const given = { threshold: 0, nested, multiLabel: true }
    const exact = (await gliner.find(quoted, types, { ...given, style: 'gliner' })).entities
    const { entities } = await gliner.find(quoted, types, given)
    const best = new Map<string, number>()
    for (const { type, start, end, score } of exact) {
      const [from, to] = trimName(quoted, start, end)
      if (to <= from) continue
      const signed = quoted[from - 1] === '-' && start < from ? from - 1 : from
      const key = `${type} ${signed} ${to}`
      best.set(key, Math.max(score, best.get(key) ?? 0))
    }
    assert.ok(exact.length > best.size)
    assert.equal(
      entities.map(({ type, start, end, score }) => `${type} ${start} ${end} ${score}`).sort(),
      [...best].map(([key, score]) => `${key} ${score}`).sort(),
    )
    for (const { text, start, end } of entities) assert.is(text, quoted.slice(start, end))
    const starts = entities.map(({ start }) => start)
    assert.equal(
      starts,
      [...starts].sort((a, b) => a - b),
    )
  }
})

test('it goes together with rules and with redact', async () => {
  const rules = [{ type: 'CONTRACT', pattern: /A-\d+\/\d/ }]
  const { entities } = await gliner.find(sentence, types, { threshold: 0.9, rules, rulePolicy: 'rule' })
  const contract = entities.find(({ type }) => type === 'CONTRACT')
  assert.equal(contract, { type: 'CONTRACT', text: 'A-17/3', start: 59, end: 65, score: 1 })
  assert.match(redact(sentence, entities).text, /\[CONTRACT\]\.$/)
})

test('what is wrong with the arguments is told', async () => {
  const told = async (
    text: unknown,
    asked: unknown,
    given?: FindOptions & Record<string, unknown>,
  ): Promise<string> => {
    const error = await failure(() => gliner.find(text as string, asked as string[], given))
    return `${error.name}: ${error.message}`
  }
  assert.match(await told(7, types), /^TypeError: The text is a number, expected a string/)
  assert.match(await told('a', 'person'), /^TypeError: types is a string, expected an array of strings/)
  assert.match(await told('a', []), /^RangeError: types has no type/)
  assert.match(await told('a', ['person', ' ']), /^RangeError: types\[1\] is empty/)
  assert.match(await told('a', types, { threshold: 2 }), /^RangeError: threshold is 2/)
  assert.match(await told('a', types, { flat: true }), /^RangeError: options.flat is not known/)
  const many = Array.from({ length: 300 }, (_, i) => `type ${i}`)
  assert.match(await told('a', [{ type: 'drug', threshold: 2 }]), /^RangeError: types\[0\]\.threshold is 2/)
  assert.match(await told('a', [{ type: 'drug', says: 'x' }]), /^TypeError: types\[0\] has "says"/)
  assert.match(await told('a', ['x', { description: 'y' }]), /^TypeError: types\[1\]\.type is undefined/)
  assert.match(
    await told('a', [{ type: 'drug', description: 'a medicine' }]),
    /^RangeError: types\[0\] \("drug"\) has a description, which this model does not read: only GLiNER2 does/,
  )
  assert.match(
    await told('a', many),
    /^RangeError: The types take \d+ pieces, and the model reads 512 at once/,
  )
})

test('other architectures are refused by name', async () => {
  for (const [change, code, message] of [
    [
      { span_mode: 'markerV1' },
      'UnsupportedConfig',
      /span_mode "markerV1".*only "markerV0" or "token_level" is/,
    ],
    [{ span_mode: 'token-level' }, 'UnsupportedConfig', /span_mode "token-level"/],
    [{ span_mode: 'token_level' }, 'MissingTensor', /scorer\.proj_token\.weight/],
    [{ span_mode: 'token_level', represent_spans: true }, 'MissingTensor', /scorer\.proj_token\.weight/],
    [{ labels_encoder: 7 }, 'InvalidConfig', /labels_encoder must be|labels_encoder/],
    [
      { labels_encoder: '/nowhere' },
      'MissingFile',
      /lacks config\.json or the tokenizer of its encoder of types, and "\/nowhere" .*option typeEncoder/,
    ],
    [
      { labels_encoder: 'x/y', labels_encoder_config: [] },
      'InvalidConfig',
      /labels_encoder_config must be an/,
    ],
    [
      { labels_encoder: 'x/y', labels_encoder_config: { model_type: 't5' } },
      'UnsupportedConfig',
      /model_type "?t5/,
    ],
    [{ relations_layer: 'dot' }, 'UnsupportedConfig', /relations/],
    [{ words_splitter_type: 'spacy' }, 'UnsupportedConfig', /words_splitter_type "spacy"/],
    [
      { subtoken_pooling: 'sum' },
      'InvalidConfig',
      /subtoken_pooling is "sum", expected first, last, mean, max/,
    ],
    [{ fuse_layers: true }, 'UnsupportedConfig', /fuse_layers true/],
    [{ span_encoder_config: { model_type: 'rnn' } }, 'UnsupportedConfig', /span_encoder_config/],
    [{ hidden_size: 25 }, 'InvalidConfig', /hidden_size is 25, which is odd/],
    [{ max_width: 0 }, 'InvalidConfig', /max_width must be a whole number from 1/],
    [{ max_width: 513 }, 'InvalidConfig', /max_width must be a whole number from 1 to 512, not 513/],
    [{ class_token_index: 4000 }, 'InvalidVocabulary', /"<<ENT>>" has the id 4000/],
    [{ hidden_size: 32 }, 'WrongShape', /\[24, 16\].*\[32, 16\]/],
    [{ num_rnn_layers: 65 }, 'InvalidConfig', /num_rnn_layers must be a whole number from 0 to 64, not 65/],
    [{ num_rnn_layers: 3 }, 'MissingTensor', /rnn\.lstm\.weight_ih_l2, /],
  ] as const) {
    const files = filesWith({ 'gliner_config.json': { ...config, ...change } })
    const error = await failure(() => loadGliner(files, options))
    assert.is(error.code, code, JSON.stringify(change))
    assert.match(error.message, message)
  }
  const other = await failure(() => loadGliner(rootPath('test/goldens/models/plain'), options))
  assert.is(other.code, 'MissingFile')
  assert.match(
    other.message,
    /no gliner_config.json, and its config.json is not one of GLiNER2.*: it is not a model of GLiNER/,
  )
})

test('a model that scores words has no maximum width, and reads a long text in windows', async () => {
  const of = (change: object): Map<string, Uint8Array> => {
    const other = rootPath('test/goldens/gliner/words-deberta-v3')
    const read = (name: string): Uint8Array => new Uint8Array(readFileSync(`${other}/${name}`))
    const files = new Map(readdirSync(other).map((name) => [name, read(name)]))
    const json = JSON.parse(readFileSync(`${other}/gliner_config.json`, 'utf8'))
    return files.set('gliner_config.json', new TextEncoder().encode(JSON.stringify({ ...json, ...change })))
  }
  const long = Array.from({ length: 40 }, () => sentence).join(' ')
  const answers: unknown[] = []
  for (const max_width of [12, null, 0, 'none']) {
    const words = await loadGliner(of({ max_width }), options)
    assert.is(words.maxWidth, 64)
    const all = await words.find(long, types, { threshold: 0.3 })
    const cut = await words.find(long, types, { threshold: 0.3, windows: false })
    assert.ok(all.entities.length > cut.entities.length && cut.entities.length > 5)
    let end = 0
    for (const entity of all.entities) {
      assert.is(entity.text, long.slice(entity.start, entity.end))
      assert.ok(entity.start >= end)
      end = entity.end
    }
    // The first window ends after 64 words, and half of what it shares with the next one is judged there.
    const until = cut.entities.at(-1)!.end / 3
    const ofFirst = (found: typeof all): unknown[] => found.entities.filter((entity) => entity.end < until)
    assert.ok(ofFirst(cut).length > 3)
    assert.equal(ofFirst(all), ofFirst(cut))
    answers.push(all)
    words.dispose()
  }
  for (const other of answers) assert.equal(other, answers[0])
})

test('an older repository has its encoder and tokenizer elsewhere', async () => {
  const { encoder_config: encoder, class_token_index: _, vocab_size: __, ...older } = config
  const own = { 'gliner_config.json': older, 'tokenizer.json': undefined, 'tokenizer_config.json': undefined }
  // The tokenizer that the encoder came with does not have the prompt's tokens, and a smaller vocabulary.
  const tokenizer = JSON.parse(readFileSync(`${folder}/tokenizer.json`, 'utf8'))
  const added = ['<<ENT>>', '<<SEP>>']
  tokenizer.added_tokens = tokenizer.added_tokens.filter(
    ({ content }: { content: string }) => !added.includes(content),
  )
  const bytes = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
  const files = new Map([
    ['config.json', bytes({ ...encoder, vocab_size: 7 })],
    ['tokenizer.json', bytes(tokenizer)],
    ['tokenizer_config.json', new Uint8Array(readFileSync(`${folder}/tokenizer_config.json`))],
  ])
  const asked: [string, string[], FindOptions] = [sentence, types, { threshold: 0.2, nested: true }]
  const loaded = await loadGliner(filesWith(own), { ...options, encoder: files })
  assert.equal(await loaded.find(...asked), await gliner.find(...asked))
  loaded.dispose()
  const missing = { ...own, 'gliner_config.json': { ...older, model_name: '/nowhere/at/all' } }
  const error = await failure(() => loadGliner(filesWith(missing), options))
  assert.match(error.message, /"\/nowhere\/at\/all" does not give them.*with the option encoder/)
})

test('files, a worker and one thread of its own give the same; a disposed model says so', async () => {
  const asked: [string, string[], FindOptions] = [sentence, types, { threshold: 0.2, nested: true }]
  const others: Gliner[] = [
    await loadGliner(filesWith(), { ...options, inline: false, threads: 1 }),
    await loadGliner(folder, { ...options, inline: false, threads: 2 }),
  ]
  for (const other of others) {
    assert.equal(await other.find(...asked), await gliner.find(...asked))
    const pending = failure(() => other.findAll(Array(50).fill(sentence), types))
    other.dispose()
    other.dispose()
    assert.is((await pending).code, 'Disposed')
    assert.is((await failure(() => other.find(...asked))).code, 'Disposed')
  }
  const controller = new AbortController()
  controller.abort()
  assert.is((await failure(() => loadGliner(folder, { signal: controller.signal }))).name, 'AbortError')
})

test.run()
