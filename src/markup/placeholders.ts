/**
 * How numbered placeholders are written, and how people and language models write them again.
 *
 * A placeholder is `[PER_1]`: a bracket, the type, `_`, a number, a bracket. Its spellings are what answers make of it: letters
 * of another case, hyphens, spaces or nothing in place of `_`, a space inside the brackets, Markdown's escapes
 * (`\[PER\_1\]`), or no brackets (`PER_1`, `PER1`). All spellings of one placeholder have one key, `PER_1`, and two placeholders
 * never have the same.
 */

/** A stretch of text that may be a placeholder. */
export interface Spelling {
  readonly start: number
  readonly end: number
  /** Shared by all spellings of a placeholder. */
  readonly key: string
  /** The key of the type alone. */
  readonly type: string
  readonly number: number
  /** Without brackets and escapes, as it stands in the text. */
  readonly inside: string
  readonly bracketed: boolean
  /** Whether it is a word such as `PER1`, which has neither brackets nor `_`: no placeholder was given out so. */
  readonly word: boolean
}

/** A number of more digits cannot have been assigned. */
const MOST_DIGITS = 15
/** What parts a type from its number, folded: so many at most. */
const MOST_SEPARATORS = 3
const SEPARATORS = /_{1,3}$/u

/**
 * In brackets whatever ends with a digit, both brackets escaped or neither; without brackets a word that ends with a digit,
 * and stands by itself. The pattern takes time linear in the text: a bracket ends at the next one, and a word begins
 * where no word is before it.
 */
const SPELLINGS =
  /\\\[([^[\]]*\d) ?\\\]|\[([^[\]]*\d) ?\]|(?<![\p{L}\p{M}\p{N}_\-\\])((?:[\p{L}\p{M}\p{N}]|\\?_)*\d)(?![\p{L}\p{M}\p{N}_]|\\_)/gu

/**
 * Yields all possible placeholders from left to right, and after each bracketed one those inside it: `[PER_1,
 * PER_2]` is no placeholder but holds two. A caller that accepts one skips those that begin before its end.
 */
export function* spellingsIn(text: string, from: number = 0): Generator<Spelling> {
  const pattern = new RegExp(SPELLINGS)
  pattern.lastIndex = from
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const bracketed = match[3] === undefined
    const inside = unescaped(match[1] ?? match[2] ?? match[3]!)
    const parsed = parseSpelling(inside)
    const end = pattern.lastIndex
    if (bracketed) pattern.lastIndex = match.index + 1
    if (parsed === undefined) continue
    const word = !bracketed && !/_\d+$/u.test(inside)
    yield { ...parsed, start: match.index, end, inside, bracketed, word }
  }
}

/** The placeholder of a type and a number. */
export function placeholderOf(type: string, number: number): string {
  // A bracket inside would split the placeholder in two.
  return `[${type.replace(/[[\]]/gu, '')}_${number}]`
}

/** Equal for types whose placeholders could be confused. */
export function typeKey(type: string): string {
  return parseSpelling(unescaped(placeholderOf(type, 0).slice(1, -1)))!.type
}

/** Finds where an answer so far may end with the beginning of a placeholder of these types. */
export class SpellingBeginnings {
  readonly #types: ReadonlySet<string>
  readonly #beginnings = new Set<string>([''])
  readonly #longest: number

  /** @param types keys of types */
  constructor(types: ReadonlySet<string>) {
    this.#types = types
    let longest = 0
    for (const type of types) {
      for (let end = 1; end <= type.length; end++) this.#beginnings.add(type.slice(0, end))
      for (let parts = 1; parts <= MOST_SEPARATORS; parts++) this.#beginnings.add(type + '_'.repeat(parts))
      longest = Math.max(longest, type.length)
    }
    // Each letter of the type and each separator may be one that is escaped, between blanks, before half a bracket.
    this.#longest = 2 * (longest + MOST_SEPARATORS) + MOST_DIGITS + 3
  }

  /**
   * Where the last stretch begins that may still become a placeholder; the text's length if there is none.
   */
  startIn(text: string): number {
    const open = text.lastIndexOf('[')
    if (open >= 0 && text.indexOf(']', open) < 0) {
      // A blank and an escaped bracket may end it.
      const inside = unescaped(text.slice(open + 1).replace(/ ?\\?$/u, ''))
      const opens = CAPITALS.test(inside) || this.#mayBecome(inside.replace(/^ /u, ''))
      if (opens) return text[open - 1] === '\\' ? open - 1 : open
    }
    // Half of a surrogate pair may be that of a letter, with which the word goes on.
    const last = text.charCodeAt(text.length - 1)
    const end = last >= 0xd800 && last < 0xdc00 ? text.length - 1 : text.length
    const tail = text.slice(Math.max(0, end - this.#longest), end)
    const [run] = /(?:(?<![\p{L}\p{M}\p{N}_\-\\])(?:[\p{L}\p{M}\p{N}]|\\?_)+)?\\?$/u.exec(tail)!
    if (run !== '' && this.#mayBecome(unescaped(run.replace(/\\$/u, '')))) return end - run.length
    // A backslash may be a bracket's.
    return end < text.length || last !== 0x5c ? end : end - 1
  }

  #mayBecome(unescaped: string): boolean {
    if (unescaped.length > this.#longest) return false
    const folded = fold(unescaped)
    if (this.#beginnings.has(folded)) return true
    const digits = digitsBefore(folded, folded.length)
    if (digits === folded.length || folded.length - digits > MOST_DIGITS) return false
    return this.#types.has(withoutSeparators(folded.slice(0, digits)))
  }
}

/** Maximum length of the capitals in what looks like a placeholder of any type: `PER_1`. */
const MOST_CAPITALS = 60
const CAPITALS = /^[A-Z][A-Z\d_]{0,59}$/u

/** Whether a spelling looks like a placeholder of some unknown type: capitals, `_` and digits. */
export function looksNumbered({ inside, bracketed }: Spelling): boolean {
  return bracketed && inside.length <= MOST_CAPITALS && CAPITALS.test(inside) && /_\d+$/u.test(inside)
}

/** What a spelling without brackets and escapes says; undefined if it ends with no number that can have been given out. */
export function parseSpelling(written: string): { key: string; type: string; number: number } | undefined {
  const digits = digitsBefore(written, written.length)
  if (digits === written.length || written.length - digits > MOST_DIGITS) return undefined
  const number = written.slice(digits)
  const folded = fold(written.slice(written.startsWith(' ') ? 1 : 0, digits))
  const type = withoutSeparators(folded)
  return { key: `${type}_${number}`, type, number: Number(number) }
}

/** A type without what parts it from its number. */
function withoutSeparators(folded: string): string {
  return folded.replace(SEPARATORS, '')
}

/** Where the digits before a position begin. */
function digitsBefore(text: string, end: number): number {
  let start = end
  while (start > 0 && text.charCodeAt(start - 1) >= 0x30 && text.charCodeAt(start - 1) <= 0x39) start--
  return start
}

function fold(text: string): string {
  return text.replace(/[ \u00a0-]/gu, '_').toUpperCase()
}

/** Without the backslashes that Markdown puts before `_` and `-`. */
function unescaped(text: string): string {
  return text.replace(/\\([_-])/gu, '$1')
}
