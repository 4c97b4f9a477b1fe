/** Names of tensors in all their spellings, and what is said where one is missing or of another shape. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Checkpoint, type CheckpointTensor, openCheckpoint } from '#dist/format/checkpoint.js'
import type { Dtype } from '#dist/format/dtypes.js'
import { mapFiles } from '#dist/format/source.js'
import type { BertConfig } from '#dist/model/bert-config.js'
import { parseConfig } from '#dist/model/config/read-config.js'
import { resolveNamedTensors, resolveTensors } from '#dist/model/tensor-names.js'
import { formatError, goldenFiles, goldenModels } from '../format/safetensors-file.ts'

async function golden(
  model: string,
): Promise<{ config: BertConfig; tensors: Map<string, CheckpointTensor> }> {
  const files = goldenFiles(model)
  const { tensors } = await openCheckpoint(mapFiles(files))
  return { config: await parseConfig(files.get('config.json')!), tensors: new Map(tensors) }
}

const checkpointOf = (tensors: ReadonlyMap<string, CheckpointTensor>): Checkpoint => ({
  tensors,
  close: async () => {},
})

/** The same tensors under other names. */
function renamed(
  tensors: ReadonlyMap<string, CheckpointTensor>,
  rename: (name: string) => string,
): Checkpoint {
  return checkpointOf(
    new Map(
      Array.from(tensors.values(), (each) => [rename(each.name), { ...each, name: rename(each.name) }]),
    ),
  )
}

for (const model of goldenModels) {
  test(`resolveTensors finds all of ${model}`, async () => {
    const { config, tensors } = await golden(model)
    const found = resolveTensors(checkpointOf(tensors), config)
    assert.is(found.layers.length, config.numLayers)
    assert.equal(found.head?.output.weight.shape, [8, config.hiddenSize])
    assert.is(found.tokenTypeEmbeddings === undefined, model === 'distilbert')
    const names = new Set(resolveNamedTensors(checkpointOf(tensors), config).map((each) => each.tensor.name))
    const unused = [...tensors.keys()].filter((name) => !names.has(name))
    assert.ok(
      unused.every((name) => /pooler|position_ids/.test(name)),
      unused.join(),
    )
  })
}

test('resolveTensors tells query, key and value apart and gives each its shape', async () => {
  const { config, tensors } = await golden('plain')
  const { layers } = resolveTensors(checkpointOf(tensors), config)
  assert.match(layers[1]!.query.weight.name, 'layer.1.attention.self.query.weight')
  assert.match(layers[1]!.key.bias.name, 'layer.1.attention.self.key.bias')
  assert.match(layers[0]!.value.weight.name, 'layer.0.attention.self.value.weight')
  assert.equal(layers[0]!.intermediate.weight.shape, [64, 32])
  assert.equal(layers[0]!.output.weight.shape, [32, 64])
})

test('resolveTensors finds the prefix', async () => {
  for (const model of ['plain', 'distilbert'] as const) {
    const { config, tensors } = await golden(model)
    const own = model === 'plain' ? 'bert.' : 'distilbert.'
    for (const [encoder, head] of [
      [own, ''],
      ['', ''],
      [`module.${own}`, 'module.'],
      ['module.', 'module.'],
      ['model.', 'model.'],
      ['model.', ''],
      [`model.${own}`, 'model.'],
    ]) {
      const checkpoint = renamed(tensors, (name) =>
        name.startsWith(own) ? encoder + name.slice(own.length) : head + name,
      )
      const { head: found, wordEmbeddings } = resolveTensors(checkpoint, config)
      assert.is(wordEmbeddings.weight.name, `${encoder}embeddings.word_embeddings.weight`)
      assert.is(found?.output.bias.name, `${head}classifier.bias`)
      assert.is(resolveNamedTensors(checkpoint, config)[0]!.name, `${own}embeddings.word_embeddings.weight`)
    }
  }
})

test('resolveTensors takes gamma and beta only in LayerNorm', async () => {
  const { config, tensors } = await golden('plain')
  const old = (name: string): string =>
    name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta')
  assert.match(
    resolveTensors(renamed(tensors, old), config).layers[0]!.outputLayerNorm.weight.name,
    'output.LayerNorm.gamma',
  )
  const wrong = (name: string): string => name.replace('query.bias', 'query.beta')
  const { code, message } = await formatError(() => resolveTensors(renamed(tensors, wrong), config))
  assert.is(code, 'MissingTensor')
  assert.match(message, 'layer.1.attention.self.query.bias')
})

test('resolveTensors lists every missing tensor in one error', async () => {
  const { config, tensors } = await golden('plain')
  const gone = [
    'bert.embeddings.word_embeddings.weight',
    'bert.encoder.layer.0.output.LayerNorm.bias',
    'classifier.bias',
  ]
  for (const name of gone) tensors.delete(name)
  const { code, message } = await formatError(() => resolveTensors(checkpointOf(tensors), config))
  assert.is(code, 'MissingTensor')
  assert.match(message, gone.join(', '))
  assert.match(message, 'lack 3 ')
  const none = await formatError(() =>
    resolveTensors(
      renamed(tensors, (name) => `x.${name}`),
      config,
    ),
  )
  assert.is(none.code, 'MissingTensor')
  assert.match(none.message, /none of the 37 .*"x\.bert\./)
})

test('resolveTensors tells a wrong shape with both shapes', async () => {
  const { config, tensors } = await golden('plain')
  const name = 'bert.encoder.layer.1.intermediate.dense.weight'
  tensors.set(name, { ...tensors.get(name)!, shape: [32, 64] })
  const { code, message } = await formatError(() => resolveTensors(checkpointOf(tensors), config))
  assert.is(code, 'WrongShape')
  assert.match(message, /intermediate\.dense\.weight.*\[32, 64\].*\[64, 32\]/)
  for (const more of [{ vocabSize: 101 }, { positionRows: 511 }, { labels: ['O'] }, { typeVocabSize: 1 }]) {
    const fresh = await golden('plain')
    const wrong = await formatError(() => resolveTensors(checkpointOf(fresh.tensors), { ...config, ...more }))
    assert.is(wrong.code, 'WrongShape')
  }
})

test('resolveTensors takes a bare encoder, and no classifier of another task', async () => {
  const { config, tensors } = await golden('plain')
  const bare = new Map([...tensors].filter(([name]) => !name.startsWith('classifier')))
  assert.is(resolveTensors(checkpointOf(bare), config).head, undefined)
  const other = await parseConfig(
    new TextDecoder()
      .decode(goldenFiles('plain').get('config.json')!)
      .replace('BertForTokenClassification', 'BertForMultipleChoice'),
  )
  assert.is(resolveTensors(checkpointOf(tensors), other).head, undefined)
  const { code, message } = await formatError(() =>
    resolveTensors(checkpointOf(tensors), { ...config, headKind: 'text' }),
  )
  assert.is(code, 'MissingTensor')
  assert.match(message, 'bert.pooler.dense.weight')
})

test('resolveTensors wants a scale beside each int8 weight', async () => {
  const { config, tensors } = await golden('plain')
  const name = 'bert.encoder.layer.0.attention.self.key.weight'
  const quantized = (dtype: Dtype, shape: number[]): Checkpoint => {
    const weight = { ...tensors.get(name)!, dtype: 'I8' as const }
    const scale = { ...weight, name: `${name}_scale`, dtype, shape }
    return checkpointOf(new Map([...tensors, [name, weight], [scale.name, scale]]))
  }
  for (const shape of [[32, 1], [32]]) {
    for (const dtype of ['F32', 'F16', 'BF16'] as const) {
      assert.equal(resolveTensors(quantized(dtype, shape), config).layers[0]!.key.scale?.shape, shape)
    }
  }
  assert.is((await formatError(() => resolveTensors(quantized('F32', [1]), config))).code, 'WrongShape')
  assert.is(
    (await formatError(() => resolveTensors(quantized('F64', [32, 1]), config))).code,
    'UnsupportedConfig',
  )
  tensors.set(name, { ...tensors.get(name)!, dtype: 'I8' })
  const missing = await formatError(() => resolveTensors(checkpointOf(tensors), config))
  assert.is(missing.code, 'MissingTensor')
  assert.match(missing.message, `${name}_scale`)
})

test('resolveTensors refuses element types it cannot compute with', async () => {
  for (const [name, dtype] of [
    ['bert.encoder.layer.0.output.dense.weight', 'F64'],
    ['bert.encoder.layer.0.output.dense.bias', 'I8'],
    ['bert.embeddings.position_embeddings.weight', 'I8'],
    ['classifier.weight', 'F8_E4M3'],
  ] as const) {
    const { config, tensors } = await golden('plain')
    tensors.set(name, { ...tensors.get(name)!, dtype })
    const { code, message } = await formatError(() => resolveTensors(checkpointOf(tensors), config))
    assert.is(code, 'UnsupportedConfig')
    assert.match(message, name)
    assert.match(message, dtype)
  }
})

test.run()
