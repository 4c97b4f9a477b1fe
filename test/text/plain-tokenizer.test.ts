/** What the plain reader of BERT's tokenizer takes, the one for every tokenizer takes for the same. */
import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mapFiles } from '#dist/format/in-memory/map-files.js'
import { readTokenizer } from '#dist/text/files/read-tokenizer.js'
import { plainSettings, readTokenizer as readPlainly } from '#dist/text/plain-tokenizer.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { goldenFiles } from '../format/safetensors-file.ts'
import { rootPath } from '../shared.ts'

const vocabulary = readFileSync(rootPath('weights/vocab.txt'))
const TEXT = 'Ångela Merkel [MASK] met 東京 [CLS]\u0000Tim  Cook, unaffable [UNK]s.'

/** All that is seen of a tokenizer, or the error. */
async function seen(call: Promise<Tokenizer>): Promise<unknown> {
  try {
    const tokenizer = await call
    const { clsId, sepId, unkId, maskId, padId, vocabularySize, maxLength, idCount } = tokenizer
    const ids = { clsId, sepId, unkId, maskId, padId, vocabularySize, maxLength, idCount }
    const encoding = tokenizer.encode(TEXT)
    return { ids, encoding, decoded: tokenizer.decode(encoding.ids, { specialTokens: true }) }
  } catch (error) {
    return String(error)
  }
}

const CONFIGS: readonly string[] = [
  readFileSync(rootPath('weights/tokenizer_config.json'), 'utf8'),
  '{}',
  '{"do_lower_case":true}',
  '{"do_lower_case":false,"model_max_length":1e30,"tokenizer_class":"BertTokenizer"}',
  ...['"model_max_length":2', '"model_max_length":2.5', '"model_max_length":null', '"max_len":128'].map(
    (setting) => `{${setting}}`,
  ),
  '{"model_max_length":"512"}',
  '{"do_lower_case":null}',
  '{"do_lower_case":1}',
  '{"tokenizer_class":"RobertaTokenizer"}',
  '{"cls_token":"[UNK]"}',
  '{"strip_accents":false}',
  '{"additional_special_tokens":["Cook"]}',
  ...['', '{', '[]', '\ufeff{}'],
]

test('every tokenizer_config.json is read the same, with any lower case', async () => {
  let taken = 0
  for (const config of CONFIGS) {
    const bytes = new TextEncoder().encode(config)
    if (plainSettings(bytes) !== undefined) taken++
    const files = mapFiles(
      new Map<string, Uint8Array>([
        ['vocab.txt', vocabulary],
        ['tokenizer_config.json', bytes],
      ]),
    )
    for (const lowercase of [undefined, true, false]) {
      const options = { lowercase, model: async () => ({ rows: 28996 }) }
      assert.equal(await seen(readPlainly(files, options)), await seen(readTokenizer(files, options)), config)
    }
  }
  assert.is(taken, 4)
})

test('so are vocabularies that are cut off, broken or not there, and files beside them', async () => {
  const config = new TextEncoder().encode('{"do_lower_case":false}')
  const vocabularies = [
    ...[undefined, vocabulary.subarray(0, 5000), vocabulary.subarray(200), new Uint8Array()],
    ...[Uint8Array.of(0xff, 0x0a), Buffer.from('[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nBerlin\n')],
    // White space at the ends of lines, which is no part of a piece.
    ...['\r\n', ' \n', '\u00a0\n', '\u3000\u0085\n'].map((end) =>
      Buffer.from(vocabulary.toString().replaceAll('Tim\n', `Tim${end}`)),
    ),
    Buffer.from(vocabulary.toString().replaceAll('\n', '\r\n')),
    Buffer.from(`${vocabulary.toString().trimEnd()}\u2028`),
    Buffer.from(`[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n${'a\n'.repeat(2 ** 19)}`),
  ]
  for (const [index, bytes] of vocabularies.entries()) {
    for (const [beside, content] of [
      ['README.md', '{}'],
      ['added_tokens.json', '{"Cook":28996}'],
      ['special_tokens_map.json', '{"unk_token":"[PAD]"}'],
    ] as const) {
      const files = new Map<string, Uint8Array>([['tokenizer_config.json', config]])
      if (bytes) files.set('vocab.txt', bytes)
      files.set(beside, new TextEncoder().encode(content))
      const [plain, full] = [seen(readPlainly(mapFiles(files))), seen(readTokenizer(mapFiles(files)))]
      assert.equal(await plain, await full, `${index} ${beside}`)
    }
  }
})

test('a tokenizer.json goes to the other reader', async () => {
  const files = goldenFiles('plain')
  assert.equal(await seen(readPlainly(mapFiles(files))), await seen(readTokenizer(mapFiles(files))))
})

test.run()
