/**
 * The buffers of one forward pass, placed after the weights for a number of tokens and kept until a larger
 * batch comes. Tokens of all sequences are stored end to end, without padding: [ΣT, H].
 */
import type { Integers, Kernels, Matrix, Precision, Sequences } from '../kernels/kernels.ts'
import { columnsOf, type Layout } from '../kernels/layout.ts'
import type { KernelMemory } from '../kernels/memory.ts'
import type { BertConfig } from './bert-config.ts'
import type { ModelSpec } from './spec.ts'

/** What a layer works on. */
export interface LayerBuffers {
  /** Row of the position embeddings for each token, [ΣT]. */
  readonly positions: Integers
  readonly sequences: Sequences
  /** What each layer reads and writes, [ΣT, H]. */
  readonly hiddenStates: Matrix
  /** The sums that are the residuals, if LayerNorms come before the blocks, [ΣT, H]. */
  readonly sums: Matrix | undefined
  /** [ΣT, 3H] */
  readonly queryKeyValue: Matrix
  /** The first 2H columns of it. */
  readonly queriesAndKeys: Matrix
  /** Attention's weighted values, with heads concatenated, [ΣT, H]. */
  readonly context: Matrix
  /** The attention block's output after its LayerNorm, [ΣT, H]. */
  readonly attentionOutput: Matrix
  /** The inside of the feed-forward block, [ΣT, I]. */
  readonly intermediate: Matrix
  /** The same, before it is multiplied by a gate and quantized. */
  readonly inside: Matrix
  /** The gate that multiplies the inside, [ΣT, I], if layers have one. */
  readonly gate: Matrix | undefined
  /** A linear layer's output before residual and LayerNorm, [ΣT, H]. */
  readonly projected: Matrix
}

export interface Workspace extends LayerBuffers {
  /** Vocabulary ids of all tokens, [ΣT]. */
  readonly ids: Integers
  /** Token type of each token, [ΣT]. */
  readonly types: Integers
  /** What `embed` writes, [ΣT, E]: the hidden states themselves if E is H. */
  readonly embeddings: Matrix
  /** [ΣT, C], or with a head for whole texts [S, C]. */
  readonly logits: Matrix
  /** For a head for whole texts, [S, H] each: the pooled hidden states, and the input of the last layer. */
  readonly texts: { readonly pooled: Matrix; readonly transformed: Matrix } | undefined
  /** Each token's concatenated neighbours, [ΣT, H·n], if there is a convolution. */
  readonly neighbours: Matrix | undefined
}

/** How many sequences there are, and the tokens of the longest. */
interface SequenceCounts {
  readonly count: number
  readonly longest: number
}

/** Places the buffers of a layer for a number of tokens. */
export function layLayer(
  layout: Layout,
  { hiddenSize, intermediateSize }: Pick<BertConfig, 'hiddenSize' | 'intermediateSize'>,
  precision: Precision,
  tokens: number,
  sequences: SequenceCounts,
  { isGated = false, keepsSums = false }: { isGated?: boolean; keepsSums?: boolean } = {},
): LayerBuffers {
  const queryKeyValue = layout.matrix(tokens, 3 * hiddenSize)
  const intermediate = layout.matrix(tokens, intermediateSize, precision)
  return {
    positions: layout.integers(tokens),
    sequences: layout.sequences(sequences.count, sequences.longest),
    hiddenStates: layout.matrix(tokens, hiddenSize, precision),
    sums: keepsSums ? layout.matrix(tokens, hiddenSize) : undefined,
    queryKeyValue,
    queriesAndKeys: columnsOf(queryKeyValue, 0, 2 * hiddenSize),
    context: layout.matrix(tokens, hiddenSize, precision),
    attentionOutput: layout.matrix(tokens, hiddenSize, precision),
    intermediate,
    inside: isGated ? columnsOf(intermediate, 0, intermediateSize) : intermediate,
    gate: isGated ? layout.matrix(tokens, intermediateSize) : undefined,
    projected: layout.matrix(tokens, hiddenSize),
  }
}

/** Places the buffers for a number of tokens. */
export function layWorkspace(
  layout: Layout,
  { config, norm, layers, head, convolution }: ModelSpec,
  precision: Precision,
  tokens: number,
  sequences: SequenceCounts,
): Workspace {
  const { hiddenSize, embeddingSize, labels } = config
  const ofTexts = (): Matrix => layout.matrix(sequences.count, hiddenSize)
  const layer = layLayer(layout, config, precision, tokens, sequences, {
    isGated: layers.some(({ gate }) => gate !== undefined),
    keepsSums: norm === 'pre',
  })
  return {
    ...layer,
    ids: layout.integers(tokens),
    types: layout.integers(tokens),
    embeddings:
      embeddingSize === hiddenSize ? layer.hiddenStates : layout.matrix(tokens, embeddingSize, precision),
    logits: layout.matrix(head?.kind === 'text' ? sequences.count : tokens, labels.length),
    texts: head?.kind === 'text' ? { pooled: ofTexts(), transformed: ofTexts() } : undefined,
    neighbours: convolution && layout.matrix(tokens, hiddenSize * convolution.neighbours),
  }
}

/** Makes the workspace of a batch, placed from `mark` on, and writes ids, positions and bounds. */
export function fillWorkspace(
  { layout, memory }: Kernels,
  spec: ModelSpec,
  precision: Precision,
  mark: number,
  batch: readonly (readonly number[])[],
  tokenTypes?: readonly (readonly number[])[],
): Workspace {
  const { firstPosition } = spec.config
  const tokens = batch.reduce((sum, ids) => sum + ids.length, 0)
  const longest = batch.reduce((most, ids) => Math.max(most, ids.length), 0)
  memory.release(mark)
  const workspace = layWorkspace(layout, spec, precision, tokens, { count: batch.length, longest })
  const ids = memory.integers(workspace.ids)
  const positions = memory.integers(workspace.positions)
  const types = memory.integers(workspace.types)
  const bounds = memory.integers(workspace.sequences.bounds)
  let at = 0
  for (const [number, sequence] of batch.entries()) {
    bounds[number] = at
    let position = firstPosition
    for (const [index, id] of sequence.entries()) {
      ids[at] = id
      types[at] = tokenTypes?.[number]?.[index] ?? 0
      // A padding token inside a text keeps the row of its own number and is not counted, as in transformers.
      positions[at] = id === firstPosition - 1 ? id : position++
      at++
    }
  }
  bounds[batch.length] = at
  return workspace
}

/** Copies each sequence's rows of a matrix out of kernel memory. */
export function copyRows(memory: KernelMemory, { bounds, count }: Sequences, matrix: Matrix): Float32Array[] {
  const firsts = memory.integers(bounds)
  return Array.from({ length: count }, (_, index) =>
    memory.copyRows(matrix, firsts[index]!, firsts[index + 1]!),
  )
}

/** Copies a matrix to another of the same size. */
export function copyMatrix(memory: KernelMemory, from: Matrix, to: Matrix): void {
  for (let t = 0; t < from.rows; t++) memory.row(to, t).set(memory.row(from, t))
}
