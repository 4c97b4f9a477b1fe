/** A loaded model: ids of pieces go in, numbers come out. The recognizer stands on it, and it can be used alone. */
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
import type { BertConfig, HeadKind } from './model/bert-config.ts'
import { type ForwardOutput, requireFinite } from './model/forward-output.ts'
import type { SentenceSettings } from './model/sentence/sentence-settings.ts'
import type { ModelSpec } from './model/spec.ts'
import type { EngineClient } from './runtime/client.ts'
import type { Tokenizer } from './text/tokenizer.ts'

/** What a model runs on and what it takes. */
export interface ModelInfo {
  /** 'int8' or 'float32', as it was loaded. */
  precision: Precision
  /** 'simd', 'relaxed' or 'reference'. */
  kernels: string
  /** Rows and channels of the tile that was fastest here, `5x8`. */
  tile: string
  /** 1 where memory cannot be shared. */
  threads: number
  /** Why it runs on these kernels and this tile. */
  reasons: {
    /** What the engine can do, or what was timed. */
    kernels: string
    /** How the tiles came out when they were timed. */
    tile: string
  }
  /** Whether 256-bit vectors were asked for and could be. */
  turbo: boolean
  /** Packed weights. */
  weightBytes: number
  /** All kernel memory now: weights, workspace, scratch. */
  memoryBytes: number
  /** Numbers in the weights, scales not counted. */
  parameters: number
}

interface Parts {
  readonly engine: EngineClient
  readonly config: BertConfig
  readonly tokenizer: Tokenizer | ModelFormatError
  readonly maxLength: number
  /** Where the folder is one of sentence-transformers. */
  readonly sentence: SentenceSettings | undefined
}

export class BertModel {
  /** What config.json says. */
  readonly config: BertConfig
  /** Pieces a sequence may have, `[CLS]` and `[SEP]` included. */
  readonly maxLength: number
  readonly #engine: EngineClient
  readonly #tokenizer: Tokenizer | ModelFormatError
  readonly #sentence: SentenceSettings | undefined
  /** Gives the memory back: `using model = await loadModel(...)`. Defined only where the runtime has `Symbol.dispose`. */
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

  /** What the model runs on and what it takes, now. */
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

  /** Whether the model has a token classification head; a bare encoder gives only hidden states. */
  get hasClassifier(): boolean {
    return this.head === 'tokens'
  }

  /** Calls `listener` when the model is disposed or its worker dies, or at once where it is. @returns what takes it off again */
  onEnd(listener: (reason: Error) => void): () => void {
    return this.#engine.ending.listen(listener)
  }

  /** What logits are of: 'tokens', 'text' for a model that classifies whole texts, 'words' for one that guesses masked words, 'spans' for GLiNER's; undefined in a bare encoder. */
  get head(): HeadKind | undefined {
    return this.#engine.info.head
  }

  /** @throws {ModelFormatError} MissingFile where the model came without a vocabulary */
  get tokenizer(): Tokenizer {
    if (this.#tokenizer instanceof Error) throw this.#tokenizer
    return this.#tokenizer
  }

  /**
   * One pass over sequences of vocabulary ids, special tokens as given: `[CLS] ... [SEP]`.
   *
   * @param ids  for each sequence up to `config.maxPositions` ids
   * @returns one entry a sequence: `logits` [T, C], or [C] where the model classifies whole texts, [T, V] where it guesses words; `hiddenStates[l]` [T, H], l = 0 being the embeddings' output;
   *   `attentions[l]` [A, T, T]; `trace`: see `Trace`
   * @throws {TypeError} for ids that are no arrays of numbers, or an option of the wrong kind
   * @throws {RangeError} for a sequence that is empty or too long, an id outside the vocabulary, more logits of words than
   *   1 GB, or an option that is not known
   * @throws {ModelFormatError} NonFiniteWeights for weights so large that logits, hidden states or attentions are no numbers
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
    // A bare encoder has no logits; what is not finite in a layer is not in the last one either.
    for (const [index, layers] of (output.hiddenStates ?? []).entries())
      requireFinite(layers.at(-1)!, `The hidden states of sequence ${index}`)
    for (const [index, layers] of (output.attentions ?? []).entries())
      requireFinite(layers.at(-1)!, `The attention probabilities of sequence ${index}`)
    return output
  }

  /**
   * One vector [H] a text, in their order: a layer's hidden states, pooled over the pieces of the text, `[CLS]` and
   * `[SEP]` included. A folder of sentence-transformers (`modules.json`) says how it pools, whether it scales and which
   * prompts there are; the options hold over it.
   *
   * White space at a text's ends does not count, as in sentence-transformers. A text longer than `maxLength` is cut where
   * words begin, into windows that do not overlap: 'mean' and 'max' take the pieces of all windows, 'cls' is the first one's;
   * with `windows: false` what is longer is cut off, as that library does.
   *
   * @throws {TypeError} for texts that are no array of strings, or an option of the wrong kind
   * @throws {RangeError} for an option that is not allowed
   * @throws {ModelFormatError} UnsupportedConfig where the model pools in a way that is not known and no pooling is given
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
   * The words that may stand where a text has the mask token (`[MASK]`, `<mask>`; `tokenizer.maskId`), the likeliest
   * first, as Hugging Face's fill-mask pipeline gives them: a list, and of a text with several masks a list for each of
   * them. For models saved as `...ForMaskedLM`.
   *
   * @throws {TypeError} for a text that is no string, or an option of the wrong kind
   * @throws {RangeError} for a text without a mask or longer than `maxLength`, or an option that is not allowed
   * @throws {ModelFormatError} UnsupportedConfig or MissingTensor where the model does not guess words, InvalidVocabulary
   *   where its tokenizer has no mask token
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

  /** Gives the memory back and ends the worker. Calls under way are rejected; calling it again does nothing. */
  dispose(): void {
    this.#engine.dispose()
  }
}

/** The first tensor of a head that guesses words. */
function headTensorOf({ head }: ModelSpec): string | undefined {
  return head?.kind === 'words' ? head.transform.dense.from[0]!.weight.name : undefined
}
