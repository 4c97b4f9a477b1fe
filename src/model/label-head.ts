/**
 * The heads that compute logits of labels, for each token or for each text.
 *
 *     logits = h·Wₒᵀ + bₒ                                                     [T, H] → [T, C]
 *     logits = LayerNorm(activation(h·Wᵀ + b))·Wₒᵀ + bₒ                       with a dense layer before
 *
 * For a text, h is the hidden states of its first token, or the mean over all its tokens; or the mean is of what
 * the last layer reads, which is the mean of all tokens' logits. BERT calls the
 * dense layer of texts, which has no LayerNorm, its pooler (Devlin et al. 2019, section 3.2).
 */
import type { Kernels, Matrix, Sequences } from '../kernels/kernels.ts'
import type { KernelMemory } from '../kernels/memory.ts'
import { activatedLinear } from './activated.ts'
import type { Placed, TextHeadSpec, TokenHeadSpec, TransformSpec } from './spec.ts'
import { copyRows, type Workspace } from './workspace.ts'

/** The logits of each sequence's tokens, [T, C]. */
export function tokenLogits(
  kernels: Kernels,
  { transform, output }: Placed<TokenHeadSpec>,
  states: Matrix,
  { projected, logits, sequences }: Workspace,
): Float32Array[] {
  if (transform) transformRows(kernels, transform, states, projected)
  kernels.linear(transform ? projected : states, output, logits, 'identity')
  return copyRows(kernels.memory, sequences, logits)
}

/** The logits of each sequence, [C]. */
export function textLogits(
  kernels: Kernels,
  { pooling, transform, output }: Placed<TextHeadSpec>,
  { hiddenStates, projected, sequences, texts, logits }: Workspace,
): Float32Array[] {
  const { memory } = kernels
  const { pooled, transformed } = texts!
  const isLate = pooling === 'late'
  if (isLate) transformRows(kernels, transform, hiddenStates, projected)
  poolTexts(memory, pooling, isLate ? projected : hiddenStates, sequences, pooled)
  if (!isLate) transformRows(kernels, transform, pooled, transformed)
  kernels.linear(isLate ? pooled : transformed, output, logits, 'identity')
  return Array.from({ length: sequences.count }, (_, s) => memory.copyRows(logits, s, s + 1))
}

/** For each sequence the states of its first token, or the mean over all its tokens, [S, H]. */
export function poolTexts(
  memory: KernelMemory,
  pooling: TextHeadSpec['pooling'],
  states: Matrix,
  sequences: Sequences,
  pooled: Matrix,
): void {
  const bounds = memory.integers(sequences.bounds)
  for (let s = 0; s < sequences.count; s++) {
    const end = pooling === 'cls' ? bounds[s]! + 1 : bounds[s + 1]!
    const sums = new Float64Array(states.columns)
    for (let t = bounds[s]!; t < end; t++) {
      const row = memory.row(states, t)
      for (let i = 0; i < row.length; i++) sums[i]! += row[i]!
    }
    memory.row(pooled, s).set(sums.map((sum) => sum / (end - bounds[s]!)))
  }
}

/** out = LayerNorm(activation(x·Wᵀ + b)) */
function transformRows(
  kernels: Kernels,
  { dense, activation, norm }: Placed<TransformSpec>,
  x: Matrix,
  out: Matrix,
): void {
  activatedLinear(kernels, x, dense, out, activation)
  if (norm) kernels.addLayerNorm(out, undefined, norm, out)
}
