/** The types of `pipeline()`: its tasks, the options of each, and what each returns, with the names of both libraries. */
import type { BertModel } from '../../bert-model.ts'
import type { MaskedWord } from '../../fill-mask.ts'
import type { ModelName } from '../../load-options.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import type { PipelineOptions } from './options.ts'
import type { PipelineTensor } from './tensor.ts'

/** A piece, with `aggregation_strategy: 'none'`. Offsets are UTF-16, end exclusive. */
export interface TokenEntity {
  /** Its label: `B-PER`. */
  entity: string
  /** The probability of the label. */
  score: number
  /** Its position among the pieces; `[CLS]` is 0. */
  index: number
  /** The piece as in the vocabulary, or the text's own if it is unknown. */
  word: string
  /** UTF-16 code units. */
  start: number
  /** UTF-16 code units, exclusive. */
  end: number
}

/** An entity, with any other strategy. */
export interface GroupedEntity {
  /** Its type: `PER`. */
  entity_group: string
  /** The mean over its pieces or words. */
  score: number
  /**
   * The pieces as the tokenizer puts them together, and the text's own where one of them is unknown; `text.slice(start, end)` is
   * how the text has it.
   */
  word: string
  /** UTF-16 code units. */
  start: number
  /** UTF-16 code units, exclusive. */
  end: number
}

/** Options of a call of `token-classification`. */
export interface TokenClassificationOptions {
  /** Default 'none', as in both libraries. */
  aggregation_strategy?: 'none' | 'simple' | 'first' | 'average' | 'max'
  /** Default `['O']`. */
  ignore_labels?: readonly string[]
  /** Pieces that neighbouring windows share; without it, longer texts are cut, as in those libraries. */
  stride?: number
}

/** Options of a call of `text-classification`. */
export interface TextClassificationOptions {
  /** Maximum number of labels for each text, the best first; default 1, null for all. */
  top_k?: number | null
  /** How logits become scores; default: as the model's configuration says. */
  function_to_apply?: 'softmax' | 'sigmoid' | 'none'
}

/** Options of a call of `fill-mask`. */
export interface FillMaskPipelineOptions {
  /** Default 5. */
  top_k?: number
}

/** Options of a call of `feature-extraction`. */
export interface FeatureExtractionOptions {
  /** Default 'none': the hidden states of every piece. */
  pooling?: 'none' | 'mean' | 'cls' | 'first_token'
  /**
   * Whether each vector (of every piece if nothing is pooled) is divided by its Euclidean norm. Default
   * false.
   */
  normalize?: boolean
}

/** A label of a text. */
export interface LabelWithScore {
  /** The model's name for it. */
  label: string
  /** Its probability. */
  score: number
}

/** The properties of a pipeline, which is also a function. */
export interface PipelineParts {
  /** The task, by its first name. */
  readonly task: string
  /** The loaded model. */
  readonly model: BertModel
  /** The model's tokenizer. */
  readonly tokenizer: Tokenizer
  /** Frees the memory. Returns a promise, as in transformers.js. */
  dispose(): Promise<void>
}

/** A pipeline, called with one text or with several. */
export type Call<Options, One, Many = One[]> = PipelineParts & {
  (text: string, options?: Options): Promise<One>
  (texts: readonly string[], options?: Options): Promise<Many>
}

/** Callable pipelines by task. */
export interface Pipelines {
  /** Names, or labels for words. */
  'token-classification': Call<TokenClassificationOptions, (TokenEntity | GroupedEntity)[]>
  /** Labels for whole texts. */
  'text-classification': Call<
    TextClassificationOptions,
    LabelWithScore[],
    LabelWithScore[] | LabelWithScore[][]
  >
  /** Words for `[MASK]`. */
  'fill-mask': Call<FillMaskPipelineOptions, MaskedWord[] | MaskedWord[][]>
  /** Vectors. */
  'feature-extraction': Call<FeatureExtractionOptions, PipelineTensor, PipelineTensor>
}

/** Other names of tasks that both libraries accept, with the tasks they mean. */
export interface TaskAliases {
  /** Named entity recognition. */
  readonly ner: 'token-classification'
  /** Labels such as POSITIVE. */
  readonly 'sentiment-analysis': 'text-classification'
  /** Vectors. */
  readonly embeddings: 'feature-extraction'
}
/** A task by any of its names. */
export type PipelineTask = keyof Pipelines | keyof TaskAliases
/** The task that a name means. */
export type Named<Task extends PipelineTask> = Task extends keyof TaskAliases ? TaskAliases[Task] : Task

/**
 * Loads a model for a task: 'token-classification' ('ner'), 'text-classification', 'fill-mask' or
 * 'feature-extraction'. Without a model, the shipped one finds names.
 *
 * @throws {RangeError} naming an unknown task or option
 * @throws as for `loadRecognizer` if the model is invalid
 *
 * @example
 * const ner = await pipeline('ner')
 * await ner('Angela Merkel met Tim Cook.', { aggregation_strategy: 'simple' })
 */
export type CreatePipeline = <Task extends PipelineTask>(
  task: Task,
  model?: ModelName | null,
  options?: PipelineOptions | null,
) => Promise<Pipelines[Named<Task> & keyof Pipelines]>
