/**
 * The most used token classifiers of the Hub: a small copy of each loads by its name and finds what it
 * should.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadRecognizer, ModelFormatError, type Recognizer } from '#dist/node.js'
import { iobert } from '../cli/run.ts'
import { type HubServer, startHub } from '../hub/hub-server.ts'
import { COMMIT, temporaryFolder } from '../hub/sample.ts'
import { rootPath } from '../shared.ts'
import { type Checkpoint, checkpointFiles, SPECIAL_WORDS } from './checkpoint.ts'

const CONLL = ['O', 'B-MISC', 'I-MISC', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG', 'B-LOC', 'I-LOC']
const NAMES = ['Angela', 'Merkel', 'Tim', 'Co', '##ok', 'met', 'in', 'Berlin', '.']
const CASED = [...SPECIAL_WORDS, ...NAMES]
const UNCASED = CASED.map((word) => (word.startsWith('[') ? word : word.toLowerCase()))
const SPECIAL_TOKENS = JSON.stringify({
  unk_token: '[UNK]',
  sep_token: '[SEP]',
  pad_token: '[PAD]',
  cls_token: '[CLS]',
  mask_token: '[MASK]',
})
const BERT = {
  architectures: ['BertForTokenClassification'],
  attention_probs_dropout_prob: 0.1,
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  initializer_range: 0.02,
  layer_norm_eps: 1e-12,
  model_type: 'bert',
  pad_token_id: 0,
}
const DIRECTIONALITY = {
  directionality: 'bidi',
  pooler_fc_size: 768,
  pooler_num_attention_heads: 12,
  pooler_num_fc_layers: 3,
  pooler_size_per_head: 128,
  pooler_type: 'first_token_transform',
}

/** Every text is found whole where the label does not begin anew with each word. */
interface Case extends Checkpoint {
  readonly text: string
  readonly found: readonly (readonly [type: string, text: string])[]
  readonly scheme: string
  readonly maxLength: number
}

const CASES: readonly Case[] = [
  {
    id: 'dslim/bert-base-NER',
    config: { ...BERT, _num_labels: 9, output_past: true },
    labels: CONLL,
    chosen: CONLL.indexOf('B-PER'),
    words: CASED,
    texts: {
      'added_tokens.json': '{}',
      'special_tokens_map.json': SPECIAL_TOKENS,
      'tokenizer_config.json': '{"do_lower_case": false, "model_max_length": 512}',
    },
    pooler: true,
    positionIds: true,
    text: 'Angela met Tim Cook.',
    found: ['Angela', 'met', 'Tim', 'Cook'].map((word) => ['PER', word]), // the sentence's point is in no name
    scheme: 'IOB',
    maxLength: 24,
  },
  {
    id: 'dslim/bert-base-NER-uncased',
    config: { ...BERT, _num_labels: 9, output_past: true },
    labels: CONLL,
    chosen: CONLL.indexOf('B-ORG'),
    words: UNCASED,
    texts: {
      'special_tokens_map.json': SPECIAL_TOKENS,
      'tokenizer_config.json': '{"do_lower_case": true, "model_max_length": 512}',
    },
    pooler: true,
    text: 'ANGELA met Tím Cook',
    found: ['ANGELA', 'met', 'Tím', 'Cook'].map((word) => ['ORG', word]),
    scheme: 'IOB',
    maxLength: 24,
  },
  {
    id: 'dbmdz/bert-large-cased-finetuned-conll03-english',
    config: { ...BERT, ...DIRECTIONALITY, _num_labels: 9 },
    labels: CONLL,
    chosen: CONLL.indexOf('I-PER'),
    words: CASED,
    texts: {
      // Smaller than the positions, as nowhere on the Hub, to see that it is read
      'tokenizer_config.json': '{"do_lower_case": false, "max_len": 20, "init_inputs": []}',
    },
    layers: 3,
    text: 'Angela Merkel',
    found: [['PER', 'Angela Merkel']],
    scheme: 'IOB',
    maxLength: 20,
  },
  {
    id: 'Davlan/bert-base-multilingual-cased-ner-hrl',
    config: { ...BERT, ...DIRECTIONALITY, classifier_dropout: null, position_embedding_type: 'absolute' },
    labels: ['O', 'B-DATE', 'I-DATE', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG', 'B-LOC', 'I-LOC'],
    chosen: 8,
    words: [...CASED, 'Zürich', '東', '京'],
    texts: {
      'special_tokens_map.json': SPECIAL_TOKENS,
      'tokenizer_config.json': JSON.stringify({
        do_lower_case: false,
        ...JSON.parse(SPECIAL_TOKENS),
        tokenize_chinese_chars: true,
        strip_accents: null,
        model_max_length: 512,
        special_tokens_map_file: null,
        tokenizer_class: 'BertTokenizer',
      }),
    },
    positionIds: true,
    half: true,
    text: 'Zürich 東京',
    found: [['LOC', 'Zürich 東京']],
    scheme: 'IOB',
    maxLength: 24,
  },
  {
    id: 'elastic/distilbert-base-cased-finetuned-conll03-english',
    architecture: 'distilbert',
    config: {
      activation: 'gelu',
      architectures: ['DistilBertForTokenClassification'],
      attention_dropout: 0.1,
      dropout: 0.1,
      initializer_range: 0.02,
      model_type: 'distilbert',
      output_past: true,
      pad_token_id: 0,
      qa_dropout: 0.1,
      seq_classif_dropout: 0.2,
      sinusoidal_pos_embds: false,
      tie_weights_: true,
    },
    labels: ['O', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG', 'B-LOC', 'I-LOC', 'B-MISC', 'I-MISC'],
    chosen: 3,
    words: CASED,
    texts: {
      'special_tokens_map.json': SPECIAL_TOKENS,
      'tokenizer_config.json': '{"do_lower_case": false, "model_max_length": 512}',
    },
    text: 'Angela Berlin',
    found: [
      ['ORG', 'Angela'],
      ['ORG', 'Berlin'],
    ],
    scheme: 'IOB',
    maxLength: 24,
  },
  {
    id: 'avichr/heBERT_NER',
    config: { ...BERT, gradient_checkpointing: false, position_embedding_type: 'absolute', use_cache: true },
    labels: ['B_DATE', 'B_LANG', 'B_LOC', 'B_ORG', 'B_PERS', 'O'],
    chosen: 4,
    words: [...SPECIAL_WORDS, 'אנגלה', 'מרקל', '##ל'],
    texts: {
      'special_tokens_map.json': SPECIAL_TOKENS,
      'tokenizer_config.json': JSON.stringify({
        do_lower_case: true,
        ...JSON.parse(SPECIAL_TOKENS),
        max_len: 512,
        special_tokens_map_file: null,
        tokenizer_file: null,
        do_basic_tokenize: true,
        never_split: null,
      }),
    },
    text: 'אנגלה מרקל',
    found: [['PERS', 'אנגלה מרקל']],
    scheme: 'IO',
    maxLength: 24,
  },
  {
    id: 'sshleifer/tiny-dbmdz-bert-large-cased-finetuned-conll03-english',
    config: { ...BERT, ...DIRECTIONALITY, _num_labels: 9 },
    labels: CONLL.map((_, index) => `LABEL_${index}`),
    chosen: 3,
    words: CASED,
    texts: { 'tokenizer_config.json': '{"do_lower_case": false, "max_len": 512}' },
    hidden: 2,
    heads: 1,
    text: 'Angela Merkel',
    found: [['LABEL_3', 'Angela Merkel']],
    scheme: 'IO',
    maxLength: 24,
  },
  {
    id: 'hf-internal-testing/tiny-random-BertForTokenClassification',
    config: { ...BERT, intermediate_size: 37, is_decoder: false, torch_dtype: 'float32', use_cache: true },
    chosen: 1,
    words: UNCASED,
    texts: {
      'special_tokens_map.json': SPECIAL_TOKENS,
      'tokenizer_config.json': JSON.stringify({
        added_tokens_decoder: Object.fromEntries(
          SPECIAL_WORDS.map((content, index) => [
            index,
            { content, lstrip: false, normalized: false, rstrip: false, single_word: false, special: true },
          ]),
        ),
        clean_up_tokenization_spaces: true,
        do_lower_case: true,
        ...JSON.parse(SPECIAL_TOKENS),
        model_max_length: 512,
        tokenizer_class: 'BertTokenizer',
      }),
    },
    hidden: 32,
    layers: 5,
    inner: 37,
    text: 'Angela Merkel',
    found: [['LABEL_1', 'Angela Merkel']],
    scheme: 'IO',
    maxLength: 24,
  },
]

let hub: HubServer
const before = process.env['HF_ENDPOINT']

test.before(async () => {
  hub = await startHub()
  process.env['HF_ENDPOINT'] = hub.endpoint
})
test.after(async () => {
  if (before === undefined) delete process.env['HF_ENDPOINT']
  else process.env['HF_ENDPOINT'] = before
  await hub.close()
})

function publish(id: string, files: Map<string, Uint8Array>): void {
  hub.repositories.set(id, { commit: COMMIT, files, large: new Set(['model.safetensors']) })
}

async function check(ner: Recognizer, model: Omit<Case, keyof Checkpoint>): Promise<void> {
  const { entities } = await ner.recognize(model.text)
  assert.equal(
    entities.map(({ type, text }) => [type, text]),
    model.found,
  )
  for (const { start, end, text } of entities) assert.is(text, model.text.slice(start, end))
  assert.is(ner.model.maxLength, model.maxLength)
}

for (const model of CASES) {
  test(`loadRecognizer loads the shape of ${model.id}`, async () => {
    publish(model.id, await checkpointFiles(model))
    const cacheDir = temporaryFolder()
    for (const precision of ['int8', 'float32'] as const) {
      const ner = await loadRecognizer(model.id, { cacheDir, precision, threads: 1 })
      try {
        await check(ner, model)
      } finally {
        ner.dispose()
      }
    }
    const info = await iobert(['info', '--json', '--offline', model.id], '', { HF_HUB_CACHE: cacheDir })
    assert.is(info.code, 0, info.stderr)
    assert.is(JSON.parse(info.stdout).scheme, model.scheme)
  })
}

test('loadRecognizer loads the shape of StanfordAIMI/stanford-deidentifier-base, a pickle, and what iobert convert makes of it', async () => {
  const id = 'StanfordAIMI/stanford-deidentifier-base'
  const folder = rootPath('test/goldens/checkpoints/deidentifier')
  const files = new Map(
    readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
  )
  publish(id, files)
  const cacheDir = temporaryFolder()
  const out = join(temporaryFolder(), 'converted')
  const run = await iobert(['convert', folder, out])
  assert.is(run.code, 0, run.stderr)
  const text = 'ÁNGELA Merkel was seen'
  for (const model of [id, folder, out]) {
    const ner = await loadRecognizer(model, { cacheDir, threads: 1 })
    try {
      await check(ner, { text, found: [['PATIENT', text]], scheme: 'IO', maxLength: 24 })
    } finally {
      ner.dispose()
    }
  }
})

test('loadRecognizer refuses the shape of an XLNet with a sentence that helps', async () => {
  const id = 'someone/xlnet-ner'
  const config = {
    architectures: ['XLNetForTokenClassification'],
    model_type: 'xlnet',
    num_labels: 5,
  }
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text)
  const files = new Map([
    ['config.json', encode(JSON.stringify(config))],
    ['spiece.model', encode('pieces')],
    ['tokenizer_config.json', encode('{"tokenizer_class": "XLNetTokenizer"}')],
    ['model.safetensors', new Uint8Array(1000)],
  ])
  for (const tokenizer of [false, true]) {
    if (tokenizer) files.set('tokenizer.json', encode('{"model": {"type": "Unigram"}}'))
    publish(id, files)
    hub.requests.length = 0
    const error = (await loadRecognizer(id, { cacheDir: temporaryFolder() }).catch(
      (e) => e,
    )) as ModelFormatError
    assert.instance(error, ModelFormatError)
    assert.is(error.code, 'UnsupportedConfig')
    assert.match(error.message, /model_type "xlnet".*choose/)
    assert.is(hub.bytesOf('model.safetensors'), 0)
  }
})

test('loadRecognizer takes an added token for which the model has no row, as Python does, and reads it as plain text', async () => {
  const [model] = CASES
  const files = await checkpointFiles({ ...model!, texts: { 'added_tokens.json': '{"<drug>": 999999}' } })
  const ner = await loadRecognizer(files, { inline: true })
  assert.not(ner.tokenizer.encode('<drug>').ids.includes(999_999))
  await ner.recognize('a <drug> b')
  ner.dispose()
})

test.run()
