/** The BERT pre-tokenizer: words are what white space separates, and each punctuation character is a word by itself. */

import type { NormalizedText } from './normalized-text.ts'
import { CLASS, characterTraits, DELETED, PUNCTUATION, SPACE } from './unicode.ts'

// #region pre-tokenize
/** Calls `word(from, to)` for each word, a range of indices into the normalised code points within `[start, end)`. */
export function preTokenize(
  normalized: NormalizedText,
  start: number,
  end: number,
  word: (from: number, to: number) => void,
): void {
  const traits = characterTraits()
  const { codePoints } = normalized
  let from = start
  for (let index = start; index < end; index++) {
    const code = codePoints[index]!
    const kind = traits[code]! & CLASS
    const punctuation = kind === PUNCTUATION
    if (!punctuation && kind !== SPACE && (kind !== DELETED || !isControlSpace(code))) continue
    if (from < index) word(from, index)
    if (punctuation) word(index, index + 1)
    from = index + 1
  }
  if (from < end) word(from, end)
}
// #endregion

/** Line tabulation, form feed and next line: white space that cleaning would have deleted, met where it is off. */
function isControlSpace(code: number): boolean {
  return code === 0x0b || code === 0x0c || code === 0x85
}
