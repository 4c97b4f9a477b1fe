/** The family of DeBERTa, versions 1 to 3. */
import { quoted } from '../../format/errors.ts'
import { type JsonRecord, kind, shown } from '../../format/json-file.ts'
import type { BertConfig } from '../bert-config.ts'
import { ACTIVATION, activation, flag, integer, invalid, text, unsupportedConfig } from '../config-values.ts'
import { rowOf } from '../distances.ts'
import {
  BERT_LAYERS,
  bertSpec,
  floats,
  floatTable,
  type HeadNames,
  headLinear,
  type LayerNames,
  linear,
  norm,
} from '../modules.ts'
import { BERT_KEYS, readConfig } from '../read-config.ts'
import type {
  ConvolutionSpec,
  DisentangledSpec,
  DistanceRows,
  LinearSpec,
  ModelSpec,
  SentencePieceSpec,
  TransformSpec,
} from '../spec.ts'
import { BERT_HEADS } from './bert.ts'

/** Maximum distance and number of buckets. */
const MOST = 2 ** 15
const MOST_NEIGHBOURS = 9

export const DEBERTA_PIECES: SentencePieceSpec = {
  dropped: 0,
  first: [],
  maskTakesSpace: false,
  own: 'deberta',
}

const LAYERS: LayerNames = {
  ...BERT_LAYERS,
  query: 'encoder.layer.{i}.attention.self.query_proj',
  key: 'encoder.layer.{i}.attention.self.key_proj',
  value: 'encoder.layer.{i}.attention.self.value_proj',
}

/** The word-predicting head as written by Microsoft. */
const LEGACY_FREE_WORDS: HeadNames['words'] = {
  dense: 'lm_predictions.lm_head.dense',
  norm: 'lm_predictions.lm_head.LayerNorm',
  decoder: 'lm_predictions.lm_head',
  bias: ['lm_predictions.lm_head.bias'],
}

/**
 * BERT whose attention depends on the distance of tokens (He et al. 2021, arXiv 2006.03654 and 2111.09543).
 * Defaults: transformers' DebertaV2Config.
 */
export function readDebertaV2(json: JsonRecord): ModelSpec {
  const spec = readDisentangled(json, {
    buckets: Math.max(0, integer(json, 'position_buckets', -1, MOST, -1)),
    shared: flag(json, 'share_att_key', false),
    normalized: isNormalized(json),
  })
  return { ...spec, convolution: readConvolution(json, spec.config) }
}

/**
 * DeBERTa version 1: one row for each distance; queries, keys and values in one tensor, which contains, for
 * each head, the rows of its queries, its keys, and its values; no bias for keys, or for positions as keys
 * (He et al. 2021, arXiv 2006.03654). Defaults: transformers' DebertaConfig.
 */
export function readDeberta(json: JsonRecord): ModelSpec {
  const spec = readDisentangled(json, { buckets: 0, shared: false, normalized: false })
  const { hiddenSize, numHeads } = spec.config
  const inLayer = (layer: number, name: string): string =>
    `{encoder}encoder.layer.${layer}.attention.self.${name}`
  const fused = (layer: number): LinearSpec => {
    const whole = linear(inLayer(layer, 'in_proj'), 3 * hiddenSize, hiddenSize, { bias: false })
    const { weight } = whole.from[0]!
    const from = ['q_bias', undefined, 'v_bias'].map((bias, index) => ({
      weight: { ...weight, part: { index, count: 3, blocks: numHeads } },
      bias: bias === undefined ? undefined : floats(inLayer(layer, bias), hiddenSize),
    }))
    return { ...whole, from }
  }
  const relative = spec.relative as ModelSpec['relative'] & { kind: 'disentangled' }
  const projections = relative.projections!.map(({ key, query }, layer) => ({
    key: key && linear(inLayer(layer, 'pos_proj'), hiddenSize, hiddenSize, { bias: false }),
    query: query && linear(inLayer(layer, 'pos_q_proj'), hiddenSize, hiddenSize),
  }))
  return {
    ...spec,
    layers: spec.layers.map((layer, index) => ({ ...layer, queryKeyValue: fused(index) })),
    relative: { ...relative, projections },
  }
}

/** What differs between the versions. */
interface Version {
  readonly buckets: number
  /** Whether relative positions use the projections of the tokens. */
  readonly shared: boolean
  /** Whether the relative embeddings have a LayerNorm. */
  readonly normalized: boolean
}

/** A model with disentangled attention; the names are those of version 2. */
function readDisentangled(json: JsonRecord, { buckets, shared, normalized }: Version): ModelSpec {
  const config = readConfig(json, {
    keys: BERT_KEYS,
    layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-7 },
    tokenTypes: { key: 'type_vocab_size', otherwise: 0, least: 0 },
    embedsPositions: flag(json, 'position_biased_input', true),
  })
  const { hiddenSize, maxPositions, numLayers, layerNormEps } = config
  checkDisentangled(json, hiddenSize)
  const written = integer(json, 'max_relative_positions', -1, MOST, -1)
  const maxDistance = written < 1 ? maxPositions : written
  const places: DistanceRows = { span: buckets > 0 ? buckets : maxDistance, buckets, maxDistance }
  const farthest = maxPositions - 1
  checkBuckets(places, farthest)
  const types = readTypes(json)
  const own = (kind: string, layer: number) =>
    linear(`{encoder}encoder.layer.${layer}.attention.self.pos_${kind}_proj`, hiddenSize, hiddenSize)
  const relative: DisentangledSpec = {
    kind: 'disentangled',
    ...places,
    farthest,
    rows: rowOf(farthest, places) - rowOf(-farthest, places) + 1,
    keys: types.includes('c2p'),
    queries: types.includes('p2c'),
    embeddings: floatTable('{encoder}encoder.rel_embeddings.weight', 2 * places.span, hiddenSize),
    norm: normalized ? norm('{encoder}encoder.LayerNorm', hiddenSize, layerNormEps) : undefined,
    projections: shared
      ? undefined
      : Array.from({ length: numLayers }, (_, layer) => ({
          key: types.includes('c2p') ? own('key', layer) : undefined,
          query: types.includes('p2c') ? own('query', layer) : undefined,
        })),
  }
  const isLegacy = flag(json, 'legacy', true)
  const heads: HeadNames = {
    text: { dense: 'pooler.dense', activation: readPoolerActivation(json), output: 'classifier' },
    words: isLegacy ? BERT_HEADS.words : LEGACY_FREE_WORDS,
  }
  const tied = isLegacy ? config : { ...config, tiesWordEmbeddings: true }
  return {
    ...bertSpec(tied, { prefix: 'deberta.', layers: LAYERS, heads }),
    relative,
    sentencePiece: DEBERTA_PIECES,
  }
}

function checkDisentangled(json: JsonRecord, hiddenSize: number): void {
  if (!flag(json, 'relative_attention', false)) {
    throw unsupportedConfig('has no relative_attention: DeBERTa is computed with it alone')
  }
  for (const key of ['embedding_size', 'pooler_hidden_size']) {
    if ((json[key] ?? hiddenSize) === hiddenSize) continue
    throw unsupportedConfig(
      `has ${key} ${shown(json[key])}: only hidden_size, ${hiddenSize}, can be computed`,
    )
  }
  if (flag(json, 'talking_head', false)) throw unsupportedConfig('has talking_head, which is not computed')
}

function checkBuckets({ buckets, maxDistance }: DistanceRows, farthest: number): void {
  const middle = Math.floor(buckets / 2)
  if (buckets > 0 && farthest > middle && (middle < 1 || maxDistance - 1 <= middle)) {
    throw invalid(
      `position_buckets ${buckets} are not for distances up to ${maxDistance}: half of them must be fewer than these, and one at least`,
    )
  }
}

function readPoolerActivation(json: JsonRecord): TransformSpec['activation'] {
  const value = json['pooler_hidden_act'] ?? 'gelu'
  if (value === 'gelu' || value === 'relu' || value === 'tanh') return value
  throw unsupportedConfig(`has pooler_hidden_act ${shown(value)}: gelu, relu and tanh can be computed`)
}

/** transformers uses tanh if no activation is stated. */
function readConvolution(
  json: JsonRecord,
  { hiddenSize, layerNormEps }: BertConfig,
): ConvolutionSpec | undefined {
  const neighbours = integer(json, 'conv_kernel_size', 0, MOST, 0)
  if (neighbours === 0) return undefined
  if (neighbours % 2 === 0 || neighbours > MOST_NEIGHBOURS) {
    throw unsupportedConfig(
      `has conv_kernel_size ${neighbours}: odd ones up to ${MOST_NEIGHBOURS} can be computed`,
    )
  }
  const groups = integer(json, 'conv_groups', 1, MOST, 1)
  if (groups !== 1) throw unsupportedConfig(`has conv_groups ${groups}: only 1 can be computed`)
  const name = '{encoder}encoder.conv'
  const kernel = headLinear(`${name}.conv`, hiddenSize, hiddenSize * neighbours)
  const weight = floats(`${name}.conv.weight`, hiddenSize, hiddenSize, neighbours)
  return {
    neighbours,
    activation:
      (json['conv_act'] ?? 'tanh') === 'tanh' ? 'tanh' : ACTIVATION[activation(json, 'conv_act', 'gelu')],
    kernel: { ...kernel, from: [{ ...kernel.from[0]!, weight }] },
    norm: norm(`${name}.LayerNorm`, hiddenSize, layerNormEps),
  }
}

/** `pos_att_type`: a list, or its items separated by bars. */
function readTypes(json: JsonRecord): string[] {
  const value = json['pos_att_type'] ?? []
  const types: unknown[] = typeof value === 'string' ? value.toLowerCase().split('|') : (value as unknown[])
  if (!Array.isArray(types)) throw invalid(`pos_att_type must be an array, not ${kind(value)}`)
  return types.map((type) => {
    const name = typeof type === 'string' ? type.trim() : undefined
    if (name === 'c2p' || name === 'p2c') return name
    throw unsupportedConfig(`has ${shown(type)} in pos_att_type: c2p and p2c can be computed`)
  })
}

/** `norm_rel_ebd`, with items separated by bars. */
function isNormalized(json: JsonRecord): boolean {
  const names = (text(json, 'norm_rel_ebd') ?? 'none')
    .toLowerCase()
    .split('|')
    .map((name) => name.trim())
  const other = names.find((name) => name !== 'layer_norm' && name !== 'none')
  if (other !== undefined) {
    throw unsupportedConfig(`has norm_rel_ebd ${quoted(other)}: layer_norm and none can be computed`)
  }
  return names.includes('layer_norm')
}
