/** What the caller gave, as a text and what is known of it before the model reads it. */
import { kindOf } from '../check/kind.ts'
import { type Span, type Split, splitText } from '../text/split.ts'
import type { WordSpans } from './aggregate.ts'
import type { LabelSet } from './labels.ts'
import type { SparkAnnotations } from './spark/spark-types.ts'
import type { RecognizeOptions, Word } from './types.ts'

export interface Document {
  /** What offsets refer to. */
  readonly text: string
  /** The stretches that are read one by one, in order. */
  readonly spans: readonly Span[]
  /** Where the words to label are given, by the caller or by Spark NLP's tokenizer: their spans, none across two stretches. */
  readonly words?: WordSpans
  /** The caller's words, which are the text joined by spaces and encoded one by one. */
  readonly list?: readonly string[]
}

/** How inputs are read and answers given: the plain way, or that of Spark NLP's pipeline. */
export interface Style {
  /** What is to be read of an input. */
  read(input: unknown): Document
  /** What an answer has beside its entities, made of its words. */
  annotate?(document: Document, words: readonly Word[]): SparkAnnotations
}

/** How a text is split where the caller does not say: the way that scores best with every model we measured. */
export const defaultSplit: Split = 'passages'

/** @throws {TypeError} for an input that is no text (or, with `pretokenized`, no list of words) */
export function readDocument(
  input: unknown,
  { pretokenized, split = defaultSplit }: RecognizeOptions,
): Document {
  if (pretokenized) return readWords(input)
  if (typeof input === 'string') return { text: input, spans: splitText(input, split) }
  const hint = Array.isArray(input) ? '; for a list of words say pretokenized: true' : ''
  throw new TypeError(`The input is ${kindOf(input)}, expected a string${hint}`)
}

function readWords(list: unknown): Document {
  const wanted = 'with pretokenized: true an array of words is expected'
  if (!Array.isArray(list)) throw new TypeError(`The input is ${kindOf(list)}: ${wanted}`)
  let at = 0
  const words = list.map((word: unknown, index): Span => {
    if (typeof word !== 'string')
      throw new TypeError(`Word ${index} of the input is ${kindOf(word)}: ${wanted}`)
    const start = at
    at += word.length + 1
    return [start, start + word.length]
  })
  const text = list.join(' ')
  return { text, spans: [[0, text.length]], words, list }
}

/** The way a call asks for. Spark NLP's stages are loaded only then. */
export async function chooseStyle(options: RecognizeOptions, labels: LabelSet): Promise<Style> {
  if (options.style === undefined) return { read: (input) => readDocument(input, options) }
  const { sparkStyle } = await import('./spark/spark-style.ts')
  return sparkStyle(options, labels)
}
