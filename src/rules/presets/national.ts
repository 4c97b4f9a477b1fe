/** Presets for the numbers that countries give their people: for health, taxes, pensions and banks. */

import type { PatternRule } from '../types.ts'
import { hasLuhnDigit, hasMixedDigit, hasVerhoeffDigit, isDay, weightedSum } from './check-digits.ts'
import { numberRule } from './checked-number.ts'

const BARE = /^\d+$/
const ANY = /^/

/**
 * NHS: a patient of the National Health Service in the United Kingdom, after its name: `NHS 943 476 5919`. NHS Data
 * Dictionary, "NHS Number", https://www.datadictionary.nhs.uk/attributes/nhs_number.html: modulo 11.
 */
export const nhs: PatternRule = numberRule({
  type: 'NHS',
  pattern: /\b\d{3}[ \u00a0-]?\d{3}[ \u00a0-]?\d{4}\b/,
  check: (digits) => weightedSum(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  unclear: ANY,
  words: 'nhs',
})

/**
 * NINO: National Insurance in the United Kingdom, `AB 12 34 56 C`. HM Revenue & Customs, NIM39110,
 * https://www.gov.uk/hmrc-internal-manuals/national-insurance-manual/nim39110: no check digit, but letters that are
 * never given.
 */
export const nino: PatternRule = numberRule({
  type: 'NINO',
  pattern:
    /\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ \u00a0-]?\d\d[ \u00a0-]?\d\d[ \u00a0-]?\d\d[ \u00a0-]?[A-D]\b/,
  check: (characters) => !/^(?:BG|GB|KN|NK|NT|TN|ZZ)/.test(characters),
})

/**
 * NIF: tax and identity numbers of Spain, `12345678Z`, and of foreigners there (NIE), `X1234567L`. Ministerio del
 * Interior, "Cálculo del dígito de control del NIF/NIE": modulo 23, X, Y and Z for 0, 1 and 2.
 */
export const nif: PatternRule = numberRule({
  type: 'NIF',
  pattern: /\b(?:\d{8}|\d{2}\.\d{3}\.\d{3}|[KLMXYZ][-.]?\d{7})[-.]?[A-HJ-NP-TV-Z]\b/i,
  check: (characters) => {
    const number = characters
      .slice(0, -1)
      .replace(/^[KLMX]/, '0')
      .replace('Y', '1')
      .replace('Z', '2')
    return characters.endsWith('TRWAGMYFPDXBNJZSQVHLCKE'[Number(number) % 23]!)
  },
})

/**
 * CODICEFISCALE: the tax code of Italy, `RSSMRA85T10A562S`. Decreto ministeriale 23 dicembre 1976: letters by their
 * values in odd places and in even ones, modulo 26; where two people had the same, letters stand for digits.
 */
export const codicefiscale: PatternRule = numberRule({
  type: 'CODICEFISCALE',
  pattern: /\b[A-Z]{3} ?[A-Z]{3} ?[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2} ?[A-Z][\dL-NP-V]{3}[A-Z]\b/i,
  check: (characters) => {
    let sum = 0
    for (let at = 0; at < 15; at++) {
      const value = /\d/.test(characters[at]!) ? Number(characters[at]) : characters.charCodeAt(at) - 65
      sum += at % 2 === 1 ? value : 'BAKPLCQDREVOSFTGUHMINJWZYX'.indexOf(String.fromCharCode(65 + value))
    }
    return /\d/.test(characters) && characters.charCodeAt(15) - 65 === sum % 26
  },
})

/**
 * STEUERID: the tax number of Germany, `86 095 742 719`, in groups or after its name. § 139b Abgabenordnung and § 1
 * Steueridentifikationsnummerverordnung: one of the first ten digits stands there twice or three times, the others
 * once or not; ISO/IEC 7064, MOD 11,10.
 */
export const steuerid: PatternRule = numberRule({
  type: 'STEUERID',
  pattern: /\b[1-9]\d(?:[ \u00a0]\d{3}){3}\b|\b[1-9]\d{10}\b/,
  check: (digits) => {
    const counts = Array.from(
      { length: 10 },
      (_, digit) => digits.slice(0, 10).split(String(digit)).length - 1,
    )
    const repeated = counts.filter((count) => count > 1)
    return repeated.length === 1 && repeated[0]! < 4 && hasMixedDigit(digits)
  },
  unclear: BARE,
  words: 'steuer-?id|(?:steuer(?:liche)?[- ]?)?identifikationsnummer|id-?nr|tax[- ]id|tin',
})

/**
 * PESEL: a person in Poland, after its name: `PESEL 44051401359`. Ustawa o ewidencji ludności, and
 * https://www.gov.pl/web/gov/czym-jest-numer-pesel: a date of birth, whose month tells the century, and modulo 10.
 */
export const pesel: PatternRule = numberRule({
  type: 'PESEL',
  pattern: /\b\d{11}\b/,
  check: (digits) =>
    isDay(Number(digits.slice(2, 4)) % 20, Number(digits.slice(4, 6))) &&
    weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
  unclear: ANY,
  words: 'pesel',
})

/**
 * PERSONNUMMER: a person in Sweden, `811218-9876`, without a sign in it after its name; also of those who only visit,
 * to whose day 60 is added. Skatteverket, SKV 704 and SKV 707: Luhn over the last ten digits.
 */
export const personnummer: PatternRule = numberRule({
  type: 'PERSONNUMMER',
  pattern: /\b(?:18|19|20)?\d{6}[-+]?\d{4}\b/,
  check: (digits) => {
    const last = digits.slice(-10)
    return isDay(Number(last.slice(2, 4)), Number(last.slice(4, 6)) % 60) && hasLuhnDigit(last)
  },
  unclear: BARE,
  words: 'person(?:al)?(?: identity)?|person-?nr|pers\\.? ?nr|pnr|samordnings|ssn',
})

/**
 * HETU: a person in Finland, `131052-308T`. Digital and Population Data Services Agency, "The personal identity code",
 * https://dvv.fi/en/personal-identity-code: modulo 31; the sign tells the century.
 */
export const hetu: PatternRule = numberRule({
  type: 'HETU',
  pattern: /\b\d{6}[-+A-FU-Y]\d{3}[\dA-FHJ-NPR-Y]\b/i,
  check: (characters) => {
    const number = Number(characters.slice(0, 6) + characters.slice(-4, -1))
    return (
      isDay(Number(characters.slice(2, 4)), Number(characters.slice(0, 2))) &&
      characters.endsWith('0123456789ABCDEFHJKLMNPRSTUVWXY'[number % 31]!)
    )
  },
})

/**
 * AADHAAR: a resident of India, `2341 2341 2346`, without groups after its name. Unique Identification Authority of
 * India, "UID Numbering Scheme": begins with 2 to 9, Verhoeff.
 */
export const aadhaar: PatternRule = numberRule({
  type: 'AADHAAR',
  pattern: /\b[2-9]\d{3}(?:[ \u00a0-]\d{4}){2}\b|\b[2-9]\d{11}\b/,
  check: hasVerhoeffDigit,
  unclear: BARE,
  words: 'aadh?aar|adhaar|uid(?:ai)?',
})

/**
 * PAN: the tax number of India, `ACUPA7085R`. Income Tax Department, "Structure of PAN": the fourth letter is the kind
 * of its holder. How the last letter is computed is not published.
 */
export const pan: PatternRule = numberRule({
  type: 'PAN',
  pattern: /\b[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]\b/,
  check: (characters) => !characters.includes('0000'),
})

/**
 * CPF: a person in Brazil, `390.533.447-05`, without signs after its name. Receita Federal, "Cadastro de Pessoas
 * Físicas": two digits modulo 11; the same digit eleven times is none.
 */
export const cpf: PatternRule = numberRule({
  type: 'CPF',
  pattern: /\b\d{3}\.\d{3}\.\d{3}-\d{2}\b|\b\d{9}-?\d{2}\b/,
  check: (digits) =>
    new Set(digits).size > 1 &&
    [9, 10].every((length) => {
      const sum = weightedSum(digits.slice(0, length), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].slice(10 - length))
      return Number(digits[length]) === ((sum * 10) % 11) % 10
    }),
  unclear: BARE,
  words: 'cpf',
})

/**
 * ABA: the routing number of a bank in the United States, after its name: `routing number 021000021`. American Bankers
 * Association, "Routing Number Policy & Procedures": the first two digits name a district, weights 3, 7, 1, modulo 10.
 */
export const aba: PatternRule = numberRule({
  type: 'ABA',
  pattern: /\b\d{9}\b|\b\d{4}-\d{4}-\d\b/,
  check: (digits) =>
    /^(?:0\d|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)/.test(digits) &&
    weightedSum(digits, [3, 7, 1]) % 10 === 0,
  unclear: ANY,
  words: 'aba|routing|rtn|transit|fedwire|ach',
})
