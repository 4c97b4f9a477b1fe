/** config.json is read with the defaults of transformers, and what cannot be computed is refused by name. */
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { quantizationConfig } from '#dist/convert/quantize-model.js'
import type { BertConfig } from '#dist/model/bert-config.js'
import { loadSpec, parseSpec } from '#dist/model/read-spec.js'
import { filesOf, formatError, goldenFiles, goldenModels } from '../format/safetensors-file.ts'

const BERT = {
  model_type: 'bert',
  hidden_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  intermediate_size: 64,
  vocab_size: 100,
  max_position_embeddings: 512,
}
const DISTILBERT = {
  model_type: 'distilbert',
  dim: 32,
  n_layers: 3,
  n_heads: 2,
  hidden_dim: 64,
  activation: 'relu',
  vocab_size: 100,
  max_position_embeddings: 512,
}

const parseConfig = async (json: string | Uint8Array): Promise<BertConfig> => (await parseSpec(json)).config
const parse = (more: object): Promise<BertConfig> => parseConfig(JSON.stringify({ ...BERT, ...more }))
const codeAndMessage = async (json: string | Uint8Array): Promise<[string, string]> => {
  const { code, message } = await formatError(() => parseConfig(json))
  return [code, message]
}
const refusedWith = async (more: object): Promise<[string, string]> =>
  codeAndMessage(JSON.stringify({ ...BERT, ...more }))

test('parseSpec reads every golden configuration', async () => {
  for (const model of goldenModels) {
    const config = await parseConfig(goldenFiles(model).get('config.json')!)
    assert.is(config.labels.length, 8)
    assert.is(config.modelType, model === 'distilbert' ? 'distilbert' : 'bert')
    assert.is(config.typeVocabSize, { distilbert: 0, silu: 1 }[model] ?? 2)
  }
})

test('parseSpec takes the defaults of transformers', async () => {
  assert.equal(await parse({}), {
    modelType: 'bert',
    headKind: 'tokens',
    hiddenSize: 32,
    embeddingSize: 32,
    numLayers: 2,
    numHeads: 4,
    intermediateSize: 64,
    hiddenActivation: 'gelu',
    layerNormEps: 1e-12,
    vocabSize: 100,
    maxPositions: 512,
    firstPosition: 0,
    positionRows: 512,
    typeVocabSize: 2,
    tiesWordEmbeddings: true,
    labels: ['LABEL_0', 'LABEL_1'],
  })
})

test('parseSpec reads whether the decoder of words is the embeddings', async () => {
  assert.is((await parse({ tie_word_embeddings: false })).tiesWordEmbeddings, false)
  assert.is((await parse({ tie_word_embeddings: null })).tiesWordEmbeddings, true)
  assert.is((await refusedWith({ tie_word_embeddings: 1 }))[0], 'InvalidConfig')
})

test('parseSpec reads the names of DistilBERT', async () => {
  const config = await parseConfig(
    JSON.stringify({ ...DISTILBERT, layer_norm_eps: 0.5, sinusoidal_pos_embds: true }),
  )
  assert.equal(
    [config.hiddenSize, config.numLayers, config.numHeads, config.intermediateSize, config.hiddenActivation],
    [32, 3, 2, 64, 'relu'],
  )
  assert.equal([config.layerNormEps, config.typeVocabSize], [1e-12, 0])
})

test('parseSpec knows every activation and its aliases', async () => {
  for (const [spelling, activation] of [
    ['gelu', 'gelu'],
    ['gelu_new', 'gelu_new'],
    ['gelu_fast', 'gelu_new'],
    ['gelu_pytorch_tanh', 'gelu_pytorch_tanh'],
    ['relu', 'relu'],
    ['silu', 'silu'],
    ['swish', 'silu'],
  ]) {
    assert.is((await parse({ hidden_act: spelling })).hiddenActivation, activation)
  }
  for (const name of ['quick_gelu', 'mish', '__proto__', 'constructor', 'toString', '']) {
    const [code, message] = await refusedWith({ hidden_act: name })
    assert.is(code, 'UnsupportedConfig', name)
    assert.match(message, /gelu_new/)
  }
  assert.is((await refusedWith({ hidden_act: 3 }))[0], 'InvalidConfig')
})

test('parseSpec sorts id2label by number', async () => {
  const id2label = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [String(11 - i), `L${11 - i}`]))
  assert.equal(
    (
      await parseConfig(
        JSON.stringify({ ...BERT, id2label })
          .replace('"0":"L0",', '')
          .replace('"11":"L11"', '"11":"L11","0":"L0"'),
      )
    ).labels,
    Array.from({ length: 12 }, (_, i) => `L${i}`),
  )
  // More labels than num_labels says: the names win, as in transformers
  assert.is((await parse({ id2label, num_labels: 3 })).labels.length, 12)
})

test('parseSpec falls back to LABEL_i', async () => {
  assert.equal((await parse({ num_labels: 3 })).labels, ['LABEL_0', 'LABEL_1', 'LABEL_2'])
  assert.equal((await parse({ _num_labels: 1, id2label: null })).labels, ['LABEL_0'])
})

test('parseSpec refuses labels that are not 0 to C - 1', async () => {
  for (const id2label of [
    {},
    [],
    { '0': 'O', '2': 'B-X' },
    { '1': 'O' },
    { '00': 'O' },
    { '-0': 'O' },
    { '0': 'O', x: 'B' },
    { '0': 7 },
    { '0': null },
    JSON.parse('{"__proto__":"O"}'),
  ]) {
    assert.is((await refusedWith({ id2label }))[0], 'InvalidConfig', JSON.stringify(id2label))
  }
})

test('parseSpec carries label_scheme', async () => {
  assert.is((await parse({ label_scheme: 'IOB2' })).labelScheme, 'IOB2')
  assert.is((await refusedWith({ label_scheme: 1 }))[0], 'InvalidConfig')
})

test('parseSpec refuses other models by their name', async () => {
  for (const name of ['xlnet', 'longformer', 'big_bird', 'xlm-roberta-xl', '__proto__', 'toString']) {
    const [code, message] = await refusedWith({ model_type: name })
    assert.is(code, 'UnsupportedConfig')
    assert.match(message, name)
  }
  const { model_type: _, ...old } = BERT
  assert.is((await parseConfig(JSON.stringify(old))).modelType, 'bert')
  assert.is(
    (await parseConfig(JSON.stringify({ ...old, architectures: ['BertForTokenClassification'] }))).modelType,
    'bert',
  )
  const [code, message] = await codeAndMessage(
    JSON.stringify({ ...old, architectures: ['RobertaForTokenClassification'] }),
  )
  assert.is(code, 'UnsupportedConfig')
  assert.match(message, 'RobertaForTokenClassification')
})

test('parseSpec refuses what the encoder does not compute', async () => {
  for (const more of [
    { position_embedding_type: 'relative_key' },
    { position_embedding_type: 'relative_key_query' },
    { is_decoder: true },
    { is_encoder_decoder: true },
    { add_cross_attention: true },
    { pruned_heads: { '0': [1] } },
  ]) {
    const [code, message] = await refusedWith(more)
    assert.is(code, 'UnsupportedConfig')
    assert.match(message, Object.keys(more)[0]!)
  }
  assert.ok(await parse({ position_embedding_type: 'absolute', is_decoder: false, pruned_heads: {} }))
})

test('parseSpec checks every number, naming it', async () => {
  const bad = [0, -1, 1.5, 2 ** 53, 1e300, '32', null, true, [], {}]
  for (const key of Object.keys(BERT).filter((each) => each !== 'model_type')) {
    for (const value of bad) {
      const [code, message] = await refusedWith({ [key]: value })
      assert.is(code, 'InvalidConfig', `${key} ${JSON.stringify(value)}`)
      assert.match(message, key)
    }
  }
  for (const eps of [0, -1, 1, '1e-12', [], 1e300]) {
    const [code, message] = await refusedWith({ layer_norm_eps: eps })
    assert.is(code, 'InvalidConfig')
    assert.match(message, 'layer_norm_eps')
  }
  for (const value of [0, -1, 'x'])
    assert.is((await refusedWith({ type_vocab_size: value }))[0], 'InvalidConfig')
  const [, message] = await refusedWith({ num_attention_heads: 5 })
  assert.match(message, /5 does not divide hidden_size 32/)
})

test('parseSpec refuses broken files', async () => {
  for (const json of [
    '',
    '{',
    '[]',
    'null',
    '1',
    '"a"',
    '\ufeff{}',
    '{"a":NaN}',
    `${JSON.stringify(BERT)}\0`,
  ]) {
    const [code, message] = await codeAndMessage(json)
    assert.is(code, 'InvalidConfig', json)
    assert.match(message, 'config.json')
  }
  assert.match((await codeAndMessage(`\ufeff${JSON.stringify(BERT)}`))[1], 'byte order mark')
  assert.match((await codeAndMessage(new Uint8Array([0xef, 0xbb, 0xbf, 0x7b, 0x7d])))[1], 'byte order mark')
  assert.match((await codeAndMessage(new Uint8Array([0xff])))[1], 'UTF-8')
  assert.match((await codeAndMessage(new Uint8Array(2 ** 20 + 1)))[1], '1048576')
})

test('parseSpec takes the int8 convention and no other', async () => {
  const ours = quantizationConfig(await parseSpec(JSON.stringify(BERT)))
  const { quantization } = await parse({ quantization_config: ours })
  assert.equal(quantization, {
    bits: 8,
    strategy: 'channel',
    ignore: ['classifier', 'bert.embeddings.position_embeddings', 'bert.embeddings.token_type_embeddings'],
  })
  assert.is((await parse({ quantization_config: null })).quantization, undefined)
  const group = (weights: object): object => ({ ...ours, config_groups: { group_0: { weights } } })
  const weights = { num_bits: 8, type: 'int', symmetric: true, strategy: 'channel' }
  assert.ok((await parse({ quantization_config: group(weights) })).quantization)
  for (const [config, code] of [
    [{ ...ours, quant_method: 'gptq' }, 'UnsupportedConfig'],
    [{ quant_method: 'bitsandbytes', load_in_8bit: true }, 'UnsupportedConfig'],
    [{ ...ours, quant_method: { toString: null } }, 'UnsupportedConfig'],
    [{ ...ours, format: 'pack-quantized' }, 'UnsupportedConfig'],
    [{ ...ours, quantization_status: 'frozen' }, 'UnsupportedConfig'],
    [group({ ...weights, num_bits: 4 }), 'UnsupportedConfig'],
    [group({ ...weights, symmetric: false }), 'UnsupportedConfig'],
    [group({ ...weights, strategy: 'group' }), 'UnsupportedConfig'],
    [group({ ...weights, type: 'float' }), 'UnsupportedConfig'],
    [{ ...ours, config_groups: {} }, 'InvalidConfig'],
    [{ ...ours, config_groups: { a: null } }, 'InvalidConfig'],
    [{ ...ours, ignore: [1] }, 'InvalidConfig'],
    ['int8', 'InvalidConfig'],
  ] as const) {
    assert.is((await refusedWith({ quantization_config: config }))[0], code, JSON.stringify(config))
  }
})

test('loadSpec names a missing file', async () => {
  const { code, message } = await formatError(() => loadSpec(filesOf({})))
  assert.is(code, 'MissingFile')
  assert.match(message, 'config.json')
  assert.is((await loadSpec(filesOf({ 'config.json': JSON.stringify(BERT) }))).config.hiddenSize, 32)
})

test('parseSpec starts positions behind the padding where a family does', async () => {
  const roberta = { ...BERT, model_type: 'roberta', max_position_embeddings: 514, type_vocab_size: 1 }
  const read = async (more: object): Promise<number[]> => {
    const config = await parseConfig(JSON.stringify({ ...roberta, ...more }))
    return [config.maxPositions, config.firstPosition, config.typeVocabSize]
  }
  for (const model_type of ['roberta', 'xlm-roberta', 'camembert'])
    assert.equal(await read({ model_type }), [512, 2, 1])
  assert.equal(await read({ pad_token_id: 0 }), [513, 1, 1])
  // Padding is no matter of BERT's positions
  assert.equal(await read({ model_type: 'bert', pad_token_id: 1 }), [514, 0, 1])
  for (const wrong of [{ pad_token_id: 513 }, { pad_token_id: -1 }, { pad_token_id: 0.5 }]) {
    assert.is((await codeAndMessage(JSON.stringify({ ...roberta, ...wrong })))[0], 'InvalidConfig')
  }
})

test('parseSpec knows the width of the embeddings of ELECTRA', async () => {
  const read = async (more: object): Promise<number> =>
    (await parse({ model_type: 'electra', ...more })).embeddingSize
  assert.equal([await read({}), await read({ embedding_size: 16 })], [128, 16])
  assert.is((await parse({ embedding_size: 16 })).embeddingSize, 32)
  assert.is((await refusedWith({ model_type: 'electra', embedding_size: 0 }))[0], 'InvalidConfig')
})

test('parseSpec tells what the head is of, and how its logits become scores', async () => {
  for (const [name, kind] of [
    ['BertForTokenClassification', 'tokens'],
    ['BertModel', 'tokens'],
    ['BertForSequenceClassification', 'text'],
    ['BertForMaskedLM', 'words'],
    ['BertForPreTraining', 'words'],
    ['BertForMultipleChoice', undefined],
  ] as const) {
    assert.is((await parse({ architectures: [name] })).headKind, kind, name)
  }
  assert.is((await parse({ problem_type: 'regression' })).problemType, 'regression')
  assert.is((await parse({ problem_type: null })).problemType, undefined)
  assert.is((await refusedWith({ problem_type: 'other' }))[0], 'InvalidConfig')
})

test.run()
