/** Loads the lists that stand-ins are drawn from. */
import type { Rows } from '../check/option-rows.ts'
import { checkOptions } from '../check/options.ts'
import { capability } from '../format/capability.ts'
import type { StandInLocale } from '../markup/stand-ins/name-lists.ts'
import type { StandIns } from '../markup/stand-ins/stand-ins.ts'

/** Which stand-ins are drawn. */
export interface StandInOptions {
  /** The language of the names of people; default `'en'`. */
  locale?: StandInLocale
  /** Where in the lists it begins, a whole number; default 0. With the same seed the same texts have the same stand-ins. */
  seed?: number
}

const rows: Rows<StandInOptions> = {
  locale: { type: 'word', words: { en: 'default', de: '', es: '', fr: '', it: '', pl: '' } },
  seed: { type: 'number', integer: true, from: 0 },
}

/**
 * Loads what `placeholder: 'fake'` draws stand-ins from: instead of `[PER_1]` a name of the same kind, which nobody has.
 *
 * @throws {TypeError} {RangeError} for an option that is not allowed
 * @throws {DownloadError} if its file could not be fetched
 *
 * @example
 * redact(text, entities, { placeholder: 'fake', standIns: await loadStandIns() }).text // the text with names that nobody has
 */
export async function loadStandIns(options: StandInOptions = {}): Promise<StandIns> {
  const { locale = 'en', seed = 0 } = checkOptions<StandInOptions>(options, rows)
  const { StandIns } = await capability(
    'stand-ins for names',
    () => import('../markup/stand-ins/stand-ins.ts'),
  )
  return new StandIns(locale, seed)
}
