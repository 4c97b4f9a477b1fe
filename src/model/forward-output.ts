/** What a caller can request of a forward pass, and what it returns. */
import { ModelFormatError } from '../format/errors.ts'

/** The result of a forward pass, with one entry for each sequence. */
export interface ForwardOutput {
  /**
   * [T, C]; [C] if the head classifies whole texts; [T, V] if it predicts words; [W, K, C] if it scores
   * spans (empty for a sequence in which a head that counts entities counts none), [W, C, 3] if it scores words as their
   * ends, [N, 4] if it chooses spans: the first word, the last, the type, and the score, 0 to 1; [D] if it makes vectors
   * of types, [C] if labels are scored that the call names; empty without a head.
   */
  logits: Float32Array[]
  /** For each sequence, the output of the embeddings and of each layer, L + 1 times [T, H]. */
  hiddenStates?: Float32Array[][]
  /** For each sequence, each layer's attention probabilities, L times [A, T, T]. */
  attentions?: Float32Array[][]
  /** For each sequence, everything in between. */
  trace?: Trace[]
}

export interface ForwardWanted {
  readonly hiddenStates?: boolean
  readonly attentions?: boolean
  readonly trace?: boolean
  /** The token type of each token, one list for each sequence; default 0. */
  readonly tokenTypeIds?: readonly (readonly number[])[]
  /** Whether to compute word logits, if the head predicts words: V numbers for each row. Default true. */
  readonly logits?: boolean
  /**
   * The tokens whose word logits are wanted, one list for each sequence; default all. If the head scores labels that a call
   * names (GLiNER2), the tokens before these: then no spans are scored.
   */
  readonly rows?: readonly (readonly number[])[]
  /**
   * The spans whose logits are wanted, if the head scores spans or their ends, one entry for each sequence; default none.
   */
  readonly spans?: readonly SpanQuestion[]
  /** The types of all sequences as vectors, [C, D], if the model has an encoder for types. */
  readonly typeVectors?: Float32Array
  /** Which spans a head chooses, if it does. */
  readonly choice?: SpanChoice
  /** Which encoder reads the sequences: 'types' is that for types. Default: that for texts. */
  readonly encoder?: 'types'
  /** Returns only the hidden states of this layer (0: the embeddings); later layers are not computed. */
  readonly layer?: number
}

/** The words and the types of a sequence. */
export interface SpanQuestion {
  /** The first token of each word, W of them; -1 for a word without a token. */
  readonly words: readonly number[]
  /** Where the tokens of each word end, exclusive. */
  readonly wordEnds: readonly number[]
  /** The token that represents each type, C of them; none if types are given as vectors. */
  readonly types: readonly number[]
  /** The one that the number of entities is predicted from, if the head counts them. */
  readonly counter?: number | undefined
}

/** Spans with a score above the threshold of their type; of the types of a span the best, or all of them. */
export interface SpanChoice {
  /** [C] */
  readonly thresholds: Float32Array
  readonly multiLabel: boolean
}

/**
 * All intermediate results for a sequence of T tokens. Vaswani et al. 2017, section 3; Devlin et al. 2019.
 */
export interface Trace {
  /** LayerNorm(word + tokenType + position), [T, H] */
  embeddings: Float32Array
  /** L of them. */
  layers: LayerTrace[]
  /**
   * The head applied to the embeddings and to each layer's output, L + 1 times [T, C]: what the model would
   * answer if it ended there. The last one is the model's answer. Empty without a head.
   */
  logits: Float32Array[]
}

/** One layer of the encoder; heads are concatenated, with head a in columns a·D to (a + 1)·D. */
export interface LayerTrace {
  /** x·W_Qᵀ + b, [T, H] */
  query: Float32Array
  /** x·W_Kᵀ + b, [T, H] */
  key: Float32Array
  /** x·W_Vᵀ + b, [T, H] */
  value: Float32Array
  /** softmax(query·keyᵀ / √D), [A, T, T]: row t contains the weight of each token for token t. */
  attentionProbabilities: Float32Array
  /** attentionProbabilities·value, [T, H] */
  context: Float32Array
  /** LayerNorm(x + dense(context)), [T, H] */
  attentionOutput: Float32Array
  /** activation(dense(attentionOutput)), [T, I] */
  intermediate: Float32Array
  /** LayerNorm(attentionOutput + dense(intermediate)), [T, H]: the layer's hidden states. */
  output: Float32Array
}

/**
 * Refuses results that are not finite. Loading refuses weights that are NaN or infinite; finite but enormous
 * weights only show when they are multiplied.
 *
 * @param what the values are, for the message
 * @throws {ModelFormatError} NonFiniteWeights
 */
export function requireFinite(values: Float32Array, what: string): void {
  for (const value of values) {
    if (Number.isFinite(value)) continue
    throw new ModelFormatError(
      'NonFiniteWeights',
      `${what} hold ${value}, expected finite numbers: the weights are so large that a pass leaves float32, which ends at 3.4e38; such a file is damaged or made wrongly, get it anew`,
    )
  }
}
