/** The family of BERT itself. */
import type { JsonRecord } from '../../format/json-file.ts'
import { bertSpec, type HeadNames } from '../modules.ts'
import { BERT_STYLE, readConfig } from '../read-config.ts'
import type { ModelSpec } from '../spec.ts'

export const BERT_PREFIX = 'bert.'

export const BERT_HEADS: HeadNames = {
  text: { dense: '{encoder}pooler.dense', activation: 'tanh', output: 'classifier' },
  words: {
    dense: 'cls.predictions.transform.dense',
    norm: 'cls.predictions.transform.LayerNorm',
    decoder: 'cls.predictions.decoder',
    bias: ['cls.predictions.bias', 'cls.predictions.decoder.bias'],
  },
}

/** Devlin et al. 2019 (arXiv 1810.04805). Defaults: transformers' BertConfig. */
export function readBert(json: JsonRecord): ModelSpec {
  const config = readConfig(json, BERT_STYLE)
  return bertSpec(config, { prefix: BERT_PREFIX, heads: BERT_HEADS })
}
