/** The options of a recognition, checked before anything is computed. */
import { isObject } from '../../check/kind.ts'
import {
  abortSignal,
  type Check,
  type Checks,
  callback,
  checkOptions,
  numberBetween,
  oneOf,
  texts,
  trueOrFalse,
  wholeNumber,
  wrongKind,
} from '../../check/options.ts'
import { splitNames } from '../../text/split.ts'
import { labelSchemes } from '../labels.ts'
import type { Decode, Merge, RecognizeOptions, Strategy, StreamOptions } from '../types.ts'

const strategies: readonly Strategy[] = ['first', 'simple', 'average', 'max', 'none', 'word']
const decodes: readonly Decode[] = ['argmax', 'viterbi']
const merges: readonly Merge[] = ['context', 'huggingface']

const checks: Checks<RecognizeOptions> = {
  strategy: oneOf(strategies),
  scheme: oneOf(labelSchemes),
  decode: oneOf(decodes),
  stride: wholeNumber(0),
  windows: trueOrFalse,
  split: splitOption,
  merge: oneOf(merges),
  threshold: numberBetween(0, 1),
  labels: texts,
  ignoreLabels: texts,
  pretokenized: trueOrFalse,
  words: trueOrFalse,
  rules: (value, name) => {
    if (!Array.isArray(value) && !(isObject(value) && 'find' in value)) {
      throw wrongKind(value, name, 'an array of rules, or what compileRules gave')
    }
  },
  rulePolicy: oneOf(['longest', 'rule', 'model']),
  style: oneOf(['transformers', 'spark-nlp']),
  // What is in it, its style checks (spark/spark-style.ts).
  spark: (value, name) => {
    if (!isObject(value)) throw wrongKind(value, name, 'an object')
  },
  signal: abortSignal,
  onProgress: callback,
}

const streamChecks: Checks<StreamOptions> = { ...checks, batchTokens: wholeNumber(1) }

/**
 * Checks what a caller asks of a recognition. An option that is undefined counts as not given.
 *
 * @param given from the caller, of any kind
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for one that is not allowed, an option that is not known, or options that exclude each other
 */
export function checkRecognizeOptions(given: unknown): RecognizeOptions {
  const options = checkOptions<RecognizeOptions>(given, checks)
  checkTogether(options)
  return options
}

/** As `checkRecognizeOptions`, of a stream. */
export function checkStreamOptions(given: unknown): StreamOptions {
  const options = checkOptions<StreamOptions>(given, streamChecks)
  checkTogether(options)
  return options
}

function checkTogether(options: RecognizeOptions): void {
  const { merge, strategy, split, pretokenized, stride, style, spark } = options

  if (merge === 'huggingface' && strategy === 'none') {
    throw new RangeError(
      "merge 'huggingface' keeps the longest of overlapping spans, which strategy 'none' has not; use another strategy or merge 'context'",
    )
  }
  if (pretokenized && split) {
    throw new RangeError('split is for texts, and pretokenized: true is for words; leave one of them out')
  }
  if (style === 'transformers' && strategy === 'none' && stride !== undefined) {
    throw new RangeError(
      "stride is for longer entities, which strategy 'none' does not make, and the pipeline refuses it; leave one of them out",
    )
  }
  if (spark && style !== 'spark-nlp') {
    throw new RangeError("spark is for style: 'spark-nlp', which is not asked for; add it or leave spark out")
  }
  if (spark?.sentences && split !== undefined) {
    throw new RangeError('split and spark.sentences both say what is read by itself; leave one of them out')
  }
}

function splitOption(value: unknown, name: string): void {
  if (value === false || typeof value === 'function') return
  if (typeof value !== 'string') {
    throw wrongKind(
      value,
      name,
      `one of ${splitNames.map((one) => `'${one}'`).join(', ')}, a function or false`,
    )
  }
  splitName(value, name)
}

const splitName: Check = oneOf(splitNames)
