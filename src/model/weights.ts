/** Where each weight of a model stands in kernel memory. read-weights.ts fills the places from the files. */
import type { EmbeddingTables, LayerNorm, Linear, Precision } from '../kernels/kernels.ts'
import type { Layout } from '../kernels/layout.ts'
import type { BertConfig } from './config.ts'

export interface LayerWeights {
  /** Q, K and V as one matrix [3H, H]: the activations are read once. */
  readonly queryKeyValue: Linear
  readonly attentionOutput: Linear
  readonly attentionLayerNorm: LayerNorm
  readonly intermediate: Linear
  readonly output: Linear
  readonly outputLayerNorm: LayerNorm
}

export interface BertWeights {
  readonly embeddings: EmbeddingTables
  readonly layers: readonly LayerWeights[]
  /** The linear head [C, H], always float32; absent in a bare encoder. */
  readonly classifier?: Linear
}

/** Gives every weight its place. */
export function placeWeights(
  layout: Layout,
  config: BertConfig,
  precision: Precision,
  hasClassifier: boolean,
): BertWeights {
  const { hiddenSize, intermediateSize, vocabSize, maxPositions, layerNormEps } = config
  const linear = (outputs: number, inputs: number): Linear => layout.linear(precision, inputs, outputs)
  const layerNorm = (): LayerNorm => layout.layerNorm(hiddenSize, layerNormEps)

  const embeddings: EmbeddingTables = {
    words: layout.table(precision, vocabSize, hiddenSize),
    positions: layout.table('float32', maxPositions, hiddenSize),
    tokenType: config.typeVocabSize > 0 ? layout.table('float32', 1, hiddenSize) : undefined,
    norm: layerNorm(),
  }
  const layers = Array.from({ length: config.numLayers }, () => ({
    queryKeyValue: linear(3 * hiddenSize, hiddenSize),
    attentionOutput: linear(hiddenSize, hiddenSize),
    attentionLayerNorm: layerNorm(),
    intermediate: linear(intermediateSize, hiddenSize),
    output: linear(hiddenSize, intermediateSize),
    outputLayerNorm: layerNorm(),
  }))
  if (!hasClassifier) return { embeddings, layers }
  return { embeddings, layers, classifier: layout.linear('float32', hiddenSize, config.labels.length) }
}
