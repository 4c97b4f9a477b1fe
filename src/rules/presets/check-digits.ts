/** Check digits and letters: what a number's other digits say the last of them is. */

/**
 * Luhn: double every second digit from the right and add its digits; the total is a multiple of ten (ISO/IEC
 * 7812-1, annex B).
 */
export function hasLuhnDigit(digits: string): boolean {
  let sum = 0
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place])
    sum += place % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit
  }
  return sum % 10 === 0
}

/** The sum of digits times weights, which begin again when they end. */
export function weightedSum(digits: string, weights: readonly number[]): number {
  let sum = 0
  for (let at = 0; at < digits.length; at++) sum += Number(digits[at]) * weights[at % weights.length]!
  return sum
}

/**
 * A number's remainder modulo 97 (ISO/IEC 7064), whose letters count from 10.
 *
 * @param text digits and letters of ASCII
 */
export function modulo97(text: string): number {
  let rest = 0
  for (const unit of text)
    for (const digit of String(Number.parseInt(unit, 36))) rest = (rest * 10 + Number(digit)) % 97
  return rest
}

/** ISO/IEC 7064, MOD 11,10: whether the last digit is the check digit of the others. */
export function hasMixedDigit(digits: string): boolean {
  let product = 10
  for (const digit of digits.slice(0, -1)) product = (2 * ((product + Number(digit)) % 10 || 10)) % 11
  return (product + Number(digits.at(-1))) % 10 === 1
}

/**
 * Verhoeff 1969, "Error Detecting Decimal Codes": digits are permuted by their place from the right and multiplied in
 * the group of the symmetries of a pentagon, where those from 5 on are reflections.
 */
export function hasVerhoeffDigit(digits: string): boolean {
  let product = 0
  for (let place = 0; place < digits.length; place++) {
    let digit = Number(digits[digits.length - 1 - place])
    for (let turn = 0; turn < place % 8; turn++) digit = PERMUTATION[digit]!
    product = multiply(product, digit)
  }
  return product === 0
}

const PERMUTATION: readonly number[] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]

function multiply(a: number, b: number): number {
  const turn = a < 5 ? a + b : a - b
  return (((turn % 5) + 5) % 5) + (a < 5 === b < 5 ? 0 : 5)
}

/** Whether there can be such a day in some year. */
export function isDay(month: number, day: number): boolean {
  return (
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!
  )
}
