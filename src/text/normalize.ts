/**
 * The BERT normalizer (BertNormalizer of the Rust tokenizers library): cleans the text, puts spaces around
 * ideographs, strips accents and lowers the case (both in unicode/letter-steps.ts). Each resulting code point
 * carries its place in the source text, so nothing ever has to be searched for.
 */

import { letterSteps } from './character-tables.ts'
import type { Normalizer } from './steps.ts'
import type { NormalizedText } from './text-with-offsets.ts'
import { CLASS, characterTraits, DELETED, IDEOGRAPH, SPACE } from './unicode.ts'

export interface NormalizerSettings {
  /** Whether to delete control characters and turn all white space into spaces. */
  readonly cleanText: boolean
  /** Whether to put spaces around each ideograph. */
  readonly chineseCharacters: boolean
  /** Whether to apply NFD and then drop nonspacing marks. */
  readonly stripAccents: boolean
  readonly lowercase: boolean
}

const SPACE_CODE = 0x20

/**
 * Normalizes `source[from, to)`; call `loadCharacterTables` first if case or accents change. It follows the
 * library even where that is odd: U+000B, U+000C and U+0085 are deleted instead of becoming spaces; case is
 * lowered code point by code point, without the final sigma.
 */
export function normalize(
  source: NormalizedText,
  from: number,
  to: number,
  settings: NormalizerSettings,
): NormalizedText {
  const traits = characterTraits()
  const normalized = source.derive(from, to)
  const letters = settings.lowercase || settings.stripAccents ? letterSteps(normalized, settings) : undefined
  const next = letters ?? normalized

  for (let index = from; index < to; index++) {
    let code = source.codePoints[index]!
    const start = source.starts[index]!
    const end = source.ends[index]!
    const kind = traits[code]! & CLASS
    if (settings.cleanText) {
      if (kind === DELETED) continue
      if (kind === SPACE) code = SPACE_CODE
    }
    const apart = settings.chineseCharacters && kind === IDEOGRAPH
    if (apart) next.push(SPACE_CODE, start, end)
    next.push(code, start, end)
    if (apart) next.push(SPACE_CODE, start, end)
  }
  letters?.flush()
  return normalized
}

export function bertNormalizer(settings: NormalizerSettings): Normalizer {
  return { normalize: (source, from, to) => normalize(source, from, to, settings) }
}
