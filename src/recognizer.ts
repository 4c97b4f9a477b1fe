/**
 * THE FLOW: text → pieces → windows → logits → entities.
 *
 *     text/      normalize, pre-tokenize, WordPiece, windows
 *     model/     embeddings, L layers, linear head (through the engine, runtime/)
 *     entities/  softmax, words, labels, groups
 */
import type { BertModel } from './bert-model.ts'
import type { WordSpans } from './entities/aggregate.ts'
import { resolveLabels } from './entities/entity.ts'
import { type LabelScheme, type LabelSet, labelSchemes, parseLabels } from './entities/labels.ts'
import { decodeWindows, type JudgedWindow } from './entities/merge.ts'
import { checkRecognizeOptions } from './entities/options.ts'
import { annotateSpark, prepareSparkDocument, type SparkDocument } from './entities/spark-nlp.ts'
import type { Recognition, RecognizeOptions } from './entities/types.ts'
import { ModelFormatError } from './format/errors.ts'
import type { Encoding } from './text/encoding.ts'
import type { Tokenizer } from './text/tokenizer.ts'
import { planWindows, truncateAtWord } from './text/windows.ts'

/** A text, or the words of one where `pretokenized: true` says so. */
export type RecognizerInput = string | readonly string[]

export interface StreamOptions extends RecognizeOptions {
  /** Pieces that are computed together at most; default 1024. */
  batchTokens?: number
}

/** A text on its way through the flow. */
interface Prepared {
  /** What offsets refer to. */
  readonly text: string
  readonly encoding: Encoding
  readonly windows: readonly JudgedWindow[]
  /** One a window, `[CLS]` and `[SEP]` included. */
  readonly sequences: readonly number[][]
  readonly truncated: boolean
  readonly words?: WordSpans
  readonly spark?: SparkDocument
}

const STRIDE = 128
const BATCH_TOKENS = 1024

/** Finds entities: a model, its tokenizer and its labels. Made by `loadRecognizer`. */
export class Recognizer {
  /** The model alone, for logits and hidden states. */
  readonly model: BertModel
  /** How the model reads a text. */
  readonly tokenizer: Tokenizer
  /** The model's labels, by number: `['O', 'B-PER', ...]`. */
  readonly labels: readonly string[]
  readonly #labelSet: LabelSet
  /** Gives the memory back: `using ner = await loadRecognizer()`. There where the runtime has `Symbol.dispose`. */
  declare readonly [Symbol.dispose]: () => void

  /** Use `loadRecognizer`. */
  constructor(model: BertModel) {
    if (!model.hasClassifier) {
      throw new ModelFormatError(
        'MissingTensor',
        'The weights have no classifier.weight: this is an encoder without a token classification head; use loadModel for its vectors',
      )
    }
    this.model = model
    this.tokenizer = model.tokenizer
    this.labels = model.config.labels
    this.#labelSet = parseLabels(this.labels, schemeOf(model))
    if (typeof Symbol.dispose === 'symbol') {
      Object.defineProperty(this, Symbol.dispose, { value: () => this.dispose() })
    }
  }

  /**
   * Finds the entities of a text, or of each of several.
   *
   * @returns entities in the order of the text, `text === input.slice(start, end)` for each
   * @throws {TypeError} for an input that is no text (or, with `pretokenized`, no list of words)
   * @throws {RangeError} for an option that is not allowed
   *
   * @example
   * const { entities } = await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
   * // [{ type: 'PER', text: 'Angela Merkel', start: 0, end: 13, score: 0.99 }, ...]
   */
  recognize(input: string, options?: RecognizeOptions): Promise<Recognition>
  recognize(
    words: readonly string[],
    options: RecognizeOptions & { pretokenized: true },
  ): Promise<Recognition>
  recognize(
    inputs: readonly (readonly string[])[],
    options: RecognizeOptions & { pretokenized: true },
  ): Promise<Recognition[]>
  recognize(inputs: readonly string[], options?: RecognizeOptions): Promise<Recognition[]>
  async recognize(
    input: RecognizerInput | readonly RecognizerInput[],
    given: RecognizeOptions = {},
  ): Promise<Recognition | Recognition[]> {
    const options = checkRecognizeOptions(given)
    const single = options.pretokenized
      ? !Array.isArray(input) || !input.some(Array.isArray)
      : !Array.isArray(input)
    const inputs = (single ? [input] : input) as readonly RecognizerInput[]
    const results: Recognition[] = []
    for await (const result of this.stream(inputs, options)) results.push(result)
    return single ? results[0]! : results
  }

  /**
   * Finds the entities of texts as they come, in their order. Texts are computed together up to `batchTokens` pieces; at
   * most two batches are read ahead of what was taken out.
   *
   * @example
   * for await (const { entities } of ner.stream(lines)) console.log(entities)
   */
  async *stream(
    inputs: Iterable<RecognizerInput> | AsyncIterable<RecognizerInput>,
    given: StreamOptions = {},
  ): AsyncGenerator<Recognition, void, undefined> {
    const { batchTokens = BATCH_TOKENS, ...options } = checkStreamOptions(given)
    resolveLabels(this.#labelSet, options)
    let running: Promise<Recognition[]> | undefined
    for await (const batch of this.#batches(inputs, options, batchTokens)) {
      const next = this.#compute(batch, options)
      // Its error is raised when its turn comes.
      next.catch(() => {})
      if (running) yield* await running
      running = next
    }
    if (running) yield* await running
  }

  /** Gives the memory back and ends the worker. Calls under way are rejected; calling it again does nothing. */
  dispose(): void {
    this.model.dispose()
  }

  /** text → pieces → windows, gathered into batches of about `batchTokens` pieces. */
  async *#batches(
    inputs: Iterable<RecognizerInput> | AsyncIterable<RecognizerInput>,
    options: RecognizeOptions,
    batchTokens: number,
  ): AsyncGenerator<Prepared[]> {
    let batch: Prepared[] = []
    let tokens = 0
    for await (const input of inputs) {
      options.signal?.throwIfAborted()
      const prepared = this.#prepare(input, options)
      const length = prepared.sequences.reduce((sum, ids) => sum + ids.length, 0)
      if (batch.length > 0 && tokens + length > batchTokens) {
        yield batch
        batch = []
        tokens = 0
      }
      batch.push(prepared)
      tokens += length
    }
    if (batch.length > 0) yield batch
  }

  /** pieces → logits → entities */
  async #compute(batch: readonly Prepared[], options: RecognizeOptions): Promise<Recognition[]> {
    const sequences = batch.flatMap((prepared) => prepared.sequences)
    const { signal } = options
    const { logits } =
      sequences.length === 0 ? { logits: [] } : await this.model.forward(sequences, signal ? { signal } : {})
    let at = 0
    return batch.map((prepared) => {
      const own = logits.slice(at, at + prepared.sequences.length)
      at += own.length
      return this.#decode(prepared, own, options)
    })
  }

  #prepare(input: RecognizerInput, options: RecognizeOptions): Prepared {
    const source = readInput(input, options)
    const whole = source.list ? this.tokenizer.encodeWords(source.list) : this.tokenizer.encode(source.text)
    const { maxLength } = this.model
    const truncated = options.windows === false && whole.ids.length > maxLength
    const encoding = truncated ? truncateAtWord(whole, maxLength) : whole
    const body = encoding.wordIds.slice(1, -1)
    const maxPieces = maxLength - 2
    const stride = options.stride ?? Math.min(STRIDE, Math.floor(maxPieces / 4))
    const windows = body.length === 0 ? [] : planWindows(body, { maxPieces, stride })
    const { clsId, sepId } = this.tokenizer
    return {
      text: source.text,
      encoding,
      windows: windows.map(({ start, end, judgedStart: from, judgedEnd: to }) => ({ start, end, from, to })),
      sequences: windows.map(({ start, end }) => [clsId, ...encoding.ids.slice(start + 1, end + 1), sepId]),
      truncated,
      ...(source.words ? { words: source.words } : {}),
      ...(source.spark ? { spark: source.spark } : {}),
    }
  }

  #decode(prepared: Prepared, logits: readonly Float32Array[], options: RecognizeOptions): Recognition {
    const { text, encoding, windows, words, truncated, spark } = prepared
    const labels = this.#labelSet
    const wanted = spark ? { ...options, words: true } : options
    const decoded = decodeWindows({
      ...{ text, encoding, windows, logits, labels, options: wanted },
      ...(words ? { words } : {}),
    })
    const result: Recognition = { entities: decoded.entities, truncated }
    if (options.words) result.words = decoded.words!
    if (spark) result.annotations = annotateSpark(spark, decoded.words!, labels, options)
    return result
  }
}

interface Source {
  readonly text: string
  /** Where words are given, by the caller or by Spark NLP's tokenizer: their spans in the text. */
  readonly words?: WordSpans
  /** The caller's words, which are the text joined by spaces. */
  readonly list?: readonly string[]
  readonly spark?: SparkDocument
}

/** What the caller gave, as a text and, where they are known beforehand, its words. */
function readInput(input: RecognizerInput, options: RecognizeOptions): Source {
  if (options.pretokenized) {
    const words = input
    if (!Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
      throw new TypeError(
        'With pretokenized: true the input must be an array of words, or an array of such arrays',
      )
    }
    let at = 0
    const spans = words.map((word): [number, number] => {
      const start = at
      at += word.length + 1
      return [start, start + word.length]
    })
    const text = words.join(' ')
    const source = { text, words: spans, list: words }
    if (options.style !== 'spark-nlp') return source
    return { ...source, spark: { text, sentences: [[0, text.length]], tokens: spans } }
  }
  if (typeof input !== 'string') {
    throw new TypeError(
      `The input must be a string or an array of strings, not ${input === null ? 'null' : typeof input}; for a list of words say pretokenized: true`,
    )
  }
  if (options.style !== 'spark-nlp') return { text: input }
  const spark = prepareSparkDocument(input, options.spark)
  return { text: spark.text, words: spark.tokens, spark }
}

function checkStreamOptions(given: StreamOptions): StreamOptions {
  const { batchTokens } = given
  if (batchTokens !== undefined && !(Number.isSafeInteger(batchTokens) && batchTokens > 0)) {
    throw new RangeError(`batchTokens is ${batchTokens}, expected a whole number from 1`)
  }
  const options = checkRecognizeOptions(given, ['batchTokens'])
  return batchTokens === undefined ? options : { ...options, batchTokens }
}

/** The scheme that config.json states, if any. */
function schemeOf({ config }: BertModel): LabelScheme | undefined {
  const { labelScheme } = config
  if (labelScheme === undefined) return undefined
  const scheme = labelSchemes.find((known) => known === labelScheme)
  if (scheme !== undefined) return scheme
  throw new ModelFormatError(
    'InvalidConfig',
    `config.json has label_scheme "${labelScheme}", expected one of ${labelSchemes.join(', ')}`,
  )
}
