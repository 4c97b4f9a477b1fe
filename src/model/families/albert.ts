/** The family of ALBERT. */
import { BERT_KEYS, type Family } from '../family.ts'

export { readShared as readMore } from '../shared/config.ts'

/**
 * BERT whose layers share their weights, and whose embeddings are narrower than they: Lan et al. 2020 (arXiv 1909.11942).
 * Defaults: transformers' AlbertConfig.
 */
export const family: Family = {
  modelTypes: ['albert'],
  classNames: ['Albert'],
  keys: BERT_KEYS,
  layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-12 },
  tokenTypes: { key: 'type_vocab_size', otherwise: 2 },
  embeddingSize: { key: 'embedding_size', otherwise: 128 },
  prefix: 'albert.',
  layers: {
    query: 'encoder.albert_layer_groups.{i}.attention.query',
    key: 'encoder.albert_layer_groups.{i}.attention.key',
    value: 'encoder.albert_layer_groups.{i}.attention.value',
    attentionOutput: 'encoder.albert_layer_groups.{i}.attention.dense',
    attentionLayerNorm: 'encoder.albert_layer_groups.{i}.attention.LayerNorm',
    intermediate: 'encoder.albert_layer_groups.{i}.ffn',
    output: 'encoder.albert_layer_groups.{i}.ffn_output',
    outputLayerNorm: 'encoder.albert_layer_groups.{i}.full_layer_layer_norm',
  },
  projection: 'encoder.embedding_hidden_mapping_in',
  sentencePiece: { dropped: 0, first: [], maskTakesSpace: true, own: 'albert' },
  textHead: { dense: '{encoder}pooler', activation: 'tanh', output: 'classifier' },
  wordHead: {
    dense: 'predictions.dense',
    norm: 'predictions.LayerNorm',
    decoder: 'predictions.decoder',
    bias: ['predictions.bias', 'predictions.decoder.bias'],
  },
}
