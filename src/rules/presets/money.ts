/** Presets for bank accounts and payment cards. Their check digits tell them from other numbers. */

import type { PatternRule } from '../types.ts'
import { digitsOf, modulo97 } from './around.ts'

/**
 * Units of an IBAN by country: SWIFT, "IBAN Registry", https://www.swift.com/standards/data-standards/iban; and those of
 * countries that use them without being registered, https://en.wikipedia.org/wiki/International_Bank_Account_Number.
 */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  Array.from(
    [
      'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24',
      'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32',
      'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24',
      'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30',
      'AO25 BF28 BJ28 CF27 CG27 CI28 CM27 CV25 DZ26 GA27 GQ27 GW25 IR26 KM27 MA28 MG27 ML28 MZ25 NE28 SN28 TD27 TG28',
    ]
      .join(' ')
      .split(' '),
    (entry) => [entry.slice(0, 2), Number(entry.slice(2))] as const,
  ),
)

/**
 * IBAN: an International Bank Account Number, together or in groups; it is as long as its country's are, and its check digits
 * are right (ISO 13616, ISO 7064).
 */
export const iban: PatternRule = {
  type: 'IBAN',
  pattern: /\b[A-Z]{2}\d{2}(?:[ \u00a0\u202f-]?[A-Z0-9]){11,30}/i,
  accept: isIban,
}

/** CARD: a payment card's number of 13 to 19 digits, together or in groups; its check digit is right (ISO 7812, Luhn). */
export const card: PatternRule = {
  type: 'CARD',
  pattern:
    /\b(?:\d{13,19}|\d{4}[ \u00a0-]\d{4}[ \u00a0-]\d{4}[ \u00a0-]\d{4}(?:[ \u00a0-]\d{1,3})?|\d{4}[ \u00a0-]\d{6}[ \u00a0-]\d{4,5})\b/,
  accept: isCard,
}

/** How much of it is an account: what stands behind it may be other words. */
function isIban(match: string, text: string, start: number): number {
  const length = LENGTHS.get(match.slice(0, 2).toUpperCase())
  if (length === undefined) return 0
  let account = ''
  let end = 0
  while (account.length < length && end < match.length) {
    if (/[A-Za-z0-9]/.test(match[end]!)) account += match[end]
    end++
  }
  if (account.length < length || /[A-Za-z0-9]/.test(text[start + end] ?? '')) return 0
  // Checked with its first four units at its end.
  return modulo97(account.slice(4) + account.slice(0, 4)) === 1 ? end : 0
}

/** How much of it is a card's number: the last group may be something else. */
function isCard(text: string): number {
  if (hasCardDigit(text)) return text.length
  const shorter = text.slice(0, Math.max(0, text.search(/[ \u00a0-]\d{1,3}$/)))
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
