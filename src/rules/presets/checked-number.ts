/** What presets for numbers with a fixed form and check digits have in common: each is a row of data. */

import type { PatternRule } from '../types.ts'
import { announces, behind, countsThings, inFront, THINGS } from './around.ts'

/** A number that is known by its form and its check digits. */
export type CheckedNumber = Pick<PatternRule, 'type' | 'pattern'> & {
  /**
   * Whether there can be such a number.
   *
   * @param characters letters and digits of a match, in capitals where the pattern ignores case
   */
  readonly check: (characters: string) => boolean
} & (
    | { readonly unclear?: never; readonly words?: never }
    /** A form in which many other numbers are written too: it is found only after one of the words. */
    | { readonly unclear: RegExp; readonly words: string }
  )

const THING = countsThings(THINGS)

export function numberRule({ type, pattern, check, unclear, words = '' }: CheckedNumber): PatternRule {
  const announced = announces(words)
  return {
    type,
    pattern,
    accept: (match, text, start) => {
      const before = inFront(text, start, 60)
      // Part of something longer, which in groups goes on after a space too.
      const groups = /[ \u00a0]/.test(match)
      if (/[\p{L}\p{N}_]$|\d[-./]$/u.test(before) || (groups && /\d[ \u00a0]$/.test(before))) return false
      const after = behind(text, start + match.length, 2)
      if (/^[\p{L}\p{N}_]|^[-./]\d/u.test(after) || (groups && /^[ \u00a0]\d/.test(after))) return false
      const characters = match.replace(/[^\dA-Za-z]/g, '')
      if (!check(pattern.ignoreCase ? characters.toUpperCase() : characters)) return false
      return unclear?.test(match) ? announced.test(before) : !THING.test(before)
    },
  }
}
