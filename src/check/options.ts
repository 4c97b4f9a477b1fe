/**
 * Checks the options that a caller gives, by a table with one check for each option. The type of the options keeps
 * the table complete. An option that is undefined counts as not given. One that the table does not have is misspelt,
 * and an error.
 */
import { isObject, wrongKind } from './kind.ts'

export { wrongKind }

/** @throws {TypeError} for the wrong kind, {RangeError} for the wrong value */
export type Check = (value: unknown, name: string) => void

/** A check for every option. */
export type Checks<Options> = { readonly [Name in keyof Required<Options>]: Check }

/**
 * The options of a caller, each checked, without those that are undefined.
 *
 * @param given from the caller, of any kind; undefined counts as no options
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for a value that is not allowed, or an option that is not known
 *
 * @example
 * checkOptions({ stride: 3 }, { stride: wholeNumber(0) }) // { stride: 3 }
 */
export function checkOptions<Options extends object>(given: unknown, checks: Checks<Options>): Options {
  return checkFields(given ?? (given === null ? null : {}), checks, 'options', '') as Options
}

/** A check for an option that is an object of options itself. */
export function fields<Options extends object>(checks: Checks<Options>): Check {
  return (value, name) => void checkFields(value, checks, name, `${name}.`)
}

/** @param prefix of the fields' names in messages */
function checkFields(
  value: unknown,
  checks: Readonly<Record<string, Check>>,
  name: string,
  prefix: string,
): Record<string, unknown> {
  if (!isObject(value)) throw wrongKind(value, name, 'an object')
  const checked: Record<string, unknown> = {}
  for (const [field, content] of Object.entries(value)) {
    if (content === undefined) continue
    if (!Object.hasOwn(checks, field)) {
      throw new RangeError(`${name}.${field} is not known, expected one of ${Object.keys(checks).join(', ')}`)
    }
    checks[field]!(content, `${prefix}${field}`)
    checked[field] = content
  }
  return checked
}

export function trueOrFalse(value: unknown, name: string): void {
  if (typeof value !== 'boolean') throw wrongKind(value, name, 'true or false')
}

export function text(value: unknown, name: string): void {
  if (typeof value !== 'string') throw wrongKind(value, name, 'a string')
}

export function texts(value: unknown, name: string): void {
  if (!Array.isArray(value)) throw wrongKind(value, name, 'an array of strings')
  const wrong = value.findIndex((one) => typeof one !== 'string')
  if (wrong >= 0) throw wrongKind(value[wrong], `${name}[${wrong}]`, 'a string')
}

export function oneOf(allowed: readonly string[]): Check {
  const wanted = `one of ${allowed.map((one) => `'${one}'`).join(', ')}`
  return (value, name) => {
    if (typeof value !== 'string') throw wrongKind(value, name, wanted)
    if (!allowed.includes(value)) throw new RangeError(`${name} is '${value}', expected ${wanted}`)
  }
}

/** A whole number of at least `least`; any whole number where that is not given. */
export function wholeNumber(least: number = Number.NEGATIVE_INFINITY): Check {
  const wanted = least === Number.NEGATIVE_INFINITY ? 'a whole number' : `a whole number from ${least}`
  return (value, name) => {
    if (typeof value !== 'number') throw wrongKind(value, name, wanted)
    if (!Number.isSafeInteger(value) || value < least) {
      throw new RangeError(`${name} is ${value}, expected ${wanted}`)
    }
  }
}

export function numberBetween(least: number, most: number): Check {
  const wanted = `a number from ${least} to ${most}`
  return (value, name) => {
    if (typeof value !== 'number') throw wrongKind(value, name, wanted)
    if (!(value >= least && value <= most)) throw new RangeError(`${name} is ${value}, expected ${wanted}`)
  }
}

export function callback(value: unknown, name: string): void {
  if (typeof value !== 'function') throw wrongKind(value, name, 'a function')
}

/** By what it can do: a signal may come from another realm, or be one's own. */
export function abortSignal(value: unknown, name: string): void {
  if (!isObject(value) || !('aborted' in value) || !('addEventListener' in value)) {
    throw wrongKind(value, name, 'an AbortSignal')
  }
}
