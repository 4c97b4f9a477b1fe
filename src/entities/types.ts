/** The options of a recognition, and its results. */
import type { RulePolicy, Rules } from '../rules/types.ts'
import type { Split } from '../text/split.ts'
import type { LabelScheme } from './labels.ts'
import type { SparkAnnotations, SparkOptions } from './spark/spark-types.ts'

/**
 * How the pieces of a word agree on its label: by the mean of their distributions, by the first piece, by the
 * piece with the highest probability, or (simple) not at all: pieces are grouped as they are. With none, each
 * piece is an entity. All these are the Hugging Face pipeline's, for which a hyphen, an apostrophe or a point
 * ends a word. With word, the first piece decides for the whole word as written: `Mary-Kate`, `O'Neill`,
 * `AT&T`, `U.S.-led`, without a possessive `'s`.
 */
export type Strategy = 'first' | 'simple' | 'average' | 'max' | 'none' | 'word'

/**
 * The likeliest label of each word independently, or the likeliest sequence: among those that the scheme allows,
 * or by the conditional random field that the model was trained with.
 */
export type Decode = 'argmax' | 'viterbi'

/**
 * How overlapping windows are joined: each piece judged where it has most context, or Hugging Face's longest
 * span.
 */
export type Merge = 'context' | 'huggingface'

/** A text, or its words if `pretokenized: true`. */
export type RecognizerInput = string | readonly string[]

/** How the model's output becomes entities. */
export interface DecodeOptions {
  /** Default 'average'; for a model with a viterbi_calibration.json 'simple'. */
  strategy?: Strategy
  /** The label scheme, if the model's labels do not show it correctly. */
  scheme?: LabelScheme
  /**
   * Default 'viterbi' if the model has a conditional random field, or if the scheme is known: if the labels
   * show it beyond doubt, it is stated, or the model's own answers about some sentences of names show it.
   * Otherwise, and without such a field with strategies 'none' and 'max' and merge 'huggingface', 'argmax'.
   */
  decode?: Decode
  /**
   * Default 'context'; with 'huggingface' windows are cut as that pipeline cuts them, names keep the marks
   * around them, and the bytes of one emoji may be several entities.
   */
  merge?: Merge
  /** Entities with a lower score are left out; default 0. */
  threshold?: number
  /** Entities of other types are left out. */
  labels?: readonly string[]
  /** Entities of these types are left out; default `['O']`. With strategy 'none' a type is the whole label. */
  ignoreLabels?: readonly string[]
  /** Adds one entry for each word, with its label and full distribution. */
  words?: boolean
}

interface CommonOptions extends DecodeOptions {
  /** Pieces that neighbouring windows share; default 128. */
  stride?: number
  /** Whether a text longer than the model's maximum is read in windows (default) or cut there. */
  windows?: boolean
  /**
   * What is read separately: passages (default: about 400 characters of consecutive sentences; in lists, logs
   * and chats, each line), paragraphs, lines, sentences, the spans that a function returns, or (false)
   * nothing: the text is read as a whole, as the Hugging Face pipeline reads it. A span of more than about
   * 60,000 characters is read in sections of that length, except with `merge: 'huggingface'`, which reads it in
   * one piece, of at most 2,097,152 UTF-16 units. Offsets refer
   * to the whole text; what lies between spans is not read. A span longer than the model's maximum is still
   * read in windows. For texts only; with a style the default is false.
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
   * Answers exactly as another system does, where the other options do not say otherwise: 'transformers' like
   * Hugging Face's `pipeline('token-classification', aggregation_strategy='simple')`, which cuts a long text
   * if no `stride` is given; 'spark-nlp' like that pipeline, whose annotations it adds.
   */
  style?: 'transformers' | 'spark-nlp'
  /** Settings of the stages of Spark NLP's pipeline. */
  spark?: SparkOptions
  /** Stops the recognition; what was found so far is lost. */
  signal?: AbortSignal
  /**
   * Called while long texts are read: pieces computed, and pieces of the texts so far, estimated until they
   * are encoded.
   */
  onProgress?: (progress: { done: number; total: number }) => void
}

/** Options of the recognition of a text. */
export interface TextOptions extends CommonOptions {
  /** The input is a text. */
  pretokenized?: false
}

/** Options of the recognition of words that are already separated. */
export interface WordsOptions extends CommonOptions {
  /** The input is a list of words in place of a text. */
  pretokenized: true
}

/** Options of one recognition. */
export type RecognizeOptions = TextOptions | WordsOptions

/** Options of a stream of recognitions. */
export type StreamOptions = RecognizeOptions & {
  /** Pieces that are computed together; default 1024. */
  batchTokens?: number
}

/** A name or another entity in the text. */
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
   * Mean over its words of the probability of its type. In the styles of other systems, with strategy 'none',
   * and with merge 'huggingface': of the probability of their labels.
   */
  score: number
  /** With strategy 'none': position of the piece, counting `[CLS]` as 0. */
  index?: number
  /** Index of its first word, if words are given. */
  wordStart?: number
  /** Index after its last word, if words are given. */
  wordEnd?: number
}

/** A word and the model's judgement of it. */
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
  /** Whether the end of the text was cut off; only if windows are switched off. */
  truncated: boolean
  /** With `words: true`. */
  words?: Word[]
  /** With `style: 'spark-nlp'`. */
  annotations?: SparkAnnotations
}

/** The systems whose answers a call may ask for. */
export type AnswerStyle = NonNullable<TextOptions['style']>

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
