/** Reads a text and answers as Spark NLP's pipeline does. */
import type { RowOf } from '../../check/option-rows.ts'
import { checkValue } from '../../check/options.ts'
import { checkWhole } from '../../text/sections.ts'
import { type Span, type Split, splitText } from '../../text/split.ts'
import { type Document, readDocument, wholeText } from '../document.ts'
import type { LabelSet } from '../labels.ts'
import type { Style } from '../reading.ts'
import type { RecognizeOptions, Word } from '../types.ts'
import { cleanDocument } from './spark-document.ts'
import { tokenizeSpark } from './spark-tokenizer.ts'
import type { SparkAnnotation, SparkAnnotations, SparkOptions } from './spark-types.ts'

const string = { type: 'string' } as const
const strings = { type: 'strings' } as const
const length = { type: 'number', integer: true, from: 0 } as const

const sparkRow: RowOf<SparkOptions> = {
  type: 'object',
  fields: {
    cleanupMode: {
      type: 'word',
      words: {
        disabled: 'default',
        inplace: '',
        inplace_full: '',
        shrink: '',
        shrink_full: '',
        each: '',
        each_full: '',
        delete_full: '',
      },
    },
    sentences: { type: 'boolean' },
    tokenizer: {
      type: 'object',
      fields: {
        targetPattern: string,
        contextChars: strings,
        prefixPattern: string,
        suffixPattern: string,
        infixPatterns: strings,
        splitPattern: string,
        splitChars: strings,
        exceptions: strings,
        caseSensitiveExceptions: { type: 'boolean' },
        minLength: length,
        maxLength: length,
      },
    },
  },
}

/**
 * Checks the option `spark` of a recognition.
 *
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for a value that is not allowed, or an unknown setting
 */
export function checkSparkOptions(given: unknown): void {
  checkValue(sparkRow, given, 'spark')
}

type SparkDocument = Required<Omit<Document, 'list'>> & { readonly spans: readonly Span[] }

/** Reads and answers as that pipeline does, with its stages before and after the model. */
export function sparkStyle(options: RecognizeOptions, labels: LabelSet): Pick<Style, 'read' | 'annotate'> {
  if (options.spark !== undefined) checkSparkOptions(options.spark)
  return {
    read(input): Document {
      const document = readDocument(input, options.pretokenized, wholeText)
      checkWhole(document.text.length, "style 'spark-nlp'")
      return options.pretokenized
        ? document
        : prepareSparkDocument(document.text, options.spark, options.split)
    },
    annotate: (document, words) => annotateSpark(document, words, labels, options),
  }
}

/**
 * The stages before the model: DocumentAssembler, sentences, Tokenizer. As in Spark NLP, each sentence is
 * read separately.
 *
 * @param split overrides the setting `sentences`
 *
 * @example
 * prepareSparkDocument('My name is John!').words // [[0, 2], [3, 7], [8, 10], [11, 15], [15, 16]]
 */
export function prepareSparkDocument(
  input: string,
  { cleanupMode = 'disabled', sentences = false, tokenizer }: SparkOptions = {},
  split: Split = sentences && 'sentences',
): SparkDocument {
  const text = cleanDocument(input, cleanupMode)
  const spans = splitText(text, split)
  const words = spans.flatMap(([start, end]) =>
    tokenizeSpark(text.slice(start, end), tokenizer).map(([from, to]): Span => [from + start, to + start]),
  )
  return { text, spans, words }
}

/**
 * The stages from the model on: one annotation a token, and NerConverter's chunks. A chunk opens at any label but O
 * when none is open, and closes before a B and at an O; its entity is the type of its first label. So B-PER I-LOC is
 * one PER chunk, where the Hugging Face rule makes two. Its confidence is the mean over its tokens of their own labels'
 * probabilities. `labels` is NerConverter's whiteList; `threshold` is compared with the confidence.
 *
 * @param words one for each of `document.words`
 */
export function annotateSpark(
  document: Document,
  words: readonly Word[],
  labels: LabelSet,
  options: RecognizeOptions = {},
): SparkAnnotations {
  const { text, words: tokens = [] } = document
  const sentences = [...document.spans]
  if (words.length !== tokens.length) {
    throw new RangeError(`there are ${words.length} words for ${tokens.length} tokens, expected one a token`)
  }
  const sentenceOf = sentenceNumbers(sentences, tokens)
  const span = (
    annotatorType: SparkAnnotation['annotatorType'],
    [start, end]: readonly [number, number],
    metadata: Record<string, string>,
  ): SparkAnnotation => ({
    annotatorType,
    begin: start,
    end: end - 1,
    result: text.slice(start, end),
    metadata,
  })
  return {
    document: [span('document', [0, text.length], { sentence: '0' })],
    sentence: sentences.map((bounds, i) => span('document', bounds, { sentence: String(i) })),
    token: tokens.map((bounds, i) => span('token', bounds, { sentence: String(sentenceOf[i]) })),
    ner: words.map(({ text: word, start, end, label, probabilities }, i) => ({
      annotatorType: 'named_entity' as const,
      begin: start,
      end: end - 1,
      result: label,
      metadata: Object.fromEntries([
        ['sentence', String(sentenceOf[i])],
        ['word', word],
        ...labels.labels.map((name, id): [string, string] => [name, formatJavaFloat(probabilities[id]!)]),
      ]),
    })),
    entities: convertChunks(words, sentenceOf, labels)
      .filter((chunk) => options.labels?.includes(chunk.entity) ?? true)
      .filter((chunk) => chunk.confidence >= (options.threshold ?? 0))
      .map(({ entity, start, end, sentence, confidence }, i) =>
        span('chunk', [start, end], {
          entity,
          sentence: String(sentence),
          chunk: String(i),
          confidence: formatJavaFloat(confidence),
        }),
      ),
  }
}

/** Which sentence each token lies in, [tokens]. */
function sentenceNumbers(sentences: readonly Span[], tokens: readonly Span[]): number[] {
  let sentence = 0
  return tokens.map(([start]) => {
    while (sentence + 1 < sentences.length && sentences[sentence]![1] <= start) sentence++
    return sentence
  })
}

interface Chunk {
  entity: string
  start: number
  end: number
  sentence: number
  confidence: number
}

function convertChunks(words: readonly Word[], sentenceOf: readonly number[], labels: LabelSet): Chunk[] {
  const chunks: Chunk[] = []
  let sum = 0
  let count = 0
  words.forEach(({ label, start, end, score }, i) => {
    const { position, type } = labels.parsed[labels.labels.indexOf(label)] ?? { position: 'O', type: 'O' }
    const sentence = sentenceOf[i]!
    const open = chunks.at(-1)
    if (position === 'O') count = 0
    else if (open === undefined || count === 0 || position === 'B' || open.sentence !== sentence) {
      chunks.push({ entity: type, start, end, sentence, confidence: score })
      sum = score
      count = 1
    } else {
      sum = Math.fround(sum + score)
      count++
      open.end = end
      open.confidence = Math.fround(sum / count)
    }
  })
  return chunks
}

/**
 * A float32 as Java's `Float.toString` writes it (JDK 19 and later): the shortest decimal that reads back the same, with
 * at least one digit after the point, and an exponent below 0.001 and from 10,000,000.
 */
export function formatJavaFloat(value: number): string {
  if (value === 0) return '0.0'
  // Normal numbers have at least 6 reliable digits, trailing zeros included; subnormal ones fewer, but Java
  // prints at least 2.
  let digits = Math.abs(value) < 2 ** -126 ? 2 : 6
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== value) digits++
  const [mantissa, exponent] = Number(value.toPrecision(digits)).toExponential().split('e') as [
    string,
    string,
  ]
  const withPoint = (decimal: string): string => (decimal.includes('.') ? decimal : `${decimal}.0`)
  if (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e7) return `${withPoint(mantissa)}E${Number(exponent)}`
  return withPoint(String(Number(`${mantissa}e${exponent}`)))
}
