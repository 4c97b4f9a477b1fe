/**
 * Finds where a name really begins and ends. Models are trained on newspapers, which have few quotation marks
 * and hardly any typographic ones, so they include such marks in a name or take them for one. No name begins
 * or ends with one of these marks, so they are removed.
 */
import { isWhiteSpace } from '../text/white-space.ts'

/**
 * Quotation marks and apostrophes; commas and similar separators; marks that set text off in chats and
 * Markdown; dashes; invisible marks, such as those of direction.
 */
const MARKS =
  '"\'`´“”„‟‘’‚‛«»‹›〝〞〟＂＇｀❛❜❝❞❮❯「」『』｢｣《》〈〉' +
  ',،、，﹐､;؛；:：' +
  '*_~|¦•·' +
  '-‐‑‒–—―' +
  '\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff'
const OPENING = '([{<（［｛＜【〔〖〘〚⟨⟦'
const CLOSING = ')]}>）］｝＞】〕〗〙〛⟩⟧'

/** Dutch names begin with an apostrophe: `'s-Hertogenbosch`, `'t Hooft`. */
const DUTCH = /^['’](?:s-|t )/
/**
 * Removes what no name begins or ends with: white space, quotation marks, commas, dashes, and brackets
 * without a partner inside. `Tim's`, `U.S.`, `Yahoo!` and `(RED)` stay whole.
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
  let first = 0
  let last = name.length
  while (first < last && isOutside(name, first, stays) && !DUTCH.test(name.slice(first, first + 3))) first++
  while (last > first && isOutside(name, last - 1, stays)) last--
  for (let at = first; at < last; at++) {
    if (!isMark(name, at) && !isBracket(name[at]!)) return [start + first, start + last]
  }
  return [end, end]
}

function isOutside(name: string, at: number, stays: ReadonlySet<number>): boolean {
  return isMark(name, at) || (isBracket(name[at]!) && !stays.has(at))
}

function isMark(name: string, at: number): boolean {
  return MARKS.includes(name[at]!) || isWhiteSpace(name.charCodeAt(at))
}

function isBracket(unit: string): boolean {
  return OPENING.includes(unit) || CLOSING.includes(unit)
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
