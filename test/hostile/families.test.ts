/** Damaged files of the family's tokenizers: a tokenizer or a ModelFormatError, in bounded time. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ModelFormatError } from '#dist/format/errors.js'
import { mapFiles } from '#dist/format/source.js'
import { XLM_ROBERTA_PIECES } from '#dist/model/families/roberta.js'
import { readSentenceSettings, sentenceFiles } from '#dist/model/sentence/sentence-settings.js'
import { readTokenizer } from '#dist/text/read-tokenizer.js'
import { seededRandom } from '../format/safetensors-file.ts'
import { createWatch } from '../growth.ts'
import { baseTokenizer, goldenTokenizer, type Json } from '../text/golden-tokenizer.ts'
import { sentencePieceFile } from '../text/sentencepiece-file.ts'
import { share, times } from '../thorough.ts'
import { mutatedText, mutatedValue } from './mutations.ts'

/** Mutated files tried of each kind: 60, 300 in the thorough part, or a fiftieth of what the environment says. */
const RUNS =
  process.env['IOBERT_FUZZ'] === undefined ? times(60, 300) : Number(process.env['IOBERT_FUZZ']) / 50
const CODES = ['ok', 'InvalidVocabulary', 'InvalidConfig', 'UnsupportedConfig', 'MissingFile']
const TEXT = 'Tim\u0301 Berlins <mask>▁ in 東京 ½ ﷺ don\u2019t  \u0001x 12,345 😀'

type Random = (below: number) => number
type Files = ReadonlyMap<string, Uint8Array>

const encoded = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

async function outcome(files: Files): Promise<string> {
  try {
    const tokenizer = await readTokenizer(mapFiles(files), {
      model: async () => ({ sentencePiece: XLM_ROBERTA_PIECES }),
    })
    const { ids, offsets } = tokenizer.encode(TEXT)
    for (const [start, end] of offsets) assert.ok(start >= 0 && start <= end && end <= TEXT.length)
    tokenizer.encode(TEXT, TEXT)
    assert.type(tokenizer.decode(ids), 'string')
    return 'ok'
  } catch (error) {
    if (error instanceof ModelFormatError) return error.code
    throw error
  }
}

/** Every mutation must come out as one of CODES, and soon; any other error ends the test. */
async function fuzz(
  seed: number,
  sound: Files,
  mutate: (random: Random) => Files,
  { runs = RUNS, read = outcome } = {},
): Promise<void> {
  const random = seededRandom(seed)
  const seen = new Map<string, number>()
  const watched = await createWatch(() => read(sound))
  for (let run = 0; run < runs; run++) {
    const files = mutate(random)
    const code = await watched(() => read(files))
    seen.set(code, (seen.get(code) ?? 0) + 1)
  }
  assert.ok(
    [...seen.keys()].every((code) => CODES.includes(code)),
    JSON.stringify([...seen]),
  )
  assert.ok(seen.has('ok') && seen.size > 1, JSON.stringify([...seen]))
}

const KINDS = [
  'roberta',
  'roberta-split',
  'unigram-nfkc',
  'unigram-fallback',
  'bpe-fallback',
  'eurobert',
  'wordpiece-nfkd',
]
for (const [index, name] of share([...[...KINDS, 'wordpiece-split'].entries()], 3)) {
  test(`mutated tokenizer.json, ${name}`, () => {
    const json = goldenTokenizer(name).json
    // What is large is left to the others: here the steps are mutated.
    const steps = { ...json, model: { ...(json['model'] as Json), vocab: 0, merges: 0 } }
    const { vocab, merges } = json['model'] as Json
    return fuzz(0xfa11 + index, new Map([['tokenizer.json', encoded(json)]]), (random) => {
      const mutated = mutatedValue(steps, random) as Json | null
      const model = mutated?.['model']
      const isModel = typeof model === 'object' && model !== null
      if (isModel && 'vocab' in model && model.vocab === 0) Object.assign(model, { vocab })
      if (isModel && 'merges' in model && model.merges === 0) {
        if (merges === undefined) delete model.merges
        else Object.assign(model, { merges })
      }
      const config = random(2) === 0 ? { tokenizer_class: 'PreTrainedTokenizerFast' } : {}
      return new Map([
        ['tokenizer.json', encoded(mutated)],
        ['tokenizer_config.json', encoded(config)],
      ])
    })
  })
}

test('normalizers that make a long text of a short one are refused before it is long', async () => {
  const double = { type: 'Replace', pattern: { String: 'i' }, content: 'ii' }
  const normalizer = { type: 'Sequence', normalizers: Array(64).fill(double) }
  const files = new Map([['tokenizer.json', encoded({ ...baseTokenizer('bert'), normalizer })]])
  const sound = new Map([['tokenizer.json', encoded(baseTokenizer('bert'))]])
  const watched = await createWatch(() => outcome(sound))
  await watched(async () => assert.is(await outcome(files), 'UnsupportedConfig'))
})

for (const name of ['xlm-roberta', 'roberta']) {
  test(`mutated bytes of a vocabulary in tokenizer.json, ${name}`, () => {
    const json = goldenTokenizer(name).json
    const small = encoded({ ...json, normalizer: null })
    const text = new TextDecoder().decode(small)
    // Most are no JSON any more, which is soon found; of so many one is read.
    return fuzz(
      0xb17e,
      new Map([['tokenizer.json', small]]),
      (random) => new Map([['tokenizer.json', mutatedText(text, random)]]),
      { runs: Math.max(300, RUNS) },
    )
  })
}

const unigram = baseTokenizer('xlm-roberta')
const vocab = (unigram['model'] as { vocab: [string, number][] }).vocab
const charsmap = Buffer.from(
  (unigram['normalizer'] as { precompiled_charsmap: string }).precompiled_charsmap,
  'base64',
)

/** Bytes with some of the first, which say how long things are, or of all changed. */
function mutatedBytes(source: Uint8Array, random: Random): Uint8Array {
  const bytes = source.slice()
  for (let edits = 1 + random(4); edits > 0; edits--) {
    bytes[random(random(2) === 0 ? Math.min(64, bytes.length) : bytes.length)] = random(256)
  }
  return random(5) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes
}

test("mutated bytes of SentencePiece's own file", () => {
  const file = sentencePieceFile(vocab.slice(0, 200), charsmap)
  const files = (bytes: Uint8Array): Files => new Map([['sentencepiece.bpe.model', bytes]])
  return fuzz(0x59ec, files(file), (random) => files(mutatedBytes(file, random)))
})

test("mutated tables of SentencePiece's normaliser", () => {
  const files = (table: Uint8Array): Files => {
    const charsmap = Buffer.from(table).toString('base64')
    const normalizer = { type: 'Precompiled', precompiled_charsmap: charsmap }
    return new Map([['tokenizer.json', encoded({ ...unigram, normalizer })]])
  }
  return fuzz(0xc4a5, files(charsmap), (random) => files(mutatedBytes(charsmap, random)))
})

test('mutated vocab.json and merges.txt', () => {
  const { vocab: pieces, merges } = baseTokenizer('roberta')['model'] as {
    vocab: Json
    merges: (string | string[])[]
  }
  const lines = merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')))
  const text = `#version: 0.2\n${lines.join('\n')}\n`
  const json = JSON.stringify(pieces)
  const sound: Files = new Map([
    ['vocab.json', new TextEncoder().encode(json)],
    ['merges.txt', new TextEncoder().encode(text)],
  ])
  return fuzz(
    0x3e69,
    sound,
    (random) =>
      new Map([
        ['vocab.json', random(2) === 0 ? mutatedText(json, random) : sound.get('vocab.json')!],
        ['merges.txt', random(4) === 0 ? sound.get('merges.txt')! : mutatedText(text, random)],
      ]),
  )
})

test('mutated files of sentence-transformers', () => {
  const modules = ['Transformer', 'Pooling', 'Normalize'].map((type, index) => ({
    idx: index,
    name: String(index),
    path: index === 0 ? '' : `${index}_${type}`,
    type: `sentence_transformers.models.${type}`,
  }))
  const pooling = { word_embedding_dimension: 32, pooling_mode_mean_tokens: true, include_prompt: true }
  const settings = { max_seq_length: 512, do_lower_case: false }
  const prompts = { prompts: { query: 'query: ', passage: 'passage: ' }, default_prompt_name: 'query' }
  const files = (bytesOf: (value: unknown) => Uint8Array): Files =>
    new Map([
      ['modules.json', bytesOf(modules)],
      ['1_Pooling/config.json', bytesOf(pooling)],
      ['sentence_bert_config.json', bytesOf(settings)],
      ['config_sentence_transformers.json', bytesOf(prompts)],
    ])
  const mutate = (random: Random): Files =>
    files((value) => {
      if (random(3) > 0) return encoded(value)
      return random(3) === 0
        ? mutatedText(JSON.stringify(value), random)
        : encoded(mutatedValue(value, random))
    })
  const read = async (given: Files): Promise<string> => {
    try {
      await readSentenceSettings(mapFiles(given), 'bert')
      assert.ok((await sentenceFiles(mapFiles(given))).length < 100)
      return 'ok'
    } catch (error) {
      if (error instanceof ModelFormatError) return error.code
      throw error
    }
  }
  return fuzz(0x5e57, files(encoded), mutate, { read })
})

test.run()
