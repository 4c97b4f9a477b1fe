/**
 * The head over whole texts, on the first token's hidden states h₀ of each sequence:
 *
 *     logits = activation(h₀·Wᵀ + b)·Wₒᵀ + bₒ                       [S, H] → [S, C]
 *
 * BERT calls the first half its pooler (Devlin et al. 2019, section 3.2).
 */
import type { Kernels, Linear } from '../../kernels/kernels.ts'
import { exp } from '../../kernels/reference/math.ts'
import type { TextHead } from '../family.ts'
import type { Workspace } from '../workspace.ts'

const f = Math.fround

/** The logits of each sequence, [C]. */
export function textLogits(
  kernels: Kernels,
  { dense, output }: { dense: Linear; output: Linear },
  { activation }: TextHead,
  { hiddenStates, sequences, texts, logits }: Workspace,
): Float32Array[] {
  const { memory } = kernels
  const { first, pooled } = texts!
  const starts = memory.integers(sequences.bounds)
  for (let s = 0; s < sequences.count; s++) memory.row(first, s).set(memory.row(hiddenStates, starts[s]!))
  kernels.linear(first, dense, pooled, activation === 'tanh' ? 'identity' : activation)
  if (activation === 'tanh') {
    for (let s = 0; s < sequences.count; s++) {
      const row = memory.row(pooled, s)
      for (let i = 0; i < row.length; i++) row[i] = tanh(row[i]!)
    }
  }
  kernels.linear(pooled, output, logits, 'identity')
  return Array.from({ length: sequences.count }, (_, s) => memory.copyRows(logits, s, s + 1))
}

/**
 * tanh(x) = (1 - e^(-2|x|)) / (1 + e^(-2|x|)) with x's sign; the same bits everywhere, absolute error below 2e-7. NaN where x is
 * NaN or infinite, as the kernels' activations.
 */
export function tanh(x: number): number {
  const power = exp(f(-2 * Math.abs(x)))
  const size = f(f(1 - power) / f(1 + power))
  return (x < 0 ? -size : size) + (x - x)
}
