/**
 * Stand-ins of numbers, keys and dates, in their form. A number's begins with 000, of letters XXX, and is plainly none: no
 * telephone number, card, account or social security number begins so. No check digit is computed.
 */
import { wordsIn } from './text-words.ts'

/** Letters and digits of a stand-in, at most: the rest of a longer key is left out. */
const MOST_LETTERS = 48
/** Letters and digits at least: shorter numbers stand in texts by chance. */
export const FEWEST_LETTERS = 7
/** Signs between two groups, at most. */
const MOST_SIGNS = 3

const DATE =
  /(?:\d{1,4}([./-])\d{1,2}\1\d{1,4}|\d{1,2}(?:st|nd|rd|th|\.)? (?:de |of )?\p{L}{3,12}\.?,? (?:de )?\d{4}|\p{L}{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})(?![\p{L}\p{M}\p{N}_])/uy

/** The date that begins at a place, or undefined. */
export function dateAt(text: string, at: number): string | undefined {
  DATE.lastIndex = at
  return DATE.exec(text)?.[0]
}

/** Whether a text is a date and nothing else. */
export function isDate(text: string): boolean {
  return dateAt(text, 0) === text
}

/** Numbers in an order that a seed decides; a linear congruential generator (Knuth, MMIX's in 32 bits). */
export class Draws {
  #state: number

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b1)
  }

  /** @returns a whole number below `limit` */
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0
    return Math.floor((this.#state / 0x1_0000_0000) * limit)
  }
}

/** A date of the same form: names of months and signs stay, days and months are 1 to 12, years 1930 to 2009. */
export function drawDate(date: string, draws: Draws): string {
  return date.replace(/\d+/gu, (digits) => {
    if (digits.length === 4) return String(1930 + draws.below(80))
    return String(1 + draws.below(digits.length === 1 ? 9 : 12)).padStart(digits.length, '0')
  })
}

const VOWELS = 'aeiou'
const CONSONANTS = 'bcdfghjklmnpqrstvwxyz'

/**
 * A number of the same form: digits for digits, vowels for vowels, consonants for consonants.
 *
 * @param more  how many digits are added to what is long enough
 */
export function drawNumber(number: string, draws: Draws, more: number): string {
  let drawn = ''
  let letters = 0
  let signs = 0
  for (const character of number) {
    if (letters === MOST_LETTERS) break
    const isDigit = /\p{N}/u.test(character)
    if (!isDigit && !/\p{L}/u.test(character)) {
      if (!/\p{M}/u.test(character) && signs++ < MOST_SIGNS) drawn += character
      continue
    }
    signs = 0
    const begins = letters++ < 3
    const from = isDigit ? (begins ? '0' : '0123456789') : begins ? 'x' : lettersLike(character)
    const letter = from[draws.below(from.length)]!
    drawn += /\p{Lu}/u.test(character) ? letter.toUpperCase() : letter
  }
  for (const least = Math.max(letters, FEWEST_LETTERS) + more; letters < least; letters++) {
    drawn += letters < 3 ? '0' : draws.below(10)
  }
  // A mark is dropped, also where it is all that begins or ends the number as a word.
  return drawn.replace(/^[^\p{L}\p{N}_]+|[^\p{L}\p{N}_]+$/gu, '')
}

function lettersLike(letter: string): string {
  return VOWELS.includes(letter.normalize('NFD')[0]!.toLowerCase()) ? VOWELS : CONSONANTS
}

/**
 * What of a text, from a word of it on, a number's stand-in could be: its letters and digits up to the ends of words, without
 * the signs between. None, where it does not begin as one.
 */
export function numbersFrom(text: string, start: number): string[] {
  const found: string[] = []
  if (!/[0x_]/iu.test(text[start]!)) return found
  let letters = ''
  let at = start
  for (const word of wordsIn(text.slice(start, start + 4 * MOST_LETTERS + 1))) {
    if (start + word.start - at > MOST_SIGNS) break
    at = start + word.end
    letters += word.text.toLowerCase().replace(/[\p{M}_]/gu, '')
    if (letters.length > MOST_LETTERS || !'000'.startsWith(letters.slice(0, 3).replace(/x/gu, '0'))) break
    if (letters.length >= FEWEST_LETTERS) found.push(letters)
  }
  return found
}
