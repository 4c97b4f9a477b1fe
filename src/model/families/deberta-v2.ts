/** The family of DeBERTa's second and third version. */
import { family as bert } from '../bert-family.ts'
import { BERT_KEYS, BERT_LAYERS, type Family } from '../family.ts'

export { readDisentangled as readMore } from '../disentangled/config.ts'

/**
 * DeBERTa of the second and third version: BERT whose attention tells what a token is from how far it is (He et al. 2021,
 * arXiv 2006.03654 and 2111.09543). Defaults: transformers' DebertaV2Config. What config.json decides is read by
 * ../disentangled/config.ts.
 */
export const family: Family = {
  keys: BERT_KEYS,
  layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-7 },
  tokenTypes: { key: 'type_vocab_size', otherwise: 0, least: 0 },
  prefix: 'deberta.',
  layers: {
    ...BERT_LAYERS,
    query: 'encoder.layer.{i}.attention.self.query_proj',
    key: 'encoder.layer.{i}.attention.self.key_proj',
    value: 'encoder.layer.{i}.attention.self.value_proj',
  },
  disentangled: {
    embeddings: 'encoder.rel_embeddings',
    norm: 'encoder.LayerNorm',
    key: 'encoder.layer.{i}.attention.self.pos_key_proj',
    query: 'encoder.layer.{i}.attention.self.pos_query_proj',
    convolution: 'encoder.conv.conv',
    convolutionNorm: 'encoder.conv.LayerNorm',
  },
  sentencePiece: { dropped: 0, first: [], maskTakesSpace: false, own: 'deberta' },
  textHead: { dense: 'pooler.dense', activation: 'gelu', output: 'classifier' },
  wordHead: bert.wordHead,
}
