/** Checks the entity types that a call requests. */
import { didYouMean } from '../check/nearest.ts'
import { OptionError } from '../check/options.ts'
import type { LabelSet } from './labels.ts'
import type { DecodeOptions } from './types.ts'

/** Maximum number of types that an error names. */
const MOST_NAMED = 30

/**
 * Checks that the model, or the rules of the call, can find the requested types.
 *
 * @param others types that may be requested in addition to the model's, those of rules
 * @throws {OptionError} for a type that cannot be found
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
