/**
 * What the largest DeBERTas have beside their first layer: a convolution over neighbouring tokens' embeddings h.
 *
 *     states₁ = LayerNorm(layer₁(h) + activation(Σₖ h[t + k]·W[k]ᵀ + b))      k from -(n-1)/2 to (n-1)/2
 *
 * He et al. 2021 (arXiv 2006.03654), table 11: n-gram induced input encoding. Beyond a sequence's ends there are zeros. It
 * is a float32 linear layer over the neighbours' numbers side by side, at every precision.
 */
import type { Kernels } from '../../kernels/kernels.ts'
import { ACTIVATION } from '../encoder.ts'
import { tanh } from '../heads/text-head.ts'
import type { Convolution } from '../weights.ts'
import type { Workspace } from '../workspace.ts'
import type { ConvolutionShape } from './shape.ts'

/** Takes the embeddings before the first layer; what it gives back is called behind it. */
export function startConvolution(
  kernels: Kernels,
  { kernel, norm }: Convolution,
  { size, activation }: ConvolutionShape,
  { hiddenStates, projected, sequences }: Workspace,
): () => void {
  const { memory } = kernels
  const width = hiddenStates.columns
  const neighbours = kernels.layout.matrix(hiddenStates.rows, width * size)
  const bounds = memory.integers(sequences.bounds).slice()
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
  return () => {
    kernels.linear(neighbours, kernel, projected, activation === 'tanh' ? 'identity' : ACTIVATION[activation])
    if (activation === 'tanh') {
      for (let t = 0; t < projected.rows; t++) {
        const row = memory.row(projected, t)
        for (let i = 0; i < width; i++) row[i] = tanh(row[i]!)
      }
    }
    kernels.addLayerNorm(projected, hiddenStates, norm, hiddenStates)
  }
}
