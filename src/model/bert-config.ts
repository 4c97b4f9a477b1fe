/**
 * The settings of `config.json` as users see them, `model.config`. spec.ts has what is computed from them.
 */
import type { TransitionBiases } from '../format/calibration.ts'

/**
 * What logits describe: 'tokens' and their labels, a 'text' and its labels, the possible 'words' for a token,
 * or 'spans' and types that each call names (GLiNER).
 */
export type HeadKind = 'tokens' | 'text' | 'words' | 'spans'

/**
 * Activations of the feed-forward layer. `gelu` is exact (erf); `gelu_new` and `gelu_pytorch_tanh` are the
 * same formula.
 */
export type HiddenActivation = 'gelu' | 'gelu_new' | 'gelu_pytorch_tanh' | 'relu' | 'silu'

/** One label for each text (softmax), any number of labels (a sigmoid for each), or plain numbers. */
export type ProblemType = 'single_label_classification' | 'multi_label_classification' | 'regression'

/**
 * int8 weights with one scale for each output channel, the only kind of quantization that is read and
 * written.
 */
export interface Quantization {
  /** Bits of a weight. */
  readonly bits: 8
  /** One scale for each output channel. */
  readonly strategy: 'channel'
  /** Names of modules that stay float. */
  readonly ignore: readonly string[]
}

/** What a conditional random field adds to the logits of a sequence of labels, with C labels. */
export interface CrfScores {
  /** The score of each label at the beginning, [C]. */
  readonly start: Float32Array
  /** The score of each label at the end, [C]. */
  readonly end: Float32Array
  /** The score of each label right after each label, [C, C]: rows are the labels before. */
  readonly transitions: Float32Array
}

/** The checked settings of `config.json`. The letters are those of docs/notation.md. */
export interface BertConfig {
  /** `bert`, `distilbert` and so on. */
  readonly modelType: string
  /** The class of the tokenizer in transformers, if config.json names it. */
  readonly tokenizerClass?: string
  /** The class from which the weights were saved, if stated: `BertForTokenClassification`. */
  readonly architecture?: string
  /**
   * The kind of head: 'text' for `...ForSequenceClassification`, 'words' for `...ForMaskedLM`; undefined if
   * it is not read.
   */
  readonly headKind: HeadKind | undefined
  /** How a text's logits become scores, if stated. */
  readonly problemType?: ProblemType
  /**
   * What turns the single output of a cross-encoder into a score, if sentence-transformers stated it: the
   * last part of a Python class name, such as `Sigmoid` or `Identity`.
   */
  readonly activation?: string
  /** H */
  readonly hiddenSize: number
  /** E, the width of the embeddings: H, or less if a linear layer widens them to H. */
  readonly embeddingSize: number
  /** L */
  readonly numLayers: number
  /** A, which divides H */
  readonly numHeads: number
  /** I */
  readonly intermediateSize: number
  /** The activation between the two layers of the feed-forward block. */
  readonly hiddenActivation: HiddenActivation
  /** ε */
  readonly layerNormEps: number
  /** V */
  readonly vocabSize: number
  /** Length of the longest window, special tokens included. */
  readonly maxPositions: number
  /** Row of the position embeddings for the first token: 0, or the id of padding plus one. */
  readonly firstPosition: number
  /** Rows of the position embeddings; 0 if there are none. */
  readonly positionRows: number
  /** Rows of the token type embeddings; 0 if there are none. */
  readonly typeVocabSize: number
  /** Whether a head that predicts words shares its decoder's weights with the word embeddings. */
  readonly tiesWordEmbeddings: boolean
  /** C labels, by number. */
  readonly labels: readonly string[]
  /** The conditional random field over the labels, if config.json has it, as T-NER's do. */
  readonly crf?: CrfScores
  /** Biases on the transitions of labels, if the model has a viterbi_calibration.json. */
  readonly biases?: TransitionBiases
  /** Our own key `label_scheme`: the scheme of the labels, such as `IOB2`. */
  readonly labelScheme?: string
  /** Present if the weights are int8. */
  readonly quantization?: Quantization
}
