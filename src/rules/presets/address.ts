/** A preset for postal addresses, which have no check digit and many forms. */

import type { PatternRule } from '../types.ts'
import { inFront } from './around.ts'

const LETTER = 'A-Za-zÀ-ÖØ-öø-ž'
/** A capitalised word, or an abbreviation of one: St. Mark's. */
const WORD = `[A-ZÀ-ÖØ-ÞĀ-Ž](?:[${LETTER}'’-]*[${LETTER}])?`
const NAME = `(?:${WORD}|(?:St|Ste|Dr|[A-Z])\\.)`
const NUMBER = String.raw`\d{1,5}(?:[A-Za-z]|[-/]\d{1,4}[A-Za-z]?)?`

const SMALL_WORDS =
  'of|the|de|du|des|del|della|dei|di|da|do|la|le|les|las|los|el|à|au|aux|et|y|van|von|der|den'
/** Street name: capitalised words, with small words between them. */
const NAMES = `(?:(?:${SMALL_WORDS}) |[ldLD]['’])*${NAME}(?: (?:(?:${SMALL_WORDS}) |[ldLD]['’])*${WORD}){0,3}`

const KINDS = [
  '[Ss]treet|[Ss]t|[Aa]venue|[Aa]ve|[Rr]oad|[Rr]d|[Bb]oulevard|[Bb]lvd|[Dd]rive|Dr|[Ll]ane|[Ll]n|[Cc]ourt|[Cc]t|[Pp]lace|Pl',
  '[Ss]quare|Sq|[Tt]errace|[Ww]ay|[Pp]arkway|[Pp]kwy|[Hh]ighway|[Hh]wy|[Cc]ircle|[Cc]ir|[Cc]lose|[Cc]rescent|[Gg]ardens',
  '[Gg]rove|[Mm]ews|[Rr]ow|[Tt]rail|[Ww]alk|[Qq]uay|[Pp]laza|[Aa]lley',
].join('|')

const ZIP = String.raw`[A-Z]{2}\.? \d{5}(?:-\d{4})?`
const UK_CODE = String.raw`[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}`
const CITY = `${NAME}(?: ${WORD}){0,2}`
const FLAT = String.raw`(?:[Aa]pt|[Aa]partment|[Ss]uite|[Ss]te|[Uu]nit|[Ff]lat|[Ff]loor|[Rr]oom|#)\.? ?#?[A-Za-z0-9-]{1,6}`
const ORDINAL = String.raw`\d{1,3}(?:st|nd|rd|th)`
/**
 * Number before the street and its kind after: Flat 3, 12 High Street, London W1A 1AA; 1 Infinite Loop,
 * Cupertino, CA 95014.
 */
const ENGLISH = [
  String.raw`\b(?:${FLAT},? )?${NUMBER},? (?:${NAME}|${ORDINAL}|of|the)(?: (?:${NAME}|${ORDINAL}|of|the)){0,3} (?:${KINDS})\b\.?(?: (?:[NSEW]|[NS][EW])\b)?`,
  String.raw`(?:,? ${FLAT})?(?:(?:, ${CITY}){0,2},? (?:${ZIP}|${UK_CODE})\b)?`,
  String.raw`|\b${NUMBER} ${NAME}(?: ${NAME}){0,3}(?:,? ${FLAT})?, ${CITY},? ${ZIP}\b`,
  String.raw`|\b\d{1,5} [a-z]{3,} (?:street|avenue|ave|rd|blvd|boulevard|terrace|parkway)\b(?:,? ${FLAT})?`,
].join('')

const GERMANIC = [
  'stra(?:ß|ss)e|str\\.|weg|platz|allee|gasse|ring|ufer|damm|chaussee|steig',
  'straat|laan|plein|gracht|kade|singel|gatan|vägen|gade|vej|veien|katu',
].join('|')
const CONTINENTAL_CITY = String.raw`(?:,? (?:[A-Z]{1,2}-)?(?:\d{4,5}(?:-\d{3}| [A-Z]{2})?|\d{3} \d{2}) ${WORD}(?: ${WORD})?)`
/** Street before the number, its kind at the end of the name: Hauptstraße 12, 10115 Berlin. */
const COMPOUND = [
  String.raw`\b(?:(?:Alte|Neue|Große|Kleine|Obere|Untere|Sankt|St\.) )?(?:${WORD}(?:${GERMANIC})|${WORD}(?: |-)(?:Stra(?:ß|ss)e|Str\.|Allee|Gasse)`,
  String.raw`|${WORD}(?:er |-)(?:Platz|Weg|Ring|Ufer|Damm)) \d{1,4}(?: ?[a-zA-Z])?\b${CONTINENTAL_CITY}?`,
  String.raw`|\b(?:Am|An de[rn]|Auf de[mr]|Im|In de[rn]|Zu[mr]|Unter den) ${WORD}(?: ${WORD})? \d{1,4}(?: ?[a-z])?${CONTINENTAL_CITY}`,
].join('')

/** 12 bis, rue de la Paix, 75002 Paris */
const FRENCH = [
  String.raw`\b\d{1,4}(?: ?(?:bis|ter|[A-D])\b)?,? (?:[Rr]ue|[Aa]venue|[Aa]v\.|[Bb]oulevard|[Bb]d\.?|[Pp]lace|[Cc]hemin|[Ii]mpasse|[Aa]llée|[Qq]uai|[Rr]oute|[Ss]quare|[Cc]ours)`,
  ` ${NAMES}${CONTINENTAL_CITY}?`,
].join('')

/** Calle Mayor, 12, 28013 Madrid; Via Roma 5, 00184 Roma; ul. Długa 7 */
const SOUTHERN = [
  String.raw`(?:\b(?:Calle|Avenida|Avda?\.|Paseo|Plaza|Carrer|Camino|Ronda|Rua|Praça|Travessa|Via|[Vv]iale|[Pp]iazza|Piazzale|[Cc]orso|Largo|Vicolo|ul\.)|\bC/) ?`,
  String.raw`${NAMES},? (?:n[.º°]? ?)?\d{1,4}(?:/?[A-Za-z])?\b(?:,? \d{1,2}[ºª](?: ?[A-Z])?\b)?${CONTINENTAL_CITY}?`,
].join('')

const BOX = String.raw`\b(?:P\.? ?O\.? ?Box|Post Office Box|Postfach|Apartado(?: de Correos)?) \d{1,7}\b`

/**
 * ADDRESS: a street with its number, and the flat and the city where they follow; post office boxes. English,
 * German, French, Spanish, Italian, Portuguese and Dutch forms, and Scandinavian compounds. Street names must
 * be capitalised. The page on redaction says how many it finds.
 */
export const address: PatternRule = {
  type: 'ADDRESS',
  pattern: new RegExp([ENGLISH, COMPOUND, FRENCH, SOUTHERN, BOX].join('|'), 'u'),
  accept: (match, text, start) => {
    const before = inFront(text, start, 12)
    // Not "In 2008 Wall Street", and not seats, which German counts with the same word.
    if (/^(?:19|20)\d\d /.test(match) && /\b(?:in|since|of|the|by|from|year|until)$/i.test(before.trimEnd()))
      return false
    return (
      !/\d[.,/-]?$/.test(before) && !/(?:sitz|arbeits|stell|park|spiel|start|tabellen)platz /i.test(match)
    )
  },
}
