/** Tensor names in all their spellings, and the errors for missing tensors and wrong shapes. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Checkpoint, type CheckpointTensor, openCheckpoint } from '#dist/format/checkpoint.js'
import type { Dtype } from '#dist/format/dtypes.js'
import { mapFiles } from '#dist/format/source.js'
import { parseSpec } from '#dist/model/read-spec.js'
import { type NamedTensor, type ResolvedModel, resolve } from '#dist/model/resolve.js'
import type { ModelSpec } from '#dist/model/spec.js'
import { formatError, goldenFiles, goldenModels } from '../format/safetensors-file.ts'

async function golden(model: string): Promise<{ spec: ModelSpec; tensors: Map<string, CheckpointTensor> }> {
  const files = goldenFiles(model)
  const { tensors } = await openCheckpoint(mapFiles(files))
  return { spec: await parseSpec(files.get('config.json')!), tensors: new Map(tensors) }
}

const checkpointOf = (tensors: ReadonlyMap<string, CheckpointTensor>): Checkpoint => ({
  tensors,
  close: async () => {},
})

/** A tensor by its name of today. */
const named = (found: ResolvedModel, name: string): NamedTensor =>
  found.named.find((each) => each.name === name)!

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
  test(`resolve finds all of ${model}`, async () => {
    const { spec, tensors } = await golden(model)
    const { config } = spec
    const found = resolve(spec, checkpointOf(tensors))
    assert.is(found.spec.layers.length, config.numLayers)
    assert.equal(named(found, 'classifier.weight').tensor.shape, [8, config.hiddenSize])
    assert.is(found.spec.embeddings.tokenTypes === undefined, model === 'distilbert')
    const names = new Set(found.named.map((each) => each.tensor.name))
    const unused = [...tensors.keys()].filter((name) => !names.has(name))
    assert.ok(
      unused.every((name) => /pooler|position_ids/.test(name)),
      unused.join(),
    )
  })
}

test('resolve tells query, key and value apart and gives each its shape', async () => {
  const { spec, tensors } = await golden('plain')
  const { tensors: found } = resolve(spec, checkpointOf(tensors))
  const [first, second] = spec.layers
  const [query, key] = second!.queryKeyValue.from
  assert.match(found.get(query!.weight)!.tensor.name, 'layer.1.attention.self.query.weight')
  assert.match(found.get(key!.bias!)!.tensor.name, 'layer.1.attention.self.key.bias')
  const value = first!.queryKeyValue.from[2]!
  assert.match(found.get(value.weight)!.tensor.name, 'layer.0.attention.self.value.weight')
  assert.equal(found.get(first!.intermediate.from[0]!.weight)!.tensor.shape, [64, 32])
  assert.equal(found.get(first!.output.from[0]!.weight)!.tensor.shape, [32, 64])
})

test('resolve finds the prefix', async () => {
  for (const model of ['plain', 'distilbert'] as const) {
    const { spec, tensors } = await golden(model)
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
      const found = resolve(spec, checkpoint)
      assert.is(found.named[0]!.name, `${own}embeddings.word_embeddings.weight`)
      assert.is(found.named[0]!.tensor.name, `${encoder}embeddings.word_embeddings.weight`)
      assert.is(named(found, 'classifier.bias').tensor.name, `${head}classifier.bias`)
    }
  }
})

test('resolve takes gamma and beta only in LayerNorm', async () => {
  const { spec, tensors } = await golden('plain')
  const old = (name: string): string =>
    name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta')
  const norm = named(resolve(spec, renamed(tensors, old)), 'bert.encoder.layer.0.output.LayerNorm.weight')
  assert.match(norm.tensor.name, 'output.LayerNorm.gamma')
  const wrong = (name: string): string => name.replace('query.bias', 'query.beta')
  const { code, message } = await formatError(() => resolve(spec, renamed(tensors, wrong)))
  assert.is(code, 'MissingTensor')
  assert.match(message, 'layer.1.attention.self.query.bias')
})

test('resolve lists every missing tensor in one error', async () => {
  const { spec, tensors } = await golden('plain')
  const gone = [
    'bert.embeddings.word_embeddings.weight',
    'bert.encoder.layer.0.output.LayerNorm.bias',
    'classifier.bias',
  ]
  for (const name of gone) tensors.delete(name)
  const { code, message } = await formatError(() => resolve(spec, checkpointOf(tensors)))
  assert.is(code, 'MissingTensor')
  assert.match(message, gone.join(', '))
  assert.match(message, 'lack 3 ')
  const none = await formatError(() =>
    resolve(
      spec,
      renamed(tensors, (name) => `x.${name}`),
    ),
  )
  assert.is(none.code, 'MissingTensor')
  assert.match(none.message, /none of the 37 .*"x\.bert\./)
})

test('resolve tells a wrong shape with both shapes', async () => {
  const { spec, tensors } = await golden('plain')
  const name = 'bert.encoder.layer.1.intermediate.dense.weight'
  tensors.set(name, { ...tensors.get(name)!, shape: [32, 64] })
  const { code, message } = await formatError(() => resolve(spec, checkpointOf(tensors)))
  assert.is(code, 'WrongShape')
  assert.match(message, /intermediate\.dense\.weight.*\[32, 64\].*\[64, 32\]/)
  const written = JSON.parse(new TextDecoder().decode(goldenFiles('plain').get('config.json')!))
  for (const more of [
    { vocab_size: 101 },
    { max_position_embeddings: 511 },
    { id2label: { 0: 'O' } },
    { type_vocab_size: 1 },
  ]) {
    const fresh = await golden('plain')
    const other = await parseSpec(JSON.stringify({ ...written, ...more }))
    const wrong = await formatError(() => resolve(other, checkpointOf(fresh.tensors)))
    assert.is(wrong.code, 'WrongShape')
  }
})

test('resolve takes a bare encoder, and no classifier of another task', async () => {
  const { spec, tensors } = await golden('plain')
  const bare = new Map([...tensors].filter(([name]) => !name.startsWith('classifier')))
  assert.is(resolve(spec, checkpointOf(bare)).spec.head, undefined)
  const written = new TextDecoder().decode(goldenFiles('plain').get('config.json')!)
  const of = (architecture: string): Promise<ModelSpec> =>
    parseSpec(written.replace('BertForTokenClassification', architecture))
  const other = await of('BertForMultipleChoice')
  assert.is(resolve(other, checkpointOf(tensors)).spec.head, undefined)
  const text = await of('BertForSequenceClassification')
  const { code, message } = await formatError(() => resolve(text, checkpointOf(tensors)))
  assert.is(code, 'MissingTensor')
  assert.match(message, 'bert.pooler.dense.weight')
})

test('resolve wants a scale beside each int8 weight', async () => {
  const { spec, tensors } = await golden('plain')
  const name = 'bert.encoder.layer.0.attention.self.key.weight'
  const quantized = (dtype: Dtype, shape: number[]): Checkpoint => {
    const weight = { ...tensors.get(name)!, dtype: 'I8' as const }
    const scale = { ...weight, name: `${name}_scale`, dtype, shape }
    return checkpointOf(new Map([...tensors, [name, weight], [scale.name, scale]]))
  }
  for (const shape of [[32, 1], [32]]) {
    for (const dtype of ['F32', 'F16', 'BF16'] as const) {
      assert.equal(named(resolve(spec, quantized(dtype, shape)), name).scale?.shape, shape)
    }
  }
  assert.is((await formatError(() => resolve(spec, quantized('F32', [1])))).code, 'WrongShape')
  assert.is((await formatError(() => resolve(spec, quantized('F64', [32, 1])))).code, 'UnsupportedConfig')
  tensors.set(name, { ...tensors.get(name)!, dtype: 'I8' })
  const missing = await formatError(() => resolve(spec, checkpointOf(tensors)))
  assert.is(missing.code, 'MissingTensor')
  assert.match(missing.message, `${name}_scale`)
})

test('resolve refuses element types it cannot compute with', async () => {
  for (const [name, dtype] of [
    ['bert.encoder.layer.0.output.dense.weight', 'F64'],
    ['bert.encoder.layer.0.output.dense.bias', 'I8'],
    ['bert.embeddings.position_embeddings.weight', 'I8'],
    ['classifier.weight', 'F8_E4M3'],
  ] as const) {
    const { spec, tensors } = await golden('plain')
    tensors.set(name, { ...tensors.get(name)!, dtype })
    const { code, message } = await formatError(() => resolve(spec, checkpointOf(tensors)))
    assert.is(code, 'UnsupportedConfig')
    assert.match(message, name)
    assert.match(message, dtype)
  }
})

test.run()
