/** The settings of MPNet's config.json, and which distances share a bucket. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { BertConfig } from '#dist/model/bert-config.js'
import { bucketOf } from '#dist/model/distances.js'
import { parseSpec } from '#dist/model/read-spec.js'
import { formatError } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const written = JSON.parse(readFileSync(rootPath('test/goldens/families/mpnet-tokens/config.json'), 'utf8'))
const parse = async (more: object): Promise<BertConfig> =>
  (await parseSpec(JSON.stringify({ ...written, ...more }))).config

test('parseSpec reads MPNet as transformers does: positions begin behind 1, whatever the id of padding', async () => {
  const config = await parse({ pad_token_id: 7, tokenizer_class: undefined })
  assert.equal([config.firstPosition, config.maxPositions, config.positionRows], [2, 160, 162])
  assert.equal([config.typeVocabSize, config.tokenizerClass], [0, 'MPNetTokenizer'])
  assert.is((await parse({ tokenizer_class: 'BertTokenizer' })).tokenizerClass, 'BertTokenizer')
})

test('parseSpec refuses another number of buckets, and no place for a token', async () => {
  const buckets = await formatError(() => parse({ relative_attention_num_buckets: 64 }))
  assert.is(buckets.code, 'UnsupportedConfig')
  assert.match(buckets.message, /relative_attention_num_buckets 64: only 32/)
  const places = await formatError(() => parse({ max_position_embeddings: 2 }))
  assert.is(places.code, 'InvalidConfig')
  assert.match(places.message, /max_position_embeddings 2 leaves no position/)
})

test("distances share buckets as transformers' relative_position_bucket has it", () => {
  const golden = JSON.parse(readFileSync(rootPath('test/goldens/mpnet-buckets.json'), 'utf8')) as number[]
  assert.is(golden.length, 1401)
  assert.equal(
    golden.map((_, index) => bucketOf(index - 700)),
    golden,
  )
})

test.run()
