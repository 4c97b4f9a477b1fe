/** Presets for what identifies a person: US social security numbers, passports, dates of birth. */

import type { PatternRule } from '../types.ts'
import { behind, digitsOf, inFront } from './around.ts'

/**
 * SSN: a social security number of the United States, `123-45-6789`, also with points or spaces, and
 * `123456789` after words that announce it; also a taxpayer number of the same form (9..). No number has the
 * area 000 or 666, the group 00 or the serial 0000 (Social Security Administration, "SSN Randomization",
 * https://www.ssa.gov/employer/randomization.html).
 */
export const ssn: PatternRule = {
  type: 'SSN',
  pattern: /\b\d{3}(?:-\d{2}-|\.\d{2}\.|[ \u00a0]\d{2}[ \u00a0])?\d{4,6}\b/,
  accept: (match, text, start) => {
    const digits = digitsOf(match)
    if (!/^(?!000|666)\d{3}(?!00)\d{2}(?!0000)\d{4}$/.test(digits)) return false
    const before = inFront(text, start, 60)
    if (/\d[.-]$/.test(before) || /^[.-]\d/.test(behind(text, start + match.length, 2))) return false
    return (
      match[3] === '-' ||
      /(?:^|[^\p{L}])(?:ssn|itin|tin|social[ -]security)(?:[ -]?(?:no|nr|num|number))?[ .:#(]*(?:is )?$/iu.test(
        before,
      )
    )
  },
}

/**
 * PASSPORT: a line of the machine-readable zone of a passport, a visa or an identity card of any country
 * (ICAO, Doc 9303, parts 3 to 7). Lines with numbers are recognized by their check digits, lines with the
 * name by their form. The number alone has no check digit and is not found.
 */
export const passport: PatternRule = {
  type: 'PASSPORT',
  pattern: /[A-Z0-9<]{30,}/,
  accept: isZone,
}

/**
 * Where the fields of a line are, each followed by its check digit: passports, smaller documents, and cards.
 */
const FIELDS: readonly (readonly [
  length: number,
  form: RegExp,
  fields: readonly (readonly [from: number, to: number])[],
])[] = [
  [
    44,
    /^[A-Z0-9<]{9}\d[A-Z<]{3}\d{6}\d[MFX<]\d{6}\d/,
    [
      [0, 9],
      [13, 19],
      [21, 27],
    ],
  ],
  [
    36,
    /^[A-Z0-9<]{9}\d[A-Z<]{3}\d{6}\d[MFX<]\d{6}\d/,
    [
      [0, 9],
      [13, 19],
      [21, 27],
    ],
  ],
  [30, /^[ACI][A-Z0-9<][A-Z<]{3}[A-Z0-9<]{9}\d/, [[5, 14]]],
  [
    30,
    /^\d{6}\d[MFX<]\d{6}\d[A-Z<]{3}/,
    [
      [0, 6],
      [8, 14],
    ],
  ],
]

function isZone(line: string, text: string, start: number): boolean {
  if (/[A-Za-z0-9<]/.test(inFront(text, start, 1) + behind(text, start + line.length, 1))) return false
  for (const [length, form, fields] of FIELDS) {
    if (line.length === length && form.test(line) && fields.every(([from, to]) => hasDigit(line, from, to)))
      return true
  }
  // P<UTOERIKSSON<<ANNA<MARIA<<<…, or the names on a card's third line.
  if (line.length === 30) return /^[A-Z]+(?:<[A-Z]+)*<<(?:[A-Z]+<)*[A-Z<]*<$/.test(line)
  return (
    /^(?:36|44)$/.test(String(line.length)) &&
    /^[ACIPV][A-Z<][A-Z<]{3}[A-Z]+(?:<[A-Z]+)*<<[A-Z<]*$/.test(line)
  )
}

/** The sum of values times 7, 3, 1, 7, 3, 1, … modulo 10; letters count from 10, `<` is 0. */
function hasDigit(line: string, from: number, to: number): boolean {
  let sum = 0
  for (let at = from; at < to; at++) {
    const value = line[at] === '<' ? 0 : Number.parseInt(line[at]!, 36)
    sum += value * [7, 3, 1][(at - from) % 3]!
  }
  return sum % 10 === Number(line[to])
}

const MONTHS = [
  'jan(?:uar[yi]?|vier|eiro)?|janner|jänner|enero|gennaio|feb(?:ruar[yi]?|brero|braio)?|février|fevereiro',
  'mar(?:ch|s|zo|ço)?|märz|maart|apr(?:il|ile)?|avril|abril|ma[iy]|maj|mayo|maggio|maio|mei|jun[ei]?|juin|junio|giugno|junho',
  'jul[iy]?|juillet|julio|luglio|julho|aug(?:ust|ustus)?|août|agosto|sept?(?:ember|embre|iembre)?|settembre|setembro',
  'o[ck]t(?:ober|obre|ubre)?|ottobre|outubro|nov(?:ember|embre|iembre|embro)?|de[cz](?:ember|embre|iembre|embro)?|dicembre',
  'décembre|diciembre',
].join('|')

/**
 * BIRTHDATE: a full date after words that say it is a date of birth, in seven languages: `born on 3 May
 * 1980`, `DOB: 05/03/1980`, `geb. 3.5.1980`, `née le 3 mai 1980`. Other dates and years alone are left out.
 */
export const birthdate: PatternRule = {
  type: 'BIRTHDATE',
  pattern: new RegExp(
    [
      String.raw`\b\d{4}[./-]\d{1,2}[./-]\d{1,2}\b`,
      String.raw`\b\d{1,2}[./-] ?\d{1,2}[./-] ?(?:\d{4}|\d{2})\b`,
      String.raw`\b\d{1,2}(?:\.|st|nd|rd|th|er|º)?(?: of| de)?[ -](?:${MONTHS})\.?,?(?: de| del)?[ -](?:\d{4}|\d{2})\b`,
      String.raw`\b(?:${MONTHS})\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}\b`,
    ].join('|'),
    'iu',
  ),
  accept: (match, text, start) => {
    if (/\d[./-]$/.test(inFront(text, start, 2)) || !isDate(match)) return false
    const after = behind(text, start + match.length, 20)
    return BIRTH.test(inFront(text, start, 80)) || /^ ?[([]?(?:d\.?o\.?b|date of birth)\b/i.test(after)
  },
}

/** Neither a digit nor the end of a sentence may lie between the words and the date. */
const BIRTH = new RegExp(
  [
    String.raw`(?:^|[^\p{L}])(?:born|birth ?da(?:y|te)|date[- ]of[- ]birth|d\.?o\.?b\.?|geb(?:oren|urtsdatum|urtstag|\.)`,
    'né(?:e|\\(e\\))?|date de naissance|naissance|nacid[oa]|fecha de nacimiento|nacimiento|nat[oa] (?:il|a|in)|data di nascita|nascid[oa]',
    String.raw`data de nascimento|geboortedatum|bday|b\.)(?!\p{L})(?:[^.!?;\d]|(?<!\p{L})(?:\p{L}|st|sta|ste|mt|ft|dr)\.|\([^()\d]{0,20}\)){0,40}$`,
  ].join('|'),
  'iu',
)

function isDate(text: string): boolean {
  const numbers = Array.from(text.matchAll(/\d+/g), ([digits]) => Number(digits))
  const year = numbers.find((number) => number > 31)
  if (year !== undefined && year > 99 && (year < 1880 || year > 2099)) return false
  const [first, second] = numbers.filter((number) => number !== year)
  if (numbers.length === 2) return first! >= 1 && first! <= 31
  return first! >= 1 && second! >= 1 && Math.min(first!, second!) <= 12 && Math.max(first!, second!) <= 31
}
