/**
 * The head that guesses words, on the hidden states h of the tokens that are asked for, and what it takes of memory;
 * guess-words.ts computes it:
 *
 *     logits = LayerNorm(activation(h·Wᵀ + b))·Eᵀ + bₑ              [R, H] → [R, E] → [R, V]
 *
 * E are the word embeddings themselves (Press and Wolf 2017, arXiv 1608.05859), kept as rows to be looked up. For the
 * product a slice of them at a time is packed as a linear layer: packed whole beside the rows, XLM-R's would be 192 MB.
 */
import type { Linear, Matrix, Precision } from '../kernels/kernels.ts'
import type { Layout } from '../kernels/layout.ts'
import type { BertConfig } from './config.ts'

/** Words that are packed at once: 0.75 MB of BERT-base's as int8. */
export const SLICE_WORDS = 1024
/** Tokens that are computed at once: what is packed is used for all of them. */
export const MOST_ROWS = 256

/** The buffers of the head; R rows and S words at most. */
export interface WordHeadBuffers {
  /** [R, H] */
  readonly hiddenStates: Matrix
  /** [R, E] */
  readonly dense: Matrix
  /** [R, E], zeros: there is no residual before the LayerNorm. */
  readonly zeros: Matrix
  /** [R, E] */
  readonly transformed: Matrix
  /** [S, E] */
  readonly slice: Linear
  /** [R, S] */
  readonly logits: Matrix
}

/** Lays the buffers out for a number of tokens. */
export function layWordHead(
  layout: Layout,
  { hiddenSize, embeddingSize, vocabSize }: BertConfig,
  precision: Precision,
  tokens: number,
): WordHeadBuffers {
  const rows = Math.min(tokens, MOST_ROWS)
  const words = Math.min(vocabSize, SLICE_WORDS)
  return {
    hiddenStates: layout.matrix(rows, hiddenSize),
    dense: layout.matrix(rows, embeddingSize),
    zeros: layout.matrix(rows, embeddingSize),
    transformed: layout.matrix(rows, embeddingSize, precision),
    slice: layout.linear(precision, embeddingSize, words),
    logits: layout.matrix(rows, words),
  }
}
