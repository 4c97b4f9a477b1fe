/** The settings of Spark NLP's stages, checked before anything is computed. */
import {
  type Check,
  type Checks,
  fields,
  oneOf,
  text,
  texts,
  trueOrFalse,
  wholeNumber,
} from '../../check/options.ts'
import type { CleanupMode } from './spark-document.ts'
import type { SparkTokenizerOptions } from './spark-tokenizer.ts'
import type { SparkOptions } from './spark-types.ts'

const cleanupModes: readonly CleanupMode[] = [
  'disabled',
  'inplace',
  'inplace_full',
  'shrink',
  'shrink_full',
  'each',
  'each_full',
  'delete_full',
]

const tokenizerChecks: Checks<SparkTokenizerOptions> = {
  targetPattern: text,
  contextChars: texts,
  prefixPattern: text,
  suffixPattern: text,
  infixPatterns: texts,
  splitPattern: text,
  splitChars: texts,
  exceptions: texts,
  caseSensitiveExceptions: trueOrFalse,
  minLength: wholeNumber(0),
  maxLength: wholeNumber(0),
}

const sparkChecks: Checks<SparkOptions> = {
  cleanupMode: oneOf(cleanupModes),
  sentences: trueOrFalse,
  tokenizer: fields(tokenizerChecks),
}

/**
 * Checks the option `spark` of a recognition.
 *
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for one that is not allowed, or a setting that is not known
 */
export const checkSparkOptions: Check = fields(sparkChecks)
