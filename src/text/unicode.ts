/**
 * What the tokenizer knows of characters: classes, lower case, accents. The tables are our own, equal to what the Rust
 * tokenizers library does to every code point, and are read at first use: the runtime's Unicode data differ from one
 * runtime to the next and from the library.
 */

import { classRuns } from './unicode-tables.ts'

export const LETTER = 0
export const PUNCTUATION = 1
export const SPACE = 2
/** Control, format and private-use characters, which cleaning deletes. */
export const DELETED = 3
/** Ideographs, each a word by itself. */
export const IDEOGRAPH = 4
/** The bits of a trait that hold one of the five classes above. */
export const CLASS = 7
/** Has an entry in `lowercase`. */
export const HAS_LOWERCASE = 8
/** Decomposes: accent stripping leaves something else of it, or nothing. */
export const HAS_ACCENT = 16
/** Has a canonical combining class other than 0, so canonical ordering may move it. */
export const IS_MARK = 32

const LAST_CODE_POINT = 0x10ffff
const HANGUL_FIRST = 0xac00
const HANGUL_LAST = 0xd7a3

/** What lower-casing and accent stripping need. */
export interface LetterTables {
  /** Lower case where it differs; U+0130 (i) gets U+0307 besides. */
  readonly lowercase: ReadonlyMap<number, number>
  /** What is left of a code point after NFD without its nonspacing marks; see `stripAccents`. */
  readonly stripped: ReadonlyMap<number, readonly number[]>
  /** Rank of the combining class of a mark (of the first code point of its decomposition), 1 the lowest. */
  readonly markRanks: ReadonlyMap<number, number>
}

let characters: Uint8Array | undefined
let letters: LetterTables | undefined

/**
 * A class by code point, and the bits above once `loadLetterTables` was awaited; decoded once a process. A lone surrogate
 * has the class of U+FFFD.
 */
export function characterTraits(): Uint8Array {
  characters ??= decodeClasses()
  return characters
}

/** Reads the tables of case and accents, which are most of the bytes and which cased models do without. */
export async function loadLetterTables(): Promise<void> {
  const packed = await import('./unicode/letter-tables.ts')
  letters ??= decodeLetters(packed, characterTraits())
}

/** The tables of case and accents; `loadLetterTables` comes first. */
export function letterTables(): LetterTables {
  if (letters === undefined) throw new Error('The tables of case and accents are not loaded')
  return letters
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

/** Numbers from base64 digits of 5 bits, lowest first, the sixth bit set where more follow. */
export function unpack(packed: string): number[] {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
  const numbers: number[] = []
  let number = 0
  let shift = 0
  for (const character of packed) {
    const digit = digits.indexOf(character)
    number |= (digit & 31) << shift
    shift += 5
    if (digit < 32) {
      numbers.push(number)
      number = 0
      shift = 0
    }
  }
  return numbers
}

/** 0, 1, 2, 3, 4 ... stand for 0, -1, 1, -2, 2 ... */
function signed(number: number): number {
  return number & 1 ? -(number + 1) / 2 : number / 2
}

type PackedLetters = typeof import('./unicode/letter-tables.ts')

function decodeLetters(packed: PackedLetters, traits: Uint8Array): LetterTables {
  return {
    lowercase: decodeLowercase(packed, traits),
    stripped: decodeStripped(packed, traits),
    markRanks: decodeMarks(packed, traits),
  }
}

function decodeClasses(): Uint8Array {
  const traits = new Uint8Array(LAST_CODE_POINT + 1)
  let first = 0
  let kind = LETTER
  for (const number of unpack(classRuns)) {
    const next = first + (number >> 3)
    traits.fill(kind, first, next)
    first = next
    kind = number & CLASS
  }
  return traits.fill(kind, first)
}

function decodeLowercase({ lowercaseRuns }: PackedLetters, traits: Uint8Array): Map<number, number> {
  const lowercase = new Map<number, number>()
  const numbers = unpack(lowercaseRuns)
  let end = 0
  for (let index = 0; index < numbers.length; index += 3) {
    const step = 1 + (numbers[index + 1]! & 1)
    let code = end + numbers[index]!
    for (let left = numbers[index + 1]! >> 1; left > 0; left--, code += step) {
      lowercase.set(code, code + signed(numbers[index + 2]!))
      traits[code]! |= HAS_LOWERCASE
      end = code + 1
    }
  }
  return lowercase
}

function decodeStripped(
  { strippedEntries, droppedRuns }: PackedLetters,
  traits: Uint8Array,
): Map<number, readonly number[]> {
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

function decodeMarks({ markRuns }: PackedLetters, traits: Uint8Array): Map<number, number> {
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

/** A set of code points, one bit each: 136 kB. */
export class CodePointSet {
  readonly #bits = new Uint32Array(0x110000 / 32)

  /** @param runs [code points since the last run, length] of each run, packed as unicode.ts says */
  constructor(runs: string) {
    const numbers = unpack(runs)
    let code = 0
    for (let index = 0; index < numbers.length; index += 2) {
      code += numbers[index]!
      for (const end = code + numbers[index + 1]!; code < end; code++)
        this.#bits[code >> 5]! |= 1 << (code & 31)
    }
  }

  has(code: number): boolean {
    return (this.#bits[code >> 5]! & (1 << (code & 31))) !== 0
  }
}
