/** What the plain reader of config.json takes, the one for every family takes for the same. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { BertConfig } from '#dist/model/bert-config.js'
import { parseConfig } from '#dist/model/config/read-config.js'
import { loadConfig, plainConfig } from '#dist/model/plain-config.js'
import { filesOf, goldenFiles, goldenModels, seededRandom } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const shipped = readFileSync(rootPath('weights/config.json'), 'utf8')
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

async function readPlainly(text: string): Promise<BertConfig | undefined> {
  const plain = plainConfig(bytesOf(text))
  if (plain !== undefined) assert.equal(plain, await parseConfig(text))
  return plain
}

test('the shipped model and the golden models of its kind are read plainly, and as ever', async () => {
  assert.ok(await readPlainly(shipped))
  let taken = 0
  for (const name of goldenModels) {
    const json = goldenFiles(name).get('config.json')
    if (json !== undefined && (await readPlainly(new TextDecoder().decode(json)))) taken++
  }
  assert.ok(taken > 0)
})

/** Values that stand for anything. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, 1, 2, 12, -1, 1.5, 1e9, '', 'gelu', 'relu', 'bert', 'absolute', 'O', [], {}],
  ...[['BertForTokenClassification'], ['BertForMaskedLM'], { 0: 'O' }, { 1: 'O' }, { 0: 1 }, { a: 'O' }],
]

test('with any setting changed, added or left out it is read the same or left to the other reader', async () => {
  const random = seededRandom(0xc0f)
  const config = JSON.parse(shipped) as Record<string, unknown>
  const keys = [
    ...Object.keys(config),
    ...['is_decoder', 'add_cross_attention', 'tie_word_embeddings', 'pruned_heads', 'problem_type'],
    ...['tokenizer_class', 'sentence_transformers', 'num_labels', 'is_encoder_decoder'],
  ]
  let taken = 0
  let left = 0
  for (const key of keys) {
    for (const value of [undefined, ...VALUES]) {
      if (await readPlainly(JSON.stringify({ ...config, [key]: value }))) taken++
      else left++
    }
  }
  const quantization = JSON.stringify(config['quantization_config'])
  for (let run = 0; run < 300; run++) {
    const at = random(quantization.length)
    const text = quantization.slice(0, at) + '0a"]}'[random(5)] + quantization.slice(at + random(2))
    try {
      JSON.parse(text)
    } catch {
      continue
    }
    if (await readPlainly(`{${shipped.trim().slice(1, -1)},"quantization_config":${text}}`)) taken++
    else left++
  }
  assert.ok(taken > 100 && left > 300, `${taken} taken, ${left} left`)
})

test('what is left to the other reader ends in its errors', async () => {
  for (const text of ['', '{', '[]', '\ufeff{}', shipped.replace('384', '385')]) {
    const say = (call: Promise<unknown>): Promise<string> => call.then(() => 'read', String)
    const files = filesOf({ 'config.json': text })
    assert.is(await say(loadConfig(files)), await say(parseConfig(text)))
  }
})

test.run()
