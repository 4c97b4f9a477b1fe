/** Presets for e-mail addresses, web addresses (URLs) and telephone numbers. */

import type { PatternRule } from '../types.ts'
import { behind, digitsOf, inFront } from './around.ts'

/**
 * Letters, marks and digits of domain names, as explicit ranges, since `\p{L}` follows the runtime's version
 * of Unicode. They leave out white space, punctuation, quotation marks, arrows and pictures.
 */
const LETTERS = [
  String.raw`0-9A-Za-z\u{aa}\u{b5}\u{ba}\u{c0}-\u{d6}\u{d8}-\u{f6}\u{f8}-\u{37d}\u{37f}-\u{386}\u{388}-\u{60b}`,
  String.raw`\u{60d}-\u{61a}\u{61c}-\u{61e}\u{620}-\u{6d3}\u{6d5}-\u{963}\u{966}-\u{167f}\u{1681}-\u{1fff}\u{200c}\u{200d}`,
  String.raw`\u{2c00}-\u{2dff}\u{3005}-\u{3007}\u{3021}-\u{d7ff}\u{f900}-\u{fefe}\u{ff10}-\u{ff19}\u{ff21}-\u{ff3a}`,
  String.raw`\u{ff41}-\u{ff5a}\u{ff66}-\u{ffdc}\u{10000}-\u{1efff}\u{20000}-\u{3ffff}`,
].join('')
/** Labels may hold pictures too, as some domains do: ☕.example. */
const LABEL_LETTERS = String.raw`${LETTERS}\u{2600}-\u{27bf}\u{fe0f}\u{1f000}-\u{1faff}`
const LABEL = `[${LABEL_LETTERS}](?:[-${LABEL_LETTERS}]*[${LABEL_LETTERS}])?`
const LOCAL = `[-!#$%&*+.?^_\`~${LABEL_LETTERS}]+`

/**
 * EMAIL: an address that mail programs accept: `ana.lopez+x@mail.example.org`, `o'neill@mail.example.org`,
 * also in quotation marks (`"a b"`), with a host in brackets (`[192.0.2.1]`), and international, also as
 * `xn--`.
 */
export const email: PatternRule = {
  type: 'EMAIL',
  pattern: new RegExp(
    [
      String.raw`(?:${LOCAL}(?:['’]${LOCAL})*|"[^"\s@\\][^"@\\]{0,62}")@`,
      String.raw`(?:\[(?:[Ii][Pp][Vv]6:)?[0-9A-Fa-f:.]+\]|(?:${LABEL}\.)+(?:[Xx][Nn]--(?:[0-9A-Za-z]|-+[0-9A-Za-z])+|[${LETTERS.replace('0-9', '')}]{2,63}))`,
    ].join(''),
    'u',
  ),
}

const URL_PART = String.raw`\([^\s()<>"“”]*\)`
const URL_REST = String.raw`(?:${URL_PART}|[^\s()<>"“”])*(?:${URL_PART}|[^\s()<>"“”.,;:!?'’\]}*_])`

/**
 * URL: http, https, ftp, or anything that begins with www; a point, comma or bracket after it is not part of
 * it.
 */
export const url: PatternRule = {
  type: 'URL',
  pattern: new RegExp(
    [
      String.raw`\b(?:https?|ftp):\/\/(?:[^\s()<>"“”\/@]*@)?\[[0-9a-f:.]+\](?:${URL_REST})?`,
      String.raw`\b(?:(?:https?|ftp):\/\/|www\.)${URL_REST}`,
    ].join('|'),
    'iu',
  ),
}

/**
 * PHONE: international numbers (+49 30 123456, 0049 30 123456), and national ones that are written in groups
 * ((030) 123456, 030/1234567, 1-555-123-4567) or begin with a zero (07700900123). 7 to 15 digits, as E.164
 * allows. Dates, times, thousands, single groups of digits and numbers of invoices, orders and the like are
 * left out.
 */
export const phone: PatternRule = {
  type: 'PHONE',
  pattern: new RegExp(
    [
      String.raw`(?:\+|\b00)[1-9](?:[ \u00a0\u202f./-]{0,2}(?:\d|\(\d{1,5}\))){5,14}\b`,
      String.raw`(?:\b\d[ \u00a0.-])?\(\d{2,5}\)[ \u00a0./-]?\d{2,8}(?:[ \u00a0.-]\d{2,5}){0,4}\b`,
      String.raw`\b(?:1[ \u00a0.-])?(?:0\d{1,4}|\d{3})[ \u00a0/.-]\d{2,8}(?:[ \u00a0.-]\d{2,5}){0,4}\b`,
      String.raw`\b0[1-9]\d{8,9}\b`,
    ].join('|'),
  ),
  accept: isPhone,
}

/** Words that announce another kind of number than a telephone number. */
const OTHER_NUMBER = new RegExp(
  [
    String.raw`(?:^|[^\p{L}\p{N}])(?:invoices?|orders?|tickets?|cases?|parts?|items?|models?|serial|refs?|references?|documents?|docs?`,
    'articles?|policy|policies|claims?|batch|lots?|sections?|rooms?|flights?|sku|isbn|issn|ids?|po|purchase order|account',
    'accounts|acct|tracking|version|build|chapter|clause|patents?|rechnung|rechnungsnummer|bestellung|auftrag|artikel',
    'kundennummer|aktenzeichen|konto|facture|commande|référence|factura|pedido|fattura|ordine|factuur',
    'bestelling)(?:[ -]?(?:no|nr|n[ºo°]|num|number|id|nummer|numéro|número))?[ .:#№]*$|[#№] ?$',
  ].join('|'),
  'iu',
)

function isPhone(match: string, text: string, start: number): boolean {
  const digits = digitsOf(match)
  if (digits.length < 7 || digits.length > 15) return false
  if (/^(?:\+|\d?[ .-]?\()/.test(match)) return true
  const before = inFront(text, start, 40)
  // The end of something else, such as 2021-03-03.
  if (/\d[.-]$/.test(before) || OTHER_NUMBER.test(before)) return false
  // 31.01.2024 10, 1/2/24, 04/2024-05
  if (/^\d{1,2}(?:[./-]\d{1,2}[./-](?:(?:19|20)\d\d\b|\d{2,4}$)|\/(?:19|20)\d\d\b)/.test(match)) return false
  if (match.startsWith('0')) return true
  // 123.456.789 and 1 234 567 890 are amounts; telephone numbers in threes do not begin with 1 (Spain,
  // Poland, Portugal).
  if (/^(?:1[ .])?\d{3}(?:[ .]\d{3})+$/.test(match)) {
    return match.includes(' ') && digits.length === 9 && match[0]! > '4' && !/\d[ ,]$/.test(before)
  }
  if (/^1[ .-]/.test(match)) return /^1[ .-]\d{3}[ .-]\d{3}[ .-]?\d{4}$/.test(match)
  // 123-4567 and nothing more: 123-4567-89 is some other number.
  return (
    digits.length >= 10 ||
    (/^\d{3}-\d{4}$/.test(match) && !/^-\d/.test(behind(text, start + match.length, 2)))
  )
}
