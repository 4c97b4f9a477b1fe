/** JSON of models: read as JSON.parse does, with bounds on depth and size. */
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { openCheckpoint } from '#dist/format/checkpoint.js'
import { ModelFormatError } from '#dist/format/errors.js'
import { parseJson, parseJsonObject } from '#dist/format/json-file.js'
import { parseSpec } from '#dist/model/read-spec.js'
import { readSentenceSettings } from '#dist/model/sentence/sentence-settings.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { filesOf, formatError } from './safetensors-file.ts'

const deep = (levels: number, open = '[', close = ']'): string => open.repeat(levels) + close.repeat(levels)

test('parseJson reads what JSON.parse reads', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
      const json = JSON.stringify(value)
      assert.equal(parseJson(json, 'x.json'), JSON.parse(json))
    }),
  )
})

test('parseJson takes 127 levels and no more, and brackets in strings count for nothing', () => {
  assert.ok(parseJson(deep(127), 'x.json'))
  assert.ok(parseJson(deep(127, '{"a":', '}').replace('{"a":}', '{"a":1}'), 'x.json'))
  for (const json of [deep(128), deep(200_000), '['.repeat(500_000), '{"a":'.repeat(100_000)]) {
    try {
      parseJson(json, 'x.json')
      assert.unreachable()
    } catch (error) {
      assert.instance(error, ModelFormatError, String(error))
      assert.match((error as Error).message, /x\.json is nested deeper than 127 levels/)
    }
  }
  const text = `${'['.repeat(1000)}\\"${'{'.repeat(1000)}\\\\`
  assert.equal(parseJson(`["${text}"]`, 'x.json'), JSON.parse(`["${text}"]`))
})

test('parseJsonObject counts values outside of strings', () => {
  const limits = { bytes: 10_000, values: 100 }
  assert.ok(parseJsonObject(JSON.stringify({ a: ',[{'.repeat(1000) }), 'x.json', limits))
  assert.throws(() => parseJsonObject(`{"a": [${'1,'.repeat(200)}1]}`, 'x.json', limits), /holds 202 values/)
})

test('parseJson shows no control character of a file that is not JSON', () => {
  for (const json of ['\x1b[31mred', '{"a": \x07}', '{"\u009b31m"']) {
    try {
      parseJson(json, 'x.json')
      assert.unreachable()
    } catch (error) {
      assert.instance(error, ModelFormatError)
      assert.not.match((error as Error).message, /\p{Cc}/u)
    }
  }
})

test('deep JSON is an error of ours wherever a model has JSON', async () => {
  const nest = deep(100_000)
  const config = await formatError(() => parseSpec(`{"a": ${nest}}`))
  assert.is(config.code, 'InvalidConfig')
  for (const name of [
    'tokenizer.json',
    'tokenizer_config.json',
    'special_tokens_map.json',
    'added_tokens.json',
  ]) {
    const files = filesOf({
      'vocab.txt': '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n',
      [name]: `{"added_tokens": ${nest}}`,
    })
    assert.is((await formatError(() => readTokenizer(files))).code, 'InvalidConfig', name)
  }
  const index = filesOf({ 'model.safetensors.index.json': `{"weight_map": ${nest}}` })
  assert.is((await formatError(() => openCheckpoint(index))).code, 'InvalidConfig')
  assert.is(
    (await formatError(() => readSentenceSettings(filesOf({ 'modules.json': nest }), 'bert'))).code,
    'InvalidConfig',
  )
  const many = Object.fromEntries(Array.from({ length: 1025 }, (_, at) => [`t${at}`, `${at}.safetensors`]))
  const shards = filesOf({ 'model.safetensors.index.json': JSON.stringify({ weight_map: many }) })
  assert.match((await formatError(() => openCheckpoint(shards))).message, /more than 1024 shards/)
})

test.run()
