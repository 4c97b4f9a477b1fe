/**
 * Reads a checkpoint's tensors into the places that weights.ts gave them. Each file is read front to back, in pieces
 * that are packed as they come, so that none is ever whole in memory. Over a network that is one request a file.
 */

import type { CheckpointTensor } from '../format/checkpoint.ts'
import { nonFinite } from '../format/checkpoint.ts'
import type {
  Floats,
  Kernels,
  LayerNorm,
  Linear,
  Precision,
  StoredRows,
  StoredType,
  Table,
} from '../kernels/kernels.ts'
import { type Layout, packColumns } from '../kernels/layout.ts'
import type { StagingArea } from '../kernels/placed.ts'
import { placeAsStored, Staging } from '../kernels/staging.ts'
import type { BertConfig } from './bert-config.ts'
import type { EmbeddingTensors, LayerNormTensors, LinearTensors, ModelTensors } from './tensors.ts'
import type { BertWeights } from './weights.ts'

/** Numbers brought from a file at a time: 1 MB of float32, which stays in a core's cache until it is packed. */
const STAGING_NUMBERS = 2 ** 18

/** Told after each piece of a file. */
export type WeightsProgress = (loadedBytes: number, totalBytes: number) => void

/** One tensor and what is done with it. */
export interface Task {
  readonly tensor: CheckpointTensor
  /** Bytes of files that it reads. */
  readonly byteLength: number
  readonly read: () => Promise<void>
}

/**
 * Reads every tensor and packs it into its place.
 *
 * @param more  what a model has besides
 * @throws {ModelFormatError} NonFiniteWeights, naming the tensor
 */
export async function readWeights(
  kernels: Kernels,
  tensors: ModelTensors,
  weights: BertWeights,
  config: BertConfig,
  onProgress?: WeightsProgress,
  signal?: AbortSignal,
  more: (reader: TensorReader, tensors: ModelTensors) => Task[] = () => [],
): Promise<void> {
  const { memory } = kernels
  const mark = memory.end
  const reader = new TensorReader(kernels, config, onProgress, signal)
  const tasks = [
    ...embeddingTasks(reader, tensors, weights),
    ...layerTasks(reader, tensors, weights),
    ...more(reader, tensors),
  ]
  reader.total = tasks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  for (const { read } of tasks.sort(byPlace)) await read()
  memory.release(mark)
}

/** Room for pieces of the files, of at least one row. */
export function placeStaging(layout: Layout, { hiddenSize, intermediateSize }: BertConfig): StagingArea {
  return layout.staging(Math.max(STAGING_NUMBERS, hiddenSize, intermediateSize))
}

/** In the order of the files, so that each is read forward. */
function byPlace({ tensor: a }: Task, { tensor: b }: Task): number {
  if (a.fileName !== b.fileName) return a.fileName < b.fileName ? -1 : 1
  return a.offset - b.offset
}

function embeddingTasks(
  reader: TensorReader,
  tensors: ModelTensors,
  { embeddings, projection }: BertWeights,
): Task[] {
  const { words, positions, tokenTypes, norm } = embeddings
  const tasks = [
    ...reader.layerNorm(tensors.embeddingsLayerNorm, norm),
    ...reader.words(tensors.wordEmbeddings, words),
  ]
  if (tensors.positionEmbeddings && positions) tasks.push(reader.table(tensors.positionEmbeddings, positions))
  if (tensors.tokenTypeEmbeddings && tokenTypes)
    tasks.push(reader.table(tensors.tokenTypeEmbeddings, tokenTypes))
  if (tensors.projection && projection) tasks.push(...reader.linear(tensors.projection, projection))
  return tasks
}

function layerTasks(
  reader: TensorReader,
  tensors: ModelTensors,
  { layers, head, wordHead }: BertWeights,
): Task[] {
  const tasks = layers.flatMap((layer, index) => {
    const from = tensors.layers[index]!
    return [
      ...reader.linear(from.query, layer.queryKeyValue),
      ...reader.linear(from.key, layer.queryKeyValue, reader.width),
      ...reader.linear(from.value, layer.queryKeyValue, 2 * reader.width),
      ...reader.linear(from.attentionOutput, layer.attentionOutput),
      ...reader.layerNorm(from.attentionLayerNorm, layer.attentionLayerNorm),
      ...reader.linear(from.intermediate, layer.intermediate),
      ...reader.linear(from.output, layer.output),
      ...reader.layerNorm(from.outputLayerNorm, layer.outputLayerNorm),
    ]
  })
  if (head && tensors.head) {
    const { dense, output } = tensors.head
    if (dense && head.dense) tasks.push(...reader.linear(dense, head.dense))
    tasks.push(...reader.linear(output, head.output))
  }
  if (wordHead && tensors.wordHead) {
    const { dense, norm, decoder, bias } = tensors.wordHead
    tasks.push(...reader.linear(dense, wordHead.dense), ...reader.layerNorm(norm, wordHead.norm))
    if (decoder) tasks.push(...reader.words(decoder, wordHead.decoder))
    tasks.push(reader.vector(bias, wordHead.bias))
  }
  return tasks
}

/** Makes tasks of tensors; each reads its tensor through one staging area, as many rows at a time as fit. */
export class TensorReader {
  readonly kernels: Kernels
  /** H */
  readonly width: number
  /** Bytes that all tasks read. */
  total = 0
  #loaded = 0
  readonly #staging: Staging
  readonly #onProgress: WeightsProgress | undefined
  readonly #signal: AbortSignal | undefined

  constructor(
    kernels: Kernels,
    config: BertConfig,
    onProgress: WeightsProgress | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.kernels = kernels
    this.width = config.hiddenSize
    this.#staging = new Staging(kernels, placeStaging(kernels.layout, config))
    this.#onProgress = onProgress
    this.#signal = signal
  }

  /** A tensor [rows, E], or as many of its first rows as the table has. */
  table(tensor: CheckpointTensor, table: Table, scale?: CheckpointTensor): Task {
    const pack = (piece: StoredRows): boolean => this.kernels.packTable(piece, table)
    return this.#rows(tensor, table, table.rows, scale, pack, placeAsStored(table, tensor.dtype))
  }

  /** As `table`, with the scales of its rows. */
  words({ weight, scale }: EmbeddingTensors, table: Table): Task[] {
    const tasks = [this.table(weight, table, scale)]
    if (scale && table.scales) tasks.push(this.vector(scale, table.scales))
    return tasks
  }

  layerNorm({ weight, bias }: LayerNormTensors, norm: LayerNorm): Task[] {
    return [this.vector(weight, norm.weight), this.vector(bias, norm.bias)]
  }

  /** A linear layer's tensors into its rows from `firstOutput` on. */
  linear({ weight, bias, scale }: LinearTensors, layer: Linear, firstOutput = 0): Task[] {
    const { kernels } = this
    const pack = (piece: StoredRows): boolean =>
      kernels.packLinear({ ...piece, first: piece.first + firstOutput }, layer)
    const columns = { precision: layer.precision, columns: layer.inputs }
    const tasks = [
      this.#rows(weight, columns, weight.shape[0]!, scale, pack),
      this.#numbersTask(bias, (values) => packColumns(kernels.memory, layer, firstOutput, values, undefined)),
    ]
    if (scale && layer.precision === 'int8') {
      tasks.push(
        this.#numbersTask(scale, (values) =>
          packColumns(kernels.memory, layer, firstOutput, undefined, values),
        ),
      )
    }
    return tasks
  }

  /** A short float tensor. */
  vector(tensor: CheckpointTensor, to: Floats): Task {
    return this.#numbersTask(tensor, (values) => this.kernels.memory.floats(to).set(values))
  }

  #numbersTask(tensor: CheckpointTensor, use: (values: Float32Array) => void): Task {
    return { tensor, byteLength: tensor.byteLength, read: async () => use(await this.#numbers(tensor)) }
  }

  /**
   * The first rows of a tensor, handed to `pack` piece by piece; int8 ones as q · scale where they are to be float32, and else
   * read to the address `to` with no more done, where there is one.
   */
  #rows(
    tensor: CheckpointTensor,
    { precision, columns }: { precision: Precision; columns: number },
    rows: number,
    scale: CheckpointTensor | undefined,
    pack: (piece: StoredRows) => boolean,
    to?: number,
  ): Task {
    const staging = this.#staging
    const byteLength = tensor.byteLength * (rows / tensor.shape[0]!)
    if (tensor.dtype !== 'I8' || precision === 'int8') {
      return { tensor, byteLength, read: () => this.#eachPiece(tensor, rows, staging.capacity, pack, to) }
    }
    const read = async (): Promise<void> => {
      const scales = await this.#numbers(scale!)
      await this.#eachPiece(tensor, rows, staging.mostNumbers, (piece) =>
        pack(staging.dequantized(piece, columns, scales)),
      )
    }
    return { tensor, byteLength: byteLength + scale!.byteLength, read }
  }

  async #numbers(tensor: CheckpointTensor): Promise<Float32Array> {
    const length = tensor.shape.reduce((product, size) => product * size, 1)
    const all = new Float32Array(length)
    const flat = { ...tensor, shape: [length] }
    const most = this.#staging.mostNumbers * (tensor.byteLength / length)
    await this.#eachPiece(flat, length, most, ({ type, rows, first }) => {
      const numbers = this.#staging.numbers(type, rows)
      if (numbers) all.set(numbers, first)
      return numbers !== undefined
    })
    return all
  }

  async #eachPiece(
    tensor: CheckpointTensor,
    rows: number,
    capacity: number,
    pack: (piece: StoredRows) => boolean,
    to?: number,
  ): Promise<void> {
    const rowBytes = tensor.byteLength / tensor.shape[0]!
    const step = Math.max(1, Math.floor(capacity / rowBytes))
    for (let first = 0; first < rows; first += step) {
      this.#signal?.throwIfAborted()
      const count = Math.min(step, rows - first)
      const at = first * rowBytes
      const size = count * rowBytes
      await tensor.source.read(tensor.offset + at, this.#staging.bytes(size, to && to + at))
      if (!to && !pack(this.#staging.rows(tensor.dtype as StoredType, count, first))) throw nonFinite(tensor)
      this.#loaded += size
      this.#onProgress?.(this.#loaded, this.total)
    }
  }
}
