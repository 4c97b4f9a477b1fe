/**
 * Reads and checks the config.json of GLiNER2 (`model_type: extractor`), with the keys and defaults of the package gliner2
 * (ExtractorConfig).
 */
import { defined } from '../../check/kind.ts'
import { isObject, type JsonRecord, kind } from '../../format/json-file.ts'
import { CONFIG } from '../../format/shards.ts'
import { integer, invalid, text } from '../../model/config-values.ts'
import { checkFixed, type FixedKeys } from './fixed-keys.ts'
import type { EncoderSource } from './prepare-encoder.ts'

export interface Gliner2Config {
  readonly kind: 'gliner2'
  readonly encoder: EncoderSource
  /** K: number of words in the longest span. */
  readonly maxWidth: number
  /** Number of words that are read at once. */
  readonly maxWords: number
  readonly countingLayer: 'count_lstm' | 'count_lstm_v2'
}

const MODEL_TYPE = 'extractor'
const MOST_WIDE = 512
const MOST_WORDS = 65_536
/** Words in a chunk of a long text by the package's default; models state no other number. */
const CHUNK = 384

const FIXED: FixedKeys = [
  ['architecture', [undefined, 'span'], 'entities found by their ends and scored again'],
  ['counting_layer', ['count_lstm', 'count_lstm_v2'], 'types represented in another way'],
  ['token_pooling', [undefined, 'first'], 'words known by other pieces than their first'],
]

export function isGliner2(config: JsonRecord): boolean {
  return config['model_type'] === MODEL_TYPE
}

/** @throws {ModelFormatError} InvalidConfig for a broken value, UnsupportedConfig for another architecture */
export function readGliner2Config(config: JsonRecord, encoder: JsonRecord | undefined): Gliner2Config {
  const counting = text(config, 'counting_layer') ?? 'count_lstm'
  checkFixed({ ...config, counting_layer: counting }, FIXED, CONFIG)
  const head = config['span_head'] ?? {}
  if (!isObject(head)) throw invalid(`span_head must be an object, not ${kind(head)}`)
  checkFixed(head, [['span_mode', [undefined, 'markerV0'], 'spans represented in another way']], CONFIG)
  return {
    kind: 'gliner2',
    encoder: { name: text(config, 'model_name') ?? 'bert-base-uncased', ...defined({ config: encoder }) },
    maxWidth: integer({ ...config, ...head }, 'max_width', 1, MOST_WIDE, 8),
    maxWords: integer(config, 'max_len', 1, MOST_WORDS, CHUNK),
    countingLayer: counting as Gliner2Config['countingLayer'],
  }
}
