/**
 * Finds where a name really begins and ends. Models are trained on newspapers, which have few quotation marks and hardly
 * any typographic ones, and no emoji. So models take such marks around a name into it, or for a name. No name begins or ends
 * with one of these marks, and they are left out.
 */
import { keepsPoint } from '../text/sentences.ts'
import { isWhiteSpace } from '../text/white-space.ts'

/**
 * Quotation marks and apostrophes; commas and similar separators; marks that set text off in chats and
 * Markdown; dashes; invisible marks, such as those of direction.
 */
const MARKS =
  '"\'`´“”„‟‘’‚‛«»‹›〝〞〟＂＇｀❛❜❝❞❮❯「」『』｢｣《》〈〉' +
  ',،、，﹐､;؛；:：' +
  '*_~|¦•·…‥' +
  '-‐‑‒–—―' +
  '\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff'
const OPENING = '([{<（［｛＜【〔〖〘〚⟨⟦'
const CLOSING = ')]}>）］｝＞】〕〗〙〛⟩⟧'

/**
 * Emoji and other symbols (`™`, `®`, flags) but degrees, and what makes a sequence of them: a colour of skin, a variation, a
 * tag, a key.
 */
const SYMBOL =
  /^(?:(?![°℃℉])[\p{Extended_Pictographic}\p{So}\p{Emoji_Modifier}\u{e0020}-\u{e007f}]|\ufe0e|\ufe0f|\u20e3)$/u

/** Dutch names begin with an apostrophe: `'s-Hertogenbosch`, `'t Hooft`. */
const DUTCH = /^['’](?:s-|t )/

/**
 * Leaves out what no name begins or ends with: white space, quotation marks, commas, dashes, emoji and other symbols, and
 * brackets whose partner is not inside, and the point that ends a sentence. `Tim's`, `U.S.`, `Yahoo!` and `(RED)` are whole.
 *
 * @param start of the name in the text, UTF-16 code units
 * @param end exclusive
 * @returns where the name begins and ends; `end <= start` if nothing but such marks is there
 *
 * @example
 * trimName('I met “José”.', 6, 12) // [7, 11]
 */
export function trimName(text: string, start: number, end: number): [start: number, end: number] {
  const name = text.slice(start, end)
  const stays = innerBrackets(name)
  const isOutside = (mark: string, at: number): boolean => isMark(mark) || (isBracket(mark) && !stays.has(at))
  let first = 0
  let last = name.length
  while (first < last && !DUTCH.test(name.slice(first, first + 3))) {
    const mark = characterFrom(name, first)
    if (!isOutside(mark, first)) break
    first += mark.length
  }
  while (last > first) {
    const mark = characterTo(name, last)
    if (mark === '.' ? keepsPoint(name, first, last - 1) : !isOutside(mark, last - 1)) break
    last -= mark.length
  }
  for (let at = first; at < last; ) {
    const mark = characterFrom(name, at)
    if (!isMark(mark) && !isBracket(mark)) return [start + first, start + last]
    at += mark.length
  }
  return [end, end]
}

function isMark(character: string): boolean {
  return MARKS.includes(character) || isWhiteSpace(character.charCodeAt(0)) || SYMBOL.test(character)
}

function isBracket(character: string): boolean {
  return OPENING.includes(character) || CLOSING.includes(character)
}

/** The character, of one unit or two, that begins at a place. */
function characterFrom(text: string, at: number): string {
  return isPair(text, at) ? text.slice(at, at + 2) : text.slice(at, at + 1)
}

/** The character that ends before a place. */
function characterTo(text: string, end: number): string {
  return isPair(text, end - 2) ? text.slice(end - 2, end) : text.slice(end - 1, end)
}

function isPair(text: string, at: number): boolean {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00
}

/** Brackets whose partner is in the name too. */
function innerBrackets(name: string): Set<number> {
  const inner = new Set<number>()
  const open = Array.from(OPENING, (): number[] => [])
  for (let at = 0; at < name.length; at++) {
    open[OPENING.indexOf(name[at]!)]?.push(at)
    const partner = open[CLOSING.indexOf(name[at]!)]?.pop()
    if (partner !== undefined) inner.add(partner).add(at)
  }
  return inner
}
