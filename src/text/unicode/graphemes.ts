/**
 * Finds grapheme clusters, which a reader sees as one character (Unicode Standard Annex 29). Only the
 * precompiled normalizer needs them. It uses clusters of fewer than six bytes only, but must know where
 * longer ones begin and end.
 */

import { unpack } from '../unicode.ts'
import {
  breakRuns,
  conjunctConsonantRuns,
  conjunctExtendRuns,
  conjunctLinkerRuns,
  continueRuns,
  pictographicRuns,
  prependRuns,
} from './grapheme-tables.ts'

/** Extends the cluster before it: marks, joiners. */
const CONTINUES = 1
/** Belongs to what follows it. */
const PREPENDS = 2
/** Controls: clusters of their own. */
const BREAKS = 4
const PICTOGRAPHIC = 8
/** Indic conjuncts: consonants, the characters that join two of them, and those that may come in between. */
const CONSONANT = 16
const LINKER = 32
const CONJUNCT_EXTEND = 64
const REGIONAL = 128

const [CARRIAGE_RETURN, LINE_FEED, JOINER] = [0x0d, 0x0a, 0x200d]

let known: Uint8Array | undefined

function properties(): Uint8Array {
  if (known) return known
  const made = new Uint8Array(0x110000)
  const runs: [string, number][] = [
    [continueRuns, CONTINUES],
    [prependRuns, PREPENDS],
    [breakRuns, BREAKS],
    [pictographicRuns, PICTOGRAPHIC],
    [conjunctConsonantRuns, CONSONANT],
    [conjunctLinkerRuns, LINKER],
    [conjunctExtendRuns, CONJUNCT_EXTEND],
  ]
  for (const [packed, bit] of runs) {
    const numbers = unpack(packed)
    let code = 0
    for (let index = 0; index < numbers.length; index += 2) {
      code += numbers[index]!
      for (const end = code + numbers[index + 1]!; code < end; code++) made[code]! |= bit
    }
  }
  made[0]! |= BREAKS
  made.fill(REGIONAL, 0x1f1e6, 0x1f200)
  known = made
  return made
}

/** The end of the cluster that begins at `at`. */
export function graphemeEnd(codes: Int32Array, at: number, to: number): number {
  const bits = properties()
  let end = at + 1
  let code = codes[at]!
  let own = bits[code]!
  if (end === to) return end
  if (own & BREAKS) return code === CARRIAGE_RETURN && codes[end] === LINE_FEED ? end + 1 : end
  // The end of the cluster so far, as far as the rules look back.
  let pictograph = (own & PICTOGRAPHIC) !== 0
  let consonant = (own & CONSONANT) !== 0
  let linked = false
  let regionals = own & REGIONAL ? 1 : 0
  for (; end < to; end++) {
    const before = code
    const beforeBits = own
    code = codes[end]!
    own = bits[code]!
    if (own & CONTINUES) {
      if (own & LINKER) linked = true
      else if ((own & CONJUNCT_EXTEND) === 0) consonant = false
      regionals = 0
      continue
    }
    if (own & BREAKS) break
    const joined =
      (beforeBits & PREPENDS) !== 0 ||
      hangulJoins(before, code) ||
      (consonant && linked && (own & CONSONANT) !== 0) ||
      (pictograph && before === JOINER && (own & PICTOGRAPHIC) !== 0) ||
      ((own & REGIONAL) !== 0 && regionals === 1)
    if (!joined) break
    pictograph = (own & PICTOGRAPHIC) !== 0
    consonant = (own & CONSONANT) !== 0
    linked = false
    regionals = own & REGIONAL ? regionals + 1 : 0
  }
  return end
}

/** Whether two jamo or syllables belong to one syllable: leading, vowel, trailing, in that order. */
function hangulJoins(before: number, code: number): boolean {
  if (code < 0x1100 || code > 0xd7ff) return false
  const isSyllable = code >= 0xac00 && code <= 0xd7a3
  const wasSyllable = before >= 0xac00 && before <= 0xd7a3
  const open = wasSyllable && (before - 0xac00) % 28 === 0
  if (isLeading(before)) return isLeading(code) || isVowel(code) || isSyllable
  if (isVowel(before) || open) return isVowel(code) || isTrailing(code)
  return (isTrailing(before) || wasSyllable) && isTrailing(code)
}

function isLeading(code: number): boolean {
  return (code >= 0x1100 && code <= 0x115f) || (code >= 0xa960 && code <= 0xa97c)
}

function isVowel(code: number): boolean {
  return (code >= 0x1160 && code <= 0x11a7) || (code >= 0xd7b0 && code <= 0xd7c6)
}

function isTrailing(code: number): boolean {
  return (code >= 0x11a8 && code <= 0x11ff) || (code >= 0xd7cb && code <= 0xd7fb)
}
