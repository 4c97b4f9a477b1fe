/** The family of EuroBERT. */
import { isObject, type JsonRecord, kind, shown } from '../../format/json-file.ts'
import type { BertConfig } from '../bert-config.ts'
import { ACTIVATION, flag, integer, invalid, unsupportedConfig } from '../config-values.ts'
import { floats, headLinear, linear, norm, wordTable } from '../modules.ts'
import { BERT_KEYS, readConfig } from '../read-config.ts'
import { checkRotation, readTheta } from '../rotation-config.ts'
import type {
  HeadSpec,
  LayerSpec,
  LinearSpec,
  ModelSpec,
  NormSpec,
  TableSpec,
  TextHeadSpec,
} from '../spec.ts'

/** How texts are pooled, by the names in config.json. */
const POOLINGS: ReadonlyMap<unknown, TextHeadSpec['pooling']> = new Map([
  ['bos', 'cls'],
  ['mean', 'mean'],
  ['late', 'late'],
])

/**
 * EuroBERT: a decoder's layers that attend in both directions (Boizard et al. 2025, arXiv 2503.05500). RMSNorm
 * before each block, SwiGLU, rotary positions, and keys and values that a group of heads shares (Ainslie et al. 2023,
 * arXiv 2305.13245), whose rows each head of the group gets. Defaults: transformers' EuroBertConfig.
 */
export function readEurobert(json: JsonRecord): ModelSpec {
  const config = readConfig(
    { ...json, tie_word_embeddings: json['tie_word_embeddings'] ?? false },
    {
      keys: BERT_KEYS,
      layerNormEps: { key: 'rms_norm_eps', otherwise: 1e-5 },
      activation: 'silu',
      embedsPositions: false,
    },
  )
  checkRotation(json, config)
  const { hiddenSize, numHeads, numLayers, layerNormEps } = config
  const headDim = hiddenSize / numHeads
  const written = json['head_dim'] ?? headDim
  if (written !== headDim) {
    throw unsupportedConfig(
      `has head_dim ${shown(written)}: only hidden_size ${hiddenSize} by num_attention_heads ${numHeads} can be computed`,
    )
  }
  const normOf = (module: string): NormSpec => ({
    ...norm(`{encoder}${module}`, hiddenSize, layerNormEps, false),
    centred: false,
  })
  const beforeLayer = (index: number): NormSpec =>
    normOf(index < numLayers ? `layers.${index}.input_layernorm` : 'norm')
  const words = wordTable('{encoder}embed_tokens.weight', config)
  return {
    config,
    prefix: 'model.',
    embeddings: { words, positions: undefined, tokenTypes: undefined, norm: undefined },
    projection: undefined,
    norm: 'pre',
    firstLayerNorm: beforeLayer(0),
    layers: readLayers(json, config, normOf, beforeLayer),
    head: readHead(json, config, words),
  }
}

function readLayers(
  json: JsonRecord,
  config: BertConfig,
  normOf: (module: string) => NormSpec,
  beforeLayer: (index: number) => NormSpec,
): LayerSpec[] {
  const { numLayers, hiddenSize, intermediateSize, hiddenActivation } = config
  const theta = thetaOf(json)
  const queryKeyValue = readAttention(json, config)
  const attention = { bias: flag(json, 'attention_bias', false) }
  const feedForward = { bias: flag(json, 'mlp_bias', false) }
  return Array.from({ length: numLayers }, (_, index) => {
    const layer = `{encoder}layers.${index}`
    return {
      queryKeyValue: queryKeyValue(`${layer}.self_attn`),
      attentionOutput: linear(`${layer}.self_attn.o_proj`, hiddenSize, hiddenSize, attention),
      attentionLayerNorm: normOf(`layers.${index}.post_attention_layernorm`),
      intermediate: linear(`${layer}.mlp.gate_proj`, intermediateSize, hiddenSize, feedForward),
      gate: linear(`${layer}.mlp.up_proj`, intermediateSize, hiddenSize, feedForward),
      output: linear(`${layer}.mlp.down_proj`, hiddenSize, intermediateSize, feedForward),
      outputLayerNorm: beforeLayer(index + 1),
      activation: ACTIVATION[hiddenActivation],
      window: 0,
      theta,
    }
  })
}

/** The layer [3H, H] of a layer's attention, by the name of its module. */
function readAttention(
  json: JsonRecord,
  { hiddenSize, numHeads }: BertConfig,
): (attention: string) => LinearSpec {
  const groups = integer(json, 'num_key_value_heads', 1, numHeads, numHeads)
  if (numHeads % groups !== 0) {
    throw invalid(`num_key_value_heads ${groups} does not divide num_attention_heads ${numHeads}`)
  }
  const block = hiddenSize / numHeads
  const style = { bias: flag(json, 'attention_bias', false) }
  return (attention) => {
    const grouped = ['k_proj', 'v_proj'].map((name) => {
      const [source] = linear(`${attention}.${name}`, groups * block, hiddenSize, style).from
      return { ...source!, repeated: { block, times: numHeads / groups } }
    })
    const queries = linear(`${attention}.q_proj`, hiddenSize, hiddenSize, style)
    return { ...queries, outputs: 3 * hiddenSize, from: [...queries.from, ...grouped] }
  }
}

/** θ, the same for all layers. */
function thetaOf(json: JsonRecord): number {
  const parameters = json['rope_parameters'] ?? {}
  if (!isObject(parameters)) throw invalid(`rope_parameters must be an object, not ${kind(parameters)}`)
  return readTheta(parameters, 'rope_parameters', json, { key: 'rope_theta', otherwise: 10_000 })
}

function readHead(json: JsonRecord, config: BertConfig, words: TableSpec): HeadSpec | undefined {
  const { headKind, hiddenSize, labels, vocabSize, tiesWordEmbeddings } = config
  if (headKind === undefined) return undefined
  if (headKind === 'words') {
    const decoder = tiesWordEmbeddings ? words : wordTable('lm_head.weight', config)
    const values = flag(json, 'mlp_bias', false) ? floats('lm_head.bias', vocabSize) : undefined
    return { kind: 'words', transform: undefined, decoder, bias: { kind: 'vector', size: vocabSize, values } }
  }
  const output = headLinear('classifier', labels.length, hiddenSize)
  if (headKind !== 'text') return { kind: 'tokens', transform: undefined, output }
  const dense = headLinear('dense', hiddenSize, hiddenSize)
  const transform = { dense, activation: 'gelu', norm: undefined } as const
  return { kind: 'text', pooling: readPooling(json), transform, output }
}

/** `classifier_pooling`, called `clf_pooling` before version 5 of transformers. */
function readPooling(json: JsonRecord): TextHeadSpec['pooling'] {
  const value = json['classifier_pooling'] ?? json['clf_pooling'] ?? 'late'
  const pooling = POOLINGS.get(value)
  if (pooling !== undefined) return pooling
  throw unsupportedConfig(`has classifier_pooling ${shown(value)}: bos, mean and late can be computed`)
}
