/**
 * What docs/which-model.md and docs/own-types.md say that loads, and what they say that does not, by the readers of
 * config.json, of gliner_config.json and of tokenizers.
 */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { knownModels } from '#dist/cli/known-models.js'
import { mapFiles } from '#dist/format/source.js'
import { modelTypes, parseSpec } from '#dist/model/read-spec.js'
import { loadGlinerConfig } from '#dist/tasks/gliner/config.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { rootPath } from '../shared.ts'

const page = readFileSync(rootPath('docs/which-model.md'), 'utf8')
const plain = page.replace(/\s+/g, ' ')
const ownTypes = readFileSync(rootPath('docs/own-types.md'), 'utf8').replace(/\s+/g, ' ')

/** A configuration of a small model. */
const configOf = (modelType: string, more: object = {}): string =>
  JSON.stringify({
    ...{ model_type: modelType, hidden_size: 64, num_hidden_layers: 2, num_attention_heads: 2 },
    ...{ intermediate_size: 96, vocab_size: 100, max_position_embeddings: 514 },
    ...{ relative_attention: true, pos_att_type: ['c2p', 'p2c'], position_biased_input: false },
    // DistilBERT's names of them.
    ...{ dim: 64, n_layers: 2, n_heads: 2, hidden_dim: 96 },
    ...more,
  })

const outcome = (made: Promise<unknown>): Promise<string> =>
  made.then(
    () => 'loads',
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  )

/** The cells of a table, by the first cells of its head. */
function tableOf(...head: string[]): string[][] {
  const lines = page.split('\n')
  const cellsOf = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  const at = lines.findIndex((line) => head.every((name, index) => cellsOf(line)[index] === name))
  assert.ok(at >= 0, `a table of ${head}`)
  const rows: string[][] = []
  for (let row = at + 2; lines[row]!.startsWith('|'); row++) rows.push(cellsOf(lines[row]!))
  return rows
}

const quotedIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)

test('the families of the table are those that load', async () => {
  const listed = tableOf('family', '`model_type`').flatMap(([, types]) => quotedIn(types!))
  assert.equal([...listed].sort(), [...modelTypes].sort())
  for (const modelType of listed) assert.is(await outcome(parseSpec(configOf(modelType))), 'loads', modelType)
})

test('what is said to be refused is refused by name, and loads if it is not said', async () => {
  for (const [said, config, name] of [
    [
      /scaled rotary angles and a `head_dim` other than the width by the heads are refused/,
      configOf('eurobert', { head_dim: 16 }),
      /head_dim/,
    ],
    [/\(GPT, T5\) are of other families and are refused by name/, configOf('gpt2'), /gpt2/],
    [/\(GPT, T5\) are of other families and are refused by name/, configOf('t5'), /t5/],
    [/\(`openai_privacy_filter`\) do not load/, configOf('openai_privacy_filter'), /openai_privacy_filter/],
    [
      /MPNets with other than 32 buckets are refused/,
      configOf('mpnet', { relative_attention_num_buckets: 64 }),
      /relative_attention_num_buckets/,
    ],
    [
      /ALBERTs with embeddings as wide as their layers are refused/,
      configOf('albert', { embedding_size: 64 }),
      /embedding_size/,
    ],
    [
      /Scaled rotary angles \(`rope_scaling`, a `rope_type` other than `default`\) are refused/,
      configOf('modernbert', { rope_scaling: { rope_type: 'yarn', factor: 2 } }),
      /rope/,
    ],
  ] as const) {
    const found = await outcome(parseSpec(config))
    assert.is(said.test(plain), found !== 'loads', `${said}: ${found}`)
    if (found === 'loads') continue
    assert.match(found, /^UnsupportedConfig: /)
    assert.match(found, name)
  }
})

test('what models are saved as says what they are loaded with', async () => {
  const heads: Record<string, string> = {
    '...ForTokenClassification': 'tokens',
    '...ForSequenceClassification': 'text',
    '...ForMaskedLM': 'words',
  }
  const saved = tableOf('task', 'saved as').flatMap(([, cell]) => quotedIn(cell!))
  assert.equal(
    saved.filter((name) => !(name in heads)),
    ['gliner_config.json', 'model_type', 'extractor'],
  )
  for (const [suffix, head] of Object.entries(heads)) {
    assert.ok(saved.includes(suffix), suffix)
    const { config } = await parseSpec(configOf('bert', { architectures: [`Bert${suffix.slice(3)}`] }))
    assert.is(config.headKind, head)
  }
})

test('the listed models are of families that load', () => {
  for (const { id, modelType } of knownModels)
    assert.ok(modelTypes.includes(modelType), `${id}: ${modelType}`)
  const families = tableOf('family').flatMap(([family]) => family!.split(', '))
  for (const row of tableOf('language', 'task', 'model', 'family'))
    assert.ok(families.includes(row[3]!), `${row[2]} is of ${row[3]}, which the table of families has not`)
})

test('tokenizers that are said to be refused are refused by name', async () => {
  const said = /Japanese BERT \(`BertJapaneseTokenizer`\), PhoBERT, BERTweet and HerBERT .* refused by name/
  assert.match(plain, said)
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
  for (const [name, files] of [
    ['BertJapaneseTokenizer', ['vocab.txt']],
    ['PhobertTokenizer', ['vocab.txt']],
    ['BertweetTokenizer', ['vocab.txt']],
    ['HerbertTokenizer', ['vocab.json', 'merges.txt']],
  ] as const) {
    const content = new Map<string, Uint8Array>(files.map((file) => [file, bytes('{"a": 0}')]))
    content.set('tokenizer_config.json', bytes(JSON.stringify({ tokenizer_class: name })))
    const found = await outcome(readTokenizer(mapFiles(content)))
    assert.match(found, new RegExp(`^UnsupportedConfig: .*${name}`))
  }
})

test('GLiNER: what own-types.md says of its forms is what its configuration says', async () => {
  const read = (config: object, name = 'gliner_config.json'): Promise<string> => {
    const bytes = new TextEncoder().encode(JSON.stringify(config))
    return outcome(loadGlinerConfig(mapFiles(new Map([[name, bytes]]))))
  }
  for (const [said, config, found] of [
    [/`model_type` `extractor`, `architecture` `span` \(or none\)/, {}, /^loads$/],
    [/`counting_layer` `count_lstm` or `count_lstm_v2`/, { counting_layer: 'count_lstm_v2' }, /^loads$/],
    [/the architecture `boundary` are refused/, { architecture: 'boundary' }, /^UnsupportedConfig: /],
  ] as const) {
    assert.match(ownTypes, said)
    assert.match(await read({ model_type: 'extractor', ...config }, 'config.json'), found, `${said}`)
  }
  for (const [said, config] of [
    [/`span_mode` `markerV0`, the package's default/, {}],
    [/or `token_level`/, { span_mode: 'token_level' }],
    [/with `represent_spans` or without/, { span_mode: 'token_level', represent_spans: true }],
    [/a second encoder for the types \(`labels_encoder`\)/, { labels_encoder: 'owner/name' }],
    [/first piece, the last, the mean or the largest/, { subtoken_pooling: 'max' }],
  ] as const) {
    assert.match(ownTypes, said)
    assert.is(await read(config), 'loads', `${said}`)
  }
  for (const [said, config] of [
    [/Models with relations/, { relations_layer: 'dot' }],
    [/with a decoder/, { labels_decoder: 'gpt2' }],
    [
      /with layers of attention between types and words \(`post_fusion_schema`\)/,
      { post_fusion_schema: 'l2l' },
    ],
    [/other span modes/, { span_mode: 'markerV1' }],
  ] as const) {
    assert.match(ownTypes, said)
    assert.match(await read(config), /^UnsupportedConfig: /, `${said}`)
  }
})

test.run()
