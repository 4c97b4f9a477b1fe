/** The settings of ModernBERT's config.json, and the angles of its positions. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSpec } from '#dist/model/read-spec.js'
import { frequenciesOf, writeAngles } from '#dist/model/rotation.js'
import { type ModelSpec, modulesOf, tensorsOf } from '#dist/model/spec.js'
import { loadModel } from '#dist/node.js'
import { formatError } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const written = JSON.parse(readFileSync(rootPath('test/goldens/families/modernbert/config.json'), 'utf8'))
const parse = (more: object): ReturnType<typeof parseSpec> =>
  parseSpec(JSON.stringify({ ...written, ...more }))

const windowsOf = ({ layers }: ModelSpec): number[] => layers.map(({ window }) => window)
const thetasOf = ({ layers }: ModelSpec): unknown[] => layers.map(({ theta }) => theta)
const biasesOf = (spec: ModelSpec): string[] =>
  [...modulesOf(spec)]
    .flatMap(tensorsOf)
    .map(({ name }) => name)
    .filter((name) => name.endsWith('.bias'))

test('parseSpec reads ModernBERT as transformers 5 writes it', async () => {
  const spec = await parse({})
  const { positionRows, typeVocabSize, layerNormEps, maxPositions } = spec.config
  assert.equal(windowsOf(spec), [0, 9, 9, 0])
  assert.equal(thetasOf(spec), [160_000, 10_000, 10_000, 160_000])
  const { head } = spec
  assert.ok(head?.kind === 'tokens')
  assert.is(head.transform?.activation, 'gelu')
  // No module has a bias but the layer that makes the logits.
  assert.equal(biasesOf(spec), ['classifier.bias'])
  const text = await parse({ architectures: ['ModernBertForSequenceClassification'] })
  assert.is(text.head?.kind === 'text' && text.head.pooling, 'cls')
  const words = await parse({ architectures: ['ModernBertForMaskedLM'] })
  assert.equal(biasesOf(words), ['decoder.bias'])
  // As transformers writes it where all layers are of one kind.
  const more = { ...written.rope_parameters, rope_type: 'default', rope_theta: null }
  const other = await parse({ rope_parameters: more, layer_types: Array(4).fill('full_attention') })
  assert.equal([windowsOf(other), new Set(thetasOf(other))], [[0, 0, 0, 0], new Set([160_000])])
  assert.equal([positionRows, typeVocabSize, layerNormEps, maxPositions], [0, 0, 1e-5, 512])
})

test('parseSpec reads the keys of version 4 and its defaults', async () => {
  const none = { layer_types: undefined, rope_parameters: undefined }
  const of = async (more: object): Promise<unknown[]> => {
    const spec = await parse({ ...none, ...more })
    return [windowsOf(spec), ...new Set(thetasOf(spec))]
  }
  assert.equal(await of({}), [[0, 9, 9, 0], 160_000, 10_000])
  assert.equal(await of({ global_attn_every_n_layers: 1, local_attention: 128 }), [[0, 0, 0, 0], 160_000])
  const every = { global_attn_every_n_layers: 2, local_attention: 129, global_rope_theta: 7e4 }
  assert.equal(await of({ ...every, local_rope_theta: null }), [[0, 65, 0, 65], 7e4])
  assert.equal(await of({ local_rope_theta: 500, position_embedding_type: 'sans_pos' }), [
    [0, 9, 9, 0],
    160_000,
    500,
  ])
})

test('parseSpec refuses by name what is not computed', async () => {
  const global = { rope_type: 'default', rope_theta: 160_000 }
  for (const [more, code, pattern] of [
    [{ layer_types: ['full_attention'] }, 'InvalidConfig', /layer_types has 1 entries/],
    [
      { layer_types: Array(4).fill('chunked_attention') },
      'UnsupportedConfig',
      /"chunked_attention" in layer_/,
    ],
    [{ layer_types: 'all' }, 'InvalidConfig', /layer_types/],
    [{ layer_types: null, global_attn_every_n_layers: 0 }, 'InvalidConfig', /global_attn_every_n_layers/],
    [{ rope_parameters: global }, 'UnsupportedConfig', /rope_parameters\.rope_type/],
    [{ rope_parameters: { full_attention: { rope_type: 'yarn' } } }, 'UnsupportedConfig', /rope_type "yarn"/],
    [
      { rope_parameters: { full_attention: { rope_theta: '1' } } },
      'InvalidConfig',
      /full_attention\.rope_theta/,
    ],
    [{ rope_parameters: [] }, 'InvalidConfig', /rope_parameters/],
    [{ rope_scaling: { type: 'linear', factor: 2 } }, 'UnsupportedConfig', /rope_scaling/],
    [{ local_attention: 0 }, 'InvalidConfig', /local_attention/],
    [{ local_attention: 1.5 }, 'InvalidConfig', /local_attention/],
    [{ classifier_pooling: 'max' }, 'UnsupportedConfig', /classifier_pooling "max": cls and mean/],
    [{ classifier_activation: 'mish' }, 'UnsupportedConfig', /classifier_activation "mish"/],
    [{ hidden_activation: 'mish' }, 'UnsupportedConfig', /hidden_activation "mish"/],
    [{ norm_bias: 'yes' }, 'InvalidConfig', /norm_bias/],
    [{ num_attention_heads: 16 }, 'UnsupportedConfig', /heads of 3 numbers/],
    [{ is_decoder: true }, 'UnsupportedConfig', /is_decoder/],
    [{ model_type: 'modernbert-decoder' }, 'UnsupportedConfig', /"modernbert-decoder"/],
  ] as const) {
    const error = await formatError(() => parse(more))
    assert.is(error.code, code, `${JSON.stringify(more)}: ${error.message}`)
    assert.match(error.message, pattern)
  }
})

test('angles are those of the formula, within 1e-7 of their own, up to 8,192 places', () => {
  for (const [theta, headDim] of [
    [160_000, 64],
    [10_000, 64],
    [500, 10],
    [1, 2],
  ] as const) {
    const frequencies = frequenciesOf(theta, headDim)
    for (const [i, frequency] of frequencies.entries()) {
      const wanted = theta ** ((-2 * i) / headDim)
      assert.ok(Math.abs(frequency / wanted - 1) < 2e-7, `${frequency}, not ${wanted}`)
    }
    const row = new Float32Array(headDim)
    for (const place of [0, 1, 2, 3, 64, 511, 4097, 8191]) {
      writeAngles(place, frequencies, row)
      for (const [i, frequency] of frequencies.entries()) {
        const angle = Math.fround(place * frequency)
        assert.ok(Math.abs(row[i]! - Math.cos(angle)) < 1e-7, `cos ${angle}`)
        assert.ok(Math.abs(row[headDim / 2 + i]! - Math.sin(angle)) < 1e-7, `sin ${angle}`)
      }
    }
  }
})

test('a file that lacks a bias which config.json tells of, or a head, is refused by its name', async () => {
  const folder = rootPath('test/goldens/families/modernbert')
  const weights = new Uint8Array(readFileSync(`${folder}/model.safetensors`))
  for (const [more, pattern] of [
    [{ attention_bias: true }, /lack 8 .*layers\.0\.attn\.Wqkv\.bias/],
    [{ mlp_bias: true }, /lack 8 .*layers\.0\.mlp\.Wi\.bias/],
    [{ norm_bias: true }, /lack 10 .*embeddings\.norm\.bias/],
    [{ classifier_bias: true }, /lack 1 .*head\.dense\.bias/],
    [{ num_hidden_layers: 5, layer_types: null }, /lack .*layers\.4\.attn/],
  ] as const) {
    const config = new TextEncoder().encode(JSON.stringify({ ...written, ...more }))
    const files = new Map([
      ['config.json', config],
      ['model.safetensors', weights],
    ])
    const error = await formatError(() => loadModel(files, { inline: true }))
    assert.is(error.code, 'MissingTensor', `${JSON.stringify(more)}: ${error.message}`)
    assert.match(error.message, pattern)
  }
})

test('parameters are those of the files', async () => {
  const model = await loadModel(rootPath('test/goldens/families/modernbert'), { inline: true })
  // 1300·48 + 48 of the embeddings; four layers of 18,480 with 7 LayerNorms; the last LayerNorm; a head and 9 labels.
  const layers = 4 * (3 * 48 * 48 + 48 * 48 + 144 * 48 + 48 * 72) + 7 * 48
  assert.is(model.info.parameters, 1300 * 48 + 48 + layers + 48 + 48 * 48 + 48 + 9 * 48 + 9)
  model.dispose()
})

test.run()
