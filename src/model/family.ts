/**
 * What tells the families of BERT apart. All have the same encoder. What differs is data: how config.json writes the sizes,
 * under which names the weights stand, where positions start. It is plain data throughout, so that it goes to a worker with
 * the configuration, and the worker knows of no family.
 */

/** The functions of the feed-forward layer. `gelu` is exact (erf); `gelu_new` and `gelu_pytorch_tanh` are one formula. */
export type HiddenActivation = 'gelu' | 'gelu_new' | 'gelu_pytorch_tanh' | 'relu' | 'silu'

/** Modules inside the encoder, one a role; `{i}` is the layer's number, or where layers share weights what stands for it. */
export interface LayerNames {
  readonly query: string
  readonly key: string
  readonly value: string
  readonly attentionOutput: string
  readonly attentionLayerNorm: string
  readonly intermediate: string
  readonly output: string
  readonly outputLayerNorm: string
}

/** The keys of config.json for what every family has. */
export interface ConfigKeys {
  /** H */
  readonly hiddenSize: string
  /** L */
  readonly numLayers: string
  /** A */
  readonly numHeads: string
  /** I */
  readonly intermediateSize: string
  readonly hiddenActivation: string
}

/** A key of config.json and what it is where the file does not say. */
export interface KeyWithDefault {
  readonly key: string
  readonly otherwise: number
  /** The least value; without it 1. */
  readonly least?: 0
}

/** What logits are of: 'tokens' and their labels, a 'text' and its labels, or the 'words' that may stand for a token. */
export type HeadKind = 'tokens' | 'text' | 'words'

/**
 * The head over whole texts: logits = output(activation(dense(h₀))), h₀ being the first token's hidden states. In the
 * names `{encoder}` stands for the encoder's prefix; a head without it stands beside the encoder.
 */
export interface TextHead {
  readonly dense: string
  readonly activation: 'tanh' | 'relu' | 'gelu'
  readonly output: string
}

/**
 * The head that guesses words: logits = decoder(LayerNorm(activation(dense(h)))), the decoder's weights being the word
 * embeddings unless config.json unties them. It stands beside the encoder.
 */
export interface WordHead {
  readonly dense: string
  readonly norm: string
  /** Where it is not the encoder's. */
  readonly activation?: HiddenActivation
  /** A linear layer from the embeddings' width to V. */
  readonly decoder: string
  /** Names of its bias: beside weights that are the word embeddings, and last beside weights of its own. */
  readonly bias: readonly string[]
}

/** Modules of disentangled attention, inside the encoder; what is to be computed of them config.json says. */
export interface DisentangledNames {
  /** A table of relative positions, and its LayerNorm. */
  readonly embeddings: string
  readonly norm: string
  /** A layer's projections of them, where it does not take those of its tokens. */
  readonly key: string
  readonly query: string
  /** What stands beside the first layer in the largest models, and its LayerNorm. */
  readonly convolution: string
  readonly convolutionNorm: string
}

/** Modules that ModernBERT has besides. */
export interface ModernNames {
  /** Inside the encoder: a layer's gate, and the LayerNorm behind the last layer. */
  readonly gate: string
  readonly finalNorm: string
  /** Beside it, before the labels: a linear layer and its LayerNorm. */
  readonly dense: string
  readonly norm: string
}

/** One family, in one file of families/; config/families.ts lists them. */
export interface Family {
  /** Where config.json has the sizes. */
  readonly keys: ConfigKeys
  /** ε: a key, or a number where the family's code has it fixed, whatever config.json says. */
  readonly layerNormEps: KeyWithDefault | number
  /** Rows of the token type embeddings; absent where the family has none. */
  readonly tokenTypes?: KeyWithDefault
  /** Width of the embeddings, where it may differ from H: a linear layer then makes them H wide. */
  readonly embeddingSize?: KeyWithDefault
  /**
   * Where positions start one behind the id of padding: its key, or the id where the family's code has it fixed; absent
   * where they start at 0.
   */
  readonly padding?: KeyWithDefault | number
  /** What stands before the encoder's tensors, with its dot. */
  readonly prefix: string
  /** Names of a layer's tensors. */
  readonly layers: LayerNames
  /** Where its attention knows relative positions, disentangled from the content (He et al. 2021). */
  readonly disentangled?: DisentangledNames
  /** Where it is ModernBERT, whose layers are others (Warner et al. 2024). */
  readonly modern?: ModernNames
  /** Where a distance alone adds to the scores of attention (Raffel et al. 2020): the table of that. */
  readonly relativeBias?: string
  /** Whether files may hold queries, keys and values of each head in one tensor: disentangled/tensors.ts. */
  readonly fusedAttention?: boolean
  /** The linear layer that widens the embeddings, where `embeddingSize` is not H. */
  readonly projection?: string
  /** The head over whole texts, of `...ForSequenceClassification`. */
  readonly textHead: TextHead
  /** The head that guesses words, of `...ForMaskedLM`. */
  readonly wordHead: WordHead
  /** What its tokenizer puts in place of the first pieces of SentencePiece's own file, how many it leaves out, and its mask. */
  readonly sentencePiece?: {
    /** How many of the file's pieces are left out. */
    readonly dropped: number
    /** What stands in their place. */
    readonly first: readonly (readonly [piece: string, score: number])[]
    /** Whether the mask takes the white space before it. */
    readonly maskTakesSpace: boolean
    /** Whose tokenizer has the file's own order and special tokens, which are called as BERT's are. */
    readonly own?: 'albert' | 'deberta'
  }
}

/** The modules as Google's BERT and all that was made of its code have them. */
export const BERT_LAYERS: LayerNames = {
  query: 'encoder.layer.{i}.attention.self.query',
  key: 'encoder.layer.{i}.attention.self.key',
  value: 'encoder.layer.{i}.attention.self.value',
  attentionOutput: 'encoder.layer.{i}.attention.output.dense',
  attentionLayerNorm: 'encoder.layer.{i}.attention.output.LayerNorm',
  intermediate: 'encoder.layer.{i}.intermediate.dense',
  output: 'encoder.layer.{i}.output.dense',
  outputLayerNorm: 'encoder.layer.{i}.output.LayerNorm',
}

/** The keys of the same. */
export const BERT_KEYS: ConfigKeys = {
  hiddenSize: 'hidden_size',
  numLayers: 'num_hidden_layers',
  numHeads: 'num_attention_heads',
  intermediateSize: 'intermediate_size',
  hiddenActivation: 'hidden_act',
}
