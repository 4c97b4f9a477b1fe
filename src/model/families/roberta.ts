/** The family of RoBERTa. */
import { BERT_KEYS, BERT_LAYERS, type Family } from '../family.ts'

/**
 * BERT trained longer, with one token type and positions that start behind the id of padding: Liu et al. 2019 (arXiv
 * 1907.11692). Defaults: transformers' RobertaConfig.
 */
export const family: Family = {
  keys: BERT_KEYS,
  layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-12 },
  tokenTypes: { key: 'type_vocab_size', otherwise: 2 },
  padding: { key: 'pad_token_id', otherwise: 1 },
  prefix: 'roberta.',
  layers: BERT_LAYERS,
  textHead: { dense: 'classifier.dense', activation: 'tanh', output: 'classifier.out_proj' },
  wordHead: {
    dense: 'lm_head.dense',
    norm: 'lm_head.layer_norm',
    activation: 'gelu',
    decoder: 'lm_head.decoder',
    bias: ['lm_head.bias', 'lm_head.decoder.bias'],
  },
}
