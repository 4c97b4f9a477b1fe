/** Tokens that are met in a text as a whole, such as a literal `[SEP]`: cut out leftmost first, the longest there. */

import type { NormalizedText } from './normalize.ts'
import type { AddedToken } from './settings.ts'
import { CLASS, characterTraits, DELETED, IDEOGRAPH, LETTER } from './unicode.ts'

/** A part of a text: with `token`, it is that token; without, it is what stands between two. */
export type VisitPart = (start: number, end: number, token: AddedToken | undefined) => void

export class AddedTokenMatcher {
  readonly #tokens: ReadonlyMap<string, AddedToken>
  /** All contents, the longest first: a regular expression takes the leftmost place, and there the first that fits. */
  readonly #pattern: RegExp | undefined

  constructor(tokens: readonly AddedToken[]) {
    this.#tokens = new Map(
      tokens.filter(({ content }) => content !== '').map((token) => [token.content, token]),
    )
    if (this.#tokens.size === 0) return
    const contents = [...this.#tokens.keys()].sort((a, b) => b.length - a.length)
    this.#pattern = new RegExp(
      contents.map((content) => content.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'),
      'gu',
    )
  }

  /** Calls `visit` for each part of `text`, in order; no part is empty. */
  split(text: string, visit: VisitPart): void {
    let done = 0
    for (const match of this.#pattern ? text.matchAll(this.#pattern) : []) {
      const token = this.#tokens.get(match[0])!
      let start = match.index
      let end = start + match[0].length
      if (token.singleWord && (endsWithLetter(text, start) || beginsWithLetter(text, end))) continue
      if (token.stripLeft) while (start > done && isSpace(text, start - 1)) start--
      if (token.stripRight) while (end < text.length && isSpace(text, end)) end++
      if (done < start) visit(done, start, undefined)
      visit(start, end, token)
      done = end
    }
    if (done < text.length) visit(done, text.length, undefined)
  }

  /** The same over normalised code points: ranges are indices into them. */
  splitNormalized(normalized: NormalizedText, visit: VisitPart): void {
    if (!this.#pattern) {
      visit(0, normalized.length, undefined)
      return
    }
    let text = ''
    const indexAt: number[] = []
    for (let index = 0; index < normalized.length; index++) {
      const character = String.fromCodePoint(normalized.codePoints[index]!)
      for (let unit = 0; unit < character.length; unit++) indexAt.push(index)
      text += character
    }
    indexAt.push(normalized.length)
    this.split(text, (start, end, token) => visit(indexAt[start]!, indexAt[end]!, token))
  }
}

function isLetter(code: number | undefined): boolean {
  if (code === undefined) return false
  if (code === 0x5f) return true
  const kind = characterTraits()[code]! & CLASS
  return kind === LETTER || kind === IDEOGRAPH
}

function beginsWithLetter(text: string, at: number): boolean {
  return isLetter(text.codePointAt(at))
}

function endsWithLetter(text: string, end: number): boolean {
  const unit = text.charCodeAt(end - 1)
  return isLetter(unit >= 0xdc00 && unit <= 0xdfff ? text.codePointAt(end - 2) : text.codePointAt(end - 1))
}

function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  const kind = characterTraits()[code]! & CLASS
  return kind === 2 || (kind === DELETED && (code === 0x0b || code === 0x0c || code === 0x85))
}
