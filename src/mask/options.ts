/** What all that masks on the way takes: what finds the names, what else is found, and what keeps them. */
import type { RowOf } from '../check/option-rows.ts'
import { ruleRows } from '../entities/options.ts'
import type { TextOptions } from '../entities/types.ts'
import { createRedactor, type Redactor } from '../markup/redact.ts'
import type { Finder } from './masker.ts'

export const A_RECOGNIZER = 'a recognizer, as loadRecognizer() gives it'

/** What is masked, and where its names are kept. */
export interface MaskOptions {
  /** What is found beside names, as `rules` of `recognize`; default all presets of `iobert/rules`, `[]` is none. */
  rules?: TextOptions['rules']
  /** Types to mask, those of rules included; default all. */
  labels?: readonly string[]
  /** Names that stay, as of `RedactOptions`; a redactor that is given has its own. */
  never?: readonly string[]
  /**
   * Keeps the names; default a new one. One that was saved goes on: `Redactor.from(json)`. Its placeholders are
   * numbered.
   */
  redactor?: Redactor
}

export const maskRows: {
  readonly ner: RowOf<Finder>
  readonly rules: RowOf<NonNullable<TextOptions['rules']>>
  readonly labels: RowOf<readonly string[]>
  readonly never: RowOf<readonly string[]>
  readonly redactor: RowOf<Redactor>
} = {
  ner: {
    type: 'other',
    fits: (value) => typeof value === 'object' && value !== null && 'recognizeAll' in value,
    wanted: A_RECOGNIZER,
  },
  rules: ruleRows.rules,
  labels: { type: 'strings' },
  never: { type: 'strings' },
  redactor: {
    type: 'other',
    fits: (value) => typeof value === 'object' && value !== null && 'restorer' in value,
    wanted: "a redactor, as createRedactor({ placeholder: 'numbered' }) gives it",
  },
}

/**
 * What keeps the names, and what is asked of who finds them.
 *
 * @throws {RangeError} for a redactor whose placeholders are not numbered: others cannot be put back
 */
export function readMaskOptions({ rules = 'all', labels, never = [], redactor }: MaskOptions): {
  readonly names: Redactor
  readonly asked: TextOptions
} {
  const names = redactor ?? createRedactor({ placeholder: 'numbered', never })
  names.toJSON()
  return { names, asked: { rules, ...(labels === undefined ? {} : { labels }) } }
}
