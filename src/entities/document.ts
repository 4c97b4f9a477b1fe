/**
 * The input of a recognition: its text, and what is known of the text before the model reads it. Also how inputs are read
 * and answers given.
 */
import { kindOf } from '../check/kind.ts'
import type { Encoding } from '../text/encoding.ts'
import type { Span, Split } from '../text/split/split.ts'
import type { Window, WindowSettings } from '../text/windows.ts'
import type { WordSpans } from './aggregate.ts'
import type { LabelSet } from './labels.ts'
import type { SparkAnnotations } from './spark/spark-types.ts'
import type { Entity, RecognizeOptions, Word } from './types.ts'

export interface Document {
  /** What offsets refer to. */
  readonly text: string
  /** The stretches that are read one by one, in order. */
  readonly spans: Iterable<Span>
  /** Where the words to label are given, by the caller or by Spark NLP's tokenizer: their spans, none across two stretches. */
  readonly words?: WordSpans
  /** The caller's words, which are the text joined by spaces and encoded one by one. */
  readonly list?: readonly string[]
}

/** Adds what the rules find in a text to the model's entities of it. */
export type AddRules = (document: Document, entities: Entity[]) => Entity[]

/** The encoding of a text with other words than the tokenizer's. */
export type Recount = (text: string, encoding: Encoding) => Encoding

/** Where a name begins and ends that the model says is at [start, end); none where it then ends before it begins. */
export type TrimName = (text: string, start: number, end: number) => [start: number, end: number]

/** How another system cuts a long text into windows, and makes one answer of those for its windows. */
export interface OtherWindows {
  /** Windows over so many pieces. */
  plan(total: number, settings: WindowSettings): Window[]
  /** The entities of a text of those of each window, in the order of the windows. */
  join(parts: readonly (readonly Entity[])[]): Entity[]
}

/** How what the model says of a text is read. */
export interface Reading {
  /** Tells the words of a span's pieces, where the tokenizer's pieces do not. */
  readonly tellWords?: Recount | undefined
  /** Absent where long texts are read in windows of our own. */
  readonly otherWindows?: OtherWindows | undefined
  /** Counts the words of a span's pieces anew, where the strategy is about other words than the tokenizer's. */
  readonly recount?: Recount | undefined
  /** Leaves out what is no part of a name; not in the styles of other systems. */
  readonly trimName?: TrimName | undefined
  /**
   * Whether a word of an entity counts by the probability of the type, over all labels that have it, and not by that of its label
   * alone. Within a word the first piece says B and the others I, so that the mean of its pieces is sure of neither.
   */
  readonly scoresTypes?: boolean | undefined
}

/** How inputs are read and answers given: our way, or that of another system. */
export interface Style {
  /** What was asked, with what the style says where the call does not. */
  readonly options: RecognizeOptions
  /** The model's labels, with their scheme. */
  readonly labels: LabelSet
  readonly reading: Reading
  /** What is to be read of an input. */
  read(input: unknown): Document
  /** What an answer has beside its entities, made of its words. */
  annotate?(document: Document, words: readonly Word[]): SparkAnnotations
}

/** How a text is split where the caller does not say: the way that scores best with every model we measured. */
export const defaultSplit: Split = 'passages'

/**
 * @param spansOf what of a text is read one by one
 * @throws {TypeError} for an input that is no text (or, with `pretokenized`, no list of words)
 */
export function readDocument(
  input: unknown,
  pretokenized: boolean | undefined,
  spansOf: (text: string) => Iterable<Span>,
): Document {
  if (pretokenized) return readWords(input)
  if (typeof input === 'string') return { text: input, spans: spansOf(input) }
  const hint = Array.isArray(input) ? '; for a list of words say pretokenized: true' : ''
  throw new TypeError(`The input is ${kindOf(input)}, expected a string${hint}`)
}

function readWords(list: unknown): Document {
  const wanted = 'with pretokenized: true an array of words is expected'
  if (!Array.isArray(list)) throw new TypeError(`The input is ${kindOf(list)}: ${wanted}`)
  let at = 0
  const words = list.map((word: unknown, index): Span => {
    if (typeof word !== 'string') {
      const hint = Array.isArray(word) ? '; for several lists use recognizeAll' : ''
      throw new TypeError(`Word ${index} of the input is ${kindOf(word)}: ${wanted}${hint}`)
    }
    const start = at
    at += word.length + 1
    return [start, start + word.length]
  })
  const text = list.join(' ')
  return { text, spans: [[0, text.length]], words, list }
}

/** A text that is not split. */
export const wholeText = (text: string): readonly Span[] => [[0, text.length]]
