/** A preset for telephone numbers, which have no check digit: their form decides, or a word before them. */

import type { PatternRule } from '../types.ts'
import { announces, behind, countsThings, digitsOf, inFront, THINGS } from './around.ts'

const GAP = String.raw`[ \u00a0.-]`
const GAP_OR_SLASH = String.raw`[ \u00a0/.-]`

const INTERNATIONAL = String.raw`(?:(?:\+|\b00)[1-9]|\(\+[1-9]\d{0,2}\)|\+\([1-9]\d{0,2}\))(?:[ \u00a0\u202f./-]{0,2}(?:\d|\(\d{1,5}\))){5,14}`
const WITH_BRACKETS = String.raw`(?:\b\d${GAP})?\(\d{2,5}\)${GAP_OR_SLASH}?\d{2,9}(?:${GAP_OR_SLASH}\d{2,5}){0,4}`
/** A zero, 1, 7 or 8 by itself leads out of an area in some countries: 1-555-123-4567, 8 912 345 67 89. */
const IN_GROUPS = [
  String.raw`\b0\d-\d{1,2}/\d{3}[ \u00a0-]?\d{3,4}`,
  String.raw`\b(?:[0178]${GAP})?(?:0\d{1,4}|\d{3})${GAP_OR_SLASH}\d{2,8}(?:${GAP}\d{2,5}){0,4}`,
  String.raw`\b\d{2}(?:-|[ \u00a0]9)\d{4}-\d{4}`,
  String.raw`\b\d{2}-\d{3}-\d{2}-\d{2}`,
  String.raw`\b0[1-9]\d{8,9}`,
].join('|')
/** Other groups, and none: only after a word. */
const AFTER_WORDS = String.raw`\b\d{1,5}(?:${GAP_OR_SLASH}{1,2}\d{1,7}){1,4}|\b\d{7,15}`
const EXTENSION = String.raw`,? ?(?:x|[Ee]xt|EXT|[Ee]xtn|[Ee]xtension|[Dd]urchwahl|DW|[Pp]oste|[Rr]amal|доб)[.:]? ?\d{1,6}`

/**
 * PHONE: international numbers (+49 30 123456, 0049 30 123456, (+358) 569070293), and national ones that are
 * written in groups ((030) 123456, 030/1234567, 1-555-123-4567) or begin with a zero (07700900123), with their
 * extensions (x12, ext. 12). After words such as `tel`, `phone`, `call` or `mobile`, in two dozen languages,
 * numbers in other groups too, or without any. 7 to 15 digits, as E.164 allows. Dates, times, thousands, single
 * groups of digits and numbers of invoices, orders and the like are left out.
 */
export const phone: PatternRule = {
  type: 'PHONE',
  pattern: new RegExp(
    String.raw`(?:${INTERNATIONAL}|${WITH_BRACKETS}|${IN_GROUPS}|${AFTER_WORDS})(?:${EXTENSION})?\b`,
  ),
  accept: isPhone,
}

/** Words that announce another kind of number than a telephone number. */
const OTHER_NUMBER = countsThings(
  [
    THINGS,
    'cases?|refs?|references?|documents?|docs?|policy|policies|claims?|sections?|rooms?|flights?|ids?|accounts?|acct|chapter',
    'clause|patents?|kundennummer|aktenzeichen|konto|référence',
  ].join('|'),
)

/** Words that announce a telephone number. */
const PHONE_WORD = announces(
  [
    'phones?|telephones?|mobiles?|cell|cellphone|call|dial|text (?:me|us|him|her|them)|sms|ring|fax|whats ?app|hotline|(?:reach|contact) (?:me|us|him|her|them)',
    '(?:my|our|his|her|their|contact) number|tel|tele|ph|gsm|telefon|telefonnummer|fon|handy|handynummer|mobil|mobilnummer|rufnummer',
    'tél|téléphone|portable|appele[rz]|tel[ée]fonos?|tfno|m[óo]vil|celular|ll[áa]m[ae]r?(?:me|nos|le)?|telefoni|cellulare|chiamare|chiami',
    'telefones?|telem[óo]vel|ligar|ligue|telefoon|telefoonnummer|mobiel|bel|tlf|tlf\\.?nr|mobiltelefon|tfn|puh|puhelin|puhelinnumero|matkapuhelin',
    'telefonu|kom|komórka|telefonszám|mobilszám|cep|тел|телефона?|моб|мобильный|мобільний|звоните|дзвоніть|τηλ|τηλέφωνο|κιν|κινητό',
    'טלפון|נייד|هاتف|جوال|موبايل',
  ].join('|'),
  'is|me|us|him|her|them|at|on|unter|au|al|il|op|på|numéro|номер',
)
/** In these languages no space comes before a word. */
const PHONE_WORD_WITHOUT_SPACES = /(?:电话|電話|手机|手機|携帯|전화|휴대폰)(?:号码|號碼|番号|번호)?[ :：]*$/u

const DATE =
  /^(?:\d{1,2}(?:[./-]\d{1,2}[./-](?:(?:19|20)\d\d\b|\d{2,4}$)|\/(?:19|20)\d\d\b)|(?:19|20)\d\d([./-])\d{1,2}\1\d{1,2}\b)/
/** An address of a computer (RFC 791); it has no zero in front of others. */
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/
const ALONE = new RegExp(`^(?:${INTERNATIONAL}|${WITH_BRACKETS}|${IN_GROUPS})$`)
const EXTENSION_AT_END = new RegExp(`${EXTENSION}$`)

function isPhone(match: string, text: string, start: number): boolean {
  const number = match.replace(EXTENSION_AT_END, '')
  const digits = digitsOf(number)
  if (digits.length < 7 || digits.length > 15) return false
  if (/^(?:\+|\(\+|\d?[ .-]?\()/.test(number)) return true
  const before = inFront(text, start, 60)
  // The end of something else, such as 2021-03-03; and 31.01.2024 10, 1/2/24, 04/2024-05.
  if (/\d[.-]$/.test(before) || DATE.test(number)) return false
  if (OTHER_NUMBER.test(before) || /[#№] ?$/.test(before)) return false
  if (PHONE_WORD.test(before) || PHONE_WORD_WITHOUT_SPACES.test(before)) return true
  if (!ALONE.test(number) || IPV4.test(number)) return false
  // The beginning of something else: 123-4567-89, 07-589033-681240-3.
  if (/^-\d/.test(behind(text, start + match.length, 2))) return false
  if (/^[0178][ \u00a0.-]/.test(number))
    return /^.[ \u00a0.-]\d{3}[ .-]\d{3}[ .-]?\d\d[ .-]?\d\d$/.test(number)
  if (number.startsWith('0')) return true
  // 123.456.789 and 1 234 567 890 are amounts; telephone numbers in threes do not begin with 1 (Spain,
  // Poland, Portugal).
  if (/^\d{3}(?:[ .]\d{3})+$/.test(number)) {
    return number.includes(' ') && digits.length === 9 && number[0]! > '4' && !/\d[ ,]$/.test(before)
  }
  return digits.length >= 10 || /^\d{3}-\d{4}$|^\d{2}-\d{3}-\d{2}-\d{2}$/.test(number)
}
