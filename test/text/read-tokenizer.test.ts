/** Files of a tokenizer: what is read from them, and what is refused. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import type { ByteSource, ModelFiles } from '#dist/format/source.js'
import { mapFiles } from '#dist/format/source.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { assertLinear } from '../growth.ts'

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

test('readTokenizer says which step of a tokenizer.json it does not know', async () => {
  const model = { type: 'WordPiece', vocab: { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2 } }
  const cases: [object, RegExp][] = [
    [{ model: { type: 'WordLevel', vocab: {} } }, /model of type "WordLevel"/],
    [{ model, normalizer: { type: 'Odd' } }, /normalizer of type "Odd"/],
    [{ model, normalizer: { type: 'Sequence', normalizers: [{ type: 'Odd' }] } }, /normalizer of type "Odd"/],
    [
      { model, normalizer: { type: 'Replace', pattern: { Regex: '(a|b)+' }, content: '' } },
      /a Replace of the pattern "\(a\|b\)\+"/,
    ],
    [{ model, pre_tokenizer: { type: 'Odd' } }, /pre_tokenizer of type "Odd"/],
    [
      { model, pre_tokenizer: { type: 'Whitespace' }, post_processor: { type: 'Odd' } },
      /post_processor of type "Odd"/,
    ],
    [
      {
        model,
        pre_tokenizer: { type: 'Whitespace' },
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ Sequence: { id: 'A', type_id: 0 } }],
          pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 0 } }],
        },
      },
      /does not put one token before a text and one behind it/,
    ],
    [
      {
        model,
        pre_tokenizer: { type: 'Split', pattern: { Regex: '\\s*' }, behavior: 'Removed', invert: false },
      },
      /a Split of the pattern "\\\\s\*"/,
    ],
    [{ model: { type: 'BPE', vocab: { a: 0 }, merges: [], dropout: 0.1 } }, /dropout 0\.1/],
  ]
  for (const [json, pattern] of cases) {
    const wrong = await error(mapFiles(new Map([['tokenizer.json', bytes(JSON.stringify(json))]])))
    assert.is(wrong.code, 'UnsupportedConfig', wrong.message)
    assert.match(wrong.message, pattern)
  }
})

test('readTokenizer refuses a vocabulary of a tokenizer that reads it otherwise, whichever file names that', async () => {
  const vocabJson: [string, Uint8Array][] = [
    ['vocab.json', bytes('{}')],
    ['merges.txt', bytes('')],
  ]
  const cases: [[string, Uint8Array][], string][] = [
    [[['vocab.txt', vocab]], 'BertJapaneseTokenizer'],
    [[['vocab.txt', vocab]], 'PhobertTokenizer'],
    [[['vocab.txt', vocab]], 'AlbertTokenizer'],
    [vocabJson, 'HerbertTokenizer'],
  ]
  for (const [files, name] of cases) {
    const config = bytes(JSON.stringify({ tokenizer_class: name }))
    const wrong = await error(mapFiles(new Map([...files, ['tokenizer_config.json', config]])))
    assert.is(wrong.code, 'UnsupportedConfig')
    assert.match(wrong.message, name)
    const model = async (): Promise<{ tokenizerClass: string }> => ({ tokenizerClass: name })
    await readTokenizer(mapFiles(new Map(files)), { model }).then(
      () => assert.unreachable(name),
      (thrown: Error) => assert.match(thrown.message, name),
    )
  }
  for (const name of [
    'BertTokenizer',
    'DistilBertTokenizerFast',
    'ElectraTokenizer',
    'MobileBertTokenizer',
  ]) {
    const config = bytes(JSON.stringify({ tokenizer_class: name }))
    await readTokenizer(
      mapFiles(
        new Map([
          ['vocab.txt', vocab],
          ['tokenizer_config.json', config],
        ]),
      ),
    )
  }
})

test('readTokenizer refuses a vocabulary that is cut off: fewer pieces than the model has rows', async () => {
  const read = (
    files: [string, Uint8Array][],
    rows: number,
    paddedVocabulary?: boolean,
  ): Promise<ModelFormatError | undefined> =>
    readTokenizer(mapFiles(new Map(files)), { paddedVocabulary, model: async () => ({ rows }) }).then(
      () => undefined,
      (thrown: unknown) => thrown as ModelFormatError,
    )
  const lines = (count: number): Uint8Array =>
    bytes(Array.from({ length: count }, (_, i) => ['[UNK]', '[CLS]', '[SEP]'][i] ?? `w${i}`).join('\n'))
  const added: [string, Uint8Array] = ['added_tokens.json', bytes('{"<drug>": 996, "<gene>": 997}')]
  /** Pieces of the file, rows of the model, whether it is taken. */
  const cases: [number, number, boolean][] = [
    [500, 28_996, false],
    [996, 996, true],
    [995, 996, false],
    [997, 996, false],
    // Filled up to a multiple of 8, 16, ... 128.
    [30_522, 30_528, true],
    [1025, 1152, true],
    [1024, 1152, false],
    [1150, 1153, false],
    // IndoBERT's is so, and so is one of 50,000 that was cut off: who loads it has to say so.
    [30_521, 50_000, false],
  ]
  for (const [pieces, rows, taken] of cases) {
    const wrong = await read([['vocab.txt', lines(pieces)]], rows)
    assert.is(wrong === undefined, taken, `${pieces} of ${rows}`)
    if (wrong === undefined) continue
    assert.is(wrong.code, 'InvalidVocabulary')
    assert.match(wrong.message, `${pieces} pieces`)
    assert.match(wrong.message, `vocab_size ${rows}`)
    assert.is(/paddedVocabulary: true/.test(wrong.message), pieces < rows)
    const said = await read([['vocab.txt', lines(pieces)]], rows, true)
    assert.is(said === undefined, pieces < rows, `${pieces} of ${rows}, said to be padded`)
  }
  assert.is(await read([['vocab.txt', lines(996)], added], 998), undefined)
  assert.ok(await read([['vocab.txt', lines(995)], added], 998))

  const json = (pieces: number): [string, Uint8Array] => {
    const vocab = { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, last: pieces - 1 }
    return ['tokenizer.json', bytes(JSON.stringify({ model: { type: 'WordPiece', vocab } }))]
  }
  assert.is(await read([json(250_002)], 250_037), undefined, 'multilingual-e5 and its like')
  assert.is(await read([json(250_101)], 251_000), undefined, 'mDeBERTa')
  assert.is(await read([json(30_521)], 50_000), undefined, 'IndoBERT, saved as tokenizer.json')
  assert.is(await read([json(32_100)], 32_768), undefined, 'filled up to a power of two')
  assert.match((await read([json(500)], 28_996))?.message ?? '', 'tokenizer.json')
})

test('readTokenizer refuses a merges.txt that is cut off', async () => {
  const pieces = ['<unk>', '<s>', '</s>', '<pad>', '<mask>', 'a']
  const merges = ['#version: 0.2']
  for (let length = 2; length < 900; length++) {
    pieces.push('a'.repeat(length))
    merges.push(`${'a'.repeat(length - 1)} a`)
  }
  const vocabJson = bytes(JSON.stringify(Object.fromEntries(pieces.map((piece, id) => [piece, id]))))
  const files = (lines: number): ModelFiles =>
    mapFiles(
      new Map([
        ['vocab.json', vocabJson],
        ['merges.txt', bytes(merges.slice(0, lines).join('\n'))],
      ]),
    )
  await readTokenizer(files(merges.length))
  // What a few words that somebody put there look like.
  await readTokenizer(files(merges.length - 16))
  assert.is((await error(files(merges.length - 17))).code, 'InvalidVocabulary')
  const wrong = await error(files(200))
  assert.is(wrong.code, 'InvalidVocabulary')
  assert.match(wrong.message, /^merges\.txt has 199 merges and vocab\.json 904 pieces.*cut off/)
})

test('readTokenizer refuses a tokenizer.json of another kind than its class, by both names', async () => {
  const vocab = { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, a: 3, '<unk>': 4, '<s>': 5, '</s>': 6 }
  const models = {
    WordPiece: { type: 'WordPiece', vocab },
    BPE: { type: 'BPE', vocab, merges: [] },
    Unigram: { type: 'Unigram', unk_id: 0, vocab: Object.keys(vocab).map((piece) => [piece, 0]) },
  }
  const classes = {
    WordPiece: ['BertTokenizer', 'DistilBertTokenizerFast'],
    BPE: ['RobertaTokenizer', 'RobertaTokenizerFast'],
    Unigram: ['XLMRobertaTokenizer', 'CamembertTokenizerFast'],
  }
  for (const [kind, model] of Object.entries(models)) {
    for (const [wanted, names] of Object.entries(classes)) {
      for (const name of [...names, 'PreTrainedTokenizerFast']) {
        const files = mapFiles(
          new Map([
            ['tokenizer.json', bytes(JSON.stringify({ model }))],
            ['tokenizer_config.json', bytes(JSON.stringify({ tokenizer_class: name }))],
          ]),
        )
        const thrown: unknown = await readTokenizer(files).catch((reason: unknown) => reason)
        const differs = wanted !== kind && name !== 'PreTrainedTokenizerFast'
        const says = `tokenizer_class "${name}", which reads a vocabulary of ${wanted}, and tokenizer.json has one of ${kind}`
        assert.is(
          thrown instanceof ModelFormatError && thrown.message.includes(says),
          differs,
          `${kind} under ${name}`,
        )
      }
    }
  }
})

test('readTokenizer says what is wrong in vocabularies of the family', async () => {
  const unigram = (vocab: unknown, more: object = { unk_id: 0 }): object => ({
    model: { type: 'Unigram', vocab, ...more },
  })
  const cases: [object, RegExp][] = [
    [unigram([]), /is empty/],
    [unigram({}), /must be an array of pieces/],
    [unigram([['<unk>', 0], ['a']]), /entry 1 that is no pair/],
    [unigram([['<unk>', '0']]), /entry 0 that is no pair/],
    [unigram([[1, 0]]), /entry 0 that is no pair/],
    [
      { model: { type: 'BPE', vocab: { a: 0 }, merges: [['a', 'b']] } },
      /merge 0 has "b", which the vocabulary lacks/,
    ],
    [{ model: { type: 'BPE', vocab: { a: 0 }, merges: ['a'] } }, /merge 0 is no pair/],
    [{ model: { type: 'BPE', vocab: { a: 0 } } }, /no list of merges/],
  ]
  for (const [json, pattern] of cases) {
    const wrong = await error(mapFiles(new Map([['tokenizer.json', bytes(JSON.stringify(json))]])))
    assert.is(wrong.code, 'InvalidVocabulary', wrong.message)
    assert.match(wrong.message, pattern)
  }
  const unknown = await error(
    mapFiles(new Map([['tokenizer.json', bytes(JSON.stringify(unigram([['a', 0]], { unk_id: 9 })))]])),
  )
  assert.match(unknown.message, /unk_id .* 9; it must be the id of the unknown piece/)
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

test('readTokenizer reads special and added tokens in time linear in them', () =>
  assertLinear('readTokenizer', 20_000, (count) => {
    const special = Array.from({ length: count }, (_, id) => `<special ${id}>`)
    const added = special.map((token, id) => [`<added ${token}>`, id + 10])
    const files = new Map([
      ['vocab.txt', vocab],
      ['tokenizer_config.json', bytes(JSON.stringify({ additional_special_tokens: special }))],
      ['added_tokens.json', bytes(JSON.stringify(Object.fromEntries(added)))],
    ])
    return () => readTokenizer(mapFiles(files))
  }))

test('readTokenizer refuses what cannot be a token or a setting with an error of its own', async () => {
  const long = await error(
    mapFiles(
      new Map([
        ['vocab.txt', vocab],
        ['added_tokens.json', bytes(`{"${'x'.repeat(2 ** 23)}": 7}`)],
      ]),
    ),
  )
  assert.is(long.code, 'InvalidConfig')
  assert.match(long.message, /added_tokens\.json has an added token of 8388608 characters/)
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  for (const [key, file] of [
    ['do_lower_case', 'tokenizer_config.json'],
    ['cls_token', 'tokenizer_config.json'],
    ['x', 'added_tokens.json'],
    ['model', 'tokenizer.json'],
  ] as const) {
    const wrong = await error(
      mapFiles(
        new Map([
          ['vocab.txt', vocab],
          [file, bytes(`{"${key}": ${deep}}`)],
        ]),
      ),
    )
    assert.is(wrong.code, 'InvalidConfig')
    assert.match(wrong.message, /is an array|deep/)
  }
  const vocabulary = await error(
    mapFiles(
      new Map([['tokenizer.json', bytes(`{"model": {"type": "WordPiece", "vocab": {"a": ${deep}}}}`)]]),
    ),
  )
  assert.match(vocabulary.message, /"a" the id an array|deep/)
})

test('readTokenizer refuses a vocab.txt of more than 8 MB', async () => {
  const large = await error(mapFiles(new Map([['vocab.txt', new Uint8Array(2 ** 23 + 1).fill(0x61)]])))
  assert.match(large.message, /8388609 bytes/)
})

test.run()
