/**
 * The settings of `config.json` as users see them, `model.config`. spec.ts has what is computed from them.
 */

/**
 * What logits are of: 'tokens' and their labels, a 'text' and its labels, the 'words' that may stand for a token, or 'spans' and
 * types that are named when one asks (GLiNER).
 */
export type HeadKind = 'tokens' | 'text' | 'words' | 'spans'

/** The functions of the feed-forward layer. `gelu` is exact (erf); `gelu_new` and `gelu_pytorch_tanh` are one formula. */
export type HiddenActivation = 'gelu' | 'gelu_new' | 'gelu_pytorch_tanh' | 'relu' | 'silu'

/** One label a text (softmax), any number (sigmoid each), or plain numbers. */
export type ProblemType = 'single_label_classification' | 'multi_label_classification' | 'regression'

/** int8 weights with one scale for each output channel: the one kind of quantisation that is read, and that the quantiser writes. */
export interface Quantization {
  /** Of a weight. */
  readonly bits: 8
  /** One scale for each output channel. */
  readonly strategy: 'channel'
  /** Modules that stay float, by name. */
  readonly ignore: readonly string[]
}

/** What `config.json` says of a model, checked. The letters are those of docs/notation.md. */
export interface BertConfig {
  /** `bert`, `distilbert` and so on. */
  readonly modelType: string
  /** The class of its tokenizer in transformers, where config.json names it. */
  readonly tokenizerClass?: string
  /** The class the weights were saved from, where the file says so: `BertForTokenClassification`. */
  readonly architecture?: string
  /** What the head is of: 'text' for `...ForSequenceClassification`, 'words' for `...ForMaskedLM`; undefined where it is not read. */
  readonly headKind: HeadKind | undefined
  /** How a text's logits become scores, where the file says so. */
  readonly problemType?: ProblemType
  /**
   * What makes a score of a cross-encoder's one output, where sentence-transformers wrote it down: the last part of a
   * Python class, as `Sigmoid` or `Identity`.
   */
  readonly activation?: string
  /** H */
  readonly hiddenSize: number
  /** E, the width of the embeddings: H, or less where a linear layer makes them H wide. */
  readonly embeddingSize: number
  /** L */
  readonly numLayers: number
  /** A, which divides H */
  readonly numHeads: number
  /** I */
  readonly intermediateSize: number
  /** What stands between the two layers of the feed-forward block. */
  readonly hiddenActivation: HiddenActivation
  /** ε */
  readonly layerNormEps: number
  /** V */
  readonly vocabSize: number
  /** The longest window, special tokens included. */
  readonly maxPositions: number
  /** Row of the position embeddings for the first token: 0, or one more than the id of padding, whose row is not used. */
  readonly firstPosition: number
  /** Rows of the position embeddings; 0 where there are none. */
  readonly positionRows: number
  /** Rows of the token type embeddings; 0 where there are none. */
  readonly typeVocabSize: number
  /** Whether a head that guesses words has the word embeddings for its decoder's weights. */
  readonly tiesWordEmbeddings: boolean
  /** C labels, by number. */
  readonly labels: readonly string[]
  /** Our own key `label_scheme`: how the labels are to be read, as `IOB2`. */
  readonly labelScheme?: string
  /** Set where the weights are int8. */
  readonly quantization?: Quantization
}
