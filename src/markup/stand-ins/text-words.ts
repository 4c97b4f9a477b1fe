/** The words of a text as stand-ins are found in it: runs of letters and digits, their case, and what is left of it. */

/**
 * What a word goes on with. Scripts that put no spaces between words (Han, kana, Thai and others) are no such letters, so
 * that a stand-in may stand between theirs.
 */
const LETTER =
  '(?![\\p{scx=Han}\\p{scx=Hira}\\p{scx=Kana}\\p{scx=Thai}\\p{scx=Laoo}\\p{scx=Khmr}\\p{scx=Mymr}])[\\p{L}\\p{M}\\p{N}_]'
const WORDS = new RegExp(`(?:${LETTER})+`, 'gu')
const LETTER_HERE = new RegExp(LETTER, 'uy')

/** A word of a text. */
export interface TextWord {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** All words from a place on, in order. */
export function* wordsIn(text: string, from: number = 0): Generator<TextWord> {
  const words = new RegExp(WORDS)
  words.lastIndex = from
  for (let match = words.exec(text); match !== null; match = words.exec(text)) {
    yield { text: match[0], start: match.index, end: words.lastIndex }
  }
}

/** Whether a word goes on, or begins, at a place. */
export function isLetterAt(text: string, at: number): boolean {
  LETTER_HERE.lastIndex = at
  return LETTER_HERE.test(text)
}

/** The form that spellings in other letters of the same word have in common. */
export function foldWord(word: string): string {
  return word.toLowerCase()
}

/** A word without the s of a genitive (`Novaks`), or undefined. */
export function withoutGenitive(word: string): string | undefined {
  return word.length > 1 && /s$/iu.test(word) ? word.slice(0, -1) : undefined
}

/** A word in capitals or in small letters as another one is. */
export function inCaseOf(like: string, word: string): string {
  const upper = like.toUpperCase()
  const lower = like.toLowerCase()
  if (upper === lower) return word
  if (like === lower) return word.toLowerCase()
  return like === upper && /\p{L}.*\p{L}/su.test(like) ? word.toUpperCase() : word
}
