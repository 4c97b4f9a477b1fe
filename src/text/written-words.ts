/** Words by other rules than the tokenizer's: as people write them, or as spaces separate them. */
import type { Encoding } from './encoding.ts'
import { isDigit, isLetter, isSmallLetter, isWordUnit } from './letters.ts'
import { ABBREVIATIONS, TITLES } from './sentence-words.ts'
import { lowerAscii, startsSentence } from './sentences.ts'
import { isSpace } from './white-space.ts'

const HYPHENS = '-\u2010\u2011'
const APOSTROPHES = "'\u2019"
/** Maximum number of units of a word that are examined. */
const LONGEST = 24

/**
 * The encoding of `text` with words as annotators of names see them (CoNLL-2003 and its successors): what is
 * between white space, without surrounding punctuation and a possessive `'s`. Hyphens, apostrophes and points
 * inside a word are part of it (`Min-jun`, `O'Neill`, `AT&T`, `U.S.-led`). A BERT tokenizer splits such a
 * word. Models are trained only on the label of a word's first piece, so their labels for the pieces after a
 * hyphen were never trained.
 */
export function withWrittenWords(text: string, encoding: Encoding): Encoding {
  const { offsets, wordIds: old } = encoding
  let word = -1
  let last = -1
  const wordIds = old.map((id, index) => {
    if (id === null) return null
    const start = offsets[index]![0]
    const end = last < 0 ? -1 : offsets[last]![1]
    const same = last >= 0 && old[last] === id
    if (start < end || (start === end && goesOn(text, start, same))) {
      last = index
      return word
    }
    last = index
    return ++word
  })
  return { ...encoding, wordIds }
}

/** Whether a word continues at `at`, between two pieces; `same` if the tokenizer says so. */
function goesOn(text: string, at: number, same: boolean): boolean {
  const before = isWord(text, at - 1)
  const after = isWord(text, at)
  if (before && after) return same
  if (before || HYPHENS.includes(text[at]!)) return isInWord(text, at)
  return after && (isInWord(text, at - 1) || isPossessive(text, at - 1))
}

/** Whether the mark at `at` is part of a word. */
function isInWord(text: string, at: number): boolean {
  const mark = text[at]!
  if (mark === '.') return isPointInWord(text, at)
  if (!isWord(text, at + 1)) return false
  if (HYPHENS.includes(mark))
    return isWord(text, at - 1) || (text[at - 1] === '.' && isPointInWord(text, at - 1))
  if (!isWord(text, at - 1)) return false
  if (APOSTROPHES.includes(mark)) return isApostropheInWord(text, at)
  return mark === '&' || mark === '_'
}

/** Not the apostrophe of a possessive, nor the one between an article and a name: `l'Italia`, `d'Orsay`. */
function isApostropheInWord(text: string, at: number): boolean {
  if (isPossessive(text, at)) return false
  const before = runBefore(text, at)
  if (before === 'o' || before === 'O') return true
  return before !== 'L' && isCapital(before)
}

/** Whether `'s` is at `at`. */
function isPossessive(text: string, at: number): boolean {
  return APOSTROPHES.includes(text[at]!) && 'sS'.includes(text[at + 1]!) && !isWord(text, at + 2)
}

/**
 * Whether a point is part of a word: inside `U.S`, `3.5` or `Amazon.com`, or after `U.S`, the initial of a
 * name, or an abbreviation that does not end a sentence.
 */
function isPointInWord(text: string, at: number): boolean {
  const before = runBefore(text, at)
  if (before === '') return false
  const single = before.length === 1 && isLetter(before.charCodeAt(0))
  const after = text.charCodeAt(at + 1)
  if (isWord(text, at + 1)) return single || isSmallLetter(after) || isDigit(after)
  if (text[at - before.length - 1] === '.' && isPointInWord(text, at - before.length - 1)) return single
  if (text[at + 1] === '-') return isCapital(before)
  const next = isSpace(after) ? at + 2 : at + 1
  const known = lowerAscii(before)
  if (TITLES.has(known)) return isWord(text, next)
  if (single && isCapital(before)) return isWord(text, next) && !startsSentence(text, next)
  return ABBREVIATIONS.has(known) && (text[next] === ',' || isSmallLetter(text.charCodeAt(next)))
}

function isCapital(word: string): boolean {
  const first = word.charCodeAt(0)
  return isLetter(first) && !isSmallLetter(first)
}

function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && isWordUnit(text.charCodeAt(at))
}

/** The letters and digits before `at`, or the last of them. */
function runBefore(text: string, at: number): string {
  let start = at
  while (start > at - LONGEST && start > 0 && isWordUnit(text.charCodeAt(start - 1))) start--
  return text.slice(start, at)
}

/**
 * The encoding of `text` with words separated by spaces, for tokenizers whose pieces do not show whether they
 * continue a word (byte-level BPE, unigram). The Hugging Face pipeline uses such words, and models with these
 * tokenizers were trained and are measured on them: a full stop belongs to the word before it. As in the
 * pipeline, an unknown piece is a word of its own.
 */
export function withSpaceWords(text: string, encoding: Encoding, unkId: number): Encoding {
  const { ids, offsets } = encoding
  let word = -1
  const wordIds = encoding.wordIds.map((old, index) => {
    if (old === null) return null
    const start = offsets[index]![0]
    const continues =
      start > 0 &&
      text.charCodeAt(start - 1) !== 0x20 &&
      text.charCodeAt(start) !== 0x20 &&
      ids[index] !== unkId
    if (word < 0 || !continues) word++
    return word
  })
  return { ...encoding, wordIds }
}
