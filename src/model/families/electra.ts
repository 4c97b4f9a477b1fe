/** The family of ELECTRA. */
import type { JsonRecord } from '../../format/json-file.ts'
import { bertSpec, type HeadNames, linear } from '../modules.ts'
import { BERT_STYLE, readConfig } from '../read-config.ts'
import type { ModelSpec } from '../spec.ts'

const HEADS: HeadNames = {
  text: { dense: 'classifier.dense', activation: 'gelu', output: 'classifier.out_proj' },
  words: {
    dense: 'generator_predictions.dense',
    norm: 'generator_predictions.LayerNorm',
    activation: 'gelu',
    decoder: 'generator_lm_head',
    bias: ['generator_lm_head.bias'],
  },
}

/**
 * BERT whose embeddings may be narrower than its layers: Clark et al. 2020 (arXiv 2003.10555). Defaults: transformers'
 * ElectraConfig.
 */
export function readElectra(json: JsonRecord): ModelSpec {
  const config = readConfig(json, {
    ...BERT_STYLE,
    embeddingSize: { key: 'embedding_size', otherwise: 128 },
  })
  const { hiddenSize, embeddingSize } = config
  const spec = bertSpec(config, { prefix: 'electra.', heads: HEADS })
  if (embeddingSize === hiddenSize) return spec
  return { ...spec, projection: linear('{encoder}embeddings_project', hiddenSize, embeddingSize) }
}
