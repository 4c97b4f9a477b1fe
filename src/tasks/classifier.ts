/**
 * Labels whole texts, or pairs of them: text → pieces → logits of the text → scores. Loaded only by
 * `loadClassifier`.
 */

import { collectAnswers, stopWith } from '../answers.ts'
import { Batcher } from '../batcher.ts'
import type { BertModel } from '../bert-model.ts'
import { wrongKind } from '../check/kind.ts'
import type { Rows } from '../check/option-rows.ts'
import { checkOptions, checkStrings } from '../check/options.ts'
import { expFloat32, softmaxRows } from '../entities/softmax.ts'
import { ModelFormatError, quoted } from '../format/errors.ts'
import type { ProblemType } from '../model/bert-config.ts'
import { READ_TOKENS } from '../runtime/engine-setup.ts'
import type { PairEncoding } from '../text/encoding.ts'
import { encodeBeginning, pairBeginning, truncateText } from '../text/sections.ts'
import type { Tokenizer } from '../text/tokenizer.ts'

/** A text, or two that are read together: a question and a passage, a premise and a hypothesis. */
export type ClassifierInput = string | readonly [text: string, pair: string]

/** A label of the model, and how well it fits. */
export interface LabelScore {
  /** As config.json has it. */
  label: string
  /** 0 to 1; for 'regression' the logit itself. */
  score: number
}

/** The classification of a text. */
export interface Classification {
  /** The label with the highest score. */
  label: string
  /** The score of that label: a probability, or with problem type 'regression' the number itself. */
  score: number
  /** All labels, the highest score first. */
  labels: LabelScore[]
  /** The model's output, by the number of the label, [C]. */
  logits: Float32Array
  /** Whether the text was longer than the model's maximum, so that its end was cut off. */
  truncated: boolean
}

/** A text and how well it answers a query. */
export interface Ranked {
  /** The index of the text. */
  index: number
  /** The text itself. */
  text: string
  /**
   * How well it answers: what the model's files (by sentence-transformers) define for its single output, else
   * the sigmoid.
   */
  score: number
  /** The output itself. */
  logit: number
}

/** Options of classifying whole texts. */
export interface ClassifyOptions {
  /**
   * How logits become scores: 'single_label_classification' (softmax), 'multi_label_classification' (a
   * sigmoid for each) or 'regression' (unchanged). Default: what config.json says; else the sigmoid for one
   * label and softmax for several.
   */
  problemType?: ProblemType
  /** Stops between two layers. */
  signal?: AbortSignal
}

const rows: Rows<ClassifyOptions> = {
  problemType: {
    type: 'word',
    words: { single_label_classification: '', multi_label_classification: '', regression: '' },
  },
  signal: { type: 'signal' },
}

/** Activations of cross-encoders, and the problem type that each implies. */
const ACTIVATIONS: Readonly<Record<string, ProblemType>> = {
  __proto__: null as never,
  Sigmoid: 'multi_label_classification',
  Identity: 'regression',
}

/** An input, encoded for the model. */
interface Prepared {
  readonly ids: readonly number[]
  readonly tokenTypeIds: readonly number[] | undefined
  readonly truncated: boolean
}

/** Classifies texts. Made by `loadClassifier`. */
export class Classifier {
  /** The model alone, for logits and hidden states. */
  readonly model: BertModel
  /** How the model reads a text. */
  readonly tokenizer: Tokenizer
  /** The model's labels, by number. */
  readonly labels: readonly string[]
  /** For `using classifier = await loadClassifier(...)`. */
  declare readonly [Symbol.dispose]: () => void

  /** Use `loadClassifier`. */
  constructor(model: BertModel) {
    if (model.head !== 'text') {
      const { architecture = 'an encoder' } = model.config
      throw new ModelFormatError(
        model.config.headKind === 'text' ? 'MissingTensor' : 'UnsupportedConfig',
        `The model is ${architecture} and has no head over whole texts; one for loadClassifier is saved as ...ForSequenceClassification. ${
          model.hasClassifier
            ? 'This one classifies tokens: use loadRecognizer'
            : model.head === 'words'
              ? 'This one guesses words: use loadModel and fillMask'
              : 'For its vectors use loadModel'
        }`,
      )
    }
    this.model = model
    this.tokenizer = model.tokenizer
    this.labels = model.config.labels
    if (typeof Symbol.dispose === 'symbol') {
      Object.defineProperty(this, Symbol.dispose, { value: () => this.dispose() })
    }
  }

  /**
   * Classifies texts, or pairs `[text, pair]`; a single text returns a single classification. An input longer
   * than the model's maximum is cut at its end; in a pair, the longer text is cut first.
   *
   * @returns one classification for each input, in their order
   * @throws {TypeError} for an input that is neither a text nor a pair of texts, or an option of the wrong kind
   * @throws {RangeError} for an option that is not allowed
   *
   * @example
   * const [{ label, score, labels }] = await classifier.classify(['What a film!'])
   */
  classify(text: string, options?: ClassifyOptions): Promise<Classification>
  classify(inputs: readonly ClassifierInput[], options?: ClassifyOptions): Promise<Classification[]>
  async classify(
    inputs: string | readonly ClassifierInput[],
    given?: ClassifyOptions,
  ): Promise<Classification | Classification[]> {
    const options = checkOptions<ClassifyOptions>(given, rows)
    if (typeof inputs === 'string') return (await this.#classify([inputs], options))[0]!
    if (!Array.isArray(inputs)) throw wrongKind(inputs, 'inputs', 'a text, or an array of texts or pairs')
    inputs.forEach(checkInput)
    return this.#classify(inputs, options)
  }

  /**
   * Sorts texts by how well they answer a query, the best first, with a cross-encoder: a model of one output.
   *
   * @throws {RangeError} if the model has more than one output
   * @throws {ModelFormatError} UnsupportedConfig if its files need another score than the sigmoid or the
   *   output itself
   *
   * @example
   * const [best] = await classifier.rerank('capital of France', ['Berlin is big.', 'Paris is the capital of France.'])
   */
  async rerank(
    query: string,
    texts: readonly string[],
    options?: Pick<ClassifyOptions, 'signal'>,
  ): Promise<Ranked[]> {
    if (typeof query !== 'string') throw wrongKind(query, 'query', 'a string')
    checkStrings(texts, 'texts')
    if (this.labels.length !== 1) {
      throw new RangeError(
        `The model has ${this.labels.length} outputs (${this.labels.slice(0, 3).join(', ')}...), expected one; use a cross-encoder, or classify with pairs`,
      )
    }
    const pairs = texts.map((text) => [query, text] as const)
    const { activation = 'Sigmoid' } = this.model.config
    const problemType = ACTIVATIONS[activation]
    if (problemType === undefined) {
      throw new ModelFormatError(
        'UnsupportedConfig',
        `The model's files ask for the activation ${quoted(activation)} of its score; ${Object.keys(ACTIVATIONS).join(' and ')} are known: use classify with pairs, whose logits are the outputs`,
      )
    }
    const results = await this.classify(pairs, { ...options, problemType })
    const ranked = results.map(({ score, logits }, index) => ({
      index,
      text: texts[index]!,
      score,
      logit: logits[0]!,
    }))
    return ranked.sort((a, b) => b.logit - a.logit || a.index - b.index)
  }

  async #classify(
    inputs: readonly ClassifierInput[],
    { problemType, signal }: ClassifyOptions,
  ): Promise<Classification[]> {
    const kind = problemType ?? this.model.config.problemType
    return await collectAnswers(async (give, stop) => {
      stopWith(stop, signal)
      const batcher = new Batcher<Prepared, Float32Array>({
        ...{ tokens: READ_TOKENS, stop },
        compute: async (batch, stopped) => {
          const ids = batch.map((one) => one.ids)
          const types = batch.some((one) => one.tokenTypeIds)
            ? { tokenTypeIds: batch.map((one) => one.tokenTypeIds ?? one.ids.map(() => 0)) }
            : {}
          return (await this.model.forward(ids, { ...types, signal: stopped })).logits
        },
      })
      for (const input of inputs) {
        await batcher.room()
        const prepared = this.#prepare(input)
        batcher.push(prepared, (logits) => give(this.#result(logits, kind, prepared.truncated)))
      }
      await batcher.end()
    })
  }

  #prepare(input: ClassifierInput): Prepared {
    const { maxLength, config } = this.model
    if (typeof input === 'string') {
      const { ids } = encodeBeginning(this.tokenizer, input, maxLength)
      return { ids: truncateText(ids, maxLength), tokenTypeIds: undefined, truncated: ids.length > maxLength }
    }
    const encoding = this.tokenizer.encode(...pairBeginning(this.tokenizer, input, maxLength))
    const { ids, tokenTypeIds } = truncatePair(encoding, maxLength)
    return {
      ids,
      tokenTypeIds: config.typeVocabSize > 1 ? tokenTypeIds : undefined,
      truncated: encoding.ids.length > maxLength,
    }
  }

  #result(logits: Float32Array, kind: ProblemType | undefined, truncated: boolean): Classification {
    const scores = scoresOf(logits, kind)
    const labels = this.labels.map((label, index) => ({ label, score: scores[index]! }))
    labels.sort((a, b) => b.score - a.score)
    return { ...labels[0]!, labels, logits, truncated }
  }

  /** Frees the memory and ends the worker. Pending calls are rejected; a second call does nothing. */
  dispose(): void {
    this.model.dispose()
  }
}

function scoresOf(logits: Float32Array, kind: ProblemType | undefined): Float32Array {
  if (kind === 'regression') return logits
  if (kind === 'multi_label_classification' || (kind === undefined && logits.length === 1)) {
    return logits.map((logit) => 1 / (1 + expFloat32(-logit)))
  }
  return softmaxRows(logits, logits.length)
}

function checkInput(input: unknown, index: number): void {
  if (typeof input === 'string') return
  const isPair = Array.isArray(input) && input.length === 2 && input.every((text) => typeof text === 'string')
  if (!isPair) throw wrongKind(input, `inputs[${index}]`, 'a string or a pair of strings')
}

/**
 * Truncates a pair to at most `maxLength` ids: the longer text is cut at its end until both are equally long,
 * then both are (`longest_first`); special tokens stay.
 */
export function truncatePair(
  pair: PairEncoding,
  maxLength: number,
): Pick<PairEncoding, 'ids' | 'tokenTypeIds'> {
  const { ids, tokenTypeIds, sequenceIds } = pair
  if (ids.length <= maxLength) return pair
  const lengths = [0, 1].map((which) => sequenceIds.filter((id) => id === which).length) as [number, number]
  const room = maxLength - (ids.length - lengths[0] - lengths[1])
  const left = shortened(lengths, Math.max(0, room))
  const seen = [0, 0]
  const kept: number[] = []
  for (const [index, which] of sequenceIds.entries()) {
    if (which === null || seen[which]!++ < left[which]!) kept.push(index)
  }
  return { ids: kept.map((index) => ids[index]!), tokenTypeIds: kept.map((index) => tokenTypeIds[index]!) }
}

/** How much remains of two texts that have `room` together. */
function shortened([first, second]: readonly [number, number], room: number): readonly [number, number] {
  const swapped = first > second
  let [short, long] = swapped ? [second, first] : [first, second]
  long = short > room ? short : Math.max(short, room - short)
  if (short + long > room) {
    short = Math.floor(room / 2)
    long = short + (room % 2)
  }
  return swapped ? [long, short] : [short, long]
}
