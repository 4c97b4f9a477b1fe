/** Reads rules from a JSON file. */
import { kindOf } from '../check/kind.ts'
import type { RowOf } from '../check/option-rows.ts'
import { checkValue } from '../check/options.ts'
import type { Rule } from './types.ts'

interface WrittenRule {
  readonly type?: string
  readonly pattern?: string
  readonly phrases?: readonly string[]
  readonly ignoreCase?: boolean
}

const writtenRule: RowOf<WrittenRule> = {
  type: 'object',
  fields: {
    type: { type: 'string' },
    pattern: { type: 'string' },
    phrases: { type: 'strings' },
    ignoreCase: { type: 'boolean' },
  },
}

/**
 * Makes rules from an array of JSON, so that programs and the command line can share a file of rules. A
 * pattern is a regular expression with the flags `m` and `u`, and `i` if case is ignored.
 *
 * @param written the result of JSON.parse
 * @throws {TypeError} {RangeError} naming the rule and what is wrong with it
 *
 * @example
 * parseRules([
 *   { type: 'TICKET', pattern: '\\b[A-Z]{2,5}-\\d+\\b' },
 *   { type: 'PRODUCT', phrases: ['iPod', 'Apple Watch'], ignoreCase: true },
 * ])
 */
export function parseRules(written: unknown): Rule[] {
  if (!Array.isArray(written)) throw new TypeError(`rules is ${kindOf(written)}, expected an array of rules`)
  return written.map((one: unknown, index) => {
    const name = `rules[${index}]`
    checkValue(writtenRule, one, name)
    const { type, pattern, phrases, ignoreCase = false } = one as WrittenRule
    if (!type) throw new TypeError(`${name} has no type, expected { type, pattern } or { type, phrases }`)
    if ((pattern === undefined) === (phrases === undefined)) {
      const found = pattern === undefined ? 'neither pattern nor phrases' : 'both pattern and phrases'
      throw new TypeError(`${name} has ${found}, expected one of them`)
    }
    return pattern === undefined
      ? { type, phrases: phrases!, ignoreCase }
      : { type, pattern: regularExpression(pattern, ignoreCase, name) }
  })
}

function regularExpression(pattern: string, ignoreCase: boolean, name: string): RegExp {
  try {
    return new RegExp(pattern, ignoreCase ? 'imu' : 'mu')
  } catch (error) {
    throw new RangeError(`${name}.pattern is no regular expression: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
