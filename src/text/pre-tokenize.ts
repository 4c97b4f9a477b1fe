/**
 * The BERT pre-tokenizer: white space separates words, and each punctuation character is a word of its own.
 */

import type { PreTokenizer, VisitWord } from './steps.ts'
import type { NormalizedText } from './text-with-offsets.ts'
import { CLASS, characterTraits, DELETED, PUNCTUATION, SPACE } from './unicode.ts'

// #region pre-tokenize
/** Calls `word` for each word, a range of indices into the normalised code points within `[start, end)`. */
export function preTokenize(normalized: NormalizedText, start: number, end: number, word: VisitWord): void {
  const traits = characterTraits()
  const { codePoints } = normalized
  let from = start
  for (let index = start; index < end; index++) {
    const code = codePoints[index]!
    const kind = traits[code]! & CLASS
    const punctuation = kind === PUNCTUATION
    if (!punctuation && kind !== SPACE && (kind !== DELETED || !isControlSpace(code))) continue
    if (from < index) word(normalized, from, index)
    if (punctuation) word(normalized, index, index + 1)
    from = index + 1
  }
  if (from < end) word(normalized, from, end)
}
// #endregion

export const bertPreTokenizer: PreTokenizer = { split: preTokenize }

/**
 * Line tabulation, form feed and next line: white space that cleaning deletes, present only without cleaning.
 */
function isControlSpace(code: number): boolean {
  return code === 0x0b || code === 0x0c || code === 0x85
}
