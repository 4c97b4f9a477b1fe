/** The smaller pre-tokenizers that a tokenizer.json may name, and sequences of them. */

import type { CodePointSet } from './code-point-set.ts'
import type { NormalizedText } from './normalized-text.ts'
import type { PreTokenizer, VisitWord } from './steps.ts'
import { CLASS, characterTraits, PUNCTUATION } from './unicode.ts'
import { isWhiteSpace } from './white-space.ts'

/** Each cuts what the one before it has cut. */
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

/** Where a word ends and another begins, by the kind of each code point. */
export interface Kinds {
  /** 0: separates words and is in none. */
  kind(code: number): number
  /** Whether each code point of a kind is a word by itself; else a run of one kind is. */
  alone(kind: number): boolean
}

export class SplitByKind implements PreTokenizer {
  readonly #kinds: Kinds

  constructor(kinds: Kinds) {
    this.#kinds = kinds
  }

  split(text: NormalizedText, from: number, to: number, word: VisitWord): void {
    const { codePoints } = text
    while (from < to) {
      const kind = this.#kinds.kind(codePoints[from]!)
      let end = from + 1
      const run = !this.#kinds.alone(kind)
      while (run && end < to && this.#kinds.kind(codePoints[end]!) === kind) end++
      if (kind !== 0) word(text, from, end)
      from = end
    }
  }
}

/** Words are what white space separates. */
export const whitespaceSplit: PreTokenizer = new SplitByKind({
  kind: (code) => (isWhiteSpace(code) ? 0 : 1),
  alone: () => false,
})

/** `\w+|[^\w\s]+`: runs of word characters, and runs of what is neither word nor white space. */
export function whitespace(words: CodePointSet): PreTokenizer {
  return new SplitByKind({
    kind: (code) => (words.has(code) ? 2 : isWhiteSpace(code) ? 0 : 1),
    alone: () => false,
  })
}

/** Punctuation apart, each character a word, or each run of them. */
export function punctuation(contiguous: boolean): PreTokenizer {
  const traits = characterTraits()
  return new SplitByKind({
    kind: (code) => ((traits[code]! & CLASS) === PUNCTUATION ? 2 : 1),
    alone: (kind) => kind === 2 && !contiguous,
  })
}

/** Digits apart, each a word, or each run of them. */
export function digits(numeric: CodePointSet, individual: boolean): PreTokenizer {
  return new SplitByKind({
    kind: (code) => (numeric.has(code) ? 2 : 1),
    alone: (kind) => kind === 2 && individual,
  })
}
