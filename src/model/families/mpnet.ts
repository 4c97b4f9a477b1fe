/** The family of MPNet. */
import { BERT_KEYS, BERT_LAYERS, type Family } from '../family.ts'

export { readBiases as readMore } from '../biases/config.ts'

/**
 * BERT without token types, whose attention also adds a number for each distance: Song et al. 2020 (arXiv 2004.09297).
 * Defaults: transformers' MPNetConfig; its code has the id of padding fixed, whatever config.json says.
 */
export const family: Family = {
  modelTypes: ['mpnet'],
  classNames: ['MPNet'],
  keys: BERT_KEYS,
  layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-12 },
  padding: 1,
  prefix: 'mpnet.',
  layers: {
    ...BERT_LAYERS,
    query: 'encoder.layer.{i}.attention.attn.q',
    key: 'encoder.layer.{i}.attention.attn.k',
    value: 'encoder.layer.{i}.attention.attn.v',
    attentionOutput: 'encoder.layer.{i}.attention.attn.o',
    attentionLayerNorm: 'encoder.layer.{i}.attention.LayerNorm',
  },
  relativeBias: 'encoder.relative_attention_bias.weight',
  textHead: { dense: 'classifier.dense', activation: 'tanh', output: 'classifier.out_proj' },
  wordHead: {
    dense: 'lm_head.dense',
    norm: 'lm_head.layer_norm',
    activation: 'gelu',
    decoder: 'lm_head.decoder',
    bias: ['lm_head.bias', 'lm_head.decoder.bias'],
  },
}
