/**
 * The patterns of the steps Replace and Split in a tokenizer.json. Only a few kinds of regular expressions
 * are supported: alternatives of characters and character classes, each with a repetition (`\s+`,
 * `\p{N}{1,3}`, `[\r\n]+|\t`). They are matched in a single forward pass, in time linear in the text. All
 * others are refused, since JavaScript would find other matches than the Rust library and could take more
 * than linear time.
 */

import { ModelFormatError } from '../../format/errors.ts'
import { shown } from '../../format/json-file.ts'
import type { JsonObject } from '../json-object.ts'
import type { Pattern } from '../steps.ts'
import { letterRuns, numberRuns } from '../unicode/byte-level-tables.ts'
import { decimalRuns } from '../unicode/numeric-tables.ts'
import { wordRuns } from '../unicode/word-tables.ts'
import { CodePointSet } from '../unicode.ts'
import { isWhiteSpace } from '../white-space.ts'
import { GPT2_PATTERN, gpt2Words } from './byte-level.ts'
import { LLAMA_PATTERN, llamaWords } from './llama-words.ts'

/** A character class; `members` is the number of comparisons that it takes. */
interface Class {
  readonly members: number
  has(code: number): boolean
}

/** A repeated character class; it takes as many characters as possible, within its bounds. */
interface Repeated {
  readonly class: Class
  readonly least: number
  readonly most: number
}

/** The pattern of a literal text. An empty text matches nothing. */
export function literalPattern(text: string): Pattern {
  const pattern = Array.from(text, (character) => character.codePointAt(0)!)
  return {
    comparisons: pattern.length,
    endOf(codes, from, to): number {
      if (from + pattern.length > to) return from
      return pattern.every((code, index) => codes[from + index] === code) ? from + pattern.length : from
    },
  }
}

/** The pattern of a single code point from a class. */
export function classPattern(isIn: (code: number) => boolean): Pattern {
  return { comparisons: 1, endOf: (codes, from) => (isIn(codes[from]!) ? from + 1 : from) }
}

/** The pattern of a regular expression; undefined if the expression is not supported. */
export function parsePiecePattern(regex: string): Pattern | undefined {
  const alternatives = new Parser(regex).parse()
  if (alternatives === undefined) return undefined
  // Where a sequence does not fit, each of its parts was compared at most `least` times.
  const comparisons = alternatives.flat().reduce((sum, part) => sum + part.least * part.class.members, 0)
  return { comparisons, endOf: (codes, from, to) => firstMatch(alternatives, codes, from, to) }
}

function firstMatch(
  alternatives: readonly (readonly Repeated[])[],
  codes: Int32Array,
  from: number,
  to: number,
): number {
  for (const sequence of alternatives) {
    let end = from
    const fits = sequence.every(({ class: characters, least, most }) => {
      const begin = end
      while (end < to && end - begin < most && characters.has(codes[end]!)) end++
      return end - begin >= least
    })
    if (fits) return end
  }
  return from
}

/** Characters with a special meaning in a regular expression, unless they are escaped. */
const SIGNS = '\\^$.*+?()[]{}|'
const CONTROLS: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b }

/**
 * Parses a regular expression from left to right. A method returns undefined for what it does not support.
 */
class Parser {
  readonly #characters: readonly string[]
  #at = 0

  constructor(regex: string) {
    this.#characters = Array.from(regex)
  }

  parse(): Repeated[][] | undefined {
    const alternatives: Repeated[][] = [[]]
    while (this.#at < this.#characters.length) {
      if (this.#take('|')) {
        alternatives.push([])
        continue
      }
      const part = this.#readPart()
      const sequence = alternatives.at(-1)!
      // A part of variable length would have to give characters back if the next part needed them.
      if (part === undefined || sequence.some(({ least, most }) => least !== most)) return undefined
      sequence.push(part)
    }
    return alternatives.every((sequence) => sequence.length > 0) ? alternatives : undefined
  }

  #readPart(): Repeated | undefined {
    const isIn = this.#take('[') ? this.#readBrackets() : this.#readOne(SIGNS)
    const times = this.#readTimes()
    if (isIn === undefined || times === undefined) return undefined
    return { class: typeof isIn === 'number' ? oneClass((code) => code === isIn) : isIn, ...times }
  }

  /**
   * Reads a quantifier: `+`, `{2}`, `{2,}`, `{2,3}`, or nothing. Unsupported: quantifiers that allow zero
   * repetitions (`*`, `?`, `{0,}`) and doubled ones (`a+?`).
   */
  #readTimes(): { least: number; most: number } | undefined {
    let times = { least: 1, most: 1 }
    if (this.#take('+')) times = { least: 1, most: Infinity }
    else if (this.#take('{')) {
      const least = this.#readNumber()
      const most = this.#take(',') ? (this.#readNumber() ?? Infinity) : least
      if (!this.#take('}') || least === undefined || most === undefined || least < 1 || most < least) {
        return undefined
      }
      times = { least, most }
    }
    const next = this.#characters[this.#at]
    return next !== undefined && '*+?{'.includes(next) ? undefined : times
  }

  #readNumber(): number | undefined {
    let digits = ''
    while (/^\d$/.test(this.#characters[this.#at] ?? '')) digits += this.#characters[this.#at++]
    return digits === '' || digits.length > 2 ? undefined : Number(digits)
  }

  /** Reads a bracketed class, starting after its `[`. */
  #readBrackets(): Class | undefined {
    const negated = this.#take('^')
    const classes: Class[] = []
    do {
      const first = this.#readOne('\\^[]&-')
      if (first === undefined) return undefined
      if (typeof first !== 'number') {
        classes.push(first)
        continue
      }
      let last: number | Class | undefined = first
      if (this.#take('-')) last = this.#readOne('\\^[]&-')
      if (typeof last !== 'number' || last < first) return undefined
      const end = last
      classes.push(oneClass((code) => code >= first && code <= end))
    } while (!this.#take(']'))
    return {
      members: classes.length,
      has: (code) => classes.some((each) => each.has(code)) !== negated,
    }
  }

  /**
   * Reads a character or an escaped class. `signs` have a special meaning here, so they are not characters.
   */
  #readOne(signs: string): number | Class | undefined {
    const character = this.#characters[this.#at++]
    if (character === undefined) return undefined
    if (character !== '\\') return signs.includes(character) ? undefined : character.codePointAt(0)!
    const escaped = this.#characters[this.#at++] ?? ''
    if (escaped in CONTROLS) return CONTROLS[escaped]
    if (escaped === 'p' || escaped === 'P') {
      const name = this.#characters.slice(this.#at, this.#at + 3).join('')
      this.#at += 3
      const isIn = namedClass(name, signs === SIGNS)
      return isIn && oneClass((code) => isIn(code) === (escaped === 'p'))
    }
    const isIn = namedClass(escaped.toLowerCase(), signs === SIGNS)
    if (isIn) return oneClass((code) => isIn(code) === (escaped === escaped.toLowerCase()))
    // An escaped sign stands for itself; escaped letters and digits do not.
    return /^[\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e ]$/.test(escaped) ? escaped.codePointAt(0)! : undefined
  }

  #take(character: string): boolean {
    if (this.#characters[this.#at] !== character) return false
    this.#at++
    return true
  }
}

/**
 * Code points on which the library's two definitions of a word character differ: `\w` in patterns, and next
 * to added tokens.
 */
const MORE_WORDS: readonly number[] = [0xb2, 0xb3, 0xb9, 0xbc, 0xbd, 0xbe]
const FEWER_WORDS: readonly number[] = [0x200c, 0x200d]

function oneClass(has: Class['has']): Class {
  return { members: 1, has }
}

/**
 * @param alone outside brackets, where `\w` is a different class
 */
function namedClass(name: string, alone: boolean): Class['has'] | undefined {
  switch (name) {
    case 's':
      return isWhiteSpace
    case 'd':
      return setOf(decimalRuns)
    case 'w': {
      const words = setOf(wordRuns)
      return (code) => (words(code) ? !FEWER_WORDS.includes(code) : alone && MORE_WORDS.includes(code))
    }
    case '{L}':
      return setOf(letterRuns)
    case '{N}':
      return setOf(numberRuns)
    default:
      return undefined
  }
}

function setOf(runs: string): Class['has'] {
  const codes = new CodePointSet(runs)
  return (code) => codes.has(code)
}

/** The pattern of a Replace or Split in a tokenizer.json. */

/** Maximum length of a pattern in UTF-16 units: it is tried at every character of a text. */
const LONGEST = 256

/**
 * @throws {ModelFormatError} `UnsupportedConfig` for an unsupported pattern
 */
export function readPattern(part: JsonObject): Pattern {
  const pattern = part.object('pattern')
  const text = pattern?.string('String')
  const regex = pattern?.string('Regex')
  if ((text ?? regex ?? '').length <= LONGEST) {
    if (text) return literalPattern(text)
    const read = regex === undefined ? undefined : readRegex(regex)
    if (read) return read
  }
  throw new ModelFormatError(
    'UnsupportedConfig',
    `${part.name} has a ${part.string('type')} of the pattern ${shown(regex ?? text ?? part.value['pattern'])}; of patterns, alternatives of characters and classes a number of times are understood, as in "\\\\s+|[0-9]{1,3}", and those of GPT-2 and Llama 3`,
  )
}

/** Maximum length of a replacement in UTF-16 units: a short text must not grow to any length. */
const LONGEST_CONTENT = 32

/**
 * The text that a Replace inserts for each match.
 *
 * @throws {ModelFormatError} `InvalidConfig` if it is too long
 */
export function readContent(part: JsonObject, key: string): string {
  const content = part.string(key) ?? ''
  if (content.length <= LONGEST_CONTENT) return content
  throw part.wrong(key, `of at most ${LONGEST_CONTENT} characters`)
}

function readRegex(regex: string): Pattern | undefined {
  if (regex === GPT2_PATTERN) return gpt2Words()
  return regex === LLAMA_PATTERN ? llamaWords() : parsePiecePattern(regex)
}
