/** Presets for bank accounts and payment cards, whose check digits distinguish them from other numbers. */

import type { PatternRule } from '../types.ts'
import { digitsOf } from './around.ts'
import { hasLuhnDigit, modulo97 } from './check-digits.ts'

/**
 * Length of an IBAN by country, from SWIFT, "IBAN Registry",
 * https://www.swift.com/standards/data-standards/iban, and for countries that use IBANs without being
 * registered, from https://en.wikipedia.org/wiki/International_Bank_Account_Number.
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
 * IBAN: an International Bank Account Number, with or without spaces, of the length of its country and with
 * correct check digits (ISO 13616, ISO 7064).
 */
export const iban: PatternRule = {
  type: 'IBAN',
  pattern: /\b[A-Z]{2}\d{2}(?:[ \u00a0\u202f-]?[A-Z0-9]){11,30}/i,
  accept: isIban,
}

/**
 * CARD: a payment card number of 13 to 19 digits, with or without spaces, with a correct check digit (ISO
 * 7812, Luhn).
 */
export const card: PatternRule = {
  type: 'CARD',
  pattern:
    /\b(?:\d{13,19}|\d{4}[ \u00a0-]\d{4}[ \u00a0-]\d{4}[ \u00a0-]\d{4}(?:[ \u00a0-]\d{1,3})?|\d{4}[ \u00a0-]\d{6}[ \u00a0-]\d{4,5})\b/,
  accept: isCard,
}

/** How much of the match is an account number: what follows may be other words. */
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
  // The checksum is taken with the first four characters moved to the end.
  return modulo97(account.slice(4) + account.slice(0, 4)) === 1 ? end : 0
}

/** How much of the match is a card number: the last group may be something else. */
function isCard(text: string): number {
  if (isCardNumber(text)) return text.length
  const shorter = text.slice(0, Math.max(0, text.search(/[ \u00a0-]\d{1,3}$/)))
  return isCardNumber(shorter) ? shorter.length : 0
}

/**
 * Cards of banks, trade and travel begin with 2 to 6, old ones of JCB with 1800; a count of milliseconds since 1970
 * begins with 1.
 */
function isCardNumber(text: string): boolean {
  const digits = digitsOf(text)
  return /^(?:[2-6]\d{12,18}|1800\d{11})$/.test(digits) && hasLuhnDigit(digits)
}
