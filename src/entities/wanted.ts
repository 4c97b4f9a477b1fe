/** Checks which types a call asks for. */
import { didYouMean } from '../check/nearest.ts'
import { OptionError } from '../check/options.ts'
import type { LabelSet } from './labels.ts'
import type { DecodeOptions } from './types.ts'

/** Most types that an error names. */
const MOST_NAMED = 30

/**
 * Checks that a model, or what stands beside it, finds the types that a call asks for.
 *
 * @param others  types that may be asked for besides the model's, those of rules
 * @throws {OptionError} for one that is not found
 */
export function checkWanted(
  wanted: readonly string[],
  { labels, parsed, names = [] }: LabelSet,
  { strategy }: DecodeOptions,
  others: readonly string[] = [],
): void {
  const known = new Set([...parsed.map(({ type }) => type), ...names, ...others])
  const wrong = wanted.find((one) => !known.has(one) && !(strategy === 'none' && labels.includes(one)))
  if (wrong === undefined) return
  const types = [...known].filter((type) => type !== 'O').sort()
  const more = types.length > MOST_NAMED ? `, and ${types.length - MOST_NAMED} more` : ''
  const listed = `${types.slice(0, MOST_NAMED).join(', ')}${more}`
  throw new OptionError(
    (name) =>
      `${name('labels')} holds '${wrong}', which this model does not find, expected some of ${listed}${didYouMean(wrong, types)}`,
  )
}
