/** Where each weight of a model stands in kernel memory. read-weights.ts fills the places from the files. */
import type {
  EmbeddingTables,
  Floats,
  LayerNorm,
  Linear,
  Precision,
  RelativePositions,
  Table,
} from '../kernels/kernels.ts'
import type { Layout } from '../kernels/layout.ts'
import type { BertConfig } from './bert-config.ts'
import type { HeadKind } from './family.ts'
import type { ModernWeights } from './modern/shape.ts'

export interface LayerWeights {
  /** Q, K and V as one matrix [3H, H]: the activations are read once. */
  readonly queryKeyValue: Linear
  readonly attentionOutput: Linear
  readonly attentionLayerNorm: LayerNorm
  readonly intermediate: Linear
  readonly output: Linear
  readonly outputLayerNorm: LayerNorm
  /** Where attention knows relative positions: disentangled/relative.ts, biases/relative.ts. */
  readonly relative?: RelativePositions
}

export interface BertWeights {
  readonly embeddings: EmbeddingTables
  /** [H, E], where the embeddings' width E is not H. */
  readonly projection?: Linear
  /** As they are stored: each of a model that shares them (ALBERT) once. */
  readonly layers: readonly LayerWeights[]
  /** Of a few models, beside the first layer. */
  readonly convolution?: Convolution
  readonly modern?: ModernWeights
  /** Always float32; absent in a bare encoder, and where words are guessed. */
  readonly head?: HeadWeights
  readonly wordHead?: WordHeadWeights
}

/** What makes logits of hidden states: of every token's, or with `dense` of the first token's of each sequence. */
export interface HeadWeights {
  /** [H, H], with the activation behind it. */
  readonly dense?: Linear
  /** [C, H] */
  readonly output: Linear
}

/** What guesses words: heads/guess-words.ts. */
export interface WordHeadWeights {
  /** [E, H], float32, with the activation behind it. */
  readonly dense: Linear
  readonly norm: LayerNorm
  /** [V, E]: the word embeddings, or a table of its own. */
  readonly decoder: Table
  /** [V] */
  readonly bias: Floats
}

/** disentangled/convolution.ts */
export interface Convolution {
  /** [H, H·n]: of each input the n neighbours. */
  readonly kernel: Linear
  readonly norm: LayerNorm
}

/** Gives every weight its place. */
export function placeWeights(
  layout: Layout,
  config: BertConfig,
  precision: Precision,
  head: HeadKind | undefined,
): BertWeights {
  const {
    hiddenSize,
    embeddingSize,
    intermediateSize,
    vocabSize,
    typeVocabSize,
    layerNormEps,
    positionRows,
  } = config
  const linear = (outputs: number, inputs: number): Linear => layout.linear(precision, inputs, outputs)
  const layerNorm = (size = hiddenSize): LayerNorm => layout.layerNorm(size, layerNormEps)

  const embeddings: EmbeddingTables = {
    words: layout.table(precision, vocabSize, embeddingSize),
    positions: positionRows > 0 ? layout.table('float32', positionRows, embeddingSize) : undefined,
    tokenTypes: typeVocabSize > 0 ? layout.table('float32', typeVocabSize, embeddingSize) : undefined,
    norm: layerNorm(embeddingSize),
  }
  const projected = embeddingSize === hiddenSize ? {} : { projection: linear(hiddenSize, embeddingSize) }
  const layers = Array.from({ length: config.sharedLayers?.names.length ?? config.numLayers }, () => ({
    queryKeyValue: linear(3 * hiddenSize, hiddenSize),
    attentionOutput: linear(hiddenSize, hiddenSize),
    attentionLayerNorm: layerNorm(),
    intermediate: linear(intermediateSize, hiddenSize),
    output: linear(hiddenSize, intermediateSize),
    outputLayerNorm: layerNorm(),
  }))
  if (head === undefined) return { embeddings, ...projected, layers }
  if (head === 'words') {
    const wordHead = {
      dense: layout.linear('float32', hiddenSize, embeddingSize),
      norm: layerNorm(embeddingSize),
      decoder: config.tiesWordEmbeddings
        ? embeddings.words
        : layout.table(precision, vocabSize, embeddingSize),
      bias: layout.floats(vocabSize),
    }
    return { embeddings, ...projected, layers, wordHead }
  }
  const dense = head === 'text' ? { dense: layout.linear('float32', hiddenSize, hiddenSize) } : {}
  const output = layout.linear('float32', hiddenSize, config.labels.length)
  return { embeddings, ...projected, layers, head: { ...dense, output } }
}
