/** The two blocks of ModernBERT's layers, each after a LayerNorm and beside a residual connection. */
import type {
  Activation,
  Kernels,
  LayerNorm,
  Linear,
  Matrix,
  Precision,
  Probabilities,
} from '../../kernels/kernels.ts'
import { columnsOf, type Layout } from '../../kernels/layout.ts'
import type { BertConfig } from '../bert-config.ts'
import type { LayerWeights } from '../weights.ts'
import type { Workspace } from '../workspace.ts'

/** What a pass has beside the workspace of BERT's. */
export interface ModernBuffers {
  /** What a layer's attention reads, behind its LayerNorm, [ΣT, H]. */
  readonly normalized: Matrix
  /** What the feed-forward block's inside is multiplied by, [ΣT, I]. */
  readonly gate: Matrix
}

/** Lays them out for a number of tokens. */
export function layModern(
  layout: Layout,
  { hiddenSize, intermediateSize }: BertConfig,
  precision: Precision,
  tokens: number,
): ModernBuffers {
  return {
    normalized: layout.matrix(tokens, hiddenSize, precision),
    gate: layout.matrix(tokens, intermediateSize),
  }
}

/** One layer, with what it is computed on. */
export interface ModernLayer {
  readonly weights: LayerWeights
  readonly gate: Linear
  /** Of its kind of layers, [places, D]. */
  readonly angles: Matrix
  /** 0 where it is global. */
  readonly window: number
  /** Where its attention reads: the hidden states' LayerNorm, in the first layer they themselves. */
  readonly input: Matrix
  /** The LayerNorm of the next layer's attention, and where it goes; behind the last layer it is the model's. */
  readonly nextNorm: LayerNorm
  readonly next: Matrix
}

// #region modern-layer
/**
 * hiddenStates = hiddenStates + dense(MultiHead(LayerNorm(hiddenStates))), in place   Xiong et al. 2020 (arXiv 2002.04745)
 *
 * Each LayerNorm is computed with the sum before it: here that of the feed-forward block.
 *
 * @param probabilities  where the attention weights go, if they are wanted
 */
export function attentionBlock(
  kernels: Kernels,
  { weights, angles, window, input }: ModernLayer,
  workspace: Workspace,
  heads: number,
  probabilities?: Probabilities,
): void {
  const { hiddenStates, queryKeyValue, context, attentionOutput, projected, sequences, positions } = workspace
  const queriesAndKeys = columnsOf(queryKeyValue, 0, 2 * hiddenStates.columns)

  kernels.linear(input, weights.queryKeyValue, queryKeyValue, 'identity') // [T, H] → [T, 3H]
  kernels.rotate(queriesAndKeys, positions, angles)
  kernels.attention({ queryKeyValue, sequences, heads, out: context, probabilities, window }) // → [T, H]
  kernels.linear(context, weights.attentionOutput, projected, 'identity') // → [T, H]
  kernels.addLayerNorm(projected, hiddenStates, weights.outputLayerNorm, attentionOutput, hiddenStates)
}

/**
 * hiddenStates = hiddenStates + dense(gelu(x·Wᵀ) ⊙ (x·Vᵀ)), in place, x = LayerNorm(hiddenStates)
 *
 * Shazeer 2020 (arXiv 2002.05202), GeGLU. The next layer's LayerNorm is computed with the sum; behind the last layer its
 * result stands in place of the sum.
 */
export function feedForwardBlock(
  kernels: Kernels,
  { weights, gate, nextNorm, next }: ModernLayer,
  { hiddenStates, attentionOutput, intermediate, projected }: Workspace,
  buffers: ModernBuffers,
  activation: Activation,
): void {
  const inner = columnsOf(intermediate, 0, intermediate.columns)

  kernels.linear(attentionOutput, weights.intermediate, inner, activation) // [T, H] → [T, I]
  kernels.linear(attentionOutput, gate, buffers.gate, 'identity') // [T, H] → [T, I]
  kernels.multiply(intermediate, buffers.gate)
  kernels.linear(intermediate, weights.output, projected, 'identity') // → [T, H]
  const sum = next === hiddenStates ? undefined : hiddenStates
  kernels.addLayerNorm(projected, hiddenStates, nextNorm, next, sum)
}
// #endregion
