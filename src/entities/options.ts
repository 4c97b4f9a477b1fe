import { checkLabelScheme } from './labels.ts'
import { cleanupModes } from './spark-document.ts'
import type { SparkTokenizerOptions } from './spark-tokenizer.ts'
import type { SparkOptions } from './spark-types.ts'
import type { Decode, Merge, RecognizeOptions, Strategy } from './types.ts'

type Check = (value: unknown, name: string) => void

const strategies: readonly Strategy[] = ['first', 'simple', 'average', 'max', 'none']
const decodes: readonly Decode[] = ['argmax', 'viterbi']
const merges: readonly Merge[] = ['context', 'huggingface']

const tokenizerChecks: { readonly [Name in keyof Required<SparkTokenizerOptions>]: Check } = {
  targetPattern: string,
  contextChars: strings,
  prefixPattern: string,
  suffixPattern: string,
  infixPatterns: strings,
  splitPattern: string,
  splitChars: strings,
  exceptions: strings,
  caseSensitiveExceptions: boolean,
  minLength: wholeNumber,
  maxLength: wholeNumber,
}

const sparkChecks: { readonly [Name in keyof Required<SparkOptions>]: Check } = {
  cleanupMode: oneOf(cleanupModes),
  sentences: boolean,
  tokenizer: (value, name) => void checkFields(value, name, tokenizerChecks),
}

/** Every recognise option and how it is checked; the type keeps it complete. */
const checks: { readonly [Name in keyof Required<RecognizeOptions>]: Check } = {
  strategy: oneOf(strategies),
  scheme: checkLabelScheme,
  decode: oneOf(decodes),
  stride: wholeNumber,
  windows: boolean,
  merge: oneOf(merges),
  threshold: probability,
  labels: strings,
  ignoreLabels: strings,
  pretokenized: boolean,
  words: boolean,
  style: oneOf(['spark-nlp']),
  spark: (value, name) => void checkFields(value, name, sparkChecks),
  signal: abortSignal,
  onProgress(value, name): void {
    if (typeof value !== 'function') throw new TypeError(`${name} is ${describe(value)}, expected a function`)
  },
}

/**
 * Checks what a caller asks of a recognition, before anything is computed. An option that is undefined counts as not given.
 *
 * @param options from the caller, of any kind
 * @param others names that the caller's own function takes beside these
 * @throws TypeError for a value of the wrong kind, RangeError for one that is not allowed or a name that is not known
 */
export function checkRecognizeOptions(options: unknown, others: readonly string[] = []): RecognizeOptions {
  if (options === undefined) return {}
  const result: RecognizeOptions = checkFields(options, 'options', checks, others)
  if (result.merge === 'huggingface' && result.strategy === 'none') {
    throw new RangeError(
      "merge 'huggingface' keeps the longest of overlapping spans, which strategy 'none' has not; use another strategy or merge 'context'",
    )
  }
  return result
}

/** Checks each field of an object that is not undefined; `others` are fields that someone else checks. */
function checkFields(
  value: unknown,
  name: string,
  known: Readonly<Record<string, Check>>,
  others: readonly string[] = [],
): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} is ${describe(value)}, expected an object`)
  }
  const checked: Record<string, unknown> = {}
  for (const [field, content] of Object.entries(value)) {
    if (content === undefined || others.includes(field)) continue
    if (!Object.hasOwn(known, field)) {
      const wanted = [...Object.keys(known), ...others].join(', ')
      throw new RangeError(`${name}.${field} is not known, expected one of ${wanted}`)
    }
    known[field]!(content, name === 'options' ? field : `${name}.${field}`)
    checked[field] = content
  }
  return checked
}

function oneOf(allowed: readonly string[]): Check {
  return (value, name) => {
    const wanted = `expected one of ${allowed.map((one) => `'${one}'`).join(', ')}`
    if (typeof value !== 'string') throw new TypeError(`${name} is ${describe(value)}, ${wanted}`)
    if (!allowed.includes(value)) throw new RangeError(`${name} is '${value}', ${wanted}`)
  }
}

function boolean(value: unknown, name: string): void {
  if (typeof value !== 'boolean') throw new TypeError(`${name} is ${describe(value)}, expected true or false`)
}

function string(value: unknown, name: string): void {
  if (typeof value !== 'string') throw new TypeError(`${name} is ${describe(value)}, expected a string`)
}

function wholeNumber(value: unknown, name: string): void {
  if (typeof value !== 'number') throw new TypeError(`${name} is ${describe(value)}, expected a whole number`)
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${name} is ${value}, expected a whole number from 0`)
  }
}

function probability(value: unknown, name: string): void {
  if (typeof value !== 'number')
    throw new TypeError(`${name} is ${describe(value)}, expected a number from 0 to 1`)
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} is ${value}, expected a number from 0 to 1`)
}

function strings(value: unknown, name: string): void {
  if (!Array.isArray(value))
    throw new TypeError(`${name} is ${describe(value)}, expected an array of strings`)
  const wrong = value.findIndex((one) => typeof one !== 'string')
  if (wrong >= 0) throw new TypeError(`${name}[${wrong}] is ${describe(value[wrong])}, expected a string`)
}

function abortSignal(value: unknown, name: string): void {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('aborted' in value) ||
    !('addEventListener' in value)
  ) {
    throw new TypeError(`${name} is ${describe(value)}, expected an AbortSignal`)
  }
}

/** What kind of value it is, for a message. */
function describe(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`
}
