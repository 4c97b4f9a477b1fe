/**
 * THE FLOW: text → pieces → windows → logits → entities.
 *
 *     text/      normalize, pre-tokenize, WordPiece, windows
 *     model/     embeddings, L layers, linear head (through the engine, runtime/)
 *     entities/  softmax, words, labels, groups
 */
import { computeAhead, gather } from './batches.ts'
import type { BertModel } from './bert-model.ts'
import type { WordSpans } from './entities/aggregate.ts'
import { resolveLabels } from './entities/entity.ts'
import { type LabelScheme, type LabelSet, labelSchemes, parseLabels } from './entities/labels.ts'
import { decodeWindows, type JudgedWindow } from './entities/merge.ts'
import { checkRecognizeOptions } from './entities/options.ts'
import type { SparkDocument } from './entities/spark-nlp.ts'
import type { Recognition, RecognizeOptions } from './entities/types.ts'
import { ModelFormatError } from './format/errors.ts'
import type { Encoding } from './text/encoding.ts'
import type { Tokenizer } from './text/tokenizer.ts'
import { contentCost, planWindows, truncateAtWord } from './text/windows.ts'

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
/** Texts in a batch at most, however short. */
const BATCH_TEXTS = 256

/** The stages of Spark NLP's pipeline, read only where they are asked for. */
type SparkStages = typeof import('./entities/spark-nlp.ts')

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
   * Finds the entities of texts as they come, in their order. Texts are computed together up to `batchTokens` pieces, or
   * as they are there; at most three batches are read ahead of what was taken out.
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
    const spark = options.style === 'spark-nlp' ? await import('./entities/spark-nlp.ts') : undefined
    const progress = { done: 0, total: 0 }
    const size = ({ sequences }: Prepared): number => sequences.reduce((sum, ids) => sum + ids.length, 0)

    const prepared = this.#prepareAll(inputs, options, spark)
    const batches = gather(prepared, size, batchTokens, BATCH_TEXTS)
    yield* computeAhead(batches, async (batch) => {
      progress.total += batch.reduce((sum, text) => sum + size(text), 0)
      const logits = await this.#forward(batch, options, batchTokens, progress)
      return batch.map((text, i) => this.#decode(text, logits[i]!, options, spark))
    })
  }

  /** Gives the memory back and ends the worker. Calls under way are rejected; calling it again does nothing. */
  dispose(): void {
    this.model.dispose()
  }

  /** text → pieces → windows, for each input as it is asked for. */
  async *#prepareAll(
    inputs: Iterable<RecognizerInput> | AsyncIterable<RecognizerInput>,
    options: RecognizeOptions,
    spark: SparkStages | undefined,
  ): AsyncGenerator<Prepared, void, undefined> {
    for await (const input of inputs) {
      options.signal?.throwIfAborted()
      yield this.#prepare(input, options, spark)
    }
  }

  /** pieces → logits, for each text those of its windows; a long text's windows go in several passes. */
  async #forward(
    batch: readonly Prepared[],
    options: RecognizeOptions,
    batchTokens: number,
    progress: { done: number; total: number },
  ): Promise<Float32Array[][]> {
    const { signal, onProgress } = options
    const sequences = batch.flatMap((prepared) => prepared.sequences)
    const logits: Float32Array[] = []
    for await (const part of gather(sequences, (ids) => ids.length, batchTokens, Number.POSITIVE_INFINITY)) {
      const output = await this.model.forward(part, signal ? { signal } : {})
      logits.push(...output.logits)
      progress.done += part.reduce((sum, ids) => sum + ids.length, 0)
      onProgress?.({ ...progress })
    }
    let at = 0
    return batch.map(({ sequences: { length } }) => {
      at += length
      return logits.slice(at - length, at)
    })
  }

  #prepare(input: RecognizerInput, options: RecognizeOptions, stages: SparkStages | undefined): Prepared {
    const source = readInput(input, options, stages)
    const whole = source.list ? this.tokenizer.encodeWords(source.list) : this.tokenizer.encode(source.text)
    const { maxLength } = this.model
    const truncated = options.windows === false && whole.ids.length > maxLength
    const encoding = truncated ? truncateAtWord(whole, maxLength) : whole
    const body = encoding.wordIds.slice(1, -1)
    const maxPieces = maxLength - 2
    const stride = options.stride ?? Math.min(STRIDE, Math.floor(maxPieces / 4))
    const windows =
      body.length === 0 ? [] : planWindows(body, { maxPieces, stride, cost: contentCost(encoding) })
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

  /** logits → entities */
  #decode(
    prepared: Prepared,
    logits: readonly Float32Array[],
    options: RecognizeOptions,
    stages: SparkStages | undefined,
  ): Recognition {
    const { text, encoding, windows, words, truncated, spark } = prepared
    const labels = this.#labelSet
    const wanted = spark ? { ...options, words: true } : options
    const decoded = decodeWindows({
      ...{ text, encoding, windows, logits, labels, options: wanted },
      ...(words ? { words } : {}),
    })
    const result: Recognition = { entities: decoded.entities, truncated }
    if (options.words) result.words = decoded.words!
    if (spark) result.annotations = stages!.annotateSpark(spark, decoded.words!, labels, options)
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
function readInput(
  input: RecognizerInput,
  options: RecognizeOptions,
  stages: SparkStages | undefined,
): Source {
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
    if (stages === undefined) return source
    return { ...source, spark: { text, sentences: [[0, text.length]], tokens: spans } }
  }
  if (typeof input !== 'string') {
    throw new TypeError(
      `The input must be a string or an array of strings, not ${input === null ? 'null' : typeof input}; for a list of words say pretokenized: true`,
    )
  }
  if (stages === undefined) return { text: input }
  const spark = stages.prepareSparkDocument(input, options.spark)
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
