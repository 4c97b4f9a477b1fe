/** The settings of DeBERTa's config.json, and which distances share rows. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rowOf } from '#dist/model/distances.js'
import { parseSpec } from '#dist/model/read-spec.js'
import type { DisentangledSpec, ModelSpec } from '#dist/model/spec.js'
import { formatError } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const written = JSON.parse(readFileSync(rootPath('test/goldens/families/deberta-v3/config.json'), 'utf8'))
const parse = (more: object): ReturnType<typeof parseSpec> =>
  parseSpec(JSON.stringify({ ...written, ...more }))

const disentangledOf = ({ relative }: ModelSpec): DisentangledSpec => relative as DisentangledSpec

test('parseSpec reads disentangled attention as transformers does', async () => {
  const spec = await parse({ architectures: ['DebertaV2ForSequenceClassification'] })
  const { kind, embeddings, norm, projections, ...numbers } = disentangledOf(spec)
  assert.equal(numbers, {
    ...{ span: 32, buckets: 32, maxDistance: 256, farthest: 255, rows: 63 },
    ...{ keys: true, queries: true },
  })
  // The projections are those of the tokens.
  assert.equal(
    [kind, embeddings.rows, norm?.size, projections],
    ['disentangled', 64, embeddings.columns, undefined],
  )
  const { config, head } = spec
  assert.equal([config.positionRows, config.typeVocabSize, spec.embeddings.positions], [0, 0, undefined])
  assert.is(head?.kind === 'text' && head.transform.activation, 'gelu')
  const other = await parse({ position_buckets: -1, max_relative_positions: 40, pos_att_type: ' C2P|p2c ' })
  assert.equal(disentangledOf(other).rows, 80)
  assert.ok(disentangledOf(other).keys && disentangledOf(other).queries)
  const first = await parse({ model_type: 'deberta', position_buckets: 32, norm_rel_ebd: 'layer_norm' })
  const { buckets, norm: firstNorm, projections: own } = disentangledOf(first)
  assert.equal([buckets, firstNorm, own?.length], [0, undefined, first.config.numLayers])
  const words = await parse({ legacy: false, architectures: ['DebertaV2ForMaskedLM'] })
  assert.ok(words.head?.kind === 'words')
  assert.is(words.head.transform!.dense.from[0]!.weight.name, 'lm_predictions.lm_head.dense.weight')
})

test('parseSpec refuses by name what is not computed', async () => {
  for (const [more, code, pattern] of [
    [{ relative_attention: false }, 'UnsupportedConfig', /relative_attention/],
    [{ pos_att_type: ['p2p'] }, 'UnsupportedConfig', /"p2p" in pos_att_type: c2p and p2c/],
    [{ pos_att_type: 5 }, 'InvalidConfig', /pos_att_type/],
    [{ norm_rel_ebd: 'batch_norm' }, 'UnsupportedConfig', /norm_rel_ebd "batch_norm"/],
    [{ embedding_size: 16 }, 'UnsupportedConfig', /embedding_size 16/],
    [{ pooler_hidden_size: 16 }, 'UnsupportedConfig', /pooler_hidden_size 16/],
    [{ pooler_hidden_act: 'mish' }, 'UnsupportedConfig', /pooler_hidden_act "mish"/],
    [{ conv_kernel_size: 4 }, 'UnsupportedConfig', /conv_kernel_size 4/],
    [{ conv_kernel_size: 3, conv_groups: 2 }, 'UnsupportedConfig', /conv_groups 2/],
    [{ conv_kernel_size: 3, conv_act: 'mish' }, 'UnsupportedConfig', /conv_act "mish"/],
    [{ talking_head: true }, 'UnsupportedConfig', /talking_head/],
    [{ share_att_key: 'yes' }, 'InvalidConfig', /share_att_key/],
    [{ position_buckets: 1e9 }, 'InvalidConfig', /position_buckets/],
    [{ position_buckets: 1 }, 'InvalidConfig', /position_buckets 1 are not/],
    [{ max_relative_positions: 10 }, 'InvalidConfig', /position_buckets 32 are not for distances up to 10/],
    [{ max_relative_positions: 17 }, 'InvalidConfig', /position_buckets 32 are not/],
  ] as const) {
    const error = await formatError(() => parse(more))
    assert.is(error.code, code, JSON.stringify(more))
    assert.match(error.message, pattern)
  }
})

test("distances share rows as transformers' make_log_bucket_position has it", () => {
  const golden = JSON.parse(readFileSync(rootPath('test/goldens/deberta-buckets.json'), 'utf8')) as {
    buckets: number
    maxDistance: number
    rows: number[]
  }[]
  for (const { buckets, maxDistance, rows } of golden) {
    const places = { span: buckets, buckets, maxDistance }
    const found = rows.map((_, distance) => rowOf(distance, places) - buckets)
    assert.equal({ buckets, maxDistance, rows: found }, { buckets, maxDistance, rows })
    // Backwards they are the same, up to the last, which has no other.
    const inner = rows.filter((row) => row < buckets - 1)
    for (const [distance, row] of inner.entries()) assert.is(rowOf(-distance, places), buckets - row)
  }
})

test.run()
