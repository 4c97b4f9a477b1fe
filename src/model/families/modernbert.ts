/** The family of ModernBERT. */
import { isObject, type JsonRecord, kind, shown } from '../../format/json-file.ts'
import type { BertConfig } from '../bert-config.ts'
import { ACTIVATION, activation, flag, integer, invalid, unsupportedConfig } from '../config-values.ts'
import { floats, headLinear, linear, norm, partOf, wordTable } from '../modules.ts'
import { BERT_KEYS, readConfig } from '../read-config.ts'
import { checkRotation, readTheta } from '../rotation-config.ts'
import type { HeadSpec, LayerSpec, ModelSpec, NormSpec, TableSpec } from '../spec.ts'

/** Values of `layer_types`. */
const GLOBAL = 'full_attention'
const LOCAL = 'sliding_attention'

/** Maximum window. */
const MOST_WINDOW = 2 ** 24

const GLOBAL_THETA = 160_000
const LOCAL_THETA = 10_000

/**
 * ModernBERT: rotary positions, gated feed-forward layers, alternating local and global attention, and a
 * LayerNorm before each block instead of after it (Warner et al. 2024, arXiv 2412.13663). Keys and defaults:
 * transformers' ModernBertConfig, of version 4 (`global_attn_every_n_layers`, `global_rope_theta`) and 5
 * (`layer_types`, `rope_parameters`).
 */
export function readModernbert(json: JsonRecord): ModelSpec {
  // Programs other than transformers use this key to say that positions are not embedded, as in "sans_pos".
  const config = readConfig(
    { ...json, position_embedding_type: undefined },
    {
      keys: { ...BERT_KEYS, hiddenActivation: 'hidden_activation' },
      layerNormEps: { key: 'norm_eps', otherwise: 1e-5 },
      embedsPositions: false,
    },
  )
  checkRotation(json, config)
  const { hiddenSize, layerNormEps } = config
  const normBias = flag(json, 'norm_bias', false)
  const normOf = (module: string): NormSpec => norm(module, hiddenSize, layerNormEps, normBias)
  const words = wordTable('{encoder}embeddings.tok_embeddings.weight', config)
  return {
    config,
    prefix: 'model.',
    embeddings: {
      words,
      positions: undefined,
      tokenTypes: undefined,
      norm: normOf('{encoder}embeddings.norm'),
    },
    projection: undefined,
    norm: 'pre',
    layers: readLayers(json, config, normOf),
    head: readHead(json, config, words, normOf),
  }
}

function readLayers(json: JsonRecord, config: BertConfig, normOf: (module: string) => NormSpec): LayerSpec[] {
  const { numLayers, hiddenSize, intermediateSize, hiddenActivation } = config
  const window = Math.floor(integer(json, 'local_attention', 1, MOST_WINDOW, 128) / 2) + 1
  const types = readLayerTypes(json, numLayers)
  const globalTheta = thetaOfType(json, GLOBAL, 'global_rope_theta', GLOBAL_THETA)
  // If the local one was null, version 4 used the global one.
  const unsaid = json['local_rope_theta'] === null ? globalTheta : LOCAL_THETA
  const localTheta = thetaOfType(json, LOCAL, 'local_rope_theta', unsaid)
  const attention = { bias: flag(json, 'attention_bias', false) }
  const feedForward = { bias: flag(json, 'mlp_bias', false) }
  return types.map((type, index) => {
    const layer = `{encoder}layers.${index}`
    const inputAndGate = linear(`${layer}.mlp.Wi`, 2 * intermediateSize, hiddenSize, feedForward)
    const isLast = index === numLayers - 1
    return {
      queryKeyValue: linear(`${layer}.attn.Wqkv`, 3 * hiddenSize, hiddenSize, attention),
      attentionOutput: linear(`${layer}.attn.Wo`, hiddenSize, hiddenSize, attention),
      attentionLayerNorm: normOf(`${layer}.mlp_norm`),
      intermediate: partOf(inputAndGate, { index: 0, count: 2, blocks: 1 }),
      gate: partOf(inputAndGate, { index: 1, count: 2, blocks: 1 }),
      output: linear(`${layer}.mlp.Wo`, hiddenSize, intermediateSize, feedForward),
      outputLayerNorm: normOf(isLast ? '{encoder}final_norm' : `{encoder}layers.${index + 1}.attn_norm`),
      activation: ACTIVATION[hiddenActivation],
      window: type === GLOBAL ? 0 : window,
      theta: type === GLOBAL ? globalTheta : localTheta,
    }
  })
}

/** All heads begin with a dense layer and a LayerNorm. */
function readHead(
  json: JsonRecord,
  config: BertConfig,
  words: TableSpec,
  normOf: (module: string) => NormSpec,
): HeadSpec | undefined {
  const { headKind, hiddenSize, labels, vocabSize, tiesWordEmbeddings } = config
  const pooling = readPooling(json)
  const transform = {
    dense: headLinear('head.dense', hiddenSize, hiddenSize, flag(json, 'classifier_bias', false)),
    activation: ACTIVATION[activation(json, 'classifier_activation', 'gelu')],
    norm: normOf('head.norm'),
  }
  const bias = flag(json, 'decoder_bias', true) ? floats('decoder.bias', vocabSize) : undefined
  if (headKind === undefined) return undefined
  if (headKind === 'words') {
    const decoder = tiesWordEmbeddings ? words : wordTable('decoder.weight', config)
    return { kind: 'words', transform, decoder, bias: { kind: 'vector', size: vocabSize, values: bias } }
  }
  const output = headLinear('classifier', labels.length, hiddenSize)
  return headKind === 'text'
    ? { kind: 'text', pooling, transform, output }
    : { kind: 'tokens', transform, output }
}

/**
 * The type of each layer: from `layer_types`, or global for the first of every `global_attn_every_n_layers`.
 */
function readLayerTypes(json: JsonRecord, numLayers: number): string[] {
  const given = json['layer_types'] ?? undefined
  if (given === undefined) {
    const every = integer(json, 'global_attn_every_n_layers', 1, MOST_WINDOW, 3)
    return Array.from({ length: numLayers }, (_, layer) => (layer % every === 0 ? GLOBAL : LOCAL))
  }
  if (!Array.isArray(given)) throw invalid(`layer_types must be an array, not ${kind(given)}`)
  if (given.length !== numLayers) {
    throw invalid(`layer_types has ${given.length} entries, and num_hidden_layers is ${numLayers}`)
  }
  const other: unknown = given.find((type) => type !== GLOBAL && type !== LOCAL)
  if (other === undefined) return given as string[]
  throw unsupportedConfig(`has ${shown(other)} in layer_types: ${GLOBAL} and ${LOCAL} can be computed`)
}

/** θ for one type of layers: from `rope_parameters`, or under a key of its own. */
function thetaOfType(json: JsonRecord, type: string, key: string, otherwise: number): number {
  const parameters = json['rope_parameters'] ?? {}
  if (!isObject(parameters)) throw invalid(`rope_parameters must be an object, not ${kind(parameters)}`)
  const own = parameters[type] ?? {}
  if (!isObject(own)) throw invalid(`rope_parameters.${type} must be an object, not ${kind(own)}`)
  const [flat] = Object.keys(parameters)
  // transformers also writes keys that it does not read if all layers are of one type.
  if (flat !== undefined && !(GLOBAL in parameters || LOCAL in parameters)) {
    throw unsupportedConfig(`has rope_parameters.${flat}: they must be under ${GLOBAL} and ${LOCAL}`)
  }
  return readTheta(own, `rope_parameters.${type}`, json, { key, otherwise })
}

function readPooling(json: JsonRecord): 'cls' | 'mean' {
  const value = json['classifier_pooling'] ?? 'cls'
  if (value === 'cls' || value === 'mean') return value
  throw unsupportedConfig(`has classifier_pooling ${shown(value)}: cls and mean can be computed`)
}
