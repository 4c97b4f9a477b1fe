/**
 * The words of Llama 3's byte-level tokenizer, which EuroBERT has too: unlike GPT-2's, at most three digits are a word,
 * any sign may begin a word of letters, and line breaks end one.
 */
import { codePointsAsText } from '../code-points.ts'
import type { Pattern } from '../steps.ts'
import { characterKinds, LETTER, NUMBER, OTHER, WHITE } from './byte-level.ts'

/** The pattern as written in a tokenizer.json. */
export const LLAMA_PATTERN: string = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

const SPACE = 0x20
const APOSTROPHE = 0x27
const MOST_DIGITS = 3

const isBreak = (code: number): boolean => code === 0x0a || code === 0x0d

/** The contractions at the start of a text; ſ is a small s. */
const CONTRACTION = /^'(?:[sſtmd]|re|ve|ll)/i

/** Finds where a word ends. Every character is in one. */
export function llamaWords(): Pattern {
  const kindOf = characterKinds()
  /** The end of the characters of a kind from `at` on, at most `to`. */
  const endOfKind = (kind: number, codes: Int32Array, at: number, to: number): number => {
    while (at < to && kindOf(codes[at]!) === kind) at++
    return at
  }
  const endOf: Pattern['endOf'] = (codes, at, to) => {
    if (codes[at] === APOSTROPHE) {
      const contraction = CONTRACTION.exec(codePointsAsText(codes, at, Math.min(at + 3, to)))
      if (contraction) return at + contraction[0].length
    }
    const kind = kindOf(codes[at]!)
    if (kind === NUMBER) return endOfKind(NUMBER, codes, at, Math.min(at + MOST_DIGITS, to))
    const letters = kind === LETTER || isBreak(codes[at]!) ? at : at + 1
    const endOfLetters = endOfKind(LETTER, codes, letters, to)
    if (endOfLetters > letters) return endOfLetters
    const signs = codes[at] === SPACE ? at + 1 : at
    let end = endOfKind(OTHER, codes, signs, to)
    if (end > signs) {
      while (end < to && isBreak(codes[end]!)) end++
      return end
    }
    end = endOfKind(WHITE, codes, at, to)
    for (let last = end - 1; last >= at; last--) if (isBreak(codes[last]!)) return last + 1
    // The last character of white space before something else joins what follows, or is a word of its own.
    return end < to && end - at > 1 ? end - 1 : end
  }
  // Each word is a match.
  return { comparisons: 1, endOf }
}
