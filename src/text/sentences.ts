/**
 * Splits a text into sentences by rules. There are no statistics, and nothing depends on the runtime (the
 * results of `Intl.Segmenter` do), so that a text has the same sentences everywhere. The rules are made for
 * finding names: when in doubt they do not split, since a name cut in two is lost, while two sentences read
 * together do no harm.
 *
 * The rules follow the literature: Grefenstette and Tapanainen 1994 (abbreviations, numbers), Mikheev 2002
 * (titles; words that begin sentences), Kiss and Strunk 2006 (initials, ordinal numbers, ellipses).
 */

import { isDigit, isLetter, isSmallLetter, isWordUnit } from './letters.ts'
import { goesOn, listMarkEnd, readLines, standsForItself } from './lines.ts'
import {
  ABBREVIATIONS,
  BEFORE_NUMBERS,
  BEFORE_SMALL_LETTERS,
  EXCLAIMED,
  MONTHS,
  SENTENCE_STARTERS,
  TITLES,
} from './sentence-words.ts'
import { isSpace } from './white-space.ts'

/** Characters that end a sentence before white space. */
const FINALS = '.!?…‼⁇⁈⁉؟'
/**
 * Characters that end a sentence whatever follows: stops of CJK, Devanagari, Urdu, Armenian, Ethiopic,
 * Myanmar, Khmer, Tibetan.
 */
const FULL_STOPS = '。！？｡︒।॥۔։።፧။៕༎'
/** Characters that may follow the end of a sentence and belong to it. */
const CLOSERS = '"\'”“’‘»«›‹)]}」』）】〕〉》｣］｝*_'
/** Characters that may come before the first letter of a sentence. */
const OPENERS = '"\'“‘„«‚‹([{¿¡「『（【〔〈《*_-–—'
/** Characters inside words, numbers and addresses. */
const IN_WORDS = ".-'’&=/@?#%_+~:$€£"
const POINT = 0x2e
const QUOTE = 0x22
/** Maximum number of units of a word that are examined. */
const LONGEST_WORD = 24

/**
 * Splits a text into sentences, in time linear in its length. A sentence ends
 * - after `.`, `!`, `?`, `…` with closing quotes, brackets and note marks, before white space, unless an
 *   abbreviation, an initial, an ordinal number or a lower-case letter indicates otherwise (the last does not
 *   count in a text whose sentences begin with lower-case letters);
 * - before the next item of a list on one line (`1) salt 2) milk`);
 * - after the full stops of scripts that put no space there (`。`);
 * - at a blank line, and at the end of a line that was not merely wrapped (see `goesOn`).
 *
 * @returns [start, end) of each sentence in UTF-16 units, in order, without surrounding white space; only
 *   white space lies between them, and a text of white space has none
 *
 * @example
 * splitSentences('Dr. Who met J. K. Rowling. They left at 5 p.m. in a cab.') // [[0, 26], [27, 56]]
 */
export function splitSentences(text: string): [start: number, end: number][] {
  return splitBlocks(text).flatMap(({ sentences }) => sentences)
}

/** Lines that belong together: one line, or the several lines of a wrapped paragraph. */
export interface Block {
  readonly sentences: [start: number, end: number][]
  /**
   * Whether a blank line comes before it, or its first line never continues another: in a list, a log, a
   * chat, a table.
   */
  readonly apart: boolean
}

/** Like `splitSentences`, by block. */
export function splitBlocks(text: string): Block[] {
  const lines = readLines(text)
  const connected = goesOn(text, lines)
  const blocks: Block[] = []
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!
    while (connected[index]) index++
    const sentences: [number, number][] = []
    splitBlock(text, line.start, lines[index]!.end, sentences)
    blocks.push({ sentences, apart: line.newParagraph || standsForItself(text, line) })
  }
  return blocks
}

/** Whether the text before `end` ends with a final mark, possibly followed by closing ones. */
export function endsSentence(text: string, end: number): boolean {
  let at = end - 1
  while (at > end - 5 && at > 0 && CLOSERS.includes(text[at]!)) at--
  return FINALS.includes(text[at]!) || FULL_STOPS.includes(text[at]!)
}

/** Splits lines that belong together, without white space at their ends. */
function splitBlock(text: string, blockStart: number, blockEnd: number, sentences: [number, number][]): void {
  let start = blockStart
  /** Whether a `"` that stands alone, as in tokenized text, is open. */
  let quoted = false
  /** The last item number of a list within a line: `1. flour 2. sugar`. */
  let item = 0
  /** In a list whose first mark begins the block, the mark of the next item. */
  const first = listMark(text, start)
  let mark = nextMark(first)
  let at = Math.max(start + first.length, listMarkEnd(text, start))
  while (at < blockEnd) {
    const unit = text.charCodeAt(at)
    if (mark !== '' && isSpace(text.charCodeAt(at - 1)) && text.startsWith(mark, at)) {
      const isItem = beginsItem(text, at, mark)
      const end = spaceBefore(text, at)
      if (isItem && end > start) {
        sentences.push([start, end])
        start = at
      }
      at += mark.length
      if (isItem) mark = nextMark(mark)
      continue
    }
    if (unit === QUOTE) quoted = !quoted
    const full = unit >= 0x80 && FULL_STOPS.includes(text[at]!)
    if (!full && !isFinal(unit)) {
      at++
      continue
    }
    const point = at
    at = endOfRun(text, at, blockEnd)
    if (isOmission(text, point, at)) continue
    const single = at === point + 1 && unit === POINT
    for (let closer = closerEnd(text, at, blockEnd, quoted); closer > at; ) {
      if (text.slice(at, closer).includes('"')) quoted = !quoted
      at = closer
      closer = closerEnd(text, at, blockEnd, quoted)
    }
    let next = at
    while (next < blockEnd && isSpace(text.charCodeAt(next))) next++
    if (next === blockEnd) break
    const number = single && next > at ? itemNumber(text, start, point) : 0
    if (number > 0 && (number === 1 || number === item + 1) && !startsSentence(text, next)) {
      item = number
      const mark = point - String(number).length
      if (number > 1) {
        sentences.push([start, spaceBefore(text, mark)])
        start = mark
      }
      at = next
      continue
    }
    if (full ? endsFully(text, next) : next > at && endsBefore(text, { start, point, single, next })) {
      sentences.push([start, at])
      start = next
      at = mark !== '' && text.startsWith(mark, next) ? next : listMarkEnd(text, next)
    } else {
      at = next
    }
  }
  if (start < blockEnd) sentences.push([start, blockEnd])
}

/** `1. `, `1) `, `1.) `, `(1) `, `a. `, `• 1. ` */
const LIST_MARK = /(?:[•⁃‣◦·*–-] ?)?(?:\(?\d{1,3}(?:\.\)|\)|\.)|[a-z][.)]) /y

function listMark(text: string, start: number): string {
  LIST_MARK.lastIndex = start
  return LIST_MARK.exec(text)?.[0] ?? ''
}

/** The mark after a given one: `2. ` for `1. `; none after `z. `. */
function nextMark(mark: string): string {
  const next = mark.replace(/\d+|[a-y](?=[.)])/, (count) =>
    isDigit(count.charCodeAt(0)) ? String(Number(count) + 1) : String.fromCharCode(count.charCodeAt(0) + 1),
  )
  return next === mark ? '' : next
}

/**
 * Whether the mark at `at` begins the next item. A number or letter with a point may also be an ordinal: `in
 * die 2. Liga`.
 */
function beginsItem(text: string, at: number, mark: string): boolean {
  if (!/^[\da-z]+\. $/.test(mark)) return true
  const end = spaceBefore(text, at)
  return isFinal(text.charCodeAt(end - 1)) || wordBefore(text, 0, end).length > 3
}

/** The number of one or two digits between white space and the point, 0 if there is none. */
function itemNumber(text: string, start: number, point: number): number {
  let digit = point
  while (digit > point - 3 && digit > start && isDigit(text.charCodeAt(digit - 1))) digit--
  const digits = point - digit
  if (digits < 1 || digits > 2 || digit <= start || !isSpace(text.charCodeAt(digit - 1))) return 0
  return Number(text.slice(digit, point)) || 0
}

/** Where the white space before `at` begins. */
function spaceBefore(text: string, at: number): number {
  let end = at
  while (isSpace(text.charCodeAt(end - 1))) end--
  return end
}

function isFinal(unit: number): boolean {
  if (unit < 0x80) return unit === POINT || unit === 0x21 || unit === 0x3f
  return FINALS.includes(String.fromCharCode(unit))
}

/** The position after a run of final marks; spaced points (`. . .`) are one run. */
function endOfRun(text: string, from: number, blockEnd: number): number {
  let at = from + 1
  while (at < blockEnd) {
    if (FINALS.includes(text[at]!) || FULL_STOPS.includes(text[at]!)) at++
    else if (
      text[at] === ' ' &&
      text[at + 1] === '.' &&
      text[at - 1] === '.' &&
      (at + 2 >= blockEnd || !isWordUnit(text.charCodeAt(at + 2)))
    )
      at += 2
    else break
  }
  return at
}

/** Whether marks are alone in brackets, for words left out: `[...]`. */
function isOmission(text: string, from: number, to: number): boolean {
  const several = to > from + 1 || text[from] === '…'
  return several && '[('.includes(text[from - 1] ?? ' ') && '])'.includes(text[to] ?? ' ')
}

/**
 * The position after a closing quote, bracket or note mark (`[3]`) at `at`, possibly set off by tokenization;
 * else `at`.
 */
function closerEnd(text: string, at: number, blockEnd: number, quoted: boolean): number {
  if (at >= blockEnd) return at
  if (CLOSERS.includes(text[at]!)) return at + 1
  if (text[at] === '[') {
    let digit = at + 1
    while (digit < at + 4 && isDigit(text.charCodeAt(digit))) digit++
    if (digit > at + 1 && text[digit] === ']') return digit + 1
  }
  if (text[at] !== ' ' || at + 1 >= blockEnd) return at
  const apart = text[at + 1]!
  const end = text.startsWith("''", at + 1) ? at + 3 : at + 2
  if (end < blockEnd && text[end] !== ' ') return at
  if (end === at + 3 || ')]}”’»'.includes(apart) || (apart === '"' && quoted)) return end
  return at
}

/**
 * Whether a full stop ends a sentence before what is at `next`; not before a comma, nor in Japanese
 * `「…。」と言う`.
 */
function endsFully(text: string, next: number): boolean {
  const after = text[next]!
  if ('、，,；;：:'.includes(after) || CLOSERS.includes(after)) return false
  return !(after === 'と' && '」』'.includes(text[next - 1]!))
}

interface Candidate {
  /** Start of the sentence so far. */
  readonly start: number
  /** Start of the run of final marks. */
  readonly point: number
  /** Whether the run is a single point. */
  readonly single: boolean
  /** Start of what comes after the white space. */
  readonly next: number
}

/** Whether final marks before white space end the sentence. */
function endsBefore(text: string, { start, point, single, next }: Candidate): boolean {
  const first = firstUnit(text, next)
  if (',;:)]}%&='.includes(text[first]!)) return false
  const small = isSmallLetter(text.charCodeAt(first))
  if (small && !isSmallLetter(text.charCodeAt(firstUnit(text, start)))) return false
  const word = wordBefore(text, start, point)
  const known = lowerAscii(word)
  // Three spaced points stand for omitted words, and I is always a capital.
  const leftOut = text.startsWith('. . . ', point) && text[point + 6] !== '.'
  if (leftOut && wordAt(text, first) === 'i') return false
  if (!single) return !EXCLAIMED.has(known) || startsSentence(text, first)
  if (word === '') return !(text[point - 1] === '°' && isDigit(text.charCodeAt(first)))
  // Also for `Tuesday.Mr`, where a space is missing.
  if (TITLES.has(known.slice(known.lastIndexOf('.') + 1))) return false
  if (isInitial(word) || isPointedAbbreviation(word) || ABBREVIATIONS.has(known)) {
    return !small && startsSentence(text, first)
  }
  if (BEFORE_NUMBERS.has(known)) return !isDigit(text.charCodeAt(first))
  if (small) return !BEFORE_SMALL_LETTERS.has(known)
  return !(/^\d{1,2}$/.test(word) && MONTHS.has(wordAt(text, first)))
}

/**
 * The first unit that is not an opening quote, bracket or dash; if there are several of these, the last of
 * them.
 */
function firstUnit(text: string, from: number): number {
  let at = from
  while (at < from + 6 && at + 1 < text.length && (OPENERS.includes(text[at]!) || text[at] === ' ')) at++
  return at
}

/** The word that ends at `point`, with the points, hyphens, signs of addresses inside it; its last units where it is long. */
function wordBefore(text: string, start: number, point: number): string {
  let at = point
  const least = Math.max(start, point - LONGEST_WORD)
  while (at > least && (isWordUnit(text.charCodeAt(at - 1)) || IN_WORDS.includes(text[at - 1]!))) at--
  while (at < point && "-'’".includes(text[at]!)) at++
  return text.slice(at, point)
}

/** The word at `from` in small letters, at most `LONGEST_WORD` units. */
function wordAt(text: string, from: number): string {
  let at = from
  while (at < from + LONGEST_WORD && isLetter(text.charCodeAt(at))) at++
  return lowerAscii(text.slice(from, at))
}

/** Whether a word that begins sentences stands at `from`, and no abbreviation (`A. Smith`). */
export function startsSentence(text: string, from: number): boolean {
  const word = wordAt(text, from)
  return SENTENCE_STARTERS.has(word) && text[from + word.length] !== '.'
}

/** Whether the word before a point is one that is written with it: an initial, a title, an abbreviation. */
export function keepsPoint(text: string, start: number, point: number): boolean {
  const word = wordBefore(text, start, point)
  const known = lowerAscii(word)
  return isInitial(word) || isPointedAbbreviation(word) || ABBREVIATIONS.has(known) || TITLES.has(known)
}

function isInitial(word: string): boolean {
  return word.length === 1 && isLetter(word.charCodeAt(0))
}

/** Letters between points: `U.S`, `p.m`, `Ph.D`, `e.g`, `z.B`. */
function isPointedAbbreviation(word: string): boolean {
  const parts = word.split('.')
  return (
    parts.length > 1 &&
    parts.some((part) => part.length === 1) &&
    parts.every(
      (part) =>
        part.length >= 1 && part.length <= 4 && [...part].every((letter) => isLetter(letter.charCodeAt(0))),
    )
  )
}

/** Lists of words need no case beyond ASCII and the umlauts they have. */
export function lowerAscii(word: string): string {
  return word.replace(/[A-ZÄÖÜÑ]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32))
}
