/** The family of MPNet, whose attention adds a bias for the distance of two tokens. */
import { type JsonRecord, shown } from '../../format/json-file.ts'
import { unsupportedConfig } from '../config-values.ts'
import { BUCKETS } from '../distances.ts'
import { BERT_LAYERS, bertSpec, floatTable, type LayerNames } from '../modules.ts'
import { BERT_KEYS, readConfig } from '../read-config.ts'
import type { ModelSpec } from '../spec.ts'
import { ROBERTA_HEADS } from './roberta.ts'

const LAYERS: LayerNames = {
  ...BERT_LAYERS,
  query: 'encoder.layer.{i}.attention.attn.q',
  key: 'encoder.layer.{i}.attention.attn.k',
  value: 'encoder.layer.{i}.attention.attn.v',
  attentionOutput: 'encoder.layer.{i}.attention.attn.o',
  attentionLayerNorm: 'encoder.layer.{i}.attention.LayerNorm',
}

/** The id of padding, after which positions begin; fixed in MPNet's code, whatever config.json says. */
const PADDING = 1

const BUCKETS_KEY = 'relative_attention_num_buckets'

/**
 * BERT without token types, whose attention adds a bias for each distance: Song et al. 2020 (arXiv
 * 2004.09297).
 * Defaults: transformers' MPNetConfig; the number of buckets is fixed in its code.
 */
export function readMpnet(json: JsonRecord): ModelSpec {
  const config = readConfig(
    { ...json, tokenizer_class: json['tokenizer_class'] ?? 'MPNetTokenizer' },
    {
      keys: BERT_KEYS,
      layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-12 },
      padding: PADDING,
    },
  )
  const buckets = json[BUCKETS_KEY] ?? BUCKETS
  if (buckets !== BUCKETS) {
    throw unsupportedConfig(`has ${BUCKETS_KEY} ${shown(buckets)}: only ${BUCKETS} can be computed`)
  }
  return {
    ...bertSpec(config, { prefix: 'mpnet.', layers: LAYERS, heads: ROBERTA_HEADS }),
    relative: {
      kind: 'biases',
      farthest: config.maxPositions - 1,
      table: floatTable('{encoder}encoder.relative_attention_bias.weight', BUCKETS, config.numHeads),
    },
  }
}
