/**
 * The words that end a letter. A mail's closing stands on a line of its own, as names do in lists, and models that learned
 * from newspapers take it for one: of `Regards,\nOwen` both words. What may be somebody's name stays one wherever the lines
 * do not decide, so that it is never left in a text that hides names.
 */
import { trimName } from './name-edges.ts'

/** Words that close a letter. */
const CLOSINGS = words(`
  regards wishes greetings cheers thanks sincerely faithfully cordially respectfully yours hugs warmly
  grüße grüsse grüßen grüssen hochachtungsvoll
  cordialement salutations amitiés amicalement bisous sincèrement
  saludos abrazos atentamente cordialmente gracias
  saluti distintamente grazie groeten groetjes bedankt
  abraço abraços atenciosamente cumprimentos obrigado obrigada hilsener hälsningar terveisin pozdrawiam`)

/**
 * Closings that are names of people as well. Alone on a line one is a closing only before a comma that ends the line, and
 * not where the line before closes the letter: then it is who signs.
 */
const ALSO_NAMES = words(
  'best love thank truly ciao dank danke gruß gruss bises merci saludo abrazo groet hilsen',
)

/** Words that may stand with them. */
const BESIDE = words(`
  with my our all many much very kind kindest warm warmest best love fond fondest sincere again so in advance for your you and
  of lots mit freundlichen freundliche freundlicher freundlichem viele vielen liebe lieben lieber liebem herzliche herzlichen
  herzlicher beste besten bester schöne im voraus bien très à vous tout meilleures mes sincères distinguées un una muy
  cordial cordiales afectuosos mis y fuerte cordiali distinti caro molte tante tanti con met vriendelijke hartelijke com os
  melhores um med vennlig venlig vänliga ystävällisin`)

/** Longer lines are no closing; in UTF-16 units. */
const LONGEST = 60

/**
 * `trimName` that also leaves out the closing of a letter: a line, or what stands at its beginning before a comma, of nothing
 * but words that close letters.
 *
 * @returns where the name begins and ends; `end <= start` if nothing but a closing is there
 *
 * @example
 * trimClosing('Regards,\nOwen', 0, 13) // [9, 13]
 */
export function trimClosing(text: string, from: number, to: number): [start: number, end: number] {
  const [start, end] = trimName(text, from, to)
  if (end <= start) return [start, end]
  const before = /[^\n\r]*$/.exec(text.slice(Math.max(0, start - LONGEST), start))![0]
  if (before.length === LONGEST) return [start, end]
  const line = start - before.length
  const closed = line + phraseAt(text, line).length
  if (closed <= start || !isClosing(text, line)) return [start, end]
  return trimName(text, Math.min(closed, end), end)
}

/** What stands at the beginning of a line, up to a mark. */
function phraseAt(text: string, line: number): string {
  return /^[^\n\r,!.]*/.exec(text.slice(line, line + LONGEST))![0]
}

/** Whether a phrase that closes letters stands at the beginning of a line. */
function isClosing(text: string, line: number): boolean {
  const phrase = phraseAt(text, line)
  const found = phrase
    .normalize('NFC')
    .toLowerCase()
    .split(/[ \t\u00a0]+/)
    .filter(Boolean)
  const closes = (word: string): boolean => CLOSINGS.has(word) || ALSO_NAMES.has(word)
  if (!found.some(closes) || !found.every((word) => closes(word) || BESIDE.has(word))) return false
  if (!found.every((word) => ALSO_NAMES.has(word))) return true
  const closed = line + phrase.length
  const above = /([^\n\r]*)[\n\r]\s*$/.exec(text.slice(Math.max(0, line - LONGEST), line))
  if (above !== null && isClosing(above[1]!, 0)) return false
  return found.length === 1 && /^,[\n\r]?$/.test(text.slice(closed, closed + 2))
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/))
}
