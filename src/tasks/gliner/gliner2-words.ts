/**
 * Finds the words of GLiNER2 (WhitespaceTokenSplitter of the package gliner2): GLiNER's, to which combining marks and joiners
 * belong too, and before these whole addresses and handles. The package writes them as a pattern of Python, without regard to case:
 *
 *     (?:https?://[^\s]+|www\.[^\s]+) | [a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,} | @[a-z0-9_]+ | words | \S
 *
 * Here it is matched by hand: in a long text of letters and periods each word would otherwise look for an @ to the text's end.
 */
import { codePointAt, isWithinPair, unitsOf } from '../../text/code-points.ts'
import { combiningRuns } from '../../text/unicode/combining-tables.ts'
import { lowercaseOf } from '../../text/unicode/letters.ts'
import { CodePointSet } from '../../text/unicode.ts'
import { isPythonSpace } from '../../text/white-space.ts'
import { splitBy, type WordSpan } from './words.ts'

/** The zero-width non-joiner and joiner. */
const JOINERS = [0x200c, 0x200d]
/** What `[a-z]` matches too where Python disregards case: their other case is a letter of ASCII. */
const LETTER = 'a-zA-Z\u0130\u0131\u017f\u212a'
const LOCAL = new RegExp(`[${LETTER}0-9._%+\\-]`)
const DOMAIN = new RegExp(`[${LETTER}0-9.\\-]`)
const HANDLE = new RegExp(`[${LETTER}0-9_]`)
const TOP = new RegExp(`[${LETTER}]`)
const ADDRESS = /http[sS\u017f]?:\/\/|www\./iy
/** Long enough for any beginning of an address. */
const LONGEST_BEGINNING = 8

let combining: CodePointSet | undefined
let lowercase: ReadonlyMap<number, number> | undefined

/** The words of a text, in order, section by section. */
export function splitGliner2Words(text: string): Generator<WordSpan[], void, undefined> {
  combining ??= new CodePointSet(combiningRuns)
  const marks = combining
  const email = new EmailFinder(text)
  return splitBy(text, {
    isMore: (code) => marks.has(code) || JOINERS.includes(code),
    endOfOther: (at) => endOfAddress(text, at) ?? email.endFrom(at) ?? endOfHandle(text, at) ?? at,
  })
}

/** The end of what begins as a URL: it goes on to the next white space. */
function endOfAddress(text: string, at: number): number | undefined {
  if (!'hHwW'.includes(text[at]!)) return undefined
  ADDRESS.lastIndex = 0
  const beginning = ADDRESS.exec(text.slice(at, at + LONGEST_BEGINNING))?.[0].length
  if (beginning === undefined) return undefined
  let end = at + beginning
  while (end < text.length && !isPythonSpace(text.charCodeAt(end))) end++
  return end > at + beginning ? end : undefined
}

function endOfHandle(text: string, at: number): number | undefined {
  if (text[at] !== '@') return undefined
  const end = endOfRun(text, at + 1, HANDLE)
  return end > at + 1 ? end : undefined
}

/** Finds addresses of e-mail, and remembers how far there is none. */
class EmailFinder {
  readonly #text: string
  /** No address begins before it, from the places that were asked for on. */
  #noneBefore = 0

  constructor(text: string) {
    this.#text = text
  }

  /** The end of the address that begins at `at`. */
  endFrom(at: number): number | undefined {
    if (at < this.#noneBefore) return undefined
    const text = this.#text
    const local = endOfRun(text, at, LOCAL)
    const end = local > at && text[local] === '@' ? this.#endOfDomain(local + 1) : undefined
    // An address that began later in the same run would have the same domain.
    if (end === undefined) this.#noneBefore = local
    return end
  }

  /** The longest `[a-z0-9.-]+\.[a-z]{2,}`: its last period that two letters follow, and all letters after it. */
  #endOfDomain(first: number): number | undefined {
    const text = this.#text
    const end = endOfRun(text, first, DOMAIN)
    for (let period = end - 3; period > first; period--) {
      if (text[period] !== '.') continue
      const last = endOfRun(text, period + 1, TOP)
      if (last >= period + 3) return last
    }
    return undefined
  }
}

function endOfRun(text: string, at: number, kind: RegExp): number {
  let end = at
  while (end < text.length && kind.test(text[end]!)) end++
  return end
}

const CASED = /\p{Cased}/u
const CASE_IGNORABLE = /\p{Case_Ignorable}/u
const CAPITAL_SIGMA = 0x3a3

/**
 * A word in lower case, as Python's `str.lower`: by our own table, and a sigma at the end of a word is a final one
 * (The Unicode Standard 3.13, table 3-17).
 */
export function lowerCase(word: string): string {
  lowercase ??= lowercaseOf()
  let lowered = ''
  for (let at = 0; at < word.length; ) {
    const code = codePointAt(word, at)
    const next = at + unitsOf(code)
    if (code === CAPITAL_SIGMA) lowered += isFinal(word, at) ? 'ς' : 'σ'
    else lowered += String.fromCodePoint(lowercase.get(code) ?? code)
    if (code === 0x130) lowered += '\u0307'
    at = next
  }
  return lowered
}

/** Whether of the characters beside a sigma, but for those that do not matter, the one before has a case and the one after none. */
function isFinal(word: string, at: number): boolean {
  let before = at - 1
  while (before >= 0 && CASE_IGNORABLE.test(characterAt(word, before))) before--
  let after = at + 1
  while (after < word.length && CASE_IGNORABLE.test(characterAt(word, after))) after++
  return before >= 0 && CASED.test(characterAt(word, before)) && !CASED.test(characterAt(word, after))
}

/** The whole character that a unit belongs to; empty after the word's end. */
function characterAt(word: string, at: number): string {
  if (at >= word.length) return ''
  return String.fromCodePoint(codePointAt(word, isWithinPair(word, at) ? at - 1 : at))
}
