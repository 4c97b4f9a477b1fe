/** The family of ELECTRA. */
import { BERT_KEYS, BERT_LAYERS, type Family } from '../family.ts'

/**
 * BERT whose embeddings may be narrower than its layers: Clark et al. 2020 (arXiv 2003.10555). Defaults: transformers'
 * ElectraConfig.
 */
export const family: Family = {
  keys: BERT_KEYS,
  layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-12 },
  tokenTypes: { key: 'type_vocab_size', otherwise: 2 },
  embeddingSize: { key: 'embedding_size', otherwise: 128 },
  prefix: 'electra.',
  layers: BERT_LAYERS,
  projection: 'embeddings_project',
  textHead: { dense: 'classifier.dense', activation: 'gelu', output: 'classifier.out_proj' },
  wordHead: {
    dense: 'generator_predictions.dense',
    norm: 'generator_predictions.LayerNorm',
    activation: 'gelu',
    decoder: 'generator_lm_head',
    bias: ['generator_lm_head.bias'],
  },
}
