/** What config.json says of biases of relative positions. */
import { ModelFormatError } from '../../format/errors.ts'
import { type JsonRecord, shown } from '../../format/json-file.ts'
import type { FamilyConfig } from '../config/family-file.ts'
import type { Family } from '../family.ts'
import { BUCKETS } from './buckets.ts'

const KEY = 'relative_attention_num_buckets'

/**
 * A tokenizer is MPNet's where nothing else is said, as transformers has it.
 *
 * @throws {ModelFormatError} UnsupportedConfig for another number of buckets: the family's code has it fixed
 */
export function readBiases(config: JsonRecord, family: Family): FamilyConfig {
  const buckets = config[KEY] ?? BUCKETS
  if (buckets !== BUCKETS) {
    throw new ModelFormatError(
      'UnsupportedConfig',
      `config.json has ${KEY} ${shown(buckets)}: only ${BUCKETS} can be computed`,
    )
  }
  return (config['tokenizer_class'] ?? undefined) === undefined
    ? { family, tokenizerClass: 'MPNetTokenizer' }
    : { family }
}
