/**
 * `iobert/rules`: what people take out of texts and models of names do not find. Rules like anyone's, in a module of their own,
 * so that pages which do not use them do not load them.
 *
 * @example
 * // import { email, iban } from 'iobert/rules'
 * await ner.recognize('Pay to DE89 3704 0044 0532 0130 00', { rules: [email, iban] })
 */

import type { PatternRule } from './types.ts'

export { parseRules } from './parse-rules.ts'
export { compileRules } from './compile-rules.ts'
export type { PatternRule, PhraseRule, Rule, RuleMatch, RulePolicy, RuleSet } from './types.ts'

/** EMAIL: an address as mail programs take it, `ana.lopez+x@mail.example.org`; international ones too. */
export const email: PatternRule = {
  type: 'EMAIL',
  pattern:
    /[^\s@<>()[\]{},;:"'“”‘’«»=|\\/]+@(?:[0-9A-Za-z\u00a1-\uffff](?:[-0-9A-Za-z\u00a1-\uffff]*[0-9A-Za-z\u00a1-\uffff])?\.)+[A-Za-z\u00a1-\uffff]{2,63}/,
}

/** URL: http, https, ftp, and what begins with www; a point, comma or bracket behind it is not part of it. */
export const url: PatternRule = {
  type: 'URL',
  pattern:
    /\b(?:(?:https?|ftp):\/\/|www\.)(?:\([^\s()<>"“”]*\)|[^\s()<>"“”])*(?:\([^\s()<>"“”]*\)|[^\s()<>"“”.,;:!?'’\]}*_])/i,
}

/**
 * PHONE: international numbers (+49 30 123456, 0049 30 123456), and national ones that are written in groups ((030) 123456,
 * 030/1234567, 1-555-123-4567) or begin with a zero (07700900123). 7 to 15 digits, as E.164 allows; dates, times, thousands
 * and single groups of digits are none.
 */
export const phone: PatternRule = {
  type: 'PHONE',
  pattern: new RegExp(
    [
      String.raw`(?:\+|\b00)[1-9](?:[ ./-]{0,2}(?:\d|\(\d{1,5}\))){5,14}\b`,
      String.raw`(?:\b\d[ .-])?\(\d{2,5}\)[ ./-]?\d{2,8}(?:[ .-]\d{2,5}){0,4}\b`,
      String.raw`\b(?:1[ .-])?(?:0\d{1,4}|\d{3})[ /.-]\d{2,8}(?:[ .-]\d{2,5}){0,4}\b`,
      String.raw`\b0[1-9]\d{8,9}\b`,
    ].join('|'),
  ),
  accept: isPhone,
}

/** IBAN: an International Bank Account Number, together or in groups of four; its check digits are right (ISO 13616, 7064). */
export const iban: PatternRule = {
  type: 'IBAN',
  pattern: /\b[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,4})?)\b/i,
  accept: isIban,
}

/** CARD: a payment card's number of 13 to 19 digits, together or in groups; its check digit is right (ISO 7812, Luhn). */
export const card: PatternRule = {
  type: 'CARD',
  pattern: /\b(?:\d{13,19}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4}(?:[ -]\d{1,3})?|\d{4}[ -]\d{6}[ -]\d{4,5})\b/,
  accept: isCard,
}

/** IP: an address of version 4 or 6, without its port. */
export const ip: PatternRule = {
  type: 'IP',
  pattern: new RegExp(
    [
      String.raw`\b\d{1,3}(?:\.\d{1,3}){3}\b`,
      String.raw`\b(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}\b`,
      String.raw`(?:\b[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,4})?::(?:[0-9a-f]{1,4}:){0,5}\d{1,3}(?:\.\d{1,3}){3}\b`,
      String.raw`(?:\b[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6}\b)?`,
    ].join('|'),
    'i',
  ),
  accept: isIp,
}

/** All presets by name: `iobert --rules email,iban`. */
export const presets: Readonly<Record<'email' | 'url' | 'phone' | 'iban' | 'card' | 'ip', PatternRule>> = {
  ...{ email, url, phone, iban, card, ip },
}

function digitsOf(text: string): string {
  return text.replace(/\D/g, '')
}

function isPhone(match: string, text: string, start: number): boolean {
  const digits = digitsOf(match)
  if (digits.length < 7 || digits.length > 15) return false
  if (/^(?:\+|\d?[ .-]?\()/.test(match)) return true
  const before = text.slice(Math.max(0, start - 2), start)
  // The end of something else: 2021-03-03.
  if (/\d[.-]$/.test(before)) return false
  // 31.01.2024 10, 1/2/24, 04/2024-05
  if (/^\d{1,2}(?:[./-]\d{1,2}[./-](?:(?:19|20)\d\d\b|\d{2,4}$)|\/(?:19|20)\d\d\b)/.test(match)) return false
  if (match.startsWith('0')) return true
  // 123.456.789 and 1 234 567 890 are amounts; numbers of three threes begin with no small digit (Spain, Poland, Portugal).
  if (/^(?:1[ .])?\d{3}(?:[ .]\d{3})+$/.test(match)) {
    return match.includes(' ') && digits.length === 9 && match[0]! > '4' && !/\d[ ,]$/.test(before)
  }
  if (/^1[ .-]/.test(match)) return /^1[ .-]\d{3}[ .-]\d{3}[ .-]?\d{4}$/.test(match)
  return digits.length >= 10 || /^\d{3}-\d{2}-\d{4}$|^\d{3}-\d{4}$/.test(match)
}

/** How much of it is an account: groups behind it may be other words. */
function isIban(text: string): number {
  let length = text.length
  while (length > 0 && !hasIbanDigits(text.slice(0, length)))
    length = text.slice(0, length).search(/[ -][^ -]*$/)
  return Math.max(0, length)
}

/** The first four units go to the end, letters count from 10, and the whole modulo 97 is 1. */
function hasIbanDigits(text: string): boolean {
  const account = text.replace(/[ -]/g, '').toUpperCase()
  if (account.length < 15 || account.length > 34) return false
  let rest = 0
  for (const unit of account.slice(4) + account.slice(0, 4)) {
    for (const digit of String(Number.parseInt(unit, 36))) rest = (rest * 10 + Number(digit)) % 97
  }
  return rest === 1
}

/** How much of it is a card's number: the last group may be something else. */
function isCard(text: string): number {
  if (hasCardDigit(text)) return text.length
  const shorter = text.slice(0, Math.max(0, text.search(/[ -]\d{1,3}$/)))
  return hasCardDigit(shorter) ? shorter.length : 0
}

/** Every second digit from the right is doubled and its digits added; all together they are a multiple of ten. */
function hasCardDigit(text: string): boolean {
  const digits = digitsOf(text)
  // 2 to 6 are the cards of banks, trade and travel; a count of milliseconds since 1970 begins with 1.
  if (digits.length < 13 || digits.length > 19 || !/^[2-6]/.test(digits)) return false
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place])
    sum += place % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit
  }
  return sum % 10 === 0
}

function isIp(match: string, text: string, start: number): boolean {
  if (!match.includes(':')) {
    // 1.2.3.4.5 is a version or a section, so is 1.2.3.4-beta.
    const before = text.slice(Math.max(0, start - 9), start)
    const after = text.slice(start + match.length, start + match.length + 2)
    return isVersion4(match) && !/\d\.$|version:? $/i.test(before) && !/^\.\d|^-[a-z]/i.test(after)
  }
  const [head, tail] = match.split('::')
  const groups = `${head}:${tail ?? ''}`.split(':').filter((group) => group !== '')
  const last = groups.at(-1) ?? ''
  if (last.includes('.') && !isVersion4(last)) return false
  const count = groups.length + (last.includes('.') ? 1 : 0)
  // `::` stands in many languages between names: a::b.
  return tail === undefined ? count === 8 : count >= 1 && count <= 7 && /\d/.test(match)
}

function isVersion4(address: string): boolean {
  return address.split('.').every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}
