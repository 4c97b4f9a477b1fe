/** One layer of the encoder: attention, then feed-forward, each with a residual connection and a LayerNorm. */
import type { Kernels, Probabilities } from '../kernels/kernels.ts'
import type { PlacedLayer } from './places.ts'
import type { LayerBuffers } from './workspace.ts'

// #region encoder-layer
/**
 * hiddenStates = layer(hiddenStates), in place.
 *
 *     attention    = LayerNorm(hiddenStates + dense(MultiHead(hiddenStates)))      Vaswani et al. 2017, section 3.1
 *     hiddenStates = LayerNorm(attention + dense(gelu(dense(attention))))          section 3.3
 *
 * Each LayerNorm's result is the next residual. Where LayerNorms stand before the blocks instead (ModernBERT), the residual is
 * the sum itself, in `sums`. A gate multiplies the inside of the feed-forward block: dense(gelu(dense(x)) ⊙ gate(x)).
 *
 * @param pause  awaited before each block
 * @param probabilities  where the attention weights go, if they are wanted
 */
export async function encoderLayer(
  kernels: Kernels,
  layer: PlacedLayer,
  workspace: LayerBuffers,
  heads: number,
  pause: () => Promise<void>,
  probabilities?: Probabilities,
): Promise<void> {
  const { hiddenStates, sums, queryKeyValue, context, attentionOutput, intermediate, projected } = workspace
  const { sequences, positions, queriesAndKeys, inside, gate } = workspace
  const { activation, angles, relative, window } = layer

  await pause()
  kernels.linear(hiddenStates, layer.queryKeyValue, queryKeyValue, 'identity') // [T, H] → [T, 3H]
  if (angles) kernels.rotate(queriesAndKeys, positions, angles)
  kernels.attention({ queryKeyValue, sequences, heads, out: context, probabilities, relative, window }) // → [T, H]
  kernels.linear(context, layer.attentionOutput, projected, 'identity') // → [T, H]
  kernels.addLayerNorm(projected, sums ?? hiddenStates, layer.attentionLayerNorm, attentionOutput, sums)

  await pause()
  kernels.linear(attentionOutput, layer.intermediate, inside, activation) // → [T, I]
  if (layer.gate) {
    kernels.linear(attentionOutput, layer.gate, gate!, 'identity') // → [T, I]
    kernels.multiply(intermediate, gate!)
  }
  kernels.linear(intermediate, layer.output, projected, 'identity') // → [T, H]
  kernels.addLayerNorm(projected, sums ?? attentionOutput, layer.outputLayerNorm, hiddenStates, sums)
}
// #endregion
