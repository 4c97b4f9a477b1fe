/** Reads the pre_tokenizer of a tokenizer.json. */

import { ModelFormatError, quoted } from '../../format/errors.ts'
import { wordCharacters } from '../character-tables.ts'
import type { JsonObject } from '../json-object.ts'
import { bertPreTokenizer } from '../pre-tokenize.ts'
import type { PreTokenizer } from '../steps.ts'
import { numericRuns } from '../unicode/numeric-tables.ts'
import { CodePointSet } from '../unicode.ts'
import { ByteLevelPreTokenizer } from './byte-level.ts'
import type { MetaspaceSettings } from './metaspace.ts'
import { Metaspace } from './metaspace.ts'
import { literalPattern, readPattern } from './patterns.ts'
import {
  PreTokenizerSequence,
  punctuation,
  SPLIT_BEHAVIORS,
  type SplitBehavior,
  SplitStep,
  splitDigits,
  whitespace,
  whitespaceSplit,
} from './pre-tokenizer-steps.ts'

/**
 * @param byteLevel takes precedence over the file if byte-level is the only step
 * @throws {ModelFormatError} `UnsupportedConfig` for an unknown pre-tokenizer
 */
export function readPreTokenizer(
  part: JsonObject | undefined,
  byteLevel: { addPrefixSpace: boolean } | undefined,
): PreTokenizer | undefined {
  if (part === undefined) return undefined
  if (part.string('type') !== 'Sequence') return readStep(part, byteLevel)
  return new PreTokenizerSequence(part.steps('pretokenizers').map((step) => readStep(step, undefined)))
}

function readStep(part: JsonObject, byteLevel: { addPrefixSpace: boolean } | undefined): PreTokenizer {
  const kind = part.string('type')
  switch (kind) {
    case 'ByteLevel': {
      return new ByteLevelPreTokenizer({
        addPrefixSpace: byteLevel?.addPrefixSpace ?? part.boolean('add_prefix_space') ?? true,
        useRegex: part.boolean('use_regex') ?? true,
      })
    }
    case 'Metaspace': {
      return new Metaspace(readMetaspace(part))
    }
    case 'BertPreTokenizer':
      return bertPreTokenizer
    case 'WhitespaceSplit':
      return whitespaceSplit
    case 'Whitespace':
      return whitespace(wordCharacters())
    case 'Punctuation':
      return punctuation(readBehavior(part, 'Isolated'))
    case 'Split': {
      const behavior = readBehavior(part)
      return new SplitStep(readPattern(part), behavior, part.boolean('invert') ?? false)
    }
    case 'CharDelimiterSplit': {
      const delimiter = part.string('delimiter') ?? ''
      if ([...delimiter].length !== 1) throw part.wrong('delimiter', 'one character')
      return new SplitStep(literalPattern(delimiter), 'Removed')
    }
    case 'Digits': {
      return splitDigits(new CodePointSet(numericRuns), part.boolean('individual_digits') ?? false)
    }
    default:
      throw new ModelFormatError(
        'UnsupportedConfig',
        `${part.name} has a pre_tokenizer of type ${kind === undefined ? 'none' : quoted(kind)}, which is not known`,
      )
  }
}

/** Settings of a Metaspace, as pre_tokenizer or decoder; older files have `add_prefix_space`. */
export function readMetaspace(part: JsonObject): MetaspaceSettings {
  const replacement = part.string('replacement') ?? '▁'
  if ([...replacement].length !== 1) throw part.wrong('replacement', 'one character')
  const scheme = part.string('prepend_scheme') ?? 'always'
  if (scheme !== 'always' && scheme !== 'first' && scheme !== 'never') {
    throw part.wrong('prepend_scheme', '"always", "first" or "never"')
  }
  const prepend = part.boolean('add_prefix_space') === false ? 'never' : scheme
  return { replacement, prepend, split: part.boolean('split') ?? true }
}

function readBehavior(part: JsonObject, otherwise?: SplitBehavior): SplitBehavior {
  const written = part.string('behavior') ?? otherwise
  const behavior = SPLIT_BEHAVIORS.find((name) => name === written)
  if (behavior !== undefined) return behavior
  throw part.wrong('behavior', `one of ${SPLIT_BEHAVIORS.join(', ')}`)
}
