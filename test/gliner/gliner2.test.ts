/**
 * GLiNER2 as a caller sees it: its words, types with descriptions, what its style means, long texts, refusals, the Hub and the
 * command line. That its answers are the package's is for golden.test.ts.
 */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type EntityType, type Gliner, loadGliner, loadRecognizer } from '#dist/node.js'
import { lowerCase, splitGliner2Words } from '#dist/tasks/gliner/gliner2-words.js'
import { iobert } from '../cli/run.ts'
import { failure } from '../failure.ts'
import { assertLinear } from '../growth.ts'
import { startHub } from '../hub/hub-server.ts'
import { COMMIT, ID, temporaryFolder } from '../hub/sample.ts'
import { rootPath } from '../shared.ts'

const folderOf = (name: string): string => rootPath(`test/goldens/gliner/gliner2-${name}`)
const options = { inline: true, precision: 'float32', kernels: 'simd' } as const
const gliner = await loadGliner(folderOf('bert'), options)
const types = ['person', 'drug', 'contract number']
const sentence = 'Angela Merkel met Tim Cook in Berlin, and Mary-Kate signed A-17/3'
test.after(() => gliner.dispose())

const words = (text: string): string[] =>
  Array.from(splitGliner2Words(text))
    .flat()
    .map(([start, end]) => text.slice(start, end))

// What re.finditer gives for the package's pattern in Python 3.11
test('words of GLiNER2 are addresses, handles, and letters with their marks', () => {
  for (const [text, expected] of [
    [
      'see HTTPS://Ex.org/a?b=1, www.x.y. or http:// www. wwww.x',
      'see HTTPS://Ex.org/a?b=1, www.x.y. or http : / / www . wwww . x',
    ],
    [
      'mail a.b+c@Example.co.uk. or a@b, x@y.z x@y.zz.9 -a@b.cd',
      'mail a.b+c@Example.co.uk . or a @b , x @y . z x@y.zz . 9 -a@b.cd',
    ],
    ['@user_1! @ @@a a@@b', '@user_1 ! @ @ @a a @ @b'],
    [
      'e-mail_me a_b- O\u2019Neill e\u0301a \u0928\u092e\u0938\u094d\u0924\u0947 a\u200db',
      'e-mail_me a_b - O \u2019 Neill e\u0301a \u0928\u092e\u0938\u094d\u0924\u0947 a\u200db',
    ],
    // Letters whose other case is one of ASCII
    ['http\u017f://x \u0131\u212a@\u017f.\u0130k', 'http\u017f://x \u0131\u212a@\u017f.\u0130k'],
  ] as const)
    assert.equal(words(text), expected.split(' '), text)
})

test('words are found in time linear in the text, however many could be addresses', async () => {
  for (const part of ['a.', 'a@b ', 'a@b.', '.', 'www', '@', 'h'])
    await assertLinear(`words of ${part}`, 20_000, (size) => {
      const text = part.repeat(size)
      return () => words(text)
    })
})

test("lower case is Python's, with a final sigma at the end of a word", () => {
  for (const [word, lower] of [
    ['\u0130I\u1e9e\u01c5', 'i\u0307i\u00df\u01c6'],
    ['\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c2'],
    ['\u03a3', '\u03c3'],
    ["\u0391\u03a3'", "\u03b1\u03c2'"],
    ['\u0391\u03a3\u0301\u0392', '\u03b1\u03c3\u0301\u03b2'],
    ['\ud835\udd38\u03a3', '\ud835\udd38\u03c2'],
  ] as const)
    assert.is(lowerCase(word), lower)
})

test('descriptions change what is found; types without one may stand beside them', async () => {
  const at = async (asked: (string | EntityType)[]): Promise<number[]> => {
    const { entities } = await gliner.find(sentence, asked, { threshold: 0, nested: true, multiLabel: true })
    return entities.map(({ score }) => score)
  }
  const plain = await at(types)
  const described = await at([{ type: 'person', description: 'names of people' }, 'drug', 'contract number'])
  assert.ok(plain.length > 0 && described.length > 0)
  assert.not.equal(plain, described)
  assert.equal(await at([{ type: 'person' }, ...types]), plain)
})

test('entities of all types are chosen together, unless the style is that of the package', async () => {
  const overlaps = async (style?: 'gliner'): Promise<number> => {
    const given = { threshold: 0.01, ...(style && { style }) }
    const { entities } = await gliner.find(sentence, types, given)
    for (const { text, start, end } of entities) assert.is(text, sentence.slice(start, end))
    return entities.filter(({ start }, index) => entities.slice(0, index).some(({ end }) => start < end))
      .length
  }
  assert.is(await overlaps(), 0)
  assert.ok((await overlaps('gliner')) > 0)
})

test('no entity has the period that a text is given, and texts without words have none', async () => {
  for (const text of ['', ' ', '\n', '.', 'Berlin', 'see http://x.y/z', `${sentence} `]) {
    const { entities, truncated } = await gliner.find(text, types, {
      threshold: 0,
      nested: true,
      style: 'gliner',
    })
    assert.is(truncated, false)
    for (const { text: name, start, end } of entities) {
      assert.ok(start < end && end <= text.trimEnd().length)
      assert.is(name, text.slice(start, end))
    }
    if (text.trim() === '') assert.equal(entities, [])
  }
})

test('a long text is read in windows, each as a text of its own', async () => {
  // BERT has 512 positions; the prompt leaves room for some 300 of these words.
  const one = (i: number): string => `${['Angela', 'Berlin', 'a', 'met', 'Tim'][i % 5]}${i % 7}`
  const all = Array.from({ length: 900 }, (_, i) => one(i))
  const text = all.join(' ')
  const given = { threshold: 0.01, nested: true, style: 'gliner' } as const
  const { entities, truncated } = await gliner.find(text, types, given)
  assert.is(truncated, false)
  assert.ok(entities.length > 100 && entities.at(-1)!.end > text.length - 200)
  const cut = await gliner.find(text, types, { ...given, windows: false })
  assert.is(cut.truncated, true)
  const first = cut.entities.at(-1)!.end
  const key = ({
    type,
    start,
    end,
    score,
  }: {
    type: string
    start: number
    end: number
    score: number
  }): string => `${type} ${start} ${end} ${score}`
  // The first window judges all but the half of the 64 words that it shares with the next.
  const until = first - 64 * 8
  const ofFirst = cut.entities.filter(({ end }) => end < until).map(key)
  assert.ok(ofFirst.length > 50)
  assert.equal(entities.filter(({ end }) => end < until).map(key), ofFirst)
})

test('what is not computed is refused by name, and so is another tokenizer', async () => {
  const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folderOf('bert'), name)))
  const files = (changes: Record<string, object | undefined>): Map<string, Uint8Array> => {
    const names = [
      'config.json',
      'encoder_config/config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]
    return new Map(
      names
        .filter((name) => !(name in changes && changes[name] === undefined))
        .map((name) => [
          name,
          name in changes ? new TextEncoder().encode(JSON.stringify(changes[name])) : read(name),
        ]),
    )
  }
  const json = (name: string): Record<string, never> => JSON.parse(new TextDecoder().decode(read(name)))
  const config = json('config.json')
  const { added_tokens, ...tokenizer } = json('tokenizer.json') as unknown as {
    added_tokens: { content: string }[]
  }
  const found = await loadGliner(files({}), options)
  assert.is(found.maxWidth, 12)
  found.dispose()
  for (const [changes, code, message] of [
    [
      { 'config.json': { ...config, architecture: 'boundary' } },
      'UnsupportedConfig',
      /architecture "boundary".*only "span" is/,
    ],
    [
      { 'config.json': { ...config, counting_layer: 'count_lstm_moe' } },
      'UnsupportedConfig',
      /counting_layer "count_lstm_moe"/,
    ],
    [
      { 'config.json': { ...config, token_pooling: 'mean' } },
      'UnsupportedConfig',
      /token_pooling "mean".*only "first" is/,
    ],
    [
      { 'config.json': { ...config, span_head: { max_width: 0 } } },
      'InvalidConfig',
      /max_width must be a whole number from 1/,
    ],
    [
      { 'config.json': { ...config, counting_layer: 'count_lstm_v2' } },
      'MissingTensor',
      /count_embed\.transformer/,
    ],
    [
      {
        'tokenizer.json': {
          ...tokenizer,
          added_tokens: added_tokens.filter(({ content }) => content !== '[E]'),
        },
      },
      'InvalidVocabulary',
      /no token "\[E\]", which stands in every prompt of GLiNER2/,
    ],
  ] as const) {
    const error = await failure(() => loadGliner(files(changes), options))
    assert.is(error.code, code, error.message)
    assert.match(error.message, message)
  }
  const other = await failure(() => loadRecognizer(folderOf('bert'), options))
  assert.is(other.code, 'UnsupportedConfig')
  assert.match(other.message, /model_type "extractor", which is GLiNER2.*load it with loadGliner/)
})

test('loadGliner takes GLiNER2 from the Hub, and from the cache without a request', async () => {
  const hub = await startHub()
  const endpoint = process.env['HF_ENDPOINT']
  process.env['HF_ENDPOINT'] = hub.endpoint
  try {
    const names = readdirSync(folderOf('bert'), { recursive: true, encoding: 'utf8' })
    const files = new Map(
      names
        .filter((name) => name.includes('.') && name !== 'found.jsonl')
        .map((name) => [name, new Uint8Array(readFileSync(join(folderOf('bert'), name)))]),
    )
    hub.repositories.set(ID, { commit: COMMIT, files, large: new Set(['model.safetensors']) })
    const cacheDir = temporaryFolder()
    const ask = async (offline: boolean): Promise<unknown> => {
      const model: Gliner = await loadGliner(ID, { ...options, cacheDir, offline })
      try {
        return await model.find(sentence, types, { threshold: 0.1 })
      } finally {
        model.dispose()
      }
    }
    const expected = await gliner.find(sentence, types, { threshold: 0.1 })
    assert.equal(await ask(false), expected)
    hub.requests.length = 0
    assert.equal(await ask(true), expected)
    assert.is(hub.requests.length, 0)
    const environment = { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: temporaryFolder(), HF_HUB_OFFLINE: '0' }
    const { code, stdout } = await iobert(['info', '--json', ID], '', environment)
    assert.equal([code, JSON.parse(stdout).architecture.modelType], [0, 'GLiNER2 of bert'], stdout)
  } finally {
    if (endpoint === undefined) delete process.env['HF_ENDPOINT']
    else process.env['HF_ENDPOINT'] = endpoint
    await hub.close()
  }
})

test('the command line tells what a model of GLiNER2 is, converts it and finds with it', async () => {
  const { code, stdout, stderr } = await iobert(['info', folderOf('deberta-v3')])
  assert.is(code, 0, stdout + stderr)
  assert.match(stdout, /^architecture +GLiNER2 of deberta-v2, L=2 layers, /m)
  assert.match(
    stdout,
    /^head +entities of types that are named .*: up to 8 words each, in 384 words.*; and labels of whole texts/m,
  )
  assert.match(stdout, /encoder_config\/config\.json {2}\d+ bytes/)
  const out = join(temporaryFolder(), 'out')
  assert.is((await iobert(['convert', '--dtype', 'float32', folderOf('bert'), out])).code, 0)
  const converted = await loadGliner(out, options)
  assert.equal(await converted.find(sentence, types), await gliner.find(sentence, types))
  converted.dispose()
  const refused = await iobert(['quantize', folderOf('bert'), join(temporaryFolder(), 'out')])
  assert.match(refused.stderr, /is a GLiNER model, which quantize does not write/)
  const found = await iobert([
    'find',
    '-m',
    folderOf('bert'),
    '--types',
    'person,drug',
    '--threshold',
    '0.1',
    '--json',
    sentence,
  ])
  assert.is(found.code, 0, found.stderr)
  assert.match(found.stdout, /"type": ?"(person|drug)"/)
  const broken = join(temporaryFolder(), 'model')
  cpSync(folderOf('bert'), broken, { recursive: true })
  writeFileSync(
    join(broken, 'config.json'),
    JSON.stringify({ model_type: 'extractor', architecture: 'boundary' }),
  )
  assert.match((await iobert(['info', broken])).stdout, /architecture "boundary"/)
})

test.run()
