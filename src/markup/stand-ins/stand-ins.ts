/** The lists that stand-ins are drawn from. */
import type { Naming } from '../naming.ts'
import { nameLists, type StandInLocale } from './name-lists.ts'
import { StandInNames } from './stand-in-names.ts'

/** Where stand-ins of redactors come from: `loadStandIns()` gives it. */
export class StandIns {
  /** The language of the names of people. */
  readonly locale: StandInLocale
  /** Where in the lists it begins. */
  readonly seed: number

  constructor(locale: StandInLocale, seed: number) {
    this.locale = locale
    this.seed = seed
  }

  /**
   * Stand-ins for the names of one redactor.
   *
   * @internal
   */
  begin(): Naming {
    return new StandInNames(nameLists[this.locale], this.seed)
  }
}
