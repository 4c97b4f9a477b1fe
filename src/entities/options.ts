/** The options of a recognition: one row for each, and checks of their combinations. */
import { isObject } from '../check/kind.ts'
import type { RowOf, Rows } from '../check/option-rows.ts'
import { checkOptions, OptionError } from '../check/options.ts'
import type { RulePolicy } from '../rules/types.ts'
import type { SparkOptions } from './spark/spark-types.ts'
import type { RecognizeOptions, StreamOptions, TextOptions } from './types.ts'

/** Options for texts or for words. */
type AnyInput = Omit<TextOptions, 'pretokenized'> & { pretokenized?: boolean }

/** `rules` and `rulePolicy`, which other searches for entities share. */
export const ruleRows: Rows<Pick<TextOptions, 'rules' | 'rulePolicy'>> = {
  rules: {
    type: 'other',
    fits: (value) => value === 'all' || Array.isArray(value) || (isObject(value) && 'find' in value),
    wanted: "an array of rules and of names of presets ('email'), 'all', or what compileRules gave",
  },
  rulePolicy: {
    type: 'word',
    words: { longest: 'default', rule: '', model: '' } satisfies Record<RulePolicy, string>,
    value: 'P',
    needs: ['rules'],
    help: "which entity stays where a rule's and the model's overlap",
  },
}

/** Spark NLP's settings are checked by its style (spark/spark-style.ts). */
const spark: RowOf<SparkOptions> = { type: 'other', fits: isObject, wanted: 'an object' }

export const recognizeRows: Rows<AnyInput> = {
  strategy: {
    type: 'word',
    words: {
      first: '',
      simple: '',
      average: 'default',
      max: '',
      none: 'one entity a piece',
      word: 'as first, but of words as they are written, with hyphens and apostrophes',
    },
    short: 's',
    value: 'S',
    help: 'how the pieces of a word agree',
  },
  scheme: {
    type: 'word',
    words: { IOB1: '', IOB2: '', IO: '', BIOES: '', BILOU: '' },
    value: 'S',
    help: 'how labels are written',
    default: 'what the labels tell',
  },
  decode: {
    type: 'word',
    words: {
      argmax: "each word's likeliest label",
      viterbi: `default where the scheme is known, or the model has a CRF: the likeliest sequence that the
        scheme allows, or by the CRF`,
    },
    value: 'D',
    help: 'how labels are chosen',
  },
  stride: {
    type: 'number',
    integer: true,
    from: 0,
    value: 'N',
    help: 'pieces that neighbouring windows share',
    default: 128,
  },
  windows: { type: 'boolean' },
  split: {
    type: 'word',
    words: {
      passages: 'default: sentences that stand together, and of lists, logs and chats each line',
      paragraphs: '',
      lines: '',
      sentences: '',
    },
    orFunction: true,
    orFalse: 'none',
    value: 'S',
    help: 'what is read by itself',
    more: `With none the text is read as a whole, as the Hugging Face pipeline reads it. Offsets are those of the
      whole text in any case`,
  },
  merge: { type: 'word', words: { context: '', huggingface: '' } },
  threshold: {
    type: 'number',
    from: 0,
    to: 1,
    value: 'P',
    help: 'only entities with at least this score, 0 to 1',
  },
  labels: {
    type: 'strings',
    short: 'l',
    value: 'L',
    help: 'only these types: PER,ORG',
  },
  ignoreLabels: { type: 'strings' },
  pretokenized: { type: 'boolean' },
  words: { type: 'boolean' },
  ...ruleRows,
  style: {
    type: 'word',
    words: {
      transformers:
        "exactly as Hugging Face's pipeline('token-classification') with simple, or another --strategy",
      'spark-nlp': '',
    },
    value: 'S',
    help: 'as another system answers',
  },
  spark,
  signal: { type: 'signal' },
  onProgress: { type: 'function' },
}

const streamRows: Rows<AnyInput & Pick<StreamOptions, 'batchTokens'>> = {
  ...recognizeRows,
  batchTokens: { type: 'number', integer: true, from: 1 },
}

/**
 * Checks the options of a recognition. An option that is undefined counts as not given.
 *
 * @param given the caller's value, of any kind
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for a value that is not allowed, an unknown option, or options that exclude each other
 */
export function checkRecognizeOptions(given: unknown): RecognizeOptions {
  return checkTogether(checkOptions<AnyInput>(given, recognizeRows) as RecognizeOptions)
}

/** Like `checkRecognizeOptions`, for a stream. */
export function checkStreamOptions(given: unknown): StreamOptions {
  return checkTogether(checkOptions<AnyInput>(given, streamRows) as StreamOptions)
}

/** @throws {OptionError} for options that exclude each other */
export function checkTogether<Options extends RecognizeOptions>(options: Options): Options {
  const { merge, strategy, split, pretokenized, stride, style, spark } = options
  if (merge === 'huggingface' && strategy === 'none') {
    throw new OptionError(
      (name) =>
        `${name('merge')} 'huggingface' keeps the longest of overlapping spans, which ${name('strategy')} 'none' has not; use another strategy or merge 'context'`,
    )
  }
  if (pretokenized && split) {
    throw new OptionError(
      (name) => `${name('split')} is for texts, and pretokenized: true is for words; leave one of them out`,
    )
  }
  if (style === 'transformers' && strategy === 'none' && stride !== undefined) {
    throw new OptionError(
      (name) =>
        `${name('stride')} is for longer entities, which ${name('strategy')} 'none' does not make, and the pipeline refuses it; leave one of them out`,
    )
  }
  if (spark && style !== 'spark-nlp') {
    throw new OptionError(
      (name) =>
        `spark is for ${name('style')}: 'spark-nlp', which is not asked for; add it or leave spark out`,
    )
  }
  if (spark?.sentences && split !== undefined) {
    throw new OptionError(
      (name) => `${name('split')} and spark.sentences both say what is read by itself; leave one of them out`,
    )
  }
  return options
}
