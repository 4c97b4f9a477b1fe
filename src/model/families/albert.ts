/** The family of ALBERT, whose layers share their weights. */
import type { JsonRecord } from '../../format/json-file.ts'
import { integer, invalid, unsupportedConfig } from '../config-values.ts'
import { bertLayer, bertSpec, type HeadNames, type LayerNames, linear } from '../modules.ts'
import { BERT_STYLE, MAX_LAYERS, readConfig } from '../read-config.ts'
import type { LayerSpec, ModelSpec, SentencePieceSpec } from '../spec.ts'

export const ALBERT_PIECES: SentencePieceSpec = { dropped: 0, first: [], maskTakesSpace: true, own: 'albert' }

const LAYERS: LayerNames = {
  query: 'encoder.albert_layer_groups.{i}.attention.query',
  key: 'encoder.albert_layer_groups.{i}.attention.key',
  value: 'encoder.albert_layer_groups.{i}.attention.value',
  attentionOutput: 'encoder.albert_layer_groups.{i}.attention.dense',
  attentionLayerNorm: 'encoder.albert_layer_groups.{i}.attention.LayerNorm',
  intermediate: 'encoder.albert_layer_groups.{i}.ffn',
  output: 'encoder.albert_layer_groups.{i}.ffn_output',
  outputLayerNorm: 'encoder.albert_layer_groups.{i}.full_layer_layer_norm',
}

const HEADS: HeadNames = {
  text: { dense: '{encoder}pooler', activation: 'tanh', output: 'classifier' },
  words: {
    dense: 'predictions.dense',
    norm: 'predictions.LayerNorm',
    decoder: 'predictions.decoder',
    bias: ['predictions.bias', 'predictions.decoder.bias'],
  },
}

/**
 * BERT with shared layer weights, and embeddings narrower than its layers: Lan et al. 2020 (arXiv
 * 1909.11942). The L layers are `num_hidden_layers` passes, each over the `inner_group_num` layers of one of
 * `num_hidden_groups` groups, which follow one another. Defaults: transformers' AlbertConfig.
 */
export function readAlbert(json: JsonRecord): ModelSpec {
  const config = readConfig(json, {
    ...BERT_STYLE,
    embeddingSize: { key: 'embedding_size', otherwise: 128 },
    activation: 'gelu_new',
  })
  const { numLayers: passes, hiddenSize, embeddingSize } = config
  const groups = integer(json, 'num_hidden_groups', 1, MAX_LAYERS, 1)
  const inner = integer(json, 'inner_group_num', 1, MAX_LAYERS, 1)
  for (const [what, count] of [
    ['num_hidden_layers', passes],
    ['num_hidden_groups', groups],
  ] as const) {
    if (count * inner <= MAX_LAYERS) continue
    throw invalid(`${what} ${count} and inner_group_num ${inner} make more than ${MAX_LAYERS} layers`)
  }
  if (embeddingSize === hiddenSize) {
    throw unsupportedConfig(
      `has embedding_size ${hiddenSize}, as hidden_size: only narrower embeddings can be computed`,
    )
  }
  const stored = Array.from({ length: groups }, (_, group) =>
    Array.from({ length: inner }, (_, layer) => bertLayer(config, LAYERS, `${group}.albert_layers.${layer}`)),
  )
  // Pass i uses group ⌊i / (passes / groups)⌋, computed in float64 as in transformers.
  const layers: LayerSpec[] = Array.from(
    { length: passes },
    (_, i) => stored[Math.trunc(i / (passes / groups))]!,
  ).flat()
  return {
    ...bertSpec({ ...config, numLayers: layers.length }, { prefix: 'albert.', heads: HEADS }),
    projection: linear('{encoder}encoder.embedding_hidden_mapping_in', hiddenSize, embeddingSize),
    layers,
    sentencePiece: ALBERT_PIECES,
  }
}
