/**
 * The words that end a letter. A mail's closing stands on a line of its own, as names do in lists, and models that learned
 * from newspapers take it for one: of `Regards,\nOwen` both words.
 */
import { trimName } from './name-edges.ts'

/** Words that close a letter. */
const CLOSINGS = words(`
  regards wishes greetings cheers thanks thank sincerely faithfully cordially respectfully truly yours hugs warmly ciao
  grüße grüsse grüßen grüssen gruß gruss hochachtungsvoll dank danke
  cordialement salutations amitiés amicalement bises bisous sincèrement merci
  saludos saludo abrazo abrazos atentamente cordialmente gracias
  saluti distintamente grazie groeten groet groetjes bedankt
  abraço abraços atenciosamente cumprimentos obrigado obrigada hilsen hilsener hälsningar terveisin pozdrawiam`)

/** Closings that are surnames as well: a comma and the end of the line must follow. */
const ALSO_NAMES = words('best love')

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
  const [phrase] = /^[^\n\r,!.]*/.exec(text.slice(line, line + LONGEST))!
  const closed = line + phrase.length
  if (closed <= start || !isClosing(phrase, text.slice(closed, closed + 2))) return [start, end]
  return trimName(text, Math.min(closed, end), end)
}

function isClosing(phrase: string, next: string): boolean {
  const found = phrase
    .normalize('NFC')
    .toLowerCase()
    .split(/[ \t\u00a0]+/)
    .filter(Boolean)
  if (found.length === 1 && ALSO_NAMES.has(found[0]!)) return /^,[\n\r]?$/.test(next)
  return (
    found.some((word) => CLOSINGS.has(word)) && found.every((word) => CLOSINGS.has(word) || BESIDE.has(word))
  )
}

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/))
}
