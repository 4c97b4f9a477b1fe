/** What all that masks on the way takes: what finds the names, what else is found, and what keeps them. */
import type { RowOf } from '../check/option-rows.ts'
import { ruleRows } from '../entities/options.ts'
import type { TextOptions } from '../entities/types.ts'
import { createRedactor, type RedactOptions, type Redactor } from '../markup/redact.ts'
import { loadStandIns } from './load-stand-ins.ts'
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
   * `'numbered'` (default): `[PER_1]`. `'fake'`: stand-ins of the same kind, as of `RedactOptions`; those of other languages than
   * English by a redactor.
   */
  placeholder?: 'numbered' | 'fake'
  /**
   * Keeps the names; default a new one. One that was saved goes on: `Redactor.from(json)`. Its placeholders are
   * numbered or stand-ins.
   */
  redactor?: Redactor
}

export const maskRows: {
  readonly ner: RowOf<Finder>
  readonly rules: RowOf<NonNullable<TextOptions['rules']>>
  readonly labels: RowOf<readonly string[]>
  readonly never: RowOf<readonly string[]>
  readonly placeholder: RowOf<'numbered' | 'fake'>
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
  placeholder: { type: 'word', words: { numbered: 'default', fake: '' } },
  redactor: {
    type: 'other',
    fits: (value) => typeof value === 'object' && value !== null && 'restorer' in value,
    wanted: "a redactor, as createRedactor({ placeholder: 'numbered' }) gives it",
  },
}

/**
 * What keeps the names, and what is asked of who finds them.
 *
 * @throws {RangeError} for a redactor whose placeholders are of another kind: they cannot be put back
 */
export async function readMaskOptions({
  rules = 'all',
  labels,
  never = [],
  placeholder,
  redactor,
}: MaskOptions): Promise<{
  readonly names: Redactor
  readonly asked: TextOptions
}> {
  const names = redactor ?? createRedactor({ never, ...(await placeholderOptions(placeholder)) })
  const { placeholder: own = 'numbered' } = names.toJSON()
  if (placeholder !== undefined && placeholder !== own) {
    throw new RangeError(
      `placeholder is '${placeholder}', but the redactor's is '${own}': leave one of them out`,
    )
  }
  return { names, asked: { rules, ...(labels === undefined ? {} : { labels }) } }
}

async function placeholderOptions(
  placeholder: MaskOptions['placeholder'] = 'numbered',
): Promise<RedactOptions> {
  return placeholder === 'fake' ? { placeholder, standIns: await loadStandIns() } : { placeholder }
}
