/**
 * Words that say what kind of number follows: `IBAN DE89 ...`, `Tel. 030 ...`. A model may take them for names, above all in
 * capitals. In front of what a rule found they are none; a name in front of a number stays one.
 */
import type { Match } from '../../rules/overlaps.ts'
import type { Steps } from '../../rules/turns.ts'

/** What issuers print on cards; of brands that are names of people too (Mir, Elo) none. */
const CARD_BRANDS = `visa mastercard master amex american express jcb diners club discover maestro unionpay girocard electron
  dankort bancontact hipercard rupay cartasi postepay`

/** In lower case and without dots, by the type of what follows; the type's own name is one for every type. */
const LABELS: Readonly<Record<string, string>> = {
  PHONE: `tel telephone telefone telefon telefax téléphone teléfono telefono telefoon phone fax mobile mobil móvil cell cellphone
    cellulare handy`,
  EMAIL: 'mail e-mail mailto correo courriel',
  URL: 'web website homepage www http https',
  IBAN: 'konto account compte cuenta bic swift',
  SSN: 'social security number',
  CARD: `card karte carte tarjeta ${CARD_BRANDS}`,
  IP: 'ipv4 ipv6 host',
  MAC: 'ethernet',
  PASSPORT: 'mrz pass passeport pasaporte reisepass',
  BIRTHDATE: 'dob geb born',
  ADDRESS: 'adresse dirección indirizzo',
}

/** Currencies in front of amounts and after them: ISO 4217, those that are traded most; not RON, which is a name in capitals. */
const CURRENCY =
  /^(?:AED|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|HKD|HUF|IDR|ILS|INR|JPY|KRW|MXN|MYR|NGN|NOK|NZD|PHP|PLN|RUB|SAR|SEK|SGD|THB|TRY|TWD|USD|ZAR)$/

/** What may stand between such a word and what it is about. */
const BETWEEN = /^[ \t\u00a0]*(?:\(?(?:no|nr|number|nummer|num)\b)?[.:#=)( \t\u00a0-]*$/i
const FARTHEST = 16

/**
 * Leaves out entities that are nothing but such a word.
 *
 * @param entities of the model and of rules, in text order
 * @param matches what rules found, in text order, without overlaps
 */
export function* withoutLabelWords<E extends Match & { readonly type: string; readonly text: string }>(
  text: string,
  entities: readonly E[],
  matches: readonly E[],
): Steps<E[]> {
  const kept: E[] = []
  let next = 0
  for (const [at, entity] of entities.entries()) {
    if (at % 1024 === 1023) yield
    while (next < matches.length && matches[next]!.end <= entity.start) next++
    const match = matches[next]
    const isOfRule = match !== undefined && match.start <= entity.start
    if (isOfRule || !(isLabelOf(entity, match, text) || isCurrency(entity, text))) kept.push(entity)
  }
  return kept
}

function isLabelOf(entity: Typed, match: Typed | undefined, text: string): boolean {
  if (match === undefined || match.start - entity.end > FARTHEST) return false
  if (!BETWEEN.test(text.slice(entity.end, match.start))) return false
  const words = entity.text.toLowerCase().replaceAll('.', ' ').trim().split(/\s+/)
  const labels = [match.type.toLowerCase(), ...(LABELS[match.type] ?? '').split(/\s+/)]
  return words.every((word) => labels.includes(word))
}

type Typed = Match & { readonly type: string; readonly text: string }

function isCurrency({ text: name, start, end }: Typed, text: string): boolean {
  if (!CURRENCY.test(name)) return false
  const after = text.slice(end, end + 3)
  const before = text.slice(Math.max(0, start - 2), start)
  return /^[ \u00a0]?[-+]?\d/.test(after) || /\d[ \u00a0]?$/.test(before)
}
