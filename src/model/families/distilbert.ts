/** The family of DistilBERT. */
import type { JsonRecord } from '../../format/json-file.ts'
import { bertSpec, type HeadNames, type LayerNames } from '../modules.ts'
import { readConfig, type SizeKeys } from '../read-config.ts'
import type { ModelSpec } from '../spec.ts'

export const DISTILBERT_PREFIX = 'distilbert.'

export const DISTILBERT_KEYS: SizeKeys = {
  hiddenSize: 'dim',
  numLayers: 'n_layers',
  numHeads: 'n_heads',
  intermediateSize: 'hidden_dim',
  hiddenActivation: 'activation',
}

export const DISTILBERT_LAYERS: LayerNames = {
  query: 'transformer.layer.{i}.attention.q_lin',
  key: 'transformer.layer.{i}.attention.k_lin',
  value: 'transformer.layer.{i}.attention.v_lin',
  attentionOutput: 'transformer.layer.{i}.attention.out_lin',
  attentionLayerNorm: 'transformer.layer.{i}.sa_layer_norm',
  intermediate: 'transformer.layer.{i}.ffn.lin1',
  output: 'transformer.layer.{i}.ffn.lin2',
  outputLayerNorm: 'transformer.layer.{i}.output_layer_norm',
}

const HEADS: HeadNames = {
  text: { dense: 'pre_classifier', activation: 'relu', output: 'classifier' },
  words: {
    dense: 'vocab_transform',
    norm: 'vocab_layer_norm',
    decoder: 'vocab_projector',
    bias: ['vocab_projector.bias'],
  },
}

/**
 * BERT without token types, under other names: Sanh et al. 2019 (arXiv 1910.01108). ε is fixed in its code.
 */
export function readDistilbert(json: JsonRecord): ModelSpec {
  const config = readConfig(json, { keys: DISTILBERT_KEYS, layerNormEps: 1e-12 })
  return bertSpec(config, { prefix: DISTILBERT_PREFIX, layers: DISTILBERT_LAYERS, heads: HEADS })
}
