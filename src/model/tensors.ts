/** The tensors of a model in a checkpoint, each by its role. tensor-names.ts finds them. */
import type { Checkpoint, CheckpointTensor } from '../format/checkpoint.ts'

/** Weight and bias of a layer normalisation, each [size]. */
export interface LayerNormTensors {
  readonly weight: CheckpointTensor
  readonly bias: CheckpointTensor
}

/** y = x·Wᵀ + b: `weight` [out, in], `bias` [out], and where the weight is I8 its `scale`, [out, 1] or [out]. */
export interface LinearTensors {
  readonly weight: CheckpointTensor
  readonly bias: CheckpointTensor
  readonly scale?: CheckpointTensor
}

/** Rows to look up, [rows, H], and where they are I8 their `scale`, [rows, 1] or [rows]. */
export interface EmbeddingTensors {
  readonly weight: CheckpointTensor
  readonly scale?: CheckpointTensor
}

export interface LayerTensors {
  readonly query: LinearTensors
  readonly key: LinearTensors
  readonly value: LinearTensors
  readonly attentionOutput: LinearTensors
  readonly attentionLayerNorm: LayerNormTensors
  readonly intermediate: LinearTensors
  readonly output: LinearTensors
  readonly outputLayerNorm: LayerNormTensors
}

/** Every tensor of a model by its role, names, types and shapes checked. */
export interface ModelTensors {
  readonly wordEmbeddings: EmbeddingTensors
  /** Absent where the model has no absolute positions. */
  readonly positionEmbeddings?: CheckpointTensor
  /** Absent where the model has no token types. */
  readonly tokenTypeEmbeddings?: CheckpointTensor
  readonly embeddingsLayerNorm: LayerNormTensors
  /** Makes the embeddings H wide, where they are not. */
  readonly projection?: LinearTensors
  readonly layers: readonly LayerTensors[]
  readonly relative?: RelativeTensors
  readonly modern?: ModernTensors
  /** Absent where the files hold a bare encoder, or a head that guesses words. */
  readonly head?: HeadTensors
  readonly wordHead?: WordHeadTensors
}

/** What relative positions are made of; where they are biases, those alone, [buckets, A]. */
export interface RelativeTensors {
  readonly embeddings: CheckpointTensor
  readonly norm?: LayerNormTensors
  /** A layer's projections of them, where it has its own. */
  readonly layers: readonly { readonly key?: LinearTensors; readonly query?: LinearTensors }[]
  /** What stands beside the first layer; its weight is [H, H, n]. */
  readonly convolution?: { readonly kernel: LinearTensors; readonly norm: LayerNormTensors }
}

/** What ModernBERT has besides. */
export interface ModernTensors {
  /** A layer's second half of its first feed-forward matrix. */
  readonly gates: readonly LinearTensors[]
  readonly finalNorm: LayerNormTensors
  /** What stands before labels; of a head over texts `HeadTensors` has the dense layer, of one that guesses words `WordHeadTensors` all. */
  readonly head?: { readonly norm: LayerNormTensors; readonly dense?: LinearTensors }
}

/** A head over tokens, or with `dense` over texts. */
export interface HeadTensors {
  readonly dense?: LinearTensors
  readonly output: LinearTensors
}

/** What guesses words; its decoder's weights are the word embeddings, where they are not its own. */
export interface WordHeadTensors {
  readonly dense: LinearTensors
  readonly norm: LayerNormTensors
  readonly decoder?: EmbeddingTensors
  readonly bias: CheckpointTensor
}

/** One tensor in the place transformers gives it today. */
export interface NamedTensor {
  /** The canonical name: `bert.encoder.layer.0.attention.self.query.weight`, whatever the file says. */
  readonly name: string
  readonly tensor: CheckpointTensor
  readonly scale?: CheckpointTensor
  /** Whether `iobert quantize` makes it int8: the encoder's Linear layers, the word embeddings, a decoder of its own. */
  readonly quantizable: boolean
}

/** Takes tensors by their names inside the encoder, or `beside` it, and checks them. */
export interface TakeTensors {
  beside(name: string, shape: readonly number[]): CheckpointTensor
  float(name: string, shape: readonly number[]): CheckpointTensor
  linear(module: string, outputs: number, inputs: number): LinearTensors
  layerNorm(module: string): LayerNormTensors
}

/** A checkpoint whose tensors have the usual names. */
export interface ModelCheckpoint extends Checkpoint {
  /** Takes the tensors that few models have. */
  more?(take: TakeTensors): Pick<ModelTensors, 'relative' | 'modern'>
  /** Named tensors as the files have them, where the usual ones are parts of these. */
  own?(named: readonly NamedTensor[]): NamedTensor[]
  /** The name in the files of a usual one. */
  readonly ownName?: (name: string) => string
}
