/**
 * A convolution over the embeddings h of neighbouring tokens, which the largest DeBERTas add to their first
 * layer.
 *
 *     states₁ = LayerNorm(layer₁(h) + activation(Σₖ h[t + k]·W[k]ᵀ + b))      k from -(n-1)/2 to (n-1)/2
 *
 * He et al. 2021 (arXiv 2006.03654), table 11: n-gram induced input encoding. A sequence is padded with
 * zeros. At every precision it is computed as a float32 linear layer over the neighbours' concatenated
 * embeddings.
 */
import type { Kernels, Matrix } from '../kernels/kernels.ts'
import { activatedLinear } from './activated.ts'
import type { ConvolutionSpec, Placed } from './spec.ts'
import type { Workspace } from './workspace.ts'

/** Copies the embeddings of each token's neighbours side by side, before the first layer. */
export function gatherNeighbours(
  { memory }: Kernels,
  { hiddenStates, sequences }: Workspace,
  neighbours: Matrix,
): void {
  const width = hiddenStates.columns
  const size = neighbours.columns / width
  const bounds = memory.integers(sequences.bounds)
  for (let s = 0; s < sequences.count; s++) {
    for (let t = bounds[s]!; t < bounds[s + 1]!; t++) {
      const row = memory.row(neighbours, t).fill(0)
      for (let n = 0; n < size; n++) {
        const from = t + n - (size - 1) / 2
        if (from < bounds[s]! || from >= bounds[s + 1]!) continue
        const numbers = memory.row(hiddenStates, from)
        for (let i = 0; i < width; i++) row[i * size + n] = numbers[i]!
      }
    }
  }
}

/** hiddenStates = LayerNorm(hiddenStates + activation(neighbours·Wᵀ + b)), after the first layer. */
export function convolve(
  kernels: Kernels,
  { kernel, norm, activation }: Placed<ConvolutionSpec>,
  { hiddenStates, projected }: Workspace,
  neighbours: Matrix,
): void {
  activatedLinear(kernels, neighbours, kernel, projected, activation)
  kernels.addLayerNorm(projected, hiddenStates, norm, hiddenStates)
}
