/** EuroBERT's configuration: what it makes of keys of both versions of transformers, and what it refuses. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseSpec } from '#dist/model/read-spec.js'
import type { ModelSpec } from '#dist/model/spec.js'
import { formatError } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const written = JSON.parse(readFileSync(rootPath('test/goldens/families/eurobert-text/config.json'), 'utf8'))

const parse = (changes: Record<string, unknown> = {}): Promise<ModelSpec> =>
  parseSpec(JSON.stringify({ ...written, ...changes }))

test('a group of heads gets the rows of its key and its value', async () => {
  const { layers } = await parse({ num_key_value_heads: 3 })
  const [queries, keys, values] = layers[0]!.queryKeyValue.from
  assert.equal(queries!.weight.shape, [24, 24])
  assert.is(queries!.repeated, undefined)
  for (const each of [keys!, values!]) {
    assert.equal(each.weight.shape, [12, 24])
    assert.equal(each.repeated, { block: 4, times: 2 })
  }
  assert.equal([layers[0]!.queryKeyValue.outputs, layers[0]!.attentionLayerNorm.centred], [72, false])
})

test('keys of before version 5 of transformers, and defaults', async () => {
  const old = { rope_parameters: undefined, classifier_pooling: undefined }
  const pooling = async (changes: object): Promise<unknown> => {
    const { head } = await parse({ ...old, ...changes })
    return head?.kind === 'text' && head.pooling
  }
  assert.is(await pooling({ clf_pooling: 'bos' }), 'cls')
  assert.is(await pooling({ classifier_pooling: 'mean', clf_pooling: 'bos' }), 'mean')
  assert.is(await pooling({}), 'late')
  assert.is((await parse({ ...old, rope_theta: 250_000 })).layers[0]!.theta, 250_000)
  assert.is((await parse(old)).layers[0]!.theta, 10_000)
  const { config, layers } = await parse({
    tie_word_embeddings: null,
    num_key_value_heads: null,
    head_dim: null,
    hidden_act: undefined,
    rms_norm_eps: undefined,
  })
  assert.equal(
    [config.tiesWordEmbeddings, config.hiddenActivation, config.layerNormEps],
    [false, 'silu', 1e-5],
  )
  assert.equal(layers[0]!.queryKeyValue.from[1]!.weight.shape, [24, 24])
})

test('what cannot be computed is refused by name', async () => {
  for (const [changes, code, message] of [
    [
      { num_key_value_heads: 4 },
      'InvalidConfig',
      /num_key_value_heads 4 does not divide num_attention_heads 6/,
    ],
    [{ num_key_value_heads: 7 }, 'InvalidConfig', /num_key_value_heads must be a whole number from 1 to 6/],
    [{ head_dim: 8 }, 'UnsupportedConfig', /head_dim 8: only hidden_size 24 by num_attention_heads 6/],
    [{ hidden_size: 18, head_dim: 3 }, 'UnsupportedConfig', /heads of 3 numbers/],
    [{ classifier_pooling: 'last' }, 'UnsupportedConfig', /classifier_pooling "last": bos, mean and late/],
    [{ rope_scaling: { type: 'linear' } }, 'UnsupportedConfig', /rope_scaling/],
    [
      { rope_parameters: { rope_type: 'llama3' } },
      'UnsupportedConfig',
      /rope_type "llama3" in rope_parameters/,
    ],
    [{ rope_parameters: { rope_theta: 0 } }, 'InvalidConfig', /rope_parameters\.rope_theta must be a number/],
    [{ rope_parameters: 1 }, 'InvalidConfig', /rope_parameters must be an object/],
  ] as const) {
    const error = await formatError(() => parse(changes))
    assert.is(error.code, code, JSON.stringify(changes))
    assert.match(error.message, message)
  }
})

test.run()
