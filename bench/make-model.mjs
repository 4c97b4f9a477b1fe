// `node bench/make-model.mjs base|large FOLDER`: makes a token classifier of the shape of BERT-base or
// BERT-large whose weights are computed by a formula, so that anyone gets the same bytes without a download.
// It knows no language and is only for measuring. float32 takes the same time with any weights; int8 nearly
// so, since the number of values that need a second digit depends on them. The vocabulary is that of the
// shipped model, which is BERT's cased one.
import { closeSync, copyFileSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Devlin et al. 2019, section 3: layers L, hidden size H, heads A; the inner size is 4H. */
const SHAPES = {
  base: { layers: 12, hidden: 768, heads: 12 },
  large: { layers: 24, hidden: 1024, heads: 16 },
}
const VOCABULARY = 28_996
const POSITIONS = 512
const LABELS = ['O', ...['PER', 'ORG', 'LOC', 'MISC'].flatMap((type) => [`B-${type}`, `I-${type}`])]

/**
 * Weights are uniform from -scale to scale, by the first part that their name has. Attention is sharp and what a layer adds is
 * small, so tokens stay distinct through all layers and a fault anywhere shows in the logits.
 */
const SCALES = [
  ['bias', 0.02],
  ['query', 0.12],
  ['key', 0.12],
  ['output.dense', 0.03],
  ['classifier', 0.1],
  ['', 0.06],
]

/** Names and shapes of the tensors as transformers writes them, one after another. */
function* tensorsOf({ layers, hidden }, vocabulary) {
  const linear = function* (name, outputs, inputs) {
    yield [`${name}.weight`, [outputs, inputs]]
    yield [`${name}.bias`, [outputs]]
  }
  const norm = function* (name) {
    for (const part of ['weight', 'bias']) yield [`${name}.LayerNorm.${part}`, [hidden]]
  }
  const embeddings = { word: vocabulary, position: POSITIONS, token_type: 2 }
  for (const [name, rows] of Object.entries(embeddings)) {
    yield [`bert.embeddings.${name}_embeddings.weight`, [rows, hidden]]
  }
  yield* norm('bert.embeddings')
  for (let layer = 0; layer < layers; layer++) {
    const name = `bert.encoder.layer.${layer}`
    for (const part of ['query', 'key', 'value'])
      yield* linear(`${name}.attention.self.${part}`, hidden, hidden)
    yield* linear(`${name}.attention.output.dense`, hidden, hidden)
    yield* norm(`${name}.attention.output`)
    yield* linear(`${name}.intermediate.dense`, 4 * hidden, hidden)
    yield* linear(`${name}.output.dense`, hidden, 4 * hidden)
    yield* norm(`${name}.output`)
  }
  yield* linear('classifier', LABELS.length, hidden)
}

/** A hash of 32 bits: Wellons 2018, "Prospecting for hash functions". */
function hash(value) {
  value ^= value >>> 16
  value = Math.imul(value, 0x21f0aaad)
  value ^= value >>> 15
  value = Math.imul(value, 0x735a2d97)
  return value ^ (value >>> 15)
}

/** The numbers of a tensor: each is 24 bits of the hash of its name and place. */
function valuesOf(name, count) {
  const key = Array.from(name).reduce((sum, character) => hash(sum + character.charCodeAt(0)), 0)
  const isNorm = name.includes('LayerNorm.weight')
  const [, scale] = isNorm ? ['', 0.2] : SCALES.find(([part]) => name.includes(part))
  const middle = isNorm ? 1 : 0
  const values = new Float32Array(count)
  for (let index = 0; index < count; index++) {
    const share = (hash(hash(index) ^ key) >>> 8) / 2 ** 24
    values[index] = middle + scale * (2 * share - 1)
  }
  return values
}

/** Writes a model of that shape, `{ layers, hidden, heads }`, with float32 weights. */
export function makeModel(shape, folder) {
  mkdirSync(folder, { recursive: true })
  const tensors = [...tensorsOf(shape, VOCABULARY)]
  const header = {}
  let at = 0
  for (const [name, sides] of tensors) {
    const end = at + 4 * sides.reduce((product, side) => product * side)
    header[name] = { dtype: 'F32', shape: sides, data_offsets: [at, end] }
    at = end
  }
  const json = JSON.stringify(header)
  const text = Buffer.from(json.padEnd(8 * Math.ceil(json.length / 8)))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  const path = join(folder, 'model.safetensors')
  const file = openSync(`${path}.partial`, 'w')
  for (const part of [length, text]) writeFileSync(file, part)
  for (const [name] of tensors) {
    const [start, end] = header[name].data_offsets
    writeFileSync(file, valuesOf(name, (end - start) / 4))
  }
  closeSync(file)
  renameSync(`${path}.partial`, path)
  const config = {
    architectures: ['BertForTokenClassification'],
    model_type: 'bert',
    hidden_size: shape.hidden,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    intermediate_size: 4 * shape.hidden,
    hidden_act: 'gelu',
    layer_norm_eps: 1e-12,
    vocab_size: VOCABULARY,
    max_position_embeddings: POSITIONS,
    type_vocab_size: 2,
    pad_token_id: 0,
    id2label: Object.fromEntries(LABELS.entries()),
    label2id: Object.fromEntries(LABELS.map((label, id) => [label, id])),
  }
  const settings = { do_lower_case: false, model_max_length: POSITIONS }
  for (const [name, value] of Object.entries({ 'config.json': config, 'tokenizer_config.json': settings })) {
    writeFileSync(join(folder, name), `${JSON.stringify(value, undefined, 2)}\n`)
  }
  copyFileSync(new URL('../weights/vocab.txt', import.meta.url), join(folder, 'vocab.txt'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, folder] = process.argv.slice(2)
  if (SHAPES[name] === undefined || folder === undefined) {
    console.error('Usage: node bench/make-model.mjs base|large FOLDER')
    process.exit(2)
  }
  makeModel(SHAPES[name], folder)
}
