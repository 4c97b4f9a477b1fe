/**
 * Case and accents: the tables of `letter-tables.ts`, unpacked. They make up most of the bytes of the
 * character tables, and only models that lower-case text or strip accents load them.
 */
import { characterTraits, HAS_ACCENT, HAS_LOWERCASE, IS_MARK, unpack } from '../unicode.ts'
import { droppedRuns, lowercaseRuns, markRuns, strippedEntries } from './letter-tables.ts'

const HANGUL_FIRST = 0xac00
const HANGUL_LAST = 0xd7a3

/** What lower-casing and accent stripping need. */
export interface LetterTables {
  /** Lower case where it differs; U+0130 becomes i, followed by U+0307. */
  readonly lowercase: ReadonlyMap<number, number>
  /** The result of NFD without nonspacing marks for a code point; see `stripAccents`. */
  readonly stripped: ReadonlyMap<number, readonly number[]>
  /** Rank of the combining class of a mark (of the first code point of its decomposition), 1 the lowest. */
  readonly markRanks: ReadonlyMap<number, number>
}

/** Unpacks the tables, and sets the bits for case and accents in `characterTraits`. */
export function decodeLetters(): LetterTables {
  const traits = characterTraits()
  return {
    lowercase: decodeLowercase(traits),
    stripped: decodeStripped(traits),
    markRanks: decodeMarks(traits),
  }
}

/**
 * What accent stripping leaves of a code point that has the trait `HAS_ACCENT`: NFD, then the nonspacing marks dropped.
 * Hangul syllables are arithmetic (The Unicode Standard 3.12).
 */
export function stripAccents(code: number, known: LetterTables): readonly number[] {
  if (code < HANGUL_FIRST || code > HANGUL_LAST) return known.stripped.get(code)!
  const index = code - HANGUL_FIRST
  const jamo = [0x1100 + Math.floor(index / 588), 0x1161 + Math.floor((index % 588) / 28)]
  if (index % 28 !== 0) jamo.push(0x11a7 + (index % 28))
  return jamo
}

/** 0, 1, 2, 3, 4 ... stand for 0, -1, 1, -2, 2 ... */
function signed(number: number): number {
  return number & 1 ? -(number + 1) / 2 : number / 2
}

function decodeLowercase(traits: Uint8Array): Map<number, number> {
  const lowercase = lowercaseOf()
  for (const code of lowercase.keys()) traits[code]! |= HAS_LOWERCASE
  return lowercase
}

/** The lower case of code points that have another; U+0130 becomes i, followed by U+0307. */
export function lowercaseOf(): Map<number, number> {
  const lowercase = new Map<number, number>()
  const numbers = unpack(lowercaseRuns)
  let end = 0
  for (let index = 0; index < numbers.length; index += 3) {
    const step = 1 + (numbers[index + 1]! & 1)
    let code = end + numbers[index]!
    for (let left = numbers[index + 1]! >> 1; left > 0; left--, code += step) {
      lowercase.set(code, code + signed(numbers[index + 2]!))
      end = code + 1
    }
  }
  return lowercase
}

function decodeStripped(traits: Uint8Array): Map<number, readonly number[]> {
  const stripped = new Map<number, readonly number[]>()
  const numbers = unpack(strippedEntries)
  let code = 0
  let result = 0
  for (let index = 0; index < numbers.length; ) {
    const head = numbers[index++]!
    code += head >> 2
    const results: number[] = []
    for (let left = head & 3; left > 0; left--) {
      result += signed(numbers[index++]!)
      results.push(result)
    }
    stripped.set(code, results)
    traits[code]! |= HAS_ACCENT
  }
  const nothing: readonly number[] = []
  eachInRuns(unpack(droppedRuns), (dropped) => {
    stripped.set(dropped, nothing)
    traits[dropped]! |= HAS_ACCENT
  })
  for (let syllable = HANGUL_FIRST; syllable <= HANGUL_LAST; syllable++) traits[syllable]! |= HAS_ACCENT
  return stripped
}

function decodeMarks(traits: Uint8Array): Map<number, number> {
  const ranks = new Map<number, number>()
  eachInRuns(unpack(markRuns), (code, rank) => {
    ranks.set(code, rank)
    traits[code]! |= IS_MARK
  })
  return ranks
}

/** Runs of [gap since the last run, length, value]. */
function eachInRuns(numbers: readonly number[], visit: (code: number, value: number) => void): void {
  let code = 0
  for (let index = 0; index < numbers.length; index += 3) {
    code += numbers[index]!
    const end = code + numbers[index + 1]!
    for (; code < end; code++) visit(code, numbers[index + 2]!)
  }
}
