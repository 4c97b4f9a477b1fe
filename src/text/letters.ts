/**
 * Character properties needed for splitting, by UTF-16 unit. They are our own ranges instead of `\p{…}` or
 * `toLowerCase`, whose answers depend on the runtime's Unicode version. Letters whose case is not covered
 * (Glagolitic, Deseret, ...) count as capitals.
 */
import { isSpace } from './white-space.ts'

const ALL = 0
const ODD = 1
const EVEN = 2

/** First and last unit of a range, and which units in it are lower case. Sorted. */
const smallLetters: readonly (readonly [first: number, last: number, which: number])[] = [
  [0x61, 0x7a, ALL],
  [0xdf, 0xf6, ALL],
  [0xf8, 0xff, ALL],
  [0x100, 0x137, ODD],
  [0x138, 0x148, EVEN],
  [0x149, 0x177, ODD],
  [0x17a, 0x17e, EVEN],
  [0x17f, 0x180, ALL],
  [0x1a1, 0x1a5, ODD],
  [0x1b0, 0x1b0, ALL],
  [0x1cd, 0x1dc, EVEN],
  [0x1dd, 0x1ef, ODD],
  [0x1f9, 0x21f, ODD],
  [0x223, 0x233, ODD],
  [0x250, 0x2af, ALL],
  [0x371, 0x373, ODD],
  [0x390, 0x390, ALL],
  [0x3ac, 0x3ce, ALL],
  [0x430, 0x45f, ALL],
  [0x461, 0x481, ODD],
  [0x48b, 0x4bf, ODD],
  [0x4c2, 0x4ce, EVEN],
  [0x4cf, 0x52f, ODD],
  [0x561, 0x587, ALL],
  [0x1e01, 0x1e95, ODD],
  [0x1ea1, 0x1eff, ODD],
]

/** Whether a unit is a lower-case letter of the Latin, Greek, Cyrillic or Armenian script. */
export function isSmallLetter(unit: number): boolean {
  if (unit < 0x80) return unit >= 0x61 && unit <= 0x7a
  for (const [first, last, which] of smallLetters) {
    if (unit < first) return false
    if (unit <= last) return which === ALL || (unit & 1) === (which === ODD ? 1 : 0)
  }
  return false
}

/** ASCII digits and the fullwidth ones. */
export function isDigit(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || (unit >= 0xff10 && unit <= 0xff19)
}

/** Whether a unit ends a line: LF, VT, FF, CR, next line, line separator, paragraph separator. */
export function isLineBreak(unit: number): boolean {
  return (unit >= 0x0a && unit <= 0x0d) || unit === 0x85 || unit === 0x2028 || unit === 0x2029
}

/** Letters, digits, marks, symbols beyond ASCII: everything but white space and punctuation. */
export function isWordUnit(unit: number): boolean {
  if (unit < 0x80) {
    return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a)
  }
  if (unit < 0xc0) return unit === 0xaa || unit === 0xb5 || unit === 0xba
  if (unit === 0xd7 || unit === 0xf7) return false
  if (unit >= 0x2000 && unit <= 0x206f) return unit === 0x200c || unit === 0x200d
  if (unit >= 0x3000 && unit <= 0x303f) return unit >= 0x3005 && unit <= 0x3007
  if (unit >= 0xff00 && unit <= 0xff0f) return false
  return !isSpace(unit)
}

/** Whether a unit is a letter for the purpose of splitting: a word unit that is not a digit. */
export function isLetter(unit: number): boolean {
  return isWordUnit(unit) && !isDigit(unit)
}
