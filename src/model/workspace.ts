/**
 * The buffers of one forward pass, laid out behind the weights for a number of tokens and kept until a larger batch
 * comes. Tokens of all sequences stand end to end, without padding: [ΣT, H].
 */
import type { Kernels, Matrix, Precision, Sequences } from '../kernels/kernels.ts'
import { type KernelMemory, roundUp } from '../kernels/memory.ts'
import { activationLimit } from '../kernels/quantization.ts'
import type { BertConfig } from './config.ts'

export interface Workspace {
  /** Vocabulary ids of all tokens, int32 [ΣT]. */
  readonly ids: number
  /** Place of each token in its sequence, int32 [ΣT]. */
  readonly positions: number
  readonly sequences: Sequences
  /** What each layer reads and writes, [ΣT, H]. */
  readonly hiddenStates: Matrix
  /** [ΣT, 3H] */
  readonly queryKeyValue: Matrix
  /** Attention's weighted values, heads side by side, [ΣT, H]. */
  readonly context: Matrix
  /** The attention block's output after its LayerNorm, [ΣT, H]. */
  readonly attentionOutput: Matrix
  /** The feed-forward block's inside, [ΣT, I]. */
  readonly intermediate: Matrix
  /** A linear layer's output before residual and LayerNorm, [ΣT, H]. */
  readonly projected: Matrix
  /** [ΣT, C] */
  readonly logits: Matrix
}

/**
 * Numbers from one row to the next: whole cache lines of `line` numbers, and an odd count of them. A column of a panel is
 * written row by row; with rows a power of two apart those lines would all fall into the same few sets of the first-level
 * cache (measured: 77 to 85 GOP/s for 128 rows of 3072).
 */
function spreadStride(columns: number, line: number): number {
  return (Math.ceil(columns / line) | 1) * line
}

/** Lays the buffers out. `allocate` hands out addresses, or only counts. */
export function layWorkspace(
  config: BertConfig,
  precision: Precision,
  tokens: number,
  sequences: { count: number; longest: number },
  allocate: (byteLength: number) => number,
): Workspace {
  const { hiddenSize, intermediateSize, labels } = config
  /** `inputs` of the linear layer that reads the rows quantised, or 0 where none does. */
  const matrix = (columns: number, inputs: number): Matrix => {
    const stride = spreadStride(columns, 16)
    const rows = { address: allocate(4 * tokens * stride), rows: tokens, columns, stride }
    if (precision === 'float32' || inputs === 0) return rows
    const pairs = roundUp(columns, 16)
    const address = allocate(2 * tokens * pairs)
    return {
      ...rows,
      quantized: {
        address,
        stride: pairs,
        scales: allocate(4 * tokens),
        limit: activationLimit(inputs),
      },
    }
  }
  return {
    ids: allocate(4 * tokens),
    positions: allocate(4 * tokens),
    sequences: { ...sequences, bounds: allocate(4 * (sequences.count + 1)) },
    hiddenStates: matrix(hiddenSize, hiddenSize),
    queryKeyValue: matrix(3 * hiddenSize, 0),
    context: matrix(hiddenSize, hiddenSize),
    attentionOutput: matrix(hiddenSize, hiddenSize),
    intermediate: matrix(intermediateSize, intermediateSize),
    projected: matrix(hiddenSize, 0),
    logits: matrix(labels.length, 0),
  }
}

/** The workspace of a batch, laid out from `mark` on, with ids, positions and bounds written. */
export function fillWorkspace(
  kernels: Kernels,
  config: BertConfig,
  precision: Precision,
  mark: number,
  batch: readonly (readonly number[])[],
): Workspace {
  const tokens = batch.reduce((sum, ids) => sum + ids.length, 0)
  const longest = batch.reduce((most, ids) => Math.max(most, ids.length), 0)
  kernels.memory.release(mark)
  const shape = { count: batch.length, longest }
  const workspace = layWorkspace(config, precision, tokens, shape, (bytes) => kernels.memory.allocate(bytes))
  const int32 = kernels.memory.int32
  let at = 0
  for (const [index, ids] of batch.entries()) {
    int32[workspace.sequences.bounds / 4 + index] = at
    for (let position = 0; position < ids.length; position++) {
      int32[workspace.ids / 4 + at + position] = ids[position]!
      int32[workspace.positions / 4 + at + position] = position
    }
    at += ids.length
  }
  int32[workspace.sequences.bounds / 4 + batch.length] = at
  return workspace
}

/** Each sequence's rows of a matrix, copied out of kernel memory without their padding. */
export function copyRows(
  { float32, int32 }: KernelMemory,
  { count, bounds }: Sequences,
  { address, stride, columns }: Matrix,
): Float32Array[] {
  return Array.from({ length: count }, (_, index) => {
    const first = int32[bounds / 4 + index]!
    const end = int32[bounds / 4 + index + 1]!
    const rows = new Float32Array((end - first) * columns)
    for (let t = first; t < end; t++) {
      const start = address / 4 + t * stride
      rows.set(float32.subarray(start, start + columns), (t - first) * columns)
    }
    return rows
  })
}
