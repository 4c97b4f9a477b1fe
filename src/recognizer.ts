/**
 * THE FLOW: text → pieces → windows → logits → entities.
 *
 *     text/      normalize, pre-tokenize, WordPiece, windows
 *     model/     embeddings, L layers, linear head (through the engine, runtime/)
 *     entities/  softmax, words, labels, groups
 */

import type { BertModel } from './bert-model.ts'
import type { Document } from './entities/document.ts'
import { type LabelScheme, type LabelSet, parseLabels, statedScheme } from './entities/labels.ts'
import { chooseStyle, prepareProgress, prepareRules } from './entities/on-demand.ts'
import { checkRecognizeOptions, checkStreamOptions } from './entities/options.ts'
import type { Progress } from './entities/progress/progress.ts'
import { type Decoding, Findings, readSegments, type WindowOfText, windowsOf } from './entities/segments.ts'
import type {
  Recognition,
  RecognizeOptions,
  RecognizerInput,
  StreamOptions,
  TextOptions,
  WordsOptions,
} from './entities/types.ts'
import { computeInBatches, Source } from './model/batches.ts'
import { BATCH_TOKENS } from './model/fill-batches.ts'
import type { Tokenizer } from './text/tokenizer.ts'

/** Windows that are computed together at most, however short. */
const BATCH_WINDOWS = 256

/** Finds entities: a model, its tokenizer and its labels. Made by `loadRecognizer`. */
export class Recognizer {
  /** The model alone, for logits and hidden states. */
  readonly model: BertModel
  /** How the model reads a text. */
  readonly tokenizer: Tokenizer
  /** The model's labels, by number: `['O', 'B-PER', ...]`. */
  readonly labels: readonly string[]
  readonly #labelSet: LabelSet
  /** The scheme that the model's answers tell, once that was asked. */
  #told: Promise<LabelScheme | undefined> | undefined
  /** Gives the memory back: `using ner = await loadRecognizer()`. There where the runtime has `Symbol.dispose`. */
  declare readonly [Symbol.dispose]: () => void

  /** Use `loadRecognizer`. */
  constructor(model: BertModel) {
    this.model = model
    this.tokenizer = model.tokenizer
    this.labels = model.config.labels
    this.#labelSet = parseLabels(this.labels, statedScheme(model.config.labelScheme))
    if (typeof Symbol.dispose === 'symbol') {
      Object.defineProperty(this, Symbol.dispose, { value: () => this.dispose() })
    }
  }

  /**
   * Finds the entities of a text, or with `pretokenized: true` of the words of one. For several: `recognizeAll`.
   *
   * @returns entities in the order of the text, `text === input.slice(start, end)` for each
   * @throws {TypeError} for an input that is no text (or, with `pretokenized`, no list of words)
   * @throws {RangeError} for an option that is not allowed
   *
   * @example
   * const { entities } = await ner.recognize('Angela Merkel met Tim Cook in Berlin.')
   * // [{ type: 'PER', text: 'Angela Merkel', start: 0, end: 13, score: 0.99 }, ...]
   */
  recognize(text: string, options?: RecognizeOptions): Promise<Recognition>
  recognize(words: readonly string[], options: WordsOptions): Promise<Recognition>
  /** Several texts; `recognizeAll` says so by its name, and takes several lists of words too. */
  recognize(texts: readonly string[], options?: TextOptions): Promise<Recognition[]>
  recognize(input: RecognizerInput, options?: RecognizeOptions): Promise<Recognition | Recognition[]>
  async recognize(input: RecognizerInput, options?: RecognizeOptions): Promise<Recognition | Recognition[]> {
    const several = Array.isArray(input) && options?.pretokenized !== true
    if (several) return this.recognizeAll(input, options)
    const [result] = await this.recognizeAll([input], options)
    return result!
  }

  /**
   * Finds the entities of each of several texts, or with `pretokenized: true` of several lists of words.
   *
   * @returns one recognition an input, in their order
   *
   * @example
   * const [first, second] = await ner.recognizeAll(['Angela Merkel', 'Berlin'])
   */
  async recognizeAll(inputs: readonly RecognizerInput[], options?: RecognizeOptions): Promise<Recognition[]> {
    const results: Recognition[] = []
    for await (const result of this.#run(inputs, options, checkRecognizeOptions)) results.push(result)
    return results
  }

  /**
   * Finds the entities of texts as they come, in their order. Texts are computed together up to `batchTokens` pieces, or
   * as they are there; at most three batches are read ahead of what was taken out. Where one fails, those before it are
   * given out first; `signal` ends it at once, also while `inputs` is silent.
   *
   * @example
   * for await (const { entities } of ner.stream(texts)) console.log(entities)
   */
  stream(
    inputs: Iterable<RecognizerInput> | AsyncIterable<RecognizerInput>,
    options?: StreamOptions,
  ): AsyncGenerator<Recognition, void, undefined> {
    return this.#run(inputs, options, checkStreamOptions)
  }

  /** @param check  of the options, which are a caller's own */
  async *#run(
    inputs: Iterable<RecognizerInput> | AsyncIterable<RecognizerInput>,
    given: unknown,
    check: (given: unknown) => StreamOptions,
  ): AsyncGenerator<Recognition, void, undefined> {
    const source = new Source(inputs)
    // Before anything is waited for.
    if (!(given as StreamOptions | undefined)?.signal?.aborted) source.begin()
    try {
      yield* this.#recognizeFrom(source, given, check)
    } finally {
      source.leave()
    }
  }

  async *#recognizeFrom(
    source: Source<RecognizerInput>,
    given: unknown,
    check: (given: unknown) => StreamOptions,
  ): AsyncGenerator<Recognition, void, undefined> {
    const { batchTokens = BATCH_TOKENS, ...asked } = check(given)
    const addRules = await prepareRules(asked)
    const style = await chooseStyle(asked, {
      ...{ labels: this.#labelSet, tokenizer: this.tokenizer },
      tellScheme: () => this.#tellScheme(),
    })
    const { options, labels, reading } = style
    const decoding = { labels, reading, options: style.annotate ? { ...options, words: true } : options }
    const progress = await prepareProgress(options)

    const computed = computeInBatches(source, {
      expand: (input: RecognizerInput) => this.#read(style.read(input), options, decoding, progress),
      size: ({ ids }: Step) => ids.length,
      limit: batchTokens,
      most: BATCH_WINDOWS,
      compute: async (batch, signal) => {
        const { logits } = await this.model.forward(
          batch.map(({ ids }) => ids),
          { signal },
        )
        progress?.computed(batch)
        return batch.map((step, i) => ({ step, logits: logits[i]! }))
      },
      signal: options.signal,
      onEnd: (end) => this.model.onEnd(end),
    })

    for await (const { step, logits } of computed) {
      const { document, findings, endsText } = step
      findings.add(step, logits)
      if (!endsText) continue
      const { words, truncated } = findings
      const result: Recognition = { entities: await addRules(document, findings.entities), truncated }
      if (options.words) result.words = words
      if (style.annotate) result.annotations = style.annotate(document, words)
      yield result
    }
  }

  /** text → pieces → windows, as they are asked for */
  *#read(
    document: Document,
    options: RecognizeOptions,
    decoding: Decoding,
    progress: Progress | undefined,
  ): Generator<Step, void, undefined> {
    const findings = new Findings(document.text, decoding)
    const settings = { ...options, ...decoding.reading, maxLength: this.model.maxLength }
    const segments = readSegments(document, this.tokenizer, settings)
    for (const window of windowsOf(progress?.follow(document.text, segments) ?? segments)) {
      yield { ...window, document, findings }
    }
  }

  /** Asks the model once, and again only where that failed. */
  #tellScheme(): Promise<LabelScheme | undefined> {
    this.#told ??= import('./entities/scheme/tell-scheme.ts').then(({ tellScheme }) =>
      tellScheme(this.#labelSet, this.tokenizer, async (ids) => (await this.model.forward(ids)).logits),
    )
    this.#told.catch(() => {
      this.#told = undefined
    })
    return this.#told
  }

  /** Gives the memory back and ends the worker. Calls under way are rejected; calling it again does nothing. */
  dispose(): void {
    this.model.dispose()
  }
}

/** A window on its way through the model, and the text it belongs to. */
interface Step extends WindowOfText {
  readonly document: Document
  readonly findings: Findings
}
