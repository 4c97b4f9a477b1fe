/** What a caller can request of a forward pass, and what it returns. */
import { ModelFormatError } from '../format/errors.ts'

/** What a forward pass gives back, one entry a sequence. */
export interface ForwardOutput {
  /** [T, C], [C] where the head is over whole texts, [T, V] where it guesses words, [W, K, C] where it scores spans; empty where the model has no head. */
  logits: Float32Array[]
  /** For each sequence the embeddings' output and each layer's, L + 1 times [T, H]. */
  hiddenStates?: Float32Array[][]
  /** For each sequence each layer's attention probabilities, L times [A, T, T]. */
  attentions?: Float32Array[][]
  /** For each sequence everything between. */
  trace?: Trace[]
}

export interface ForwardWanted {
  readonly hiddenStates?: boolean
  readonly attentions?: boolean
  readonly trace?: boolean
  /** The token type of each token, one list a sequence; without them 0. */
  readonly tokenTypeIds?: readonly (readonly number[])[]
  /** Whether the logits of words are wanted, where the head guesses them: a row has V of them. Default true. */
  readonly logits?: boolean
  /** Of which tokens the logits of words are wanted, one list a sequence; without it of all. */
  readonly rows?: readonly (readonly number[])[]
  /** Of which spans the logits are wanted, where the head scores them, one a sequence; without it of none. */
  readonly spans?: readonly SpanQuestion[]
  /** Give back only the hidden states of this layer (0: the embeddings), and compute no further. */
  readonly layer?: number
}

/** The words and the types of a sequence, each by a token of it. */
export interface SpanQuestion {
  /** W of them; -1 for a word without a token. */
  readonly words: readonly number[]
  /** C of them. */
  readonly types: readonly number[]
}

/** Everything a sequence of T tokens is on its way through the model. Vaswani et al. 2017, section 3; Devlin et al. 2019. */
export interface Trace {
  /** LayerNorm(word + tokenType + position), [T, H] */
  embeddings: Float32Array
  /** L of them. */
  layers: LayerTrace[]
  /**
   * The head applied to the embeddings and to each layer's output, L + 1 times [T, C]: what the model would answer if it
   * ended there. The last one is the model's answer. Empty where the model has no head.
   */
  logits: Float32Array[]
}

/** One layer of the encoder; the heads stand side by side, head a in columns a·D to (a + 1)·D. */
export interface LayerTrace {
  /** x·W_Qᵀ + b, [T, H] */
  query: Float32Array
  /** x·W_Kᵀ + b, [T, H] */
  key: Float32Array
  /** x·W_Vᵀ + b, [T, H] */
  value: Float32Array
  /** softmax(query·keyᵀ / √D), [A, T, T]: row t holds how much token t takes of each. */
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
 * Refuses what a pass gives where it is no number. Loading refuses weights that are NaN or infinite; weights that are finite
 * but enormous only show when they are multiplied.
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
