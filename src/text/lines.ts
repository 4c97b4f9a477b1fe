/** Finds the lines of a text, and which of the line ends merely wrap a paragraph. */

import { isDigit, isLetter, isLineBreak, isSmallLetter } from './letters.ts'
import { isSpace } from './white-space.ts'

/**
 * Minimum width of wrapped text in columns. Narrower lines are verse, addresses, chat; wider ones are
 * paragraphs.
 */
const NARROWEST = 40
const WIDEST = 160
/** Maximum share of lines in a wrapped paragraph that had room for the next line's first word. */
const LOOSE_LINES = 0.2

const TAB = 0x09
const SPACE = 0x20

/** A line that is not blank, without the white space around it. */
export interface Line {
  readonly start: number
  readonly end: number
  /** Whether a blank line, a form feed or a paragraph separator comes before it. */
  readonly newParagraph: boolean
}

/** The lines of a text that are not blank, in order. */
export function readLines(text: string): Line[] {
  const lines: Line[] = []
  let newParagraph = true
  let from = 0
  while (from < text.length) {
    let to = from
    while (to < text.length && !isLineBreak(text.charCodeAt(to))) to++
    let start = from
    let end = to
    while (start < end && isSpace(text.charCodeAt(start))) start++
    while (end > start && isSpace(text.charCodeAt(end - 1))) end--
    if (start < end) lines.push({ start, end, newParagraph })
    newParagraph = start === end
    const unit = text.charCodeAt(to)
    if (unit === 0x0c || unit === 0x2029) newParagraph = true
    from = to + (unit === 0x0d && text.charCodeAt(to + 1) === 0x0a ? 2 : 1)
  }
  return lines
}

/**
 * For each line, whether it continues in the next one, because the paragraph was wrapped there. A paragraph
 * counts as wrapped if hardly any line had room for the first word of the next. Lists, table rows, mail
 * headers, speakers and times of day begin lines of their own; so does everything if lines are short.
 */
export function goesOn(text: string, lines: readonly Line[]): boolean[] {
  const result = new Array<boolean>(lines.length).fill(false)
  let first = 0
  while (first < lines.length) {
    let end = first + 1
    while (end < lines.length && !lines[end]!.newParagraph) end++
    markWrapped(text, lines, first, end, result)
    first = end
  }
  return result
}

function markWrapped(
  text: string,
  lines: readonly Line[],
  first: number,
  end: number,
  result: boolean[],
): void {
  let width = 0
  for (let index = first; index < end; index++) width = Math.max(width, length(lines[index]!))
  const full = (index: number): boolean =>
    length(lines[index]!) + 1 + firstWordLength(text, lines[index + 1]!) > width
  let loose = 0
  for (let index = first; index < end - 1; index++) if (!full(index)) loose++
  const wrapped = width >= NARROWEST && width <= WIDEST && loose <= LOOSE_LINES * (end - 1 - first)
  for (let index = first; index < end - 1; index++) {
    const next = lines[index + 1]!
    if (standsForItself(text, next) || hasColumns(text, lines[index]!)) continue
    if (/[#|]/.test(text[lines[index]!.start]!)) continue
    const small =
      isSmallLetter(text.charCodeAt(next.start)) && !isSmallLetter(text.charCodeAt(lines[first]!.start))
    result[index] = (wrapped && full(index)) || small
  }
}

function length({ start, end }: Line): number {
  return end - start
}

/** Bounded, so that a line without spaces is not scanned repeatedly. */
function firstWordLength(text: string, { start, end }: Line): number {
  let at = start
  const last = Math.min(end, start + WIDEST)
  while (at < last && !isSpace(text.charCodeAt(at))) at++
  return at - start
}

/** What begins a line of its own, within its first 40 units. */
const OWN_LINE = new RegExp(
  [
    String.raw`[-–—*+>•‣◦⁃·●○■□▪▫➤✓✔]+\s`, // bullets, dashes of a dialogue, quoted mail
    '[#|]', // Markdown's headings and tables
    String.raw`\(?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)]\)?\s`, // 1. a) (iv)
    String.raw`[[(<]?\d{1,4}[-:./]\d`, // dates and times of day
    String.raw`\[`,
    String.raw`[^\s:]{1,20}(?: [^\s:]{1,20}){0,2}:(?:\s|$)`, // Name: what they say, Subject: …
  ].join('|'),
  'y',
)

/** Whether a line never continues the one before: because of its beginning, or because it is a table row. */
export function standsForItself(text: string, line: Line): boolean {
  OWN_LINE.lastIndex = 0
  return OWN_LINE.test(text.slice(line.start, Math.min(line.end, line.start + 72))) || hasColumns(text, line)
}

/**
 * Whether a tab or two or more spaces separate columns in the line; not after the end of a sentence, where
 * some typists put two spaces. Like wrapped lines, table rows are all equally wide.
 */
function hasColumns(text: string, { start, end }: Line): boolean {
  for (let at = start; at < end; at++) {
    const unit = text.charCodeAt(at)
    if (unit === TAB) return true
    if (unit !== SPACE || text.charCodeAt(at + 1) !== SPACE) continue
    if (!'.!?:…"\'”’)'.includes(text[at - 1]!) || text.startsWith('   ', at)) return true
    at++
  }
  return false
}

/** The end of a list mark at the beginning of a line: `1.`, `a)`, `(iv)`, `12)`; its point is part of it. */
export function listMarkEnd(text: string, start: number): number {
  let at = start
  if (text[at] === '(') at++
  const from = at
  while (at < start + 4 && isDigit(text.charCodeAt(at))) at++
  if (at === from && isLetter(text.charCodeAt(at))) at++
  if (at === from || (text[at] !== '.' && text[at] !== ')')) return start
  at++
  if (text[at] === ')') at++
  return isSpace(text.charCodeAt(at)) ? at : start
}
