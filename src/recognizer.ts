/**
 * THE FLOW: text → pieces → windows → logits → entities.
 *
 *     text/      normalize, pre-tokenize, WordPiece, windows
 *     model/     embeddings, L layers, linear head (through the engine, runtime/)
 *     entities/  softmax, words, labels, groups
 */

import { collectAnswers, type Give, stopWith, streamAnswers } from './answers.ts'
import { Batcher } from './batcher.ts'
import type { BertModel } from './bert-model.ts'
import { calibrated } from './entities/calibrated.ts'
import { type LabelScheme, type LabelSet, parseLabels, statedScheme } from './entities/labels.ts'
import { checkRecognizeOptions, checkStreamOptions } from './entities/options.ts'
import { Progress } from './entities/progress.ts'
import { Findings, readSegments } from './entities/segments.ts'
import { chooseStyle, prepareRules } from './entities/style.ts'
import { tellScheme } from './entities/tell-scheme.ts'
import type {
  Adding,
  AnswerStyle,
  Recognition,
  RecognitionOf,
  RecognizeOptions,
  RecognizerInput,
  StreamOptions,
  TextOptions,
  WordsOptions,
} from './entities/types.ts'
import { ModelFormatError } from './format/errors.ts'
import { readInputs } from './inputs.ts'
import { BATCH_TOKENS } from './runtime/engine-setup.ts'
import type { Tokenizer } from './text/tokenizer.ts'
import { cutWindow } from './text/windows.ts'

/** Finds entities: a model, its tokenizer and its labels. Made by `loadRecognizer`. */
export class Recognizer {
  /** The model alone, for logits and hidden states. */
  readonly model: BertModel
  /** How the model reads a text. */
  readonly tokenizer: Tokenizer
  /** The model's labels, by number: `['O', 'B-PER', ...]`. */
  readonly labels: readonly string[]
  readonly #labelSet: LabelSet
  /** The scheme that the model's answers show, once it was determined. */
  #told: Promise<LabelScheme | undefined> | undefined
  /** For `using ner = await loadRecognizer()`. Defined only if the runtime has `Symbol.dispose`. */
  declare readonly [Symbol.dispose]: () => void

  /** Use `loadRecognizer`. */
  constructor(model: BertModel) {
    if (!model.hasClassifier) throw noRecognizer(model)
    this.model = model
    this.tokenizer = model.tokenizer
    this.labels = model.config.labels
    const { crf } = model
    const labels = parseLabels(this.labels, statedScheme(model.config.labelScheme))
    const { biases } = model.config
    const known = biases === undefined ? labels : calibrated(labels, biases)
    this.#labelSet = crf === undefined ? known : { ...known, crf }
    if (typeof Symbol.dispose === 'symbol') {
      Object.defineProperty(this, Symbol.dispose, { value: () => this.dispose() })
    }
  }

  /**
   * Finds the entities of a text or, with `pretokenized: true`, of a list of words. For several:
   * `recognizeAll`.
   *
   * @returns entities in the order of the text, `text === input.slice(start, end)` for each
   * @throws {TypeError} for an input that is not a text (or, with `pretokenized`, not a list of words)
   * @throws {RangeError} for an option that is not allowed
   *
   * @example
   * const { entities } = await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
   * // [{ type: 'PER', text: 'Angela Merkel', start: 0, end: 13, score: 0.99 }, ...]
   */
  recognize<Words extends boolean = false, Style extends AnswerStyle = AnswerStyle>(
    text: string,
    options?: RecognizeOptions & Adding<Words, Style>,
  ): Promise<RecognitionOf<Words, Style>>
  recognize<Words extends boolean = false, Style extends AnswerStyle = AnswerStyle>(
    words: readonly string[],
    options: WordsOptions & Adding<Words, Style>,
  ): Promise<RecognitionOf<Words, Style>>
  /** Several texts; `recognizeAll` says so by its name, and takes several lists of words too. */
  recognize<Words extends boolean = false, Style extends AnswerStyle = AnswerStyle>(
    texts: readonly string[],
    options?: TextOptions & Adding<Words, Style>,
  ): Promise<RecognitionOf<Words, Style>[]>
  recognize(input: RecognizerInput, options?: RecognizeOptions): Promise<Recognition | Recognition[]>
  async recognize(input: RecognizerInput, options?: RecognizeOptions): Promise<Recognition | Recognition[]> {
    const several = Array.isArray(input) && options?.pretokenized !== true
    if (several) return await this.recognizeAll(input, options)
    const [result] = await this.recognizeAll([input], options)
    return result!
  }

  /**
   * Finds the entities of each of several texts or, with `pretokenized: true`, of several lists of words.
   *
   * @returns one recognition for each input, in their order
   *
   * @example
   * const [first, second] = await ner.recognizeAll(['Angela Merkel', 'Berlin'])
   */
  recognizeAll<Words extends boolean = false, Style extends AnswerStyle = AnswerStyle>(
    inputs: readonly RecognizerInput[],
    options?: RecognizeOptions & Adding<Words, Style>,
  ): Promise<RecognitionOf<Words, Style>[]>
  async recognizeAll(inputs: readonly RecognizerInput[], options?: RecognizeOptions): Promise<Recognition[]> {
    return await collectAnswers((give, stop) =>
      this.#read(inputs, options, checkRecognizeOptions, give, stop),
    )
  }

  /**
   * Finds the entities of texts as they arrive, in their order. Texts are computed together, as many as have
   * arrived, up to `batchTokens` pieces; at most three batches are read ahead of what was taken. If a text
   * fails, the answers before it come first; `signal` ends the stream at once, even while `inputs` is silent.
   *
   * @example
   * for await (const { entities } of ner.stream(texts)) console.log(entities)
   */
  stream<Words extends boolean = false, Style extends AnswerStyle = AnswerStyle>(
    inputs: Iterable<RecognizerInput> | AsyncIterable<RecognizerInput>,
    options?: StreamOptions & Adding<Words, Style>,
  ): AsyncGenerator<RecognitionOf<Words, Style>, void, undefined>
  stream(
    inputs: Iterable<RecognizerInput> | AsyncIterable<RecognizerInput>,
    options?: StreamOptions,
  ): AsyncGenerator<Recognition, void, undefined> {
    return streamAnswers((give, stop) => this.#read(inputs, options, checkStreamOptions, give, stop))
  }

  /**
   * The flow of a call: each text as pieces, its windows in batches through the model, and their logits as
   * entities.
   *
   * @param check checks the caller's options
   */
  async #read(
    inputs: Iterable<RecognizerInput> | AsyncIterable<RecognizerInput>,
    given: unknown,
    check: (given: unknown) => StreamOptions,
    give: Give<Recognition>,
    stop: AbortController,
  ): Promise<void> {
    const texts = readInputs(inputs, stop.signal)
    if (!(given as StreamOptions | undefined)?.signal?.aborted) texts.begin()
    const { batchTokens = BATCH_TOKENS, ...asked } = given === undefined ? {} : check(given)
    stopWith(stop, asked.signal, (end) => this.model.onEnd(end))
    const rules = await prepareRules(asked)
    const style = await chooseStyle(asked, {
      ...{ labels: this.#labelSet, tokenizer: this.tokenizer, ruleTypes: rules.types },
      tellScheme: () => this.#tellScheme(),
    })
    const { labels, reading, annotate } = style
    const options = annotate ? { ...style.options, words: true } : style.options
    const progress = options.onProgress && new Progress(options.onProgress)
    const settings = { ...options, ...reading, maxLength: this.model.maxLength }

    const batcher = new Batcher<{ readonly ids: readonly number[] }, Float32Array>({
      ...{ tokens: batchTokens, stop },
      compute: async (windows, signal) => {
        const sequences = windows.map(({ ids }) => ids)
        const { logits } = await this.model.forward(sequences, { signal })
        progress?.computed(windows)
        return logits
      },
    })
    try {
      for await (const input of texts) {
        const document = style.read(input)
        const findings = new Findings(document.text, { labels, reading, options })
        const segments = readSegments(document, this.tokenizer, settings)
        for (const segment of progress?.follow(document.text, segments) ?? segments) {
          for (const window of segment.windows) {
            await batcher.room()
            batcher.push(cutWindow(segment.encoding, window), (logits) => findings.add(segment, logits))
          }
        }
        batcher.after(async () => {
          const { entities, words, truncated } = findings
          const result: Recognition = { entities: await rules.add(document, entities), truncated }
          if (style.options.words) result.words = words
          if (annotate) result.annotations = annotate(document, words)
          await give(result)
        })
      }
    } finally {
      await batcher.end()
    }
  }

  /** Finds the scheme from the model's answers once; again only if that failed. */
  #tellScheme(): Promise<LabelScheme | undefined> {
    this.#told ??= tellScheme(
      this.#labelSet,
      this.tokenizer,
      async (ids) => (await this.model.forward(ids)).logits,
    )
    this.#told.catch(() => {
      this.#told = undefined
    })
    return this.#told
  }

  /** Frees the memory and ends the worker. Pending calls are rejected; a second call does nothing. */
  dispose(): void {
    this.model.dispose()
  }
}

/** The error for a model whose head does not label tokens. */
function noRecognizer({ head, config }: BertModel): ModelFormatError {
  if (head === 'text') {
    return new ModelFormatError(
      'UnsupportedConfig',
      `The model is a ${config.architecture}, which classifies whole texts and not their tokens; use loadClassifier`,
    )
  }
  if (head === 'words') {
    return new ModelFormatError(
      'UnsupportedConfig',
      `The model is a ${config.architecture}, which guesses words and has no labels for tokens; use loadModel for fillMask and for its vectors`,
    )
  }
  return new ModelFormatError(
    'MissingTensor',
    'The weights have no classifier.weight: this is an encoder without a token classification head; use loadModel for its vectors',
  )
}
