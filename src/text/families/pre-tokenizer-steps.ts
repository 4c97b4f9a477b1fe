/** The smaller pre-tokenizers of a tokenizer.json, and sequences of them. */

import type { Pattern, PreTokenizer, VisitWord } from '../steps.ts'
import type { NormalizedText } from '../text-with-offsets.ts'
import type { CodePointSet } from '../unicode.ts'
import { CLASS, characterTraits, PUNCTUATION } from '../unicode.ts'
import { isWhiteSpace } from '../white-space.ts'
import { classPattern } from './patterns.ts'

/** Each step splits the words of the one before. */
export class PreTokenizerSequence implements PreTokenizer {
  readonly #steps: readonly PreTokenizer[]

  constructor(steps: readonly PreTokenizer[]) {
    this.#steps = steps
  }

  split(text: NormalizedText, from: number, to: number, word: VisitWord): void {
    const through = this.#steps.reduceRight<VisitWord>(
      (next, step) => (inner, start, end) => step.split(inner, start, end, next),
      word,
    )
    if (from < to) through(text, from, to)
  }
}

/** What happens to a match; the text between matches is a word. */
export const SPLIT_BEHAVIORS = [
  'Removed',
  'Isolated',
  'MergedWithPrevious',
  'MergedWithNext',
  'Contiguous',
] as const

export type SplitBehavior = (typeof SPLIT_BEHAVIORS)[number]

/** Splits where a pattern matches. */
export class SplitStep implements PreTokenizer {
  readonly #pattern: Pattern
  readonly #behavior: SplitBehavior
  readonly #invert: boolean

  /**
   * @param invert whether to swap matches and the text between them
   */
  constructor(pattern: Pattern, behavior: SplitBehavior, invert: boolean = false) {
    this.#pattern = pattern
    this.#behavior = behavior
    this.#invert = invert
  }

  split(text: NormalizedText, from: number, to: number, word: VisitWord): void {
    text.spend(this.#pattern.comparisons * (to - from))
    // The word that the next part may belong to, and whether that word is a match.
    let start = from
    let end = from
    let wasMatch = false
    this.#eachPart(text.codePoints, from, to, (first, last, isMatch) => {
      if (end > start && !this.#joins(wasMatch, isMatch)) {
        if (!(wasMatch && this.#behavior === 'Removed')) word(text, start, end)
        start = first
      } else if (end === start) start = first
      end = last
      wasMatch = isMatch
    })
    if (end > start && !(wasMatch && this.#behavior === 'Removed')) word(text, start, end)
  }

  /** Whether a part belongs to the same word as the part before it. */
  #joins(before: boolean, isMatch: boolean): boolean {
    switch (this.#behavior) {
      case 'MergedWithPrevious':
        return isMatch && !before
      case 'MergedWithNext':
        return before && !isMatch
      case 'Contiguous':
        return before === isMatch
      default:
        return false
    }
  }

  /** Calls `visit` for each match, and for the text between matches. */
  #eachPart(
    codes: Int32Array,
    from: number,
    to: number,
    visit: (from: number, to: number, isMatch: boolean) => void,
  ): void {
    let done = from
    while (from < to) {
      const end = this.#pattern.endOf(codes, from, to)
      if (end === from) {
        from++
        continue
      }
      if (done < from) visit(done, from, this.#invert)
      visit(from, end, !this.#invert)
      done = end
      from = end
    }
    if (done < to) visit(done, to, this.#invert)
  }
}

/** Words are what white space separates. */
export const whitespaceSplit: PreTokenizer = new SplitStep(classPattern(isWhiteSpace), 'Removed')

/** `\w+|[^\w\s]+`: runs of word characters, and runs of what is neither word nor white space. */
export function whitespace(words: CodePointSet): PreTokenizer {
  const kind = (code: number): number => (words.has(code) ? 2 : isWhiteSpace(code) ? 0 : 1)
  const endOf: Pattern['endOf'] = (codes, from, to) => {
    const first = kind(codes[from]!)
    let end = from
    while (first > 0 && end < to && kind(codes[end]!) === first) end++
    return end
  }
  return new SplitStep({ comparisons: 1, endOf }, 'Removed', true)
}

/** Splits at punctuation; each character is a match. */
export function punctuation(behavior: SplitBehavior): PreTokenizer {
  const traits = characterTraits()
  return new SplitStep(
    classPattern((code) => (traits[code]! & CLASS) === PUNCTUATION),
    behavior,
  )
}

/** Splits off digits, each as a word, or each run of them. */
export function splitDigits(numeric: CodePointSet, individual: boolean): PreTokenizer {
  return new SplitStep(
    classPattern((code) => numeric.has(code)),
    individual ? 'Isolated' : 'Contiguous',
  )
}
