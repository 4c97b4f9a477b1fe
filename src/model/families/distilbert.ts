/** The family of DistilBERT. */
import type { Family } from '../family.ts'

/** BERT without token types, under other names: Sanh et al. 2019 (arXiv 1910.01108). Its code has ε fixed. */
export const family: Family = {
  keys: {
    hiddenSize: 'dim',
    numLayers: 'n_layers',
    numHeads: 'n_heads',
    intermediateSize: 'hidden_dim',
    hiddenActivation: 'activation',
  },
  layerNormEps: 1e-12,
  prefix: 'distilbert.',
  layers: {
    query: 'transformer.layer.{i}.attention.q_lin',
    key: 'transformer.layer.{i}.attention.k_lin',
    value: 'transformer.layer.{i}.attention.v_lin',
    attentionOutput: 'transformer.layer.{i}.attention.out_lin',
    attentionLayerNorm: 'transformer.layer.{i}.sa_layer_norm',
    intermediate: 'transformer.layer.{i}.ffn.lin1',
    output: 'transformer.layer.{i}.ffn.lin2',
    outputLayerNorm: 'transformer.layer.{i}.output_layer_norm',
  },
  textHead: { dense: 'pre_classifier', activation: 'relu', output: 'classifier' },
  wordHead: {
    dense: 'vocab_transform',
    norm: 'vocab_layer_norm',
    decoder: 'vocab_projector',
    bias: ['vocab_projector.bias'],
  },
}
