/** Reads the normalizer of a tokenizer.json. */

import { ModelFormatError, quoted } from '../../format/errors.ts'
import type { JsonObject } from '../json-object.ts'
import { bertNormalizer } from '../normalize.ts'
import type { Normalizer } from '../steps.ts'
import { combiningRuns } from '../unicode/combining-tables.ts'
import { NormalizationForm } from '../unicode/normalization-forms.ts'
import { CodePointSet } from '../unicode.ts'
import {
  Lowercase,
  MapCodePoints,
  NormalizerSequence,
  nmt,
  Prepend,
  Replace,
  Strip,
} from './normalizer-steps.ts'
import { readContent, readPattern } from './patterns.ts'
import { Precompiled } from './precompiled.ts'

/**
 * @param lowercase takes precedence over the file
 * @throws {ModelFormatError} `UnsupportedConfig` for an unknown normalizer
 */
export function readNormalizer(
  part: JsonObject | undefined,
  lowercase: boolean | undefined,
): Normalizer | undefined {
  const steps = (part?.steps('normalizers') ?? []).flatMap((step) => readStep(step, lowercase))
  if (lowercase === true) {
    steps.unshift(new Lowercase())
  }
  return steps.length > 1 ? new NormalizerSequence(steps) : steps[0]
}

function readStep(part: JsonObject, lowercase: boolean | undefined): Normalizer[] {
  const kind = part.string('type')
  switch (kind) {
    case 'BertNormalizer': {
      const lower = lowercase ?? part.boolean('lowercase') ?? true
      return [
        bertNormalizer({
          cleanText: part.boolean('clean_text') ?? true,
          chineseCharacters: part.boolean('handle_chinese_chars') ?? true,
          stripAccents: part.boolean('strip_accents') ?? lower,
          lowercase: lower,
        }),
      ]
    }
    case 'Precompiled': {
      const charsmap = part.string('precompiled_charsmap')
      if (charsmap === undefined) throw part.wrong('precompiled_charsmap', 'a string')
      // A model trained with the identity has none.
      if (charsmap === '') return []
      return [new Precompiled(charsmap, part.name)]
    }
    case 'Lowercase':
      if (lowercase === false) return []
      return [new Lowercase()]
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD': {
      return [new NormalizationForm(kind)]
    }
    case 'Strip':
      return [new Strip(part.boolean('strip_left') ?? true, part.boolean('strip_right') ?? true)]
    case 'Prepend':
      return [new Prepend(readContent(part, 'prepend'))]
    case 'Replace':
      return [new Replace(readPattern(part), readContent(part, 'content'))]
    case 'StripAccents': {
      const marks = new CodePointSet(combiningRuns)
      return [new MapCodePoints((code) => (marks.has(code) ? -1 : code))]
    }
    case 'Nmt':
      return [nmt]
    default:
      throw new ModelFormatError(
        'UnsupportedConfig',
        `${part.name} has a normalizer of type ${kind === undefined ? 'none' : quoted(kind)}, which is not known`,
      )
  }
}
