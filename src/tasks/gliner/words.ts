/**
 * Finds the words of GLiNER, before the tokenizer splits them: the matches of `\w+(?:[-_]\w+)*|\S` in Python
 * (WhitespaceTokenSplitter of the package gliner). Python's `\w` is a letter, a number or `_`; its `\s`
 * differs from JavaScript's. The tables are our own, so that a text has the same words on every runtime.
 */
import { codePointAt, unitsOf } from '../../text/code-points.ts'
import { letterRuns, numberRuns } from '../../text/unicode/byte-level-tables.ts'
import { CodePointSet } from '../../text/unicode.ts'
import { isPythonSpace } from '../../text/white-space.ts'

/** The span of a word: UTF-16 code units, end exclusive. */
export type WordSpan = readonly [start: number, end: number]

const UNDERSCORE = 0x5f
const HYPHEN = 0x2d

/** UTF-16 units of which the words are given at once; a word that is longer is one all the same. */
const SECTION = 2 ** 14

let sets: readonly [letters: CodePointSet, numbers: CodePointSet] | undefined

/**
 * The words of a text, in order, section by section.
 *
 * @example
 * [...splitWords('Mary-Kate, 7')] // [[[0, 9], [9, 10], [11, 12]]]
 */
export function* splitWords(text: string): Generator<WordSpan[], void, undefined> {
  return yield* splitBy(text, PLAIN)
}

/** What makes words of a text. */
export interface WordRules {
  /** Whether a code point above ASCII that is neither letter nor number belongs to words too. */
  isMore(code: number): boolean
  /** The end of a word of another kind, such as an address, that begins at `at`; `at` if there is none. */
  endOfOther(at: number): number
}

const PLAIN: WordRules = { isMore: () => false, endOfOther: (at) => at }

/** The words of a text by some rules, as those of `splitWords`. */
export function* splitBy(text: string, rules: WordRules): Generator<WordSpan[], void, undefined> {
  sets ??= [new CodePointSet(letterRuns), new CodePointSet(numberRuns)]
  let words: WordSpan[] = []
  let at = 0
  for (let begun = 0; at < text.length; ) {
    if (at - begun >= SECTION) {
      yield words
      words = []
      begun = at
    }
    const code = codePointAt(text, at)
    const start = at
    at = rules.endOfOther(start)
    if (at > start) {
      words.push([start, at])
      continue
    }
    at += unitsOf(code)
    if (isInWord(code, rules)) {
      at = endOfWord(text, at, rules)
      words.push([start, at])
    } else if (!isPythonSpace(code)) words.push([start, at])
  }
  yield words
}

/**
 * The end of the word whose first character is before `at`. Hyphens belong to it if a word character follows.
 */
function endOfWord(text: string, at: number, rules: WordRules): number {
  while (at < text.length) {
    const code = codePointAt(text, at)
    if (isInWord(code, rules)) at += unitsOf(code)
    else if (code === HYPHEN && at + 1 < text.length && isInWord(codePointAt(text, at + 1), rules)) at++
    else break
  }
  return at
}

function isInWord(code: number, rules: WordRules): boolean {
  if (code < 0x80) {
    const lower = code | 0x20
    return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === UNDERSCORE
  }
  return sets![0].has(code) || sets![1].has(code) || rules.isMore(code)
}
