/** The family of MPNet, and what config.json says of its biases of relative positions. */
import { type JsonRecord, shown } from '../../format/json-file.ts'
import { BUCKETS } from '../biases/buckets.ts'
import type { FamilyConfig } from '../config/family-file.ts'
import { unsupported } from '../config/values.ts'
import { BERT_KEYS, BERT_LAYERS, type Family } from '../family.ts'
import { family as roberta } from './roberta.ts'

/**
 * BERT without token types, whose attention also adds a number for each distance: Song et al. 2020 (arXiv 2004.09297).
 * Defaults: transformers' MPNetConfig; its code has the id of padding fixed, whatever config.json says.
 */
export const family: Family = {
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
  textHead: roberta.textHead,
  wordHead: roberta.wordHead,
}

const KEY = 'relative_attention_num_buckets'

/**
 * A tokenizer is MPNet's where nothing else is said, as transformers has it.
 *
 * @throws {ModelFormatError} UnsupportedConfig for another number of buckets: the family's code has it fixed
 */
export function readMore(config: JsonRecord, family: Family): FamilyConfig {
  const buckets = config[KEY] ?? BUCKETS
  if (buckets !== BUCKETS) {
    throw unsupported(`has ${KEY} ${shown(buckets)}: only ${BUCKETS} can be computed`)
  }
  return (config['tokenizer_class'] ?? undefined) === undefined
    ? { family, tokenizerClass: 'MPNetTokenizer' }
    : { family }
}
