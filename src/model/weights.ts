/**
 * A checkpoint's tensors, packed into kernel memory. Two passes: every weight first gets its place, so that memory is
 * taken once; then the files are read front to back in pieces and packed as they come, never whole.
 */
import type { CheckpointTensor } from '../format/checkpoint.ts'
import { nonFinite } from '../format/read-floats.ts'
import type {
  EmbeddingTables,
  Kernels,
  LayerNorm,
  Linear,
  Precision,
  StoredRows,
  StoredType,
} from '../kernels/kernels.ts'
import { roundUp } from '../kernels/memory.ts'
import type { BertConfig } from './config.ts'
import type { EmbeddingTensors, LayerNormTensors, LinearTensors, ModelTensors } from './tensor-names.ts'

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

/** Bytes read from a file at a time. */
const STAGING_BYTES = 4 * 2 ** 20

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

/** Told after each piece of a file. */
export type LoadProgress = (loadedBytes: number, totalBytes: number) => void

/**
 * Reads every tensor and packs it where `placeWeights` put it.
 *
 * @throws {ModelFormatError} NonFiniteWeights, naming the tensor
 */
export async function readWeights(
  kernels: Kernels,
  tensors: ModelTensors,
  weights: BertWeights,
  config: BertConfig,
  onProgress?: LoadProgress,
  signal?: AbortSignal,
): Promise<void> {
  const mark = kernels.memory.end
  const widest = 4 * roundUp(Math.max(config.hiddenSize, config.intermediateSize), 16)
  const staging = kernels.memory.allocate(Math.max(STAGING_BYTES, widest))
  const widened = kernels.memory.allocate(Math.max(STAGING_BYTES, widest))
  const capacity = widened - staging
  // Of the token types only the first row is read.
  const types = tensors.tokenTypeEmbeddings
  const unread = types === undefined ? 0 : types.byteLength * (1 - 1 / types.shape[0]!)
  const total = allTensors(tensors).reduce((sum, tensor) => sum + tensor.byteLength, -unread)
  let loaded = 0

  /** Rows [rows, width] of a tensor through the staging area, as many at a time as fit. */
  const eachPiece = async (
    tensor: CheckpointTensor,
    rows: number,
    pack: (piece: StoredRows) => boolean,
  ): Promise<void> => {
    const rowBytes = tensor.byteLength / tensor.shape[0]!
    const step = Math.max(1, Math.floor(capacity / rowBytes))
    for (let first = 0; first < rows; first += step) {
      signal?.throwIfAborted()
      const count = Math.min(step, rows - first)
      const bytes = kernels.memory.bytes.subarray(staging, staging + count * rowBytes)
      await tensor.source.read(tensor.offset + first * rowBytes, bytes)
      const piece = { address: staging, type: tensor.dtype as StoredType, rows: count, first }
      if (!pack(piece)) throw nonFinite(tensor)
      loaded += count * rowBytes
      onProgress?.(loaded, total)
    }
  }

  /** A float tensor to float32 rows of `stride` numbers at `address`. */
  const floats = async (
    tensor: CheckpointTensor,
    address: number,
    rows: number,
    stride: number,
  ): Promise<void> => {
    const width = tensor.shape.length === 1 ? tensor.shape[0]! : tensor.shape[1]!
    const rowBytes = (width * tensor.byteLength) / tensor.shape.reduce((product, size) => product * size, 1)
    const one = { ...tensor, shape: tensor.shape.length === 1 ? [1] : tensor.shape }
    await eachPiece(one, rows, ({ address: from, type, rows: count, first }) => {
      for (let row = 0; row < count; row++) {
        const to = address + 4 * stride * (first + row)
        if (!kernels.widen(from + row * rowBytes, type, width, to)) return false
      }
      return true
    })
  }

  /** A short float tensor as numbers. */
  const vector = async (tensor: CheckpointTensor): Promise<Float32Array> => {
    const length = tensor.shape[0]!
    await floats({ ...tensor, shape: [length] }, widened, 1, length)
    return kernels.memory.float32.slice(widened / 4, widened / 4 + length)
  }

  const linear = async (from: LinearTensors, layer: Linear, firstOutput = 0): Promise<void> => {
    await eachPiece(from.weight, from.weight.shape[0]!, (piece) =>
      kernels.packLinear({ ...piece, first: piece.first + firstOutput }, layer),
    )
    const scales = from.scale && layer.precision === 'int8' ? await vector(from.scale) : undefined
    kernels.packColumns(layer, firstOutput, await vector(from.bias), scales)
  }

  const layerNorm = async (from: LayerNormTensors, norm: LayerNorm): Promise<void> => {
    await floats(from.weight, norm.weight, 1, config.hiddenSize)
    await floats(from.bias, norm.bias, 1, config.hiddenSize)
  }

  const stride = roundUp(config.hiddenSize, 16)
  const { embeddings } = weights
  await words(tensors.wordEmbeddings)
  await floats(tensors.positionEmbeddings, embeddings.positions, config.maxPositions, stride)
  if (tensors.tokenTypeEmbeddings) await floats(tensors.tokenTypeEmbeddings, embeddings.tokenType, 1, stride)
  await layerNorm(tensors.embeddingsLayerNorm, embeddings.norm)
  for (const [index, layer] of weights.layers.entries()) {
    const from = tensors.layers[index]!
    await linear(from.query, layer.queryKeyValue)
    await linear(from.key, layer.queryKeyValue, config.hiddenSize)
    await linear(from.value, layer.queryKeyValue, 2 * config.hiddenSize)
    await linear(from.attentionOutput, layer.attentionOutput)
    await layerNorm(from.attentionLayerNorm, layer.attentionLayerNorm)
    await linear(from.intermediate, layer.intermediate)
    await linear(from.output, layer.output)
    await layerNorm(from.outputLayerNorm, layer.outputLayerNorm)
  }
  if (weights.classifier && tensors.classifier) await linear(tensors.classifier, weights.classifier)
  kernels.memory.release(mark)

  async function words({ weight, scale }: EmbeddingTensors): Promise<void> {
    if (embeddings.precision === 'float32') {
      await floats(weight, embeddings.words, config.vocabSize, stride)
      return
    }
    await eachPiece(weight, config.vocabSize, (piece) =>
      kernels.packWords(piece, embeddings, config.hiddenSize),
    )
    if (!scale) return
    const scales = await vector(scale)
    kernels.memory.float32.set(scales, embeddings.wordScales / 4)
  }
}

/** Every tensor that is read, for the total. */
function allTensors(tensors: ModelTensors): CheckpointTensor[] {
  const found: CheckpointTensor[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if ('dtype' in value && 'source' in value) found.push(value as CheckpointTensor)
    else for (const inner of Object.values(value)) visit(inner)
  }
  visit(tensors)
  return found
}
