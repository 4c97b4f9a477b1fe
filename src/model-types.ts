/** What a model says of itself, and what may be asked of a pass through it. */
import type { Precision } from './kernels/kernels.ts'

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

/** What is wanted of a pass beside its logits, and what it is given. */
export interface ForwardOptions {
  /** Also the embeddings' output and each layer's. */
  hiddenStates?: boolean
  /** The token type of each token, one list a sequence, as `tokenizer.encode(text, pair)` gives them; without them all are 0. */
  tokenTypeIds?: readonly (readonly number[])[]
  /** Also each layer's attention probabilities. */
  attentions?: boolean
  /** Also everything between, under the paper's names. */
  trace?: boolean
  /** Whether the logits of words are wanted of a model that guesses them (`head` 'words'); they are V numbers a token. Default true. */
  logits?: boolean
  /** Only the hidden states of this layer, 0 being the embeddings: `hiddenStates[0]` of each sequence; nothing further is computed. */
  layer?: number
  /** Stops the pass between two layers. */
  signal?: AbortSignal
}
