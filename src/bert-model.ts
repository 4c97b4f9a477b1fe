/**
 * A loaded model: ids of pieces go in, numbers come out. The recognizer is built on it, and it can be used
 * alone.
 */
import { defined } from './check/kind.ts'
import type { Embedder, EmbedOptions } from './embed.ts'
import { type FillMaskOptions, fillMask, type MaskedWord } from './fill-mask.ts'
import { capability } from './format/capability.ts'
import type { ModelFormatError } from './format/errors.ts'
import {
  checkForwardOptions,
  checkIds,
  checkLogits,
  checkTokenTypes,
  type ForwardOptions,
} from './forward-options.ts'
import { tileName } from './kernels/exports.ts'
import type { Precision } from './kernels/kernels.ts'
import type { BertConfig, CrfScores, HeadKind } from './model/bert-config.ts'
import { type ForwardOutput, requireFinite } from './model/forward-output.ts'
import type { SentenceSettings } from './model/sentence/sentence-settings.ts'
import type { ModelSpec } from './model/spec.ts'
import type { EngineClient } from './runtime/client.ts'
import type { Tokenizer } from './text/tokenizer.ts'

/** What a model runs on, and how much memory it takes. */
export interface ModelInfo {
  /** 'int8' or 'float32', as it was loaded. */
  precision: Precision
  /** 'simd', 'relaxed' or 'reference'. */
  kernels: string
  /** Rows and channels of the fastest tile on this machine, `5x8`. */
  tile: string
  /** 1 if memory cannot be shared. */
  threads: number
  /** Why these kernels and this tile were chosen. */
  reasons: {
    /** What the engine supports, or what was timed. */
    kernels: string
    /** The times of the tiles, once measured. */
    tile: string
  }
  /** Whether 256-bit vectors were requested and available. */
  turbo: boolean
  /** Bytes of packed weights. */
  weightBytes: number
  /** Bytes of kernel memory now: weights, workspace, scratch. */
  memoryBytes: number
  /** Number of values in the weights, without scales. */
  parameters: number
}

interface Parts {
  readonly engine: EngineClient
  readonly config: BertConfig
  readonly tokenizer: Tokenizer | ModelFormatError
  readonly maxLength: number
  /** Present for a folder of sentence-transformers. */
  readonly sentence: SentenceSettings | undefined
}

export class BertModel {
  /** The settings of config.json. */
  readonly config: BertConfig
  /** Maximum number of pieces in a sequence, `[CLS]` and `[SEP]` included. */
  readonly maxLength: number
  readonly #engine: EngineClient
  readonly #tokenizer: Tokenizer | ModelFormatError
  readonly #sentence: SentenceSettings | undefined
  /** For `using model = await loadModel(...)`. Defined only if the runtime has `Symbol.dispose`. */
  declare readonly [Symbol.dispose]: () => void

  /** Use `loadModel`. */
  constructor({ engine, config, tokenizer, maxLength, sentence }: Parts) {
    this.config = config
    this.maxLength = maxLength
    this.#engine = engine
    this.#tokenizer = tokenizer
    this.#sentence = sentence
    if (typeof Symbol.dispose === 'symbol') {
      Object.defineProperty(this, Symbol.dispose, { value: () => this.dispose() })
    }
  }

  /** What the model runs on and how much memory it takes, now. */
  get info(): ModelInfo {
    const { info, setup, memoryBytes } = this.#engine
    const { weightBytes, parameters } = info
    const { plan, threads } = setup
    const { precision, variant: kernels, tiles, turbo, reason, tileReason } = plan
    const tile = tileName(precision, tiles)
    return {
      ...{ precision, kernels, tile, threads, turbo, weightBytes, memoryBytes, parameters },
      reasons: { kernels: reason, tile: tileReason },
    }
  }

  /** Whether the model has a token classification head; a bare encoder has only hidden states. */
  get hasClassifier(): boolean {
    return this.head === 'tokens'
  }

  /**
   * Calls `listener` when the model is disposed or its worker dies, or at once if it already has. @returns a
   * function that removes the listener
   */
  onEnd(listener: (reason: Error) => void): () => void {
    return this.#engine.ending.listen(listener)
  }

  /**
   * What the logits describe: 'tokens'; 'text' for a model that classifies whole texts; 'words' for one that
   * predicts masked words; 'spans' for GLiNER; undefined in a bare encoder.
   */
  get head(): HeadKind | undefined {
    return this.#engine.info.head
  }

  /**
   * The conditional random field that a token classifier was trained with, from its weights or its config.json;
   * undefined for most models. `recognize` decodes by it.
   */
  get crf(): CrfScores | undefined {
    return this.#engine.info.crf ?? this.config.crf
  }

  /**
   * @throws {ModelFormatError} MissingFile if the model came without a vocabulary
   */
  get tokenizer(): Tokenizer {
    if (this.#tokenizer instanceof Error) throw this.#tokenizer
    return this.#tokenizer
  }

  /**
   * Computes one pass over sequences of vocabulary ids, which include their special tokens: `[CLS] ...
   * [SEP]`.
   *
   * @param ids for each sequence, up to `config.maxPositions` ids
   * @returns one entry for each sequence: `logits` [T, C], or [C] if the model classifies whole texts, or [T,
   *   V] if it predicts words; `hiddenStates[l]` [T, H], where l = 0 is the output of the embeddings;
   *   `attentions[l]` [A, T, T]; `trace`: see `Trace`
   * @throws {TypeError} for ids that are not arrays of numbers, or an option of the wrong kind
   * @throws {RangeError} for an empty or too long sequence, an id outside the vocabulary, more than 1 GB of
   *   word logits, or an unknown option
   * @throws {ModelFormatError} NonFiniteWeights for weights so large that logits, hidden states or attentions
   *   overflow
   *
   * @example
   * const { logits } = await model.forward([model.tokenizer.encode('Berlin').ids])
   */
  async forward(ids: readonly (readonly number[])[], options?: ForwardOptions): Promise<ForwardOutput> {
    const checked = options === undefined ? {} : checkForwardOptions(options)
    checkIds(ids, this.config)
    const {
      hiddenStates = false,
      attentions = false,
      trace = false,
      logits = true,
      tokenTypeIds,
      layer,
      signal,
    } = checked
    const { numLayers } = this.config
    if (layer !== undefined && layer > numLayers)
      throw new RangeError(`layer is ${layer}, expected 0 to ${numLayers}: the model has ${numLayers} layers`)
    const guesses = logits && layer === undefined && this.head === 'words'
    if (tokenTypeIds) checkTokenTypes(ids, tokenTypeIds, this.config)
    if (guesses) checkLogits(ids, this.config)
    signal?.throwIfAborted()
    const output = await this.#engine.forward(
      ids,
      { hiddenStates, attentions, trace, logits, ...defined({ tokenTypeIds, layer }) },
      signal,
    )
    for (const [index, logits] of output.logits.entries())
      requireFinite(logits, `The logits of sequence ${index}`)
    // A bare encoder has no logits, but what overflows in one layer is not finite in the last one either.
    for (const [index, layers] of (output.hiddenStates ?? []).entries())
      requireFinite(layers.at(-1)!, `The hidden states of sequence ${index}`)
    for (const [index, layers] of (output.attentions ?? []).entries())
      requireFinite(layers.at(-1)!, `The attention probabilities of sequence ${index}`)
    return output
  }

  /**
   * Computes one vector [H] for each text, in the same order: a layer's hidden states, pooled over the pieces
   * of the text, `[CLS]` and `[SEP]` included. A folder of sentence-transformers (`modules.json`) says how to
   * pool, whether to scale, and which prompts exist; options take precedence.
   *
   * White space at the ends of a text does not count, as in sentence-transformers. A text longer than
   * `maxLength` is cut before words into windows that do not overlap: 'mean' and 'max' take the pieces of all
   * windows, 'cls' that of the first; with `windows: false` the rest is cut off, as that library does.
   *
   * @throws {TypeError} for texts that are not an array of strings, or an option of the wrong kind
   * @throws {RangeError} for an option that is not allowed
   * @throws {ModelFormatError} UnsupportedConfig if the model's pooling is unknown and the caller states none
   *
   * @example
   * const [vector] = await model.embed(['Berlin is a city.'], { pooling: 'mean', normalize: true })
   */
  async embed(texts: readonly string[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    const { embed } = await capability('embeddings of texts', () => import('./embed.ts'))
    const { config, tokenizer, maxLength } = this
    const model: Embedder = {
      ...{ config, tokenizer, maxLength, sentence: this.#sentence },
      hiddenStates: async (sequences, layer, signal) => {
        const { hiddenStates } = await this.#engine.forward(sequences, { layer }, signal)
        return hiddenStates!.map(([rows]) => rows!)
      },
    }
    return embed(model, texts, options)
  }

  /**
   * The most likely words for the mask token in a text (`[MASK]`, `<mask>`; `tokenizer.maskId`), in the form
   * of Hugging Face's fill-mask pipeline: a list, or for a text with several masks, a list for each. For
   * models saved as `...ForMaskedLM`.
   *
   * @throws {TypeError} for a text that is not a string, or an option of the wrong kind
   * @throws {RangeError} for a text without a mask or longer than `maxLength`, or an option that is not allowed
   * @throws {ModelFormatError} UnsupportedConfig or MissingTensor if the model does not predict words,
   *   InvalidVocabulary if its tokenizer has no mask token
   *
   * @example
   * const [{ token_str, score, sequence }] = await guesser.fillMask('Berlin is the [MASK] of Germany.', { top: 3 })
   */
  async fillMask<Answer extends MaskedWord[] | MaskedWord[][] = MaskedWord[]>(
    text: string,
    options: FillMaskOptions = {},
  ): Promise<Answer> {
    const { config, head, maxLength } = this
    const guesser = {
      ...{ config, head, maxLength, headTensor: headTensorOf(this.#engine.setup.spec) },
      tokenizer: (): Tokenizer => this.tokenizer,
      logits: async (ids: readonly number[], rows: readonly number[], signal: AbortSignal | undefined) =>
        (await this.#engine.forward([ids], { rows: [rows] }, signal)).logits[0]!,
    }
    return (await fillMask(guesser, text, options)) as Answer
  }

  /** Frees the memory and ends the worker. Pending calls are rejected; a second call does nothing. */
  dispose(): void {
    this.#engine.dispose()
  }
}

/** The first tensor of a head that predicts words. */
function headTensorOf({ head }: ModelSpec): string | undefined {
  if (head?.kind !== 'words') return undefined
  const { transform, decoder } = head
  return (transform === undefined ? decoder : transform.dense.from[0]!).weight.name
}
