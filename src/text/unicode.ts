/**
 * The tokenizer's character table: the class of every character, and the bits for case and accents
 * (unicode/letters.ts). The tables are our own, equal to what the Rust tokenizers library does to every code
 * point, since the Unicode data of runtimes differ from one another and from the library.
 */

import { classRuns } from './unicode-tables.ts'

export const LETTER = 0
export const PUNCTUATION = 1
export const SPACE = 2
/** Control, format and private-use characters, which cleaning deletes. */
export const DELETED = 3
/** Ideographs, each of which is a word of its own. */
export const IDEOGRAPH = 4
/** The bits of a trait that contain one of the five classes above. */
export const CLASS = 7
/** The code point has a different lower case. */
export const HAS_LOWERCASE = 8
/** The code point decomposes: accent stripping leaves something else, or nothing. */
export const HAS_ACCENT = 16
/** The code point has a canonical combining class other than 0, so canonical ordering may move it. */
export const IS_MARK = 32

const LAST_CODE_POINT = 0x10ffff

let characters: Uint8Array | undefined

/**
 * A class by code point, plus the bits above once `letterTables` was called; decoded once in a process. A
 * lone surrogate has the class of U+FFFD.
 */
export function characterTraits(): Uint8Array {
  characters ??= decodeClasses()
  return characters
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
