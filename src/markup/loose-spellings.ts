/**
 * Finds what may be meant as a placeholder that was given out, in spellings that are never certain: with a hyphen (`PER-1`), in
 * brackets of other kinds (`(PER 1)`), with full-width signs (`[PER１]`), before a letter (`PER_1s`) or after a hyphen
 * (`X-PER_1`). They are told, and never replaced.
 *
 * Ordinary words are none: a type of one letter never is (`A-1`), a blank needs brackets around all of it (`PER 1 KG`), a
 * hyphen the letters as they were given out (`per-1`), and what goes on as a number is another one (`PER-1.5`).
 */

/** A stretch that may be meant as a placeholder. */
export interface LooseSpelling {
  /** The placeholder with `_`, without brackets: `PER_1`. */
  readonly inside: string
  /** As it stands in the text. */
  readonly bare: string
  /** The same with brackets around it, where they are. */
  readonly written: string
}

const DIGITS = /[\d０-９]+/gu
/** What parts a type from its number, escapes among it, as long as any. */
const SEPARATORS = /[ \u00a0_\\\-\u2010\u2011\u2013＿－]*$/u
const MOST_SEPARATORS = 4
const HYPHENS = /^\\?[-\u2010\u2011\u2013]$/u
const UNDERSCORE = /^\\?_$/u
/** The full-width forms of ASCII's signs, and how far they are from them. */
const WIDE = /[\uff01-\uff5e]/gu
const WIDE_OFFSET = 0xfee0
const WORD_BEFORE = /[\p{L}\p{M}\p{N}_]$/u
const WORD_AFTER = /^[\p{L}\p{M}\p{N}_]/u
const LETTER_AFTER = /^\p{L}/u
const NUMBER_AFTER = /^[.,:]\d/u
const OPENING = '[({<［（｛＜【「『〔〈《«“‘"\'`*'
const CLOSING = '])}>］）｝＞】」』〕〉》»”’"\'`*'
const MOST_DIGITS = 15
/** UTF-16 units that are looked at before a spelling and behind it. */
const AROUND = 2

export class LooseSpellings {
  /** Types as they were given out, by how they are written without regard to case. */
  readonly #types = new Map<string, string[]>()
  readonly #lengths = new Set<number>()
  readonly #kept: number
  /** The end of the text so far, which may go on as a spelling. */
  #tail = ''
  #isCut = false

  constructor(types: Iterable<string>) {
    for (const type of types) {
      if (type.length < 2) continue
      const folded = plain(type).toUpperCase()
      this.#types.set(folded, [...(this.#types.get(folded) ?? []), type])
      this.#lengths.add(type.length)
    }
    this.#kept = Math.max(0, ...this.#lengths) + MOST_SEPARATORS + MOST_DIGITS + 2 * AROUND
  }

  /**
   * Reads on in a text.
   *
   * @param ended whether nothing follows; the next text is another one
   */
  read(chunk: string, ended: boolean): LooseSpelling[] {
    if (this.#lengths.size === 0) return []
    const text = this.#tail + chunk
    const found: LooseSpelling[] = []
    for (const { 0: digits, index } of text.matchAll(DIGITS)) {
      const end = index + digits.length
      if (digits.length > MOST_DIGITS) continue
      // What is behind it decides, and comes with the next chunk.
      if (!ended && end + AROUND > text.length) break
      const spelling = this.#before(text, index, end)
      if (spelling !== undefined) found.push(spelling)
    }
    this.#isCut = !ended && (this.#isCut || text.length > this.#kept)
    this.#tail = ended ? '' : text.slice(-this.#kept)
    return found
  }

  #before(text: string, digits: number, end: number): LooseSpelling | undefined {
    const ahead = text.slice(Math.max(0, digits - MOST_SEPARATORS), digits)
    for (let parts = SEPARATORS.exec(ahead)![0].length; parts >= 0; parts--) {
      for (const length of this.#lengths) {
        const start = digits - parts - length
        // What was before it in another chunk is not known any more; it was looked at then.
        if (start < (this.#isCut ? AROUND : 0)) continue
        const type = plain(text.slice(start, digits - parts))
        const number = narrow(text.slice(digits, end))
        for (const given of this.#types.get(type.toUpperCase()) ?? []) {
          const written = writtenAs(
            { text, start, digits: digits - parts, number: digits, end },
            type === plain(given),
          )
          if (written !== undefined)
            return { inside: `${given}_${number}`, bare: text.slice(start, end), written }
        }
      }
    }
    return undefined
  }
}

/** Where a type begins, what parts it from its number, the number, and where that ends. */
interface Places {
  readonly text: string
  readonly start: number
  readonly digits: number
  readonly number: number
  readonly end: number
}

/**
 * @param exact whether the type is written as it was given out
 * @returns what stands there, if it may be meant as a placeholder
 */
function writtenAs({ text, start, digits, number, end }: Places, exact: boolean): string | undefined {
  const before = text.slice(Math.max(0, start - AROUND), start)
  const after = text.slice(end, end + AROUND)
  if (WORD_BEFORE.test(before) || NUMBER_AFTER.test(after)) return undefined
  const separators = text.slice(digits, number)
  const spelling = text.slice(start, end)
  const isUnderscored = exact && UNDERSCORE.test(separators)
  if (WORD_AFTER.test(after)) return isUnderscored && LETTER_AFTER.test(after) ? spelling : undefined
  const opening = before.slice(-1)
  const closing = after.slice(0, 1)
  if (opening !== '' && closing !== '' && OPENING.indexOf(opening) === CLOSING.indexOf(closing)) {
    if (OPENING.includes(opening)) return opening + spelling + closing
  }
  const hyphened = exact && HYPHENS.test(separators)
  return isUnderscored || hyphened || narrow(spelling) !== spelling ? spelling : undefined
}

/** A type with `_` where it has blanks or hyphens. */
function plain(type: string): string {
  return narrow(type).replace(/[ \u00a0-]/gu, '_')
}

/** With ASCII's signs in place of their full-width forms. */
function narrow(text: string): string {
  return text.replace(WIDE, (sign) => String.fromCharCode(sign.charCodeAt(0) - WIDE_OFFSET))
}
