import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { type ByteSource, type ModelFiles, mapFiles } from '#dist/format/source.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const vocab = bytes('[UNK]\n[CLS]\n[SEP]\nÉ\ne\n')

async function error(files: ModelFiles): Promise<ModelFormatError> {
  try {
    await readTokenizer(files)
  } catch (thrown) {
    assert.instance(thrown, ModelFormatError)
    return thrown as ModelFormatError
  }
  throw new Error('nothing was thrown')
}

test('readTokenizer reads vocab.txt and the settings beside it', async () => {
  const files = new Map([['vocab.txt', vocab]])
  assert.equal((await readTokenizer(mapFiles(files))).encode('É').ids, [1, 4, 2])
  assert.equal((await readTokenizer(mapFiles(files), { lowercase: false })).encode('É').ids, [1, 3, 2])
  files.set('tokenizer_config.json', bytes('{"do_lower_case": false, "max_len": 512}'))
  const tokenizer = await readTokenizer(mapFiles(files))
  assert.equal(tokenizer.encode('É').ids, [1, 3, 2])
  assert.is(tokenizer.maxLength, 512)
})

test('readTokenizer prefers tokenizer.json', async () => {
  const json = { model: { type: 'WordPiece', vocab: { '[UNK]': 0, '[CLS]': 7, '[SEP]': 8, e: 9 } } }
  const files = new Map([
    ['vocab.txt', vocab],
    ['tokenizer.json', bytes(JSON.stringify(json))],
  ])
  assert.equal((await readTokenizer(mapFiles(files))).encode('É').ids, [7, 9, 8])
})

test('readTokenizer says where no vocabulary is, and refuses a file too large to be one before it takes memory', async () => {
  const missing = await error(mapFiles(new Map()))
  assert.is(missing.code, 'MissingFile')
  assert.match(missing.message, /vocab\.txt/)

  let closed = 0
  const huge: ByteSource = {
    name: 'vocab.txt',
    byteLength: 2 ** 40,
    read: () => Promise.reject(new Error('read')),
    close: async () => {
      closed++
    },
  }
  const large = await error({ name: 'x', open: async (name) => (name === 'vocab.txt' ? huge : undefined) })
  assert.is(large.code, 'InvalidVocabulary')
  assert.is(closed, 1)
})

test.run()
