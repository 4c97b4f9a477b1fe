/** MPNet's tokenizer, BERT's steps with RoBERTa's special tokens, against transformers' MPNetTokenizer. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { mapFiles } from '#dist/format/source.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { formatError } from '../format/safetensors-file.ts'

const PIECES = ['<s>', '<pad>', '</s>', '<unk>', '[UNK]', 'hello', 'wor', '##ld', 'World', '東', '<mask>']
const vocab = PIECES.join('\n')
const json = (more: object = {}): string =>
  JSON.stringify({
    normalizer: { type: 'BertNormalizer', lowercase: false },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: { type: 'WordPiece', vocab: Object.fromEntries(PIECES.map((piece, id) => [piece, id])) },
    ...more,
  })
const MPNET = { tokenizer_class: 'MPNetTokenizer' }

function read(files: Record<string, string | object>, tokenizerClass?: string): Promise<Tokenizer> {
  const bytes = Object.entries(files).map(([name, content]): [string, Uint8Array] => [
    name,
    new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content)),
  ])
  return readTokenizer(mapFiles(new Map(bytes)), { model: async () => ({ tokenizerClass }) })
}

function check(tokenizer: Tokenizer): void {
  assert.equal(tokenizer.encode('HÉLLO world東 x').ids, [0, 5, 6, 7, 9, 4, 2])
  assert.equal(
    [tokenizer.clsId, tokenizer.sepId, tokenizer.padId, tokenizer.unkId, tokenizer.maskId],
    [0, 2, 1, 4, 10],
  )
  const pair = tokenizer.encode('hello', 'world')
  assert.equal(pair.ids, [0, 5, 2, 2, 6, 7, 2])
  assert.equal(pair.tokenTypeIds, [0, 0, 0, 0, 0, 0, 0])
  // The mask takes the white space before it, and its place does not hold it.
  const masked = tokenizer.encode('hello  <mask>world')
  assert.equal(masked.ids, [0, 5, 10, 6, 7, 2])
  assert.equal(masked.offsets.slice(1, 3), [
    [0, 5],
    [7, 13],
  ])
}

test('vocab.txt is read as that of MPNet where tokenizer_config.json or config.json says so', async () => {
  check(await read({ 'vocab.txt': vocab, 'tokenizer_config.json': MPNET }))
  check(await read({ 'vocab.txt': vocab }, 'MPNetTokenizer'))
})

test('tokenizer_config.json holds over the steps of tokenizer.json, its defaults included', async () => {
  check(await read({ 'tokenizer.json': json(), 'tokenizer_config.json': MPNET }))
  const cased = await read({
    'tokenizer.json': json(),
    'tokenizer_config.json': { ...MPNET, do_lower_case: false },
  })
  assert.equal(cased.encode('World').ids, [0, 8, 2])
})

test('the class that takes tokenizer.json as it is takes it so', async () => {
  const post_processor = { type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 0] }
  const tokenizer = await read(
    {
      'tokenizer.json': json({ post_processor }),
      'tokenizer_config.json': { tokenizer_class: 'PreTrainedTokenizerFast' },
    },
    'MPNetTokenizer',
  )
  assert.equal(tokenizer.encode('World').ids, [0, 8, 2])
  assert.equal(tokenizer.encode('World', 'hello').ids, [0, 8, 2, 2, 5, 2])
})

test('what is no vocabulary of MPNet is refused', async () => {
  const error = await formatError(() => read({ 'vocab.txt': '[UNK]\n[CLS]\n[SEP]\nhello' }, 'MPNetTokenizer'))
  assert.is(error.code, 'InvalidVocabulary')
  assert.match(error.message, /lacks <s>/)
  const other = await formatError(() =>
    read({
      'tokenizer.json': json({ model: { type: 'BPE', vocab: { a: 0 }, merges: [] } }),
      'tokenizer_config.json': MPNET,
    }),
  )
  assert.is(other.code, 'UnsupportedConfig')
  assert.match(other.message, /MPNetTokenizer/)
})

test.run()
