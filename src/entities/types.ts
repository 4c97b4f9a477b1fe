/** What a caller may ask of a recognition, and what a recognition answers. */
import type { RulePolicy, Rules } from '../rules/types.ts'
import type { Split } from '../text/split.ts'
import type { LabelScheme } from './labels.ts'
import type { SparkAnnotations, SparkOptions } from './spark/spark-types.ts'

/**
 * How the pieces of a word agree on its label: the mean of their distributions, the first piece's, the one that is surest,
 * or (simple) not at all: pieces are grouped as they are. With none there is one entity a piece. All these are the Hugging
 * Face pipeline's, for which a hyphen, an apostrophe or a point ends a word. With word the first piece decides for the whole word as
 * it is written: `Mary-Kate`, `O'Neill`, `AT&T`, `U.S.-led`, without a possessive `'s`.
 */
export type Strategy = 'first' | 'simple' | 'average' | 'max' | 'none' | 'word'

/** The likeliest label of each word by itself, or the likeliest sequence that the scheme allows. */
export type Decode = 'argmax' | 'viterbi'

/** How overlapping windows become one: each piece judged where it has most context, or Hugging Face's longest span. */
export type Merge = 'context' | 'huggingface'

/** A text, or the words of one where `pretokenized: true` says so. */
export type RecognizerInput = string | readonly string[]

/** How what the model says becomes entities. */
export interface DecodeOptions {
  /** Default 'average'. */
  strategy?: Strategy
  /** The label scheme, where it is not what the model's labels tell. */
  scheme?: LabelScheme
  /**
   * Default 'viterbi' where the scheme is known: the labels tell it beyond doubt, it is stated, or the model's own answers
   * about some sentences of names tell it; else 'argmax', and with strategies 'none' and 'max' and merge 'huggingface'.
   */
  decode?: Decode
  /** Default 'context'; with 'huggingface' windows are cut as that pipeline cuts them, and names keep the marks around them. */
  merge?: Merge
  /** Entities with a lower score are left out; default 0. */
  threshold?: number
  /** Entities of other types are left out. */
  labels?: readonly string[]
  /** Entities of these types are left out; default `['O']`. With strategy 'none' a type is the whole label. */
  ignoreLabels?: readonly string[]
  /** Adds one entry a word, with its label and full distribution. */
  words?: boolean
}

interface CommonOptions extends DecodeOptions {
  /** Pieces that neighbouring windows share; default 128. */
  stride?: number
  /** Whether a text longer than the model is read in windows (default) or cut behind as many pieces as it takes. */
  windows?: boolean
  /**
   * What is read by itself: passages (default: sentences that stand together, about 400 characters of them, and of lists,
   * logs and chats each line), paragraphs, lines, sentences, the spans that a function gives, or (false) the text as a whole,
   * as the Hugging Face pipeline reads it. Of a span of more than about 60,000 characters each such section is read by itself, but for
   * `merge: 'huggingface'`. Offsets refer to the whole text, and what lies between spans is not read. A span
   * longer than the model is still read in windows. For texts only; with a style the default is false.
   */
  split?: Split
  /**
   * Found beside the model's entities: what matches a pattern or is one of some phrases. `labels` and `ignoreLabels` hold for
   * their types too. Rules for e-mail addresses, telephone numbers and their like are known by name: `['email', 'phone']`, or all
   * of them: `'all'`. They stand beside rules of one's own, and `iobert/rules` has them as objects.
   */
  rules?: Rules
  /** Which entity stays where a rule's and the model's overlap; default 'longest', on a tie the rule's. */
  rulePolicy?: RulePolicy
  /**
   * Answers as another system does, to the letter, where the other options do not say otherwise: 'transformers' as Hugging
   * Face's `pipeline('token-classification', aggregation_strategy='simple')`, which cuts a long text where no `stride` is
   * given; 'spark-nlp' as its pipeline, whose annotations it adds.
   */
  style?: 'transformers' | 'spark-nlp'
  /** Settings of the stages of that pipeline. */
  spark?: SparkOptions
  /** Stops the recognition; what was found so far is lost. */
  signal?: AbortSignal
  /** Told while long texts are read: pieces computed, and pieces of the texts taken in so far, an estimate until they are read. */
  onProgress?: (progress: { done: number; total: number }) => void
}

/** What may be asked of the recognition of a text. */
export interface TextOptions extends CommonOptions {
  /** The input is a text. */
  pretokenized?: false
}

/** What may be asked of the recognition of words that are told apart already. */
export interface WordsOptions extends CommonOptions {
  /** The input is a list of words in place of a text. */
  pretokenized: true
}

/** What may be asked of one recognition. */
export type RecognizeOptions = TextOptions | WordsOptions

/** What may be asked of a stream of recognitions. */
export type StreamOptions = RecognizeOptions & {
  /** Pieces that are computed together; default 1024. */
  batchTokens?: number
}

/** Something named in the text. */
export interface Entity {
  /** `PER`; the whole label (`B-PER`) with strategy 'none'. */
  type: string
  /** `input.slice(start, end)`. */
  text: string
  /** UTF-16 code units. */
  start: number
  /** UTF-16 code units, exclusive. */
  end: number
  /**
   * Mean over its words of the probability that they are of its type. In the styles of other systems, with strategy 'none' and
   * merge 'huggingface' of that of their labels.
   */
  score: number
  /** With strategy 'none': position of the piece, `[CLS]` counted as 0. */
  index?: number
  /** With words given: the first of its words. */
  wordStart?: number
  /** With words given: the last of its words, exclusive. */
  wordEnd?: number
}

/** A word and what the model makes of it. */
export interface Word {
  /** `input.slice(start, end)`. */
  text: string
  /** UTF-16 code units. */
  start: number
  /** UTF-16 code units, exclusive. */
  end: number
  /** The whole label, `B-PER`. */
  label: string
  /** Probability of the label. */
  score: number
  /** Of each label, in the model's order, [C]. `JSON.stringify` writes them as an array of numbers. */
  probabilities: Float32Array
}

/** What was found in one text. */
export interface Recognition {
  /** In the order of the text. */
  entities: Entity[]
  /** Whether the end of the text was cut off; only where windows were switched off. */
  truncated: boolean
  /** With `words: true`. */
  words?: Word[]
  /** With `style: 'spark-nlp'`. */
  annotations?: SparkAnnotations
}

/** The systems whose answers a call may ask for. */
export type AnswerStyle = NonNullable<CommonOptions['style']>

/** What `words: true` adds to a recognition. */
export interface WithWords {
  /** One a word, each with its label and full distribution. */
  words: Word[]
}

/** What `style: 'spark-nlp'` adds to a recognition. */
export interface WithAnnotations {
  /** The columns of its pipeline. */
  annotations: SparkAnnotations
}

/** The options that say what a recognition holds. */
export interface Adding<Words extends boolean, Style extends AnswerStyle> {
  /** Whether it has `words`. */
  words?: Words
  /** Whether it has `annotations`: with 'spark-nlp'. */
  style?: Style
}

/** A recognition by the options of its call: `words` and `annotations` are there where they are asked for. */
export type RecognitionOf<Words extends boolean, Style extends AnswerStyle> = Recognition &
  ([Words] extends [true] ? WithWords : unknown) &
  ([Style] extends ['spark-nlp'] ? WithAnnotations : unknown)
