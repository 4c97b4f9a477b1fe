/**
 * Finds many phrases at once. The phrases are a tree of words (a trie). From each word of a text the tree is walked as far
 * as the text goes on in it.
 */

import { isWordUnit } from '../text/split/letters.ts'
import { isSpace } from '../text/white-space.ts'

/** Words of a phrase at most, which bounds the steps at each word of a text. */
export const LONGEST_PHRASE = 100

interface Node {
  readonly next: Map<string, Node>
  /** Whether a phrase ends here. */
  ends: boolean
}

interface Token {
  readonly start: number
  readonly end: number
}

export class Phrases {
  readonly #root: Node = { next: new Map(), ends: false }
  readonly #ignoreCase: boolean

  /** @throws {RangeError} for a phrase of nothing, or of too many words */
  constructor(phrases: Iterable<string>, ignoreCase: boolean, name: string) {
    this.#ignoreCase = ignoreCase
    for (const phrase of phrases) {
      if (typeof phrase !== 'string') throw new TypeError(`${name} has a ${typeof phrase}, expected strings`)
      const tokens = Array.from(tokenize(phrase))
      if (tokens.length === 0 || tokens.length > LONGEST_PHRASE) {
        throw new RangeError(
          `${name} has "${phrase.slice(0, 60)}", which has ${tokens.length} words, expected 1 to ${LONGEST_PHRASE}`,
        )
      }
      let node = this.#root
      tokens.forEach((token, index) => {
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

  /** From left to right, the longest where several begin, none overlapping another. */
  find(text: string): Token[] {
    const found: Token[] = []
    const unread = tokenize(text)
    // The words that a phrase may still reach are held, and no others.
    const ahead: Token[] = []
    const wordAt = (index: number): Token | undefined => {
      if (index === ahead.length) ahead.push(...one(unread))
      return ahead[index]
    }
    for (let first = wordAt(0); first !== undefined; first = wordAt(0)) {
      let node = this.#root.next.get(this.#key(text, first, undefined))
      let count = 0
      for (let index = 1; node !== undefined; index++) {
        if (node.ends) count = index
        const word = wordAt(index)
        node = word && node.next.get(this.#key(text, word, ahead[index - 1]))
      }
      if (count > 0) found.push({ start: first.start, end: ahead[count - 1]!.end })
      ahead.splice(0, Math.max(count, 1))
    }
    return found
  }

  /** A token's text, with a space in front where white space stands between it and the one before. */
  #key(text: string, { start, end }: Token, before: Token | undefined): string {
    const word = text.slice(start, end)
    const key = this.#ignoreCase ? word.toLowerCase() : word
    return before !== undefined && before.end < start ? ` ${key}` : key
  }
}

/**
 * Words, and each other character by itself. Scripts that put no spaces between words (Han, kana, Hangul syllables with
 * their particles, Thai to Khmer) have words of one character, so that phrases are found within.
 */
function* tokenize(text: string): Generator<Token, undefined> {
  let at = 0
  while (at < text.length) {
    const unit = text.charCodeAt(at)
    const start = at++
    if (isSpace(unit)) continue
    if (isWordUnit(unit) && !standsAlone(unit)) {
      while (at < text.length && isWordUnit(text.charCodeAt(at)) && !standsAlone(text.charCodeAt(at))) at++
    }
    yield { start, end: at }
  }
}

/** The next one, if there is one. */
function one(tokens: Generator<Token, undefined>): Token[] {
  const { value } = tokens.next()
  return value === undefined ? [] : [value]
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
