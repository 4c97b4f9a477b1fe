/** The family of ALBERT, and what config.json says of its layers, which share their weights. */
import type { JsonRecord } from '../../format/json-file.ts'
import type { SharedLayers } from '../bert-config.ts'
import type { FamilyConfig } from '../config/family-file.ts'
import { integer, invalid, unsupported } from '../config/values.ts'
import { BERT_KEYS, type Family } from '../family.ts'

/**
 * BERT whose layers share their weights, and whose embeddings are narrower than they: Lan et al. 2020 (arXiv 1909.11942).
 * Defaults: transformers' AlbertConfig.
 */
export const family: Family = {
  keys: BERT_KEYS,
  layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-12 },
  tokenTypes: { key: 'type_vocab_size', otherwise: 2 },
  embeddingSize: { key: 'embedding_size', otherwise: 128 },
  prefix: 'albert.',
  layers: {
    query: 'encoder.albert_layer_groups.{i}.attention.query',
    key: 'encoder.albert_layer_groups.{i}.attention.key',
    value: 'encoder.albert_layer_groups.{i}.attention.value',
    attentionOutput: 'encoder.albert_layer_groups.{i}.attention.dense',
    attentionLayerNorm: 'encoder.albert_layer_groups.{i}.attention.LayerNorm',
    intermediate: 'encoder.albert_layer_groups.{i}.ffn',
    output: 'encoder.albert_layer_groups.{i}.ffn_output',
    outputLayerNorm: 'encoder.albert_layer_groups.{i}.full_layer_layer_norm',
  },
  projection: 'encoder.embedding_hidden_mapping_in',
  sentencePiece: { dropped: 0, first: [], maskTakesSpace: true, own: 'albert' },
  textHead: { dense: '{encoder}pooler', activation: 'tanh', output: 'classifier' },
  wordHead: {
    dense: 'predictions.dense',
    norm: 'predictions.LayerNorm',
    decoder: 'predictions.decoder',
    bias: ['predictions.bias', 'predictions.decoder.bias'],
  },
}

/** The most layers that are computed, or stored, of a model. */
const MOST = 1_024

/**
 * The L layers are `num_hidden_layers` passes, each over the `inner_group_num` layers of a group; there are
 * `num_hidden_groups`, that follow one another (Lan et al. 2020, arXiv 1909.11942). transformers' AlbertConfig has one group of
 * one layer where it is not said, and gelu_new.
 *
 * @throws {ModelFormatError} InvalidConfig for a broken value, UnsupportedConfig for embeddings as wide as the layers
 */
export function readMore(
  config: JsonRecord,
  family: Family,
  { hiddenSize }: { readonly hiddenSize: number },
): FamilyConfig {
  const passes = integer(config, 'num_hidden_layers', 1, MOST, 12)
  const groups = integer(config, 'num_hidden_groups', 1, MOST, 1)
  const inner = integer(config, 'inner_group_num', 1, MOST, 1)
  for (const [what, count] of [
    ['num_hidden_layers', passes],
    ['num_hidden_groups', groups],
  ] as const) {
    if (count * inner <= MOST) continue
    throw invalid(`${what} ${count} and inner_group_num ${inner} make more than ${MOST} layers`)
  }
  if ((config['embedding_size'] ?? 128) === hiddenSize) {
    throw unsupported(
      `has embedding_size ${hiddenSize}, as hidden_size: only narrower embeddings can be computed`,
    )
  }
  const sharedLayers = layersOf(passes, groups, inner)
  return {
    family,
    sharedLayers,
    numLayers: sharedLayers.order.length,
    ...((config['hidden_act'] ?? undefined) === undefined ? { hiddenActivation: 'gelu_new' } : {}),
  }
}

/** Pass i goes over group ⌊i / (passes / groups)⌋, in float64 as transformers has it. */
function layersOf(passes: number, groups: number, inner: number): SharedLayers {
  const ofGroup = (group: number): number[] => Array.from({ length: inner }, (_, k) => group * inner + k)
  const order = Array.from({ length: passes }, (_, i) => ofGroup(Math.trunc(i / (passes / groups))))
  const names = Array.from({ length: groups * inner }, (_, layer) => {
    return `${Math.trunc(layer / inner)}.albert_layers.${layer % inner}`
  })
  return { order: order.flat(), names }
}
