/**
 * Checks a caller's options by a table with a row for each option. An option that is undefined counts as not
 * given; one that is not in the table is misspelt, which is an error.
 */
import { isObject, wrongKind } from './kind.ts'
import { didYouMean } from './nearest.ts'
import type { OptionRow, OptionTable, Rows } from './option-rows.ts'

/**
 * How options are written where the error is shown: `maxLength` in the library, `--max-length` on the command
 * line.
 */
export type OptionSpelling = (option: string) => string

/** The error for a value that is not allowed; the message can spell options as the caller wrote them. */
export class OptionError extends RangeError {
  readonly #say: (spelled: OptionSpelling) => string

  /**
   * @param say makes the message, in which `spelled` writes each option
   */
  constructor(say: (spelled: OptionSpelling) => string) {
    super(say((option) => option))
    this.#say = say
  }

  /** The message with options spelled in another way. */
  spelled(spelling: OptionSpelling): string {
    return this.#say(spelling)
  }
}

/**
 * A caller's options, each of them checked, without those that are undefined; without a prototype.
 *
 * @param given the caller's value, of any kind; undefined counts as no options
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for a value that is not allowed, or an unknown option
 *
 * @example
 * checkOptions({ stride: 3 }, { stride: { type: 'number', integer: true, from: 0 } }).stride // 3
 */
export function checkOptions<Options extends object>(given: unknown, rows: Rows<Options>): Options {
  return checkFields(given === undefined ? {} : given, rows as OptionTable, 'options', '') as Options
}

/**
 * @param prefix comes before the fields' names in messages
 */
function checkFields(
  value: unknown,
  rows: OptionTable,
  name: string,
  prefix: string,
): Record<string, unknown> {
  if (!isObject(value)) throw wrongKind(value, name, 'an object')
  // What is not given must not be found in Object.prototype either.
  const checked: Record<string, unknown> = Object.create(null)
  for (const [field, content] of Object.entries(value)) {
    if (content === undefined) continue
    if (!Object.hasOwn(rows, field)) {
      const known = Object.keys(rows)
      throw new RangeError(
        `${name}.${field} is not known, expected one of ${known.join(', ')}${didYouMean(field, known)}`,
      )
    }
    checkValue(rows[field]!, content, `${prefix}${field}`)
    checked[field] = content
  }
  return checked
}

/**
 * Checks a value by its row.
 *
 * @param name the option's name, for messages
 * @throws {TypeError} for the wrong kind
 * @throws {OptionError} for the wrong value
 */
export function checkValue(row: OptionRow, value: unknown, name: string): void {
  if (row.orFalse !== undefined && value === false) return
  if (row.orFunction === true && typeof value === 'function') return
  switch (row.type) {
    case 'object':
      checkFields(value, row.fields!, name, `${name}.`)
      return
    case 'strings':
      checkStrings(value, name)
      return
    case 'word':
      if (typeof value !== 'string') break
      if (!Object.hasOwn(row.words!, value)) throw wrongWord(row, value, name)
      return
    case 'number':
      if (row.orWord !== undefined && value === row.orWord) return
      if (typeof value !== 'number') break
      if (!inRange(row, value)) {
        throw new OptionError((spelled) => `${spelled(name)} is ${value}, expected ${wantedOf(row)}`)
      }
      return
    case 'other':
      if (row.fits!(value)) return
      break
    case 'signal':
      // Checked by what it can do: a signal may come from another realm, or be the caller's own object.
      if (isObject(value) && 'aborted' in value && 'addEventListener' in value) return
      break
    default:
      if (typeof value === row.type) return
  }
  throw wrongKind(value, name, wantedOf(row))
}

/**
 * @throws {TypeError} for anything but an array of strings
 */
export function checkStrings(value: unknown, name: string): void {
  if (!Array.isArray(value)) throw wrongKind(value, name, 'an array of strings')
  const wrong = value.findIndex((one) => typeof one !== 'string')
  if (wrong >= 0) throw wrongKind(value[wrong], `${name}[${wrong}]`, 'a string')
}

/** The error for a word that the option does not take. */
export function wrongWord(row: OptionRow, value: string, name: string): OptionError {
  return new OptionError(
    (spelled) =>
      `${spelled(name)} is '${value}', expected ${wantedOf(row)}${didYouMean(value, Object.keys(row.words!))}`,
  )
}

function inRange({ integer, from, to }: OptionRow, value: number): boolean {
  if (integer === true ? !Number.isSafeInteger(value) : Number.isNaN(value)) return false
  return value >= (from ?? Number.NEGATIVE_INFINITY) && value <= (to ?? Number.POSITIVE_INFINITY)
}

/** The values that an option takes, in words: `a whole number from 1, or 'auto'`. */
export function wantedOf({ type, words, wanted, integer, from, to, ...or }: OptionRow): string {
  if (wanted !== undefined) return wanted
  switch (type) {
    case 'boolean':
      return 'true or false'
    case 'signal':
      return 'an AbortSignal'
    case 'word': {
      const listed = `one of ${Object.keys(words!)
        .map((one) => `'${one}'`)
        .join(', ')}`
      const others = [
        ...(or.orFunction === true ? ['a function'] : []),
        ...(or.orFalse === undefined ? [] : ['false']),
      ]
      return others.length === 0 ? listed : `${listed}, ${others.join(' or ')}`
    }
    case 'number': {
      const least = from === undefined ? '' : ` from ${from}`
      const most = to === undefined ? '' : ` to ${to}`
      const word = or.orWord === undefined ? '' : `, or '${or.orWord}'`
      return `a ${integer === true ? 'whole ' : ''}number${least}${most}${word}`
    }
    default:
      return `a ${type}`
  }
}
