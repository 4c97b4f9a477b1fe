/** Mutated tokenizer files: a tokenizer or a ModelFormatError, nothing else, in bounded time. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { mapFiles } from '#dist/format/source.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { codeOf, seededRandom } from '../format/safetensors-file.ts'
import { assertLinear, createWatch } from '../growth.ts'
import { createTokenizer } from '../text/create-tokenizer.ts'
import { times } from '../thorough.ts'
import { mutatedText, mutatedValue } from './mutations.ts'

/** Mutated files tried: 2,000, or a fifth of what the environment says. */
const RUNS =
  process.env['IOBERT_FUZZ'] === undefined ? times(500, 2_000) : Number(process.env['IOBERT_FUZZ']) / 5

const PIECES = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'berlin', 'tim', '##s', 'in', 'é', '.']
const VOCABULARY = `${PIECES.join('\n')}\n`
const SPECIAL = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((content, id) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: content === '[MASK]',
  normalized: false,
  special: true,
}))
const TOKENIZER = {
  version: '1.0',
  truncation: { max_length: 128, strategy: 'LongestFirst', stride: 0 },
  padding: null,
  added_tokens: SPECIAL,
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [
      { SpecialToken: { id: '[CLS]', type_id: 0 } },
      { Sequence: { id: 'A', type_id: 0 } },
      { SpecialToken: { id: '[SEP]', type_id: 0 } },
    ],
    pair: [],
    special_tokens: {
      '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
      '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
    },
  },
  decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(PIECES.map((piece, id) => [piece, id])),
  },
}
const CONFIG = {
  do_lower_case: true,
  strip_accents: null,
  tokenize_chinese_chars: true,
  model_max_length: 512,
  tokenizer_class: 'BertTokenizer',
  unk_token: '[UNK]',
  cls_token: { __type: 'AddedToken', content: '[CLS]', lstrip: false, rstrip: false },
  added_tokens_decoder: Object.fromEntries(SPECIAL.map(({ id, ...token }) => [id, token])),
}

/** What came of reading: 'ok' where text can be encoded with it, each piece with its place. */
function outcome(files: Parameters<typeof createTokenizer>[0]): string {
  return codeOf(() => {
    const tokenizer = createTokenizer(files)
    const text = 'Tim\u0301 Berlins [MASK] in 東京.'
    for (const [start, end] of tokenizer.encode(text).offsets) {
      assert.ok(start >= 0 && start <= end && end <= text.length)
    }
  })
}

async function fuzz(
  seed: number,
  codes: readonly string[],
  files: (random: (n: number) => number) => Parameters<typeof createTokenizer>[0],
): Promise<void> {
  const random = seededRandom(seed)
  const seen = new Map<string, number>()
  const watched = await createWatch(() => outcome({ tokenizerJson: JSON.stringify(TOKENIZER) }))
  for (let run = 0; run < RUNS; run++) {
    const input = files(random)
    // Any other error ends the test
    const code = await watched(() => outcome(input))
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  assert.ok(
    [...seen.keys()].every((code) => codes.includes(code)),
    JSON.stringify([...seen]),
  )
  assert.ok(seen.has('ok') && seen.size > 1, JSON.stringify([...seen]))
}

const CODES = ['ok', 'InvalidVocabulary', 'InvalidConfig', 'UnsupportedConfig', 'MissingFile']

function mutatedJson(value: unknown, random: (n: number) => number): string | Uint8Array {
  if (random(3) === 0) return mutatedText(JSON.stringify(value), random)
  return JSON.stringify(mutatedValue(value, random))
}

test(`createTokenizer answers ${RUNS} mutated vocabularies with a tokenizer or a ModelFormatError`, async () => {
  await fuzz(0x70ca, CODES, (random) => ({ vocab: mutatedText(VOCABULARY, random) }))
})

test(`createTokenizer answers ${RUNS} mutated tokenizer.json with a tokenizer or a ModelFormatError`, async () => {
  await fuzz(0x70ce, CODES, (random) => ({ tokenizerJson: mutatedJson(TOKENIZER, random) }))
})

test(`createTokenizer answers ${RUNS} mutated tokenizer_config.json with a tokenizer or a ModelFormatError`, async () => {
  await fuzz(0xc0f1, CODES, (random) => ({ vocab: VOCABULARY, tokenizerConfig: mutatedJson(CONFIG, random) }))
})

test(`createTokenizer answers ${RUNS} mutated special tokens with a tokenizer or a ModelFormatError`, async () => {
  const map = {
    unk_token: '[UNK]',
    cls_token: { content: '[CLS]', lstrip: false },
    additional_special_tokens: ['tim'],
  }
  await fuzz(0x5bec, CODES, (random) => ({
    vocab: VOCABULARY,
    specialTokensMap: mutatedJson(map, random),
    addedTokens: mutatedJson({ hello: 11, world: 12 }, random),
  }))
})

test('createTokenizer takes a line of white space without end in linear time', () =>
  assertLinear('white space', 2 ** 22, (length) => {
    const vocab = `${VOCABULARY}${' '.repeat(length)}x`
    return () => assert.is(outcome({ vocab }), 'ok')
  }))

/** The error of reading a tokenizer.json with these steps, or of encoding a text with it. */
async function errorOfSteps(steps: Record<string, unknown>, text: string): Promise<ModelFormatError> {
  const vocab = ['<s>', '</s>', '<unk>', '<pad>', '<mask>', 'a'].map((piece, index) => [piece, -index])
  const written = { model: { type: 'Unigram', unk_id: 2, vocab }, ...steps }
  const json = new TextEncoder().encode(JSON.stringify(written))
  try {
    const tokenizer = await readTokenizer(mapFiles(new Map([['tokenizer.json', json]])))
    tokenizer.encode(text)
  } catch (error) {
    assert.instance(error, ModelFormatError, String(error))
    return error as ModelFormatError
  }
  throw new Error('The steps are taken')
}

test('thousands of steps are refused when a tokenizer.json is read', async () => {
  const sequence = (key: string, count: number, step: Record<string, unknown>): Record<string, unknown> => ({
    type: 'Sequence',
    [key]: Array.from({ length: count }, () => step),
  })
  const pre_tokenizer = sequence('pretokenizers', 5_000, { type: 'WhitespaceSplit' })
  const normalizer = sequence('normalizers', 10_000, {
    type: 'Replace',
    pattern: { String: 'x' },
    content: 'y',
  })
  for (const steps of [{ pre_tokenizer }, { normalizer }]) {
    const { code, message } = await errorOfSteps(steps, '')
    assert.is(code, 'InvalidConfig')
    assert.match(message, 'a sequence of at most 64 steps')
  }
})

test('patterns may compare each character 512 times in all, and no more', async () => {
  const alternatives = Array.from({ length: 30 }, (_, index) => `a{99}${String.fromCharCode(0x400 + index)}`)
  const regexes = [
    alternatives.join('|'),
    `[${Array.from({ length: 200 }, (_, index) => String.fromCharCode(0x400 + index)).join('')}]{99}b`,
  ]
  for (const Regex of regexes) {
    const normalizer = { type: 'Replace', pattern: { Regex }, content: 'b' }
    const pre_tokenizer = { type: 'Split', pattern: { Regex }, behavior: 'Isolated' }
    for (const steps of [{ normalizer }, { pre_tokenizer }]) {
      const { code, message } = await errorOfSteps(steps, 'a'.repeat(64_000))
      assert.is(code, 'UnsupportedConfig')
      assert.match(message, 'compare each character more than 512 times')
    }
  }
})

test.run()
