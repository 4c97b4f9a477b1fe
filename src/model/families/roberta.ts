/** The family of RoBERTa. */
import type { JsonRecord } from '../../format/json-file.ts'
import { bertSpec, type HeadNames } from '../modules.ts'
import { BERT_KEYS, readConfig } from '../read-config.ts'
import type { ModelSpec } from '../spec.ts'

export const ROBERTA_HEADS: HeadNames = {
  text: { dense: 'classifier.dense', activation: 'tanh', output: 'classifier.out_proj' },
  words: {
    dense: 'lm_head.dense',
    norm: 'lm_head.layer_norm',
    activation: 'gelu',
    decoder: 'lm_head.decoder',
    bias: ['lm_head.bias', 'lm_head.decoder.bias'],
  },
}

/**
 * BERT trained longer, with one token type and positions that start after the id of padding: Liu et al. 2019 (arXiv
 * 1907.11692). Defaults: transformers' RobertaConfig.
 */
export function readRoberta(json: JsonRecord): ModelSpec {
  const config = readConfig(json, {
    keys: BERT_KEYS,
    layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-12 },
    tokenTypes: { key: 'type_vocab_size', otherwise: 2 },
    padding: { key: 'pad_token_id', otherwise: 1 },
  })
  return bertSpec(config, { prefix: 'roberta.', heads: ROBERTA_HEADS })
}
