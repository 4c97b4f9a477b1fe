/** embed() against sentence-transformers, and against pooling done here in doubles on forward()'s hidden states. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type BertModel, loadModel, ModelFormatError } from '#dist/node.js'
import { rootPath } from '../shared.ts'

const plain = rootPath('test/goldens/models/plain')
const roberta = rootPath('test/goldens/families/roberta')
const texts = ['', 'a', 'the quick brown fox', 'b c d e f', 'one, two; three!']

const folders: string[] = []
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A copy of a golden model with more files, removed at the end. */
function modelWith(files: Record<string, unknown>): string {
  const folder = mkdtempSync(join(tmpdir(), 'iobert-embed-'))
  folders.push(folder)
  cpSync(plain, folder, { recursive: true })
  const config = JSON.parse(readFileSync(join(plain, 'config.json'), 'utf8'))
  const written = { 'config.json': { ...config, architectures: ['BertModel'] }, ...files }
  for (const [name, value] of Object.entries(written)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), JSON.stringify(value))
  }
  return folder
}

async function using<T>(folder: string, options: object, body: (model: BertModel) => Promise<T>): Promise<T> {
  const model = await loadModel(folder, { inline: true, ...options })
  try {
    return await body(model)
  } finally {
    model.dispose()
  }
}

const column = (rows: Float32Array, width: number, i: number): number[] =>
  Array.from({ length: rows.length / width }, (_, t) => rows[t * width + i]!)

const POOL = {
  mean: (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length,
  max: (values: number[]) => Math.max(...values),
  cls: (values: number[]) => values[0]!,
}

function near(actual: Float32Array, wanted: readonly number[], tolerance: number, what: string): void {
  assert.is(actual.length, wanted.length, what)
  const largest = Math.max(...wanted.map((value, i) => Math.abs(value - actual[i]!)))
  assert.ok(largest <= tolerance, `${what}: ${largest}`)
}

const cosine = (a: Float32Array, b: Float32Array): number => {
  const dot = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, value, i) => sum + value * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

for (const precision of ['float32', 'int8'] as const) {
  test(`embed() pools each layer's hidden states, ${precision}`, () =>
    using(plain, { precision }, async (model) => {
      const { hiddenSize, numLayers } = model.config
      const ids = texts.map((text) => model.tokenizer.encode(text).ids)
      const { hiddenStates } = await model.forward(ids, { hiddenStates: true })
      for (const pooling of ['mean', 'max', 'cls'] as const) {
        for (let layer = -numLayers - 1; layer <= numLayers; layer++) {
          const vectors = await model.embed(texts, { pooling, layer })
          for (const [index, vector] of vectors.entries()) {
            const rows = hiddenStates![index]!.at(layer)!
            const wanted = Array.from({ length: hiddenSize }, (_, i) =>
              POOL[pooling](column(rows, hiddenSize, i)),
            )
            near(vector, wanted, 1e-6, `${pooling} of layer ${layer}, text ${index}`)
          }
        }
      }
      assert.equal(await model.embed(texts), await model.embed(texts, { pooling: 'mean', layer: numLayers }))
      assert.equal(await model.embed([]), [])
    }))
}

test('embed() with normalize has length 1 and the same direction', () =>
  using(plain, {}, async (model) => {
    const vectors = await model.embed(texts)
    for (const [index, vector] of (await model.embed(texts, { normalize: true })).entries()) {
      near(new Float32Array([Math.hypot(...vector)]), [1], 1e-6, 'length')
      near(new Float32Array([cosine(vector, vectors[index]!)]), [1], 1e-6, 'direction')
    }
  }))

test('embed() reads all of a text that is longer than the model, in windows that do not overlap', () =>
  using(plain, { maxLength: 8 }, async (model) => {
    const { hiddenSize } = model.config
    const text = 'a b c d e f g h i j k l m n o p'
    const { ids } = model.tokenizer.encode(text)
    const sequences: number[][] = []
    for (let at = 1; at < ids.length - 1; at += 6) {
      sequences.push([ids[0]!, ...ids.slice(at, Math.min(at + 6, ids.length - 1)), ids.at(-1)!])
    }
    assert.ok(sequences.length > 2)
    const { hiddenStates } = await model.forward(sequences, { hiddenStates: true })
    const last = hiddenStates!.map((layers) => layers.at(-1)!)
    for (const pooling of ['mean', 'max', 'cls'] as const) {
      const [, vector] = await model.embed(['a', text, 'b'], { pooling })
      const wanted = Array.from({ length: hiddenSize }, (_, i) =>
        POOL[pooling](last.flatMap((rows) => column(rows, hiddenSize, i))),
      )
      near(vector!, wanted, 1e-6, pooling)
    }
  }))

test('embed() with windows: false cuts a longer text where sentence-transformers does, in a word too', () =>
  using(plain, { precision: 'float32', maxLength: 8 }, async (model) => {
    // Four pieces a word: the sixth piece of the text is within one.
    const text = 'tok1 abcd, efgh! tok2 tok3. '.repeat(5)
    const { ids } = model.tokenizer.encode(text)
    const { hiddenStates = [] } = await model.forward([[...ids.slice(0, 7), ids.at(-1)!]], {
      hiddenStates: true,
    })
    const rows = hiddenStates[0]!.at(-1)!
    const width = model.config.hiddenSize
    for (const long of [text, text.repeat(10_000)]) {
      const [vector] = await model.embed([long], { windows: false })
      near(
        vector!,
        Array.from({ length: width }, (_, i) => POOL.mean(column(rows, width, i))),
        1e-6,
        'the cut text',
      )
    }
    const [short, same] = [{ windows: false }, {}].map((options) => model.embed(['tok1 tok2'], options))
    assert.equal(await short, await same)
  }))

test('embed() strips the ends of texts as sentence-transformers does, whatever the model', () =>
  using(roberta, { precision: 'float32' }, async (model) => {
    const [text, spaced] = ['hello world', ' \n hello world\t\u00a0\x1f']
    assert.not.equal(model.tokenizer.encode(spaced).ids, model.tokenizer.encode(text).ids)
    const [one, other] = await model.embed([text, spaced])
    assert.equal(one, other)
  }))

test('embed() keeps the order of many texts, whatever their neighbours', () =>
  using(plain, {}, async (model) => {
    const many = Array.from({ length: 1200 }, (_, i) => texts[i % texts.length]!.repeat(1 + (i % 3)))
    const vectors = await model.embed(many)
    assert.is(vectors.length, many.length)
    for (const index of [0, 1, 7, 500, 1024, 1199]) {
      assert.equal(vectors[index], (await model.embed([many[index]!]))[0])
    }
  }))

test('embed() is stopped by its signal', () =>
  using(plain, {}, async (model) => {
    const controller = new AbortController()
    const { tokenizer } = model
    const encode = tokenizer.encode.bind(tokenizer)
    // From inside, when a thousand of the texts are read.
    let read = 0
    Object.assign(tokenizer, {
      encode(text: string) {
        if (++read === 1000) controller.abort()
        return encode(text)
      },
    })
    const running = model.embed(Array(20_000).fill('a b c d e f'), { signal: controller.signal })
    const error = await running.then(
      () => undefined,
      (reason: Error) => reason,
    )
    assert.is(error?.name, 'AbortError')
    assert.ok(read < 10_000, `${read} texts were read`)
    assert.is((await model.embed(['a'])).length, 1)
  }))

const wrong: [name: string, texts: unknown, options: unknown, kind: typeof TypeError, message: RegExp][] = [
  ['a text alone', 'a', {}, TypeError, /texts is a string, expected an array/],
  ['a number for a text', ['a', 1], {}, TypeError, /texts\[1\] is a number/],
  ['options null', ['a'], null, TypeError, /options is null/],
  ['an unknown option', ['a'], { poling: 'mean' }, RangeError, /options\.poling is not known/],
  ['an unknown pooling', ['a'], { pooling: 'sum' }, RangeError, /pooling is 'sum', expected one of 'mean'/],
  ['pooling of another kind', ['a'], { pooling: 1 }, TypeError, /pooling is a number/],
  ['normalize of another kind', ['a'], { normalize: 1 }, TypeError, /normalize is a number/],
  ['a layer of another kind', ['a'], { layer: '1' }, TypeError, /layer is a string/],
  ['a layer between two', ['a'], { layer: 0.5 }, RangeError, /layer is 0\.5/],
  ['a layer too high', ['a'], { layer: 99 }, RangeError, /layer is 99, expected 0 .* to \d/],
  ['a layer too low', ['a'], { layer: -99 }, RangeError, /layer is -99/],
  ['a prompt of another kind', ['a'], { prompt: 1 }, TypeError, /prompt is a number/],
  ['a prompt that is true', ['a'], { prompt: true }, TypeError, /prompt is a boolean/],
  ['a signal of another kind', ['a'], { signal: {} }, TypeError, /signal is an object/],
]

test('embed() refuses', () =>
  using(plain, {}, async (model) => {
    for (const [name, given, options, kind, message] of wrong) {
      const call = model.embed as (texts: unknown, options: unknown) => Promise<unknown>
      const error = await call.call(model, given, options).then(
        () => undefined,
        (reason: Error) => reason,
      )
      assert.instance(error, kind, name)
      assert.match(error!.message, message, name)
    }
  }))

const module = (type: string, path: string): object => ({
  type: `sentence_transformers.models.${type}`,
  path,
})
const modules = [module('Transformer', ''), module('Pooling', '1_Pooling')]

/** Spellings of `1_Pooling/config.json`, of before and after version 5. */
const spellings: [object, 'mean' | 'cls' | 'max'][] = [
  [{ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }, 'cls'],
  [{ pooling_mode_max_tokens: true }, 'max'],
  [{ pooling_mode: 'mean', embedding_dimension: 32 }, 'mean'],
  [{ pooling_mode: ['cls'] }, 'cls'],
]
for (const [config, pooling] of spellings) {
  test(`embed() does as a folder of sentence-transformers says: ${JSON.stringify(config)}`, () => {
    const folder = modelWith({ 'modules.json': modules, '1_Pooling/config.json': config })
    return using(folder, {}, async (model) => {
      assert.equal(await model.embed(texts), await model.embed(texts, { pooling, normalize: false }))
    })
  })
}

test('embed() normalises, shortens windows and lower-cases as sentence-transformers says', () => {
  const folder = modelWith({
    'modules.json': [...modules, module('Normalize', '2_Normalize')],
    '1_Pooling/config.json': { pooling_mode: 'mean' },
    'sentence_bert_config.json': { max_seq_length: 7, do_lower_case: true },
    'tokenizer_config.json': { do_lower_case: false },
  })
  return using(folder, {}, async (model) => {
    assert.is(model.maxLength, 7)
    const given = ['A B C', 'a b c']
    const [upper, lower] = await model.embed(given)
    assert.equal(upper, lower)
    assert.equal([upper!], (await model.embed(given, { normalize: true })).slice(0, 1))
    assert.not.equal([upper!], (await model.embed(given, { normalize: false })).slice(0, 1))
    await using(folder, { maxLength: 9 }, async (other) => assert.is(other.maxLength, 9))
  })
})

const prompts = {
  'modules.json': [module('Transformer', ''), module('Pooling', 'deep/Pooling')],
  'deep/Pooling/config.json': { pooling_mode: 'mean' },
  'config_sentence_transformers.json': { prompts: { query: 'a ', passage: ' b c ', none: '' } },
}

test('embed() puts the prompt of that name before texts, and strips their ends as sentence-transformers does', () =>
  using(modelWith(prompts), {}, async (model) => {
    const given = ['d e', '', ' f\u0085\u001f']
    assert.equal(await model.embed(given, { prompt: 'query' }), await model.embed(['a d e', 'a', 'a  f']))
    assert.equal(
      await model.embed(given, { prompt: 'passage' }),
      await model.embed(['b c d e', 'b c', 'b c f']),
    )
    for (const prompt of ['none', false] as const) {
      assert.equal(await model.embed(given, { prompt }), await model.embed(['d e', '', 'f']), String(prompt))
    }
    const error = await model.embed(given, { prompt: 'x' }).catch((reason: unknown) => reason)
    assert.instance(error, RangeError)
    assert.match((error as Error).message, /'x', expected one of the model's: 'query', 'passage', 'none'/)
  }))

test('embed() takes the prompt that sentence-transformers takes by default, unless told not to', () => {
  const config = { ...prompts['config_sentence_transformers.json'], default_prompt_name: 'query' }
  return using(modelWith({ ...prompts, 'config_sentence_transformers.json': config }), {}, async (model) => {
    assert.equal(await model.embed(['d']), await model.embed(['a d'], { prompt: false }))
    assert.equal(
      await model.embed(['d'], { prompt: 'passage' }),
      await model.embed(['b c d'], { prompt: 'none' }),
    )
  })
})

test('embed() leaves the pieces of the prompt out of pooling where its configuration says so', () => {
  const pooling = (mode: string): Record<string, unknown> => ({
    ...prompts,
    'deep/Pooling/config.json': { pooling_mode: mode, include_prompt: false },
  })
  const run = (mode: 'mean' | 'max' | 'cls'): Promise<void> =>
    using(modelWith(pooling(mode)), {}, async (model) => {
      const { hiddenSize } = model.config
      const { ids } = model.tokenizer.encode('b c d e')
      const { hiddenStates } = await model.forward([ids], { hiddenStates: true })
      const rows = hiddenStates![0]!.at(-1)!
      // [CLS] b c are the prompt's.
      const kept = mode === 'cls' ? rows : rows.subarray(3 * hiddenSize)
      const wanted = Array.from({ length: hiddenSize }, (_, i) => POOL[mode](column(kept, hiddenSize, i)))
      const [vector] = await model.embed(['d e'], { prompt: 'passage' })
      near(vector!, wanted, 1e-6, mode)
      assert.equal(await model.embed(['d e']), await model.embed(['d e'], { pooling: mode, prompt: false }))
      assert.is((await model.embed([''], { prompt: 'passage' })).length, 1)
    })
  return Promise.all((['mean', 'max', 'cls'] as const).map(run)).then(() => {})
})

test('a model whose files name no prompts says so, and reads texts as they are', () =>
  using(plain, {}, async (model) => {
    const error = await model.embed(['a'], { prompt: 'query' }).catch((reason: unknown) => reason)
    assert.instance(error, RangeError)
    assert.match((error as Error).message, /name no prompts/)
    assert.equal(await model.embed(['a'], { prompt: false }), await model.embed(['a']))
  }))

test('embed() finds the settings that were called after the type of the model', () => {
  const folder = modelWith({
    'modules.json': modules,
    '1_Pooling/config.json': { pooling_mode: 'mean' },
    'sentence_distilbert_config.json': { max_seq_length: 5 },
    'config.json': {
      ...JSON.parse(readFileSync(rootPath('test/goldens/models/distilbert/config.json'), 'utf8')),
      architectures: ['DistilBertModel'],
    },
  })
  cpSync(rootPath('test/goldens/models/distilbert/model.safetensors'), join(folder, 'model.safetensors'))
  return using(folder, {}, async (model) => assert.is(model.maxLength, 5))
})

test('embed() refuses what sentence-transformers does after pooling, unless pooling is stated', async () => {
  const pooling = { '1_Pooling/config.json': { pooling_mode: 'mean' } }
  const dense = modelWith({ 'modules.json': [...modules, module('Dense', '2_Dense')], ...pooling })
  const two = modelWith({
    'modules.json': modules,
    '1_Pooling/config.json': { pooling_mode: ['cls', 'max'] },
  })
  const other = modelWith({ 'modules.json': modules, '1_Pooling/config.json': { pooling_mode: 'lasttoken' } })
  for (const folder of [dense, two, other]) {
    await using(folder, {}, async (model) => {
      const error = await model.embed(['a']).catch((reason: unknown) => reason)
      assert.instance(error, ModelFormatError)
      assert.is((error as ModelFormatError).code, 'UnsupportedConfig')
      assert.is((await model.embed(['a'], { pooling: 'mean' })).length, 1)
    })
  }
})

test('loadModel() refuses broken files of sentence-transformers', async () => {
  const broken: [string, Record<string, unknown>][] = [
    ['InvalidConfig', { 'modules.json': {} }],
    ['InvalidConfig', { 'modules.json': [{ type: 1 }] }],
    ['InvalidConfig', { 'modules.json': Array(17).fill(module('Pooling', '1_Pooling')) }],
    [
      'InvalidConfig',
      { 'modules.json': [...modules, { ...module('Normalize', ''), more: 'x'.repeat(2 ** 16) }] },
    ],
    ['InvalidConfig', { 'modules.json': modules, '1_Pooling/config.json': { more: 'x'.repeat(2 ** 20) } }],
    ['InvalidConfig', { ...prompts, 'config_sentence_transformers.json': { more: 'x'.repeat(2 ** 20) } }],
    ['MissingFile', { 'modules.json': modules }],
    ['InvalidConfig', { 'modules.json': [modules[0], module('Pooling', '../elsewhere')] }],
    [
      'InvalidConfig',
      {
        'modules.json': modules,
        '1_Pooling/config.json': {},
        'sentence_bert_config.json': { max_seq_length: '9' },
      },
    ],
    ['InvalidConfig', { ...prompts, 'config_sentence_transformers.json': { prompts: [] } }],
    ['InvalidConfig', { ...prompts, 'config_sentence_transformers.json': { prompts: { query: 1 } } }],
    ['InvalidConfig', { ...prompts, 'config_sentence_transformers.json': { default_prompt_name: 'query' } }],
    ['InvalidConfig', { ...prompts, 'deep/Pooling/config.json': { include_prompt: 'no' } }],
  ]
  for (const [code, files] of broken) {
    const error = await loadModel(modelWith(files), { inline: true }).catch((reason: unknown) => reason)
    assert.instance(error, ModelFormatError)
    assert.is((error as ModelFormatError).code, code, JSON.stringify(files))
  }
})

const miniLm = process.env['IOBERT_MINILM']
if (miniLm === undefined || !existsSync(miniLm)) {
  console.log('skipped: embed() of all-MiniLM-L6-v2: IOBERT_MINILM does not name the folder of the model')
} else {
  const golden = JSON.parse(readFileSync(rootPath('test/goldens/embed/all-MiniLM-L6-v2.json'), 'utf8')) as {
    texts: string[]
    vectors: number[][]
  }
  test('embed() of all-MiniLM-L6-v2 equals sentence-transformers to 1e-5; a text in int8 has a cosine of 0.999', async () => {
    const exact = await using(miniLm, { precision: 'float32' }, (model) => model.embed(golden.texts))
    for (const [index, vector] of exact.entries()) {
      near(vector, golden.vectors[index]!, 1e-5, `text ${index}`)
    }
    const int8 = await using(miniLm, {}, (model) => model.embed(golden.texts))
    for (const [index, text] of golden.texts.entries()) {
      const similarity = cosine(int8[index]!, exact[index]!)
      // Without a text there is nothing but [CLS] and [SEP], whose vector says little: 0.9964.
      assert.ok(similarity >= (text === '' ? 0.996 : 0.999), `text ${index}: ${similarity}`)
    }
  })
}

test.run()
