/** One layer of the encoder: attention, then feed-forward, each with a residual connection and a LayerNorm. */
import type { Activation, Kernels, Probabilities } from '../kernels/kernels.ts'
import type { HiddenActivation } from './family.ts'
import type { LayerWeights } from './weights.ts'
import type { Workspace } from './workspace.ts'

export const ACTIVATION: Readonly<Record<HiddenActivation, Activation>> = {
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
  silu: 'silu',
}

// #region encoder-layer
/**
 * hiddenStates = layer(hiddenStates), in place.
 *
 *     attention    = LayerNorm(hiddenStates + dense(MultiHead(hiddenStates)))      Vaswani et al. 2017, section 3.1
 *     hiddenStates = LayerNorm(attention + dense(gelu(dense(attention))))          section 3.3
 *
 * @param probabilities  where the attention weights go, if they are wanted
 */
export function encoderLayer(
  kernels: Kernels,
  layer: LayerWeights,
  workspace: Workspace,
  heads: number,
  activation: Activation,
  probabilities?: Probabilities,
): void {
  const { hiddenStates, queryKeyValue, context, attentionOutput, intermediate, projected, sequences } =
    workspace
  const { relative } = layer

  kernels.linear(hiddenStates, layer.queryKeyValue, queryKeyValue, 'identity') // [T, H] → [T, 3H]
  kernels.attention({ queryKeyValue, sequences, heads, out: context, probabilities, relative }) // → [T, H]
  kernels.linear(context, layer.attentionOutput, projected, 'identity') // → [T, H]
  kernels.addLayerNorm(projected, hiddenStates, layer.attentionLayerNorm, attentionOutput)

  kernels.linear(attentionOutput, layer.intermediate, intermediate, activation) // → [T, I]
  kernels.linear(intermediate, layer.output, projected, 'identity') // → [T, H]
  kernels.addLayerNorm(projected, attentionOutput, layer.outputLayerNorm, hiddenStates)
}
// #endregion
