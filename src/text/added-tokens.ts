/**
 * Finds added tokens, such as a literal `[SEP]`, in a text and cuts them out: the leftmost first, and of
 * those that begin at one place the longest.
 */

import { wordCharacters } from './character-tables.ts'
import { PieceTrie } from './piece-trie.ts'
import type { NormalizedText } from './text-with-offsets.ts'
import { packPieces } from './vocabulary.ts'
import { isWhiteSpace } from './white-space.ts'

/**
 * A part of a text as a range of its code points: an added token if `token` is given, else the text between
 * two of them.
 */
export type VisitPart = (from: number, to: number, token: AddedToken | undefined) => void

export class AddedTokenMatcher {
  readonly #tokens: readonly AddedToken[]
  readonly #trie: PieceTrie
  /** Of the strings looked for, in UTF-16 units. */
  readonly #longest: number

  /**
   * @param contents the strings to look for, one for each token; default: the tokens' contents
   */
  constructor(
    tokens: readonly AddedToken[],
    contents: readonly string[] = tokens.map(({ content }) => content),
  ) {
    this.#tokens = tokens
    const { text, ends } = packPieces(contents, 'the added tokens')
    this.#trie = new PieceTrie(text, ends)
    this.#longest = contents.reduce((longest, { length }) => Math.max(longest, length), 0)
  }

  /**
   * Calls `visit` for each part of the code points `[from, to)`, in order; no part is empty. The Rust library
   * continues after a token's own text, so that white space the token took may be taken again; here it is
   * consumed.
   */
  split(text: NormalizedText, from: number, to: number, visit: VisitPart): void {
    text.look(this.#longest * (to - from))
    let done = from
    for (let at = from; at < to && this.#tokens.length > 0; ) {
      const found = this.#longestAt(text, at, to)
      if (found === undefined) {
        at++
        continue
      }
      const { token } = found
      let start = at
      let end = found.end
      at = end
      if (token.singleWord && (isWord(text, start - 1, from, to) || isWord(text, end, from, to))) continue
      if (token.stripLeft) while (start > done && isWhiteSpace(text.codePoints[start - 1]!)) start--
      if (token.stripRight) while (end < to && isWhiteSpace(text.codePoints[end]!)) end++
      if (done < start) visit(done, start, undefined)
      visit(start, end, token)
      done = end
      at = end
    }
    if (done < to) visit(done, to, undefined)
  }

  #longestAt(text: NormalizedText, at: number, to: number): { token: AddedToken; end: number } | undefined {
    const trie = this.#trie
    let best = -1
    let end = at
    for (let node = 0, index = at; index < to; index++) {
      node = trie.step(node, text.codePoints[index]!)
      if (node < 0) break
      if (trie.idAt(node) < 0) continue
      best = trie.idAt(node)
      end = index + 1
    }
    return best < 0 ? undefined : { token: this.#tokens[best]!, end }
  }
}

function isWord(text: NormalizedText, at: number, from: number, to: number): boolean {
  if (at < from || at >= to) return false
  return wordCharacters().has(text.codePoints[at]!)
}

/** A token that is cut out of the text before any other step. */
export interface AddedToken {
  readonly content: string
  readonly id: number
  /** Matches only if no letter or digit is next to it. */
  readonly singleWord: boolean
  /** Includes the white space before it. */
  readonly stripLeft: boolean
  /** Includes the white space after it. */
  readonly stripRight: boolean
  /** Looked for in the normalized text instead of the original. */
  readonly normalized: boolean
  /** Left out when ids are decoded to text. */
  readonly special: boolean
}
