/**
 * The head that predicts words: the logits of all V words, for the hidden states h of the requested tokens.
 *
 *     logits = LayerNorm(activation(h·Wᵀ + b))·Eᵀ + bₑ              [R, H] → [R, E] → [R, V]
 *
 * Without a transform it is h·Eᵀ + bₑ. E are the word embeddings themselves (Press and Wolf 2017, arXiv 1608.05859), stored as rows for look-ups.
 * For the product, one slice of them at a time is packed as a linear layer: all of XLM-R's, packed in
 * addition to the rows, would take 192 MB.
 */

import type { Kernels, Linear, Matrix, Precision, Table } from '../kernels/kernels.ts'
import { type Layout, packColumns } from '../kernels/layout.ts'
import type { BertConfig } from './bert-config.ts'
import type { ForwardWanted } from './forward-output.ts'
import type { Placed, WordHeadSpec } from './spec.ts'
import type { Workspace } from './workspace.ts'

/** Words that are packed at once: for BERT-base 0.75 MB as int8. */
const SLICE_WORDS = 1024
/** Tokens that are computed at once; a packed slice is used for all of them. */
const MOST_ROWS = 256

/** The buffers of the head; R rows and S words at most. */
interface WordHeadBuffers {
  /** [R, H] */
  readonly hiddenStates: Matrix
  /** [R, E] */
  readonly dense: Matrix
  /** [R, E] */
  readonly transformed: Matrix
  /** [S, E] */
  readonly slice: Linear
  /** [R, S] */
  readonly logits: Matrix
}

/** Places the buffers for a number of tokens. */
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
    transformed: layout.matrix(rows, embeddingSize, precision),
    slice: layout.linear(precision, embeddingSize, words),
    logits: layout.matrix(rows, words),
  }
}

/** A model whose head predicts words. */
interface WordModel {
  readonly kernels: Kernels
  readonly config: BertConfig
  readonly precision: Precision
  readonly head: Placed<WordHeadSpec>
}

/** The tokens whose words are predicted. */
interface GuessedTokens {
  readonly hiddenStates: Matrix
  /** Their rows in `hiddenStates`. */
  readonly rows: readonly number[]
  /** Receives the logits of each, [V]. */
  readonly results: readonly Float32Array[]
}

/**
 * Computes the word logits of some tokens of each sequence, [R, V].
 *
 * @param batch the ids of each sequence
 * @param wanted `rows`: the tokens of each sequence; default all
 * @param pause  awaited between slices
 */
export async function guessWords(
  { kernels, config, precision, head }: WordModel,
  { hiddenStates, sequences }: Workspace,
  batch: readonly (readonly number[])[],
  wanted: ForwardWanted,
  pause: () => Promise<void>,
): Promise<Float32Array[]> {
  const { vocabSize } = config
  const starts = kernels.memory.integers(sequences.bounds)
  const places = batch.map((ids, index) =>
    (wanted.rows?.[index] ?? [...ids.keys()]).map((at) => starts[index]! + at),
  )
  const rows = places.flat()
  const buffers = layWordHead(kernels.layout, config, precision, rows.length)
  const outputs = places.map(({ length }) => new Float32Array(length * vocabSize))
  const results = outputs.flatMap((output, index) =>
    places[index]!.map((_, row) => output.subarray(row * vocabSize, (row + 1) * vocabSize)),
  )
  await wordLogits(kernels, head, buffers, { hiddenStates, rows, results }, pause)
  return outputs
}

/** The logits of some tokens. */
async function wordLogits(
  kernels: Kernels,
  { transform, decoder, bias }: Placed<WordHeadSpec>,
  buffers: WordHeadBuffers,
  { hiddenStates, rows, results }: GuessedTokens,
  pause: () => Promise<void>,
): Promise<void> {
  const { memory } = kernels
  for (let first = 0; first < rows.length; first += MOST_ROWS) {
    const count = Math.min(MOST_ROWS, rows.length - first)
    const part = (matrix: Matrix): Matrix => ({ ...matrix, rows: count })
    const [states, inner] = [part(buffers.hiddenStates), part(buffers.dense)]
    const transformed = part(buffers.transformed)
    for (let row = 0; row < count; row++) {
      memory.row(transform ? states : transformed, row).set(memory.row(hiddenStates, rows[first + row]!))
    }
    if (transform) {
      kernels.linear(states, transform.dense, inner, transform.activation)
      kernels.addLayerNorm(inner, undefined, transform.norm, transformed)
    } else kernels.quantize(transformed)
    for (let word = 0; word < decoder.rows; word += SLICE_WORDS) {
      await pause()
      const words = Math.min(SLICE_WORDS, decoder.rows - word)
      const slice = { ...buffers.slice, outputs: words }
      const logits = { ...part(buffers.logits), columns: words }
      packSlice(kernels, decoder, word, slice)
      packColumns(kernels.memory, slice, 0, memory.floats(bias).subarray(word, word + words), undefined)
      kernels.linear(transformed, slice, logits, 'identity')
      for (let row = 0; row < count; row++) results[first + row]!.set(memory.row(logits, row), word)
    }
  }
}

/** Packs rows from `first` on of a table as a linear layer. */
function packSlice(
  kernels: Kernels,
  { address, precision, columns, stride, scales }: Table,
  first: number,
  slice: Linear,
): void {
  const [type, size] = precision === 'int8' ? (['I8', 1] as const) : (['F32', 4] as const)
  const begin = address + first * stride * size
  // Padding between rows is not part of them.
  const rows = stride === columns ? slice.outputs : 1
  for (let row = 0; row < slice.outputs; row += rows) {
    kernels.packLinear({ address: begin + row * stride * size, type, rows, first: row }, slice)
  }
  if (scales) {
    const part = kernels.memory.floats(scales).subarray(first, first + slice.outputs)
    packColumns(kernels.memory, slice, 0, undefined, part)
  }
}
