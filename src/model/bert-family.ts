/** The family of BERT itself. */
import { BERT_KEYS, BERT_LAYERS, type Family } from './family.ts'

/** Devlin et al. 2019 (arXiv 1810.04805). Defaults: transformers' BertConfig. */
export const family: Family = {
  keys: BERT_KEYS,
  layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-12 },
  tokenTypes: { key: 'type_vocab_size', otherwise: 2 },
  prefix: 'bert.',
  layers: BERT_LAYERS,
  textHead: { dense: '{encoder}pooler.dense', activation: 'tanh', output: 'classifier' },
  wordHead: {
    dense: 'cls.predictions.transform.dense',
    norm: 'cls.predictions.transform.LayerNorm',
    decoder: 'cls.predictions.decoder',
    bias: ['cls.predictions.bias', 'cls.predictions.decoder.bias'],
  },
}
