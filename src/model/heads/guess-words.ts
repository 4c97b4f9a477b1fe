/**
 * Computes the head that guesses words: the logits of all V words, for the tokens that are asked for, some words at a
 * time.
 */
import type { Activation, Kernels, Linear, Matrix, Precision, Table } from '../../kernels/kernels.ts'
import type { BertConfig } from '../config.ts'
import type { WordHeadWeights } from '../weights.ts'
import { layWordHead, MOST_ROWS, SLICE_WORDS, type WordHeadBuffers, type Workspace } from '../workspace.ts'

interface WordHead {
  readonly kernels: Kernels
  readonly config: BertConfig
  readonly precision: Precision
  readonly wordHead: WordHeadWeights
  readonly activation: Activation
}

/** The tokens whose words are guessed. */
interface GuessedTokens {
  readonly hiddenStates: Matrix
  /** Which rows of `hiddenStates` they are. */
  readonly rows: readonly number[]
  /** Where the logits of each go, [V]. */
  readonly results: readonly Float32Array[]
}

/**
 * The logits of words, for each sequence of some of its tokens, [R, V].
 *
 * @param wanted  for each sequence which of its tokens; without it all
 * @param pause  awaited between slices
 */
export async function guessWords(
  { kernels, config, precision, wordHead, activation }: WordHead,
  { hiddenStates, sequences }: Workspace,
  batch: readonly (readonly number[])[],
  wanted: readonly (readonly number[])[] | undefined,
  pause: () => Promise<void>,
): Promise<Float32Array[]> {
  const { vocabSize } = config
  const starts = kernels.memory.integers(sequences.bounds)
  const places = batch.map((ids, index) =>
    (wanted?.[index] ?? [...ids.keys()]).map((at) => starts[index]! + at),
  )
  const rows = places.flat()
  const buffers = layWordHead(kernels.layout, config, precision, rows.length)
  const outputs = places.map(({ length }) => new Float32Array(length * vocabSize))
  const results = outputs.flatMap((output, index) =>
    places[index]!.map((_, row) => output.subarray(row * vocabSize, (row + 1) * vocabSize)),
  )
  await wordLogits(kernels, wordHead, activation, buffers, { hiddenStates, rows, results }, pause)
  return outputs
}

/**
 * The logits of some tokens.
 */
async function wordLogits(
  kernels: Kernels,
  { dense, norm, decoder, bias }: WordHeadWeights,
  activation: Activation,
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
      memory.row(states, row).set(memory.row(hiddenStates, rows[first + row]!))
    }
    kernels.linear(states, dense, inner, activation)
    kernels.addLayerNorm(inner, undefined, norm, transformed)
    for (let word = 0; word < decoder.rows; word += SLICE_WORDS) {
      await pause()
      const words = Math.min(SLICE_WORDS, decoder.rows - word)
      const slice = { ...buffers.slice, outputs: words }
      const logits = { ...part(buffers.logits), columns: words }
      packSlice(kernels, decoder, word, slice)
      kernels.packColumns(slice, 0, memory.floats(bias).subarray(word, word + words), undefined)
      kernels.linear(transformed, slice, logits, 'identity')
      for (let row = 0; row < count; row++) results[first + row]!.set(memory.row(logits, row), word)
    }
  }
}

/** Rows `first` and on of a table as a linear layer. */
function packSlice(
  kernels: Kernels,
  { address, precision, columns, stride, scales }: Table,
  first: number,
  slice: Linear,
): void {
  const [type, size] = precision === 'int8' ? (['I8', 1] as const) : (['F32', 4] as const)
  const begin = address + first * stride * size
  // Padding between rows is no part of them.
  const rows = stride === columns ? slice.outputs : 1
  for (let row = 0; row < slice.outputs; row += rows) {
    kernels.packLinear({ address: begin + row * stride * size, type, rows, first: row }, slice)
  }
  if (scales) {
    const part = kernels.memory.floats(scales).subarray(first, first + slice.outputs)
    kernels.packColumns(slice, 0, undefined, part)
  }
}
