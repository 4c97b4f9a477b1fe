/**
 * Finds many phrases at once. The phrases are a tree of words (a trie). From each word of a text the tree is walked as far
 * as the text goes on in it.
 */

import { isWordUnit } from '../text/letters.ts'
import { isSpace } from '../text/white-space.ts'
import type { Match } from './overlaps.ts'
import type { Steps } from './turns.ts'

/** Words of a phrase at most, which bounds the steps at each word of a text. */
const LONGEST_PHRASE = 100

/** Units of a text that are read in one step. */
const STEP_UNITS = 4096

interface Node {
  readonly next: Map<string, Node>
  /** Whether a phrase ends here. */
  ends: boolean
}

export class Phrases {
  readonly #root: Node = { next: new Map(), ends: false }
  readonly #ignoreCase: boolean
  /** Units that a word of a phrase has at most, in small letters too, which take up to three for one. */
  #longest = 0

  /** @throws {RangeError} for a phrase of nothing, or of too many words */
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

  /** From left to right, the longest where several begin, none overlapping another. */
  *search(text: string): Steps<Match[]> {
    const found: Match[] = []
    const unread = tokenize(text)
    let more = true
    // The words that a phrase may still reach are held, and no others.
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

  /** A token's text, with a space in front where white space stands between it and the one before. */
  #key(text: string, { start, end }: Match, before: Match | undefined): string {
    // A word that is longer than all of the phrases is none of them.
    if (end - start > this.#longest) return ''
    const word = text.slice(start, end)
    const key = this.#ignoreCase ? word.toLowerCase() : word
    return before !== undefined && before.end < start ? ` ${key}` : key
  }
}

/**
 * Words, and each other character by itself. Scripts that put no spaces between words (Han, kana, Hangul syllables with
 * their particles, Thai to Khmer) have words of one character, so that phrases are found within.
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
