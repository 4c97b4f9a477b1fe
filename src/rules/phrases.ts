/**
 * Finds many phrases at once. The phrases form a trie of words; from each word of a text, the trie is
 * followed as far as the text matches.
 */

import { isWordUnit } from '../text/letters.ts'
import { isSpace } from '../text/white-space.ts'
import type { Match } from './overlaps.ts'
import type { Steps } from './turns.ts'

/** Maximum number of words in a phrase; bounds the steps at each word of a text. */
const LONGEST_PHRASE = 100

/** UTF-16 units of a text that are read in one step. */
const STEP_UNITS = 4096

interface Node {
  readonly next: Map<string, Node>
  /** Whether a phrase ends here. */
  ends: boolean
}

export class Phrases {
  readonly #root: Node = { next: new Map(), ends: false }
  readonly #ignoreCase: boolean
  /** Units in the longest word of any phrase, also in lower case, which can be three times as long. */
  #longest = 0

  /**
   * @throws {RangeError} for an empty phrase, or one of too many words
   */
  constructor(phrases: Iterable<string>, ignoreCase: boolean, name: string) {
    this.#ignoreCase = ignoreCase
    for (const phrase of phrases) {
      if (typeof phrase !== 'string') throw new TypeError(`${name} has a ${typeof phrase}, expected strings`)
      const tokens = Array.from(tokenize(phrase)).filter((token) => token !== 'pause')
      if (tokens.length === 0 || tokens.length > LONGEST_PHRASE) {
        throw new RangeError(
          `${name} has "${phrase.slice(0, 60)}", which has ${tokens.length} words, expected 1 to ${LONGEST_PHRASE}`,
        )
      }
      let node = this.#root
      tokens.forEach((token, index) => {
        this.#longest = Math.max(this.#longest, 3 * (token.end - token.start))
        const key = this.#key(phrase, token, index === 0 ? undefined : tokens[index - 1])
        let next = node.next.get(key)
        if (next === undefined) {
          next = { next: new Map(), ends: false }
          node.next.set(key, next)
        }
        node = next
      })
      node.ends = true
    }
  }

  /** Matches from left to right, the longest where several begin, none overlapping another. */
  *search(text: string): Steps<Match[]> {
    const found: Match[] = []
    const unread = tokenize(text)
    let more = true
    // Only the words that a phrase may still reach are kept.
    const ahead: Match[] = []
    let node: Node | undefined = this.#root
    /** Words that the tree was walked along, and those of the longest phrase so far. */
    let index = 0
    let count = 0
    for (;;) {
      if (more && index === ahead.length) {
        const { done, value } = unread.next()
        more = !done
        if (value === 'pause') yield
        else if (value !== undefined) ahead.push(value)
        continue
      }
      const word = ahead[index]
      if (index === 0 && word === undefined) return found
      node = word && node.next.get(this.#key(text, word, ahead[index - 1]))
      if (node !== undefined) {
        index++
        if (node.ends) count = index
        continue
      }
      if (count > 0) found.push({ start: ahead[0]!.start, end: ahead[count - 1]!.end })
      ahead.splice(0, Math.max(count, 1))
      node = this.#root
      index = 0
      count = 0
    }
  }

  /** A token's text, with a space in front if white space separates it from the token before. */
  #key(text: string, { start, end }: Match, before: Match | undefined): string {
    // A word longer than every phrase matches none of them.
    if (end - start > this.#longest) return ''
    const word = text.slice(start, end)
    const key = this.#ignoreCase ? word.toLowerCase() : word
    return before !== undefined && before.end < start ? ` ${key}` : key
  }
}

/**
 * Splits a text into words and single other characters. In scripts that put no spaces between words (Han,
 * kana, Hangul syllables with their particles, Thai to Khmer) each character is a word, so that phrases are
 * found within longer text.
 */
function* tokenize(text: string): Generator<Match | 'pause', undefined> {
  let at = 0
  let paused = 0
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    const start = at++
    const isLong = isWordUnit(unit) && !standsAlone(unit)
    while (
      isLong &&
      at < text.length &&
      isWordUnit(text.charCodeAt(at)) &&
      !standsAlone(text.charCodeAt(at))
    ) {
      at++
      if (at % STEP_UNITS === 0) yield 'pause'
    }
    if (at - paused >= STEP_UNITS) {
      paused = at
      yield 'pause'
    }
    if (!isSpace(unit)) yield { start, end: at }
  }
}

function standsAlone(unit: number): boolean {
  if (unit < 0x0e00) return false
  return (
    unit <= 0x0eff ||
    (unit >= 0x1000 && unit <= 0x109f) ||
    (unit >= 0x1780 && unit <= 0x17ff) ||
    (unit >= 0x2e80 && unit <= 0x9fff) ||
    (unit >= 0xac00 && unit <= 0xd7a3) ||
    (unit >= 0xf900 && unit <= 0xfaff)
  )
}
