/** Where each weight of a model stands in kernel memory. read-weights.ts fills the places from the files. */
import type { EmbeddingTables, Kernels, LayerNorm, Linear, Precision } from '../kernels/kernels.ts'
import { roundUp } from '../kernels/memory.ts'
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

/** Hands out memory: `KernelMemory.allocate`, or a counter that only adds up. */
export type Allocate = (byteLength: number) => number

/**
 * Gives every weight its place.
 *
 * @param linearBytes  `Kernels.linearBytes`
 */
export function placeWeights(
  config: BertConfig,
  precision: Precision,
  hasClassifier: boolean,
  linearBytes: Kernels['linearBytes'],
  allocate: Allocate,
): BertWeights {
  const { hiddenSize, intermediateSize, vocabSize, maxPositions, layerNormEps: epsilon } = config
  const stride = roundUp(hiddenSize, 16)

  const linear = (outputs: number, inputs: number, at: Precision = precision): Linear => {
    const bytes = linearBytes(at, inputs, outputs)
    const weights = allocate(bytes.weights)
    return { precision: at, inputs, outputs, weights, columns: allocate(bytes.columns) }
  }
  const layerNorm = (): LayerNorm => ({ weight: allocate(4 * stride), bias: allocate(4 * stride), epsilon })

  const embeddings: EmbeddingTables = {
    precision,
    words: allocate(vocabSize * stride * (precision === 'int8' ? 1 : 4)),
    wordScales: precision === 'int8' ? allocate(4 * vocabSize) : 0,
    positions: allocate(4 * maxPositions * stride),
    tokenType: config.typeVocabSize > 0 ? allocate(4 * stride) : 0,
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
  return { embeddings, layers, classifier: linear(config.labels.length, hiddenSize, 'float32') }
}
