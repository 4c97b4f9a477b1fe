/**
 * A checkpoint's tensors into the places that weights.ts gave them. Files are read front to back in pieces, packed as
 * they come and never whole in memory; over a network that is one request a file.
 */
import type { CheckpointTensor } from '../format/checkpoint.ts'
import { nonFinite } from '../format/read-floats.ts'
import type { Kernels, LayerNorm, Linear, StoredRows, StoredType } from '../kernels/kernels.ts'
import { roundUp } from '../kernels/memory.ts'
import type { BertConfig } from './config.ts'
import type { LayerNormTensors, LinearTensors, ModelTensors } from './tensor-names.ts'
import type { BertWeights } from './weights.ts'

/** Bytes read from a file at a time. */
const STAGING_BYTES = 4 * 2 ** 20

/** Told after each piece of a file. */
export type WeightsProgress = (loadedBytes: number, totalBytes: number) => void

/** One tensor and what is done with it. */
interface Task {
  readonly tensor: CheckpointTensor
  /** Of all that is read for it: some of its rows, and its scales. */
  readonly byteLength: number
  readonly read: () => Promise<void>
}

/**
 * Reads every tensor and packs it into its place.
 *
 * @throws {ModelFormatError} NonFiniteWeights, naming the tensor
 */
export async function readWeights(
  kernels: Kernels,
  tensors: ModelTensors,
  weights: BertWeights,
  config: BertConfig,
  onProgress?: WeightsProgress,
  signal?: AbortSignal,
): Promise<void> {
  const { memory } = kernels
  const mark = memory.end
  const reader = new Reader(kernels, config, onProgress, signal)
  const tasks = [...embeddingTasks(reader, tensors, weights), ...layerTasks(reader, tensors, weights)]
  reader.total = tasks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  for (const { read } of tasks.sort(byPlace)) await read()
  memory.release(mark)
}

function task(
  tensor: CheckpointTensor,
  read: Task['read'],
  rows = tensor.shape[0]!,
  scale?: CheckpointTensor,
): Task {
  const byteLength = (tensor.byteLength / tensor.shape[0]!) * rows + (scale?.byteLength ?? 0)
  return { tensor, byteLength, read }
}

/** In the order of the files, so that each is read forward. */
function byPlace({ tensor: a }: Task, { tensor: b }: Task): number {
  if (a.fileName !== b.fileName) return a.fileName < b.fileName ? -1 : 1
  return a.offset - b.offset
}

function embeddingTasks(reader: Reader, tensors: ModelTensors, { embeddings }: BertWeights): Task[] {
  const { words, wordScales, positions, tokenType, norm, precision } = embeddings
  const { weight, scale } = tensors.wordEmbeddings
  const { tokenTypeEmbeddings } = tensors
  const tasks = [
    reader.rows(tensors.positionEmbeddings, positions),
    ...reader.layerNorm(tensors.embeddingsLayerNorm, norm),
  ]
  if (tokenTypeEmbeddings) tasks.push(reader.rows(tokenTypeEmbeddings, tokenType, 1))
  if (precision === 'float32') tasks.push(reader.rows(weight, words, undefined, scale))
  else {
    tasks.push(reader.packed(weight, (piece) => reader.kernels.packWords(piece, embeddings, reader.width)))
    if (scale)
      tasks.push(reader.vector(scale, (scales) => reader.kernels.memory.float32.set(scales, wordScales / 4)))
  }
  return tasks
}

function layerTasks(reader: Reader, tensors: ModelTensors, { layers, classifier }: BertWeights): Task[] {
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
  if (classifier && tensors.classifier) tasks.push(...reader.linear(tensors.classifier, classifier))
  return tasks
}

/** Makes tasks of tensors; each reads its tensor through one staging area, as many rows at a time as fit. */
class Reader {
  readonly kernels: Kernels
  /** H */
  readonly width: number
  total = 0
  #loaded = 0
  readonly #staging: number
  readonly #widened: number
  readonly #capacity: number
  readonly #onProgress: WeightsProgress | undefined
  readonly #signal: AbortSignal | undefined

  constructor(
    kernels: Kernels,
    { hiddenSize, intermediateSize }: BertConfig,
    onProgress: WeightsProgress | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.kernels = kernels
    this.width = hiddenSize
    const widest = 4 * roundUp(Math.max(hiddenSize, intermediateSize), 16)
    this.#capacity = Math.max(STAGING_BYTES, widest)
    this.#staging = kernels.memory.allocate(this.#capacity)
    this.#widened = kernels.memory.allocate(this.#capacity)
    this.#onProgress = onProgress
    this.#signal = signal
  }

  /** A tensor [rows, width] handed to `pack` piece by piece. */
  packed(tensor: CheckpointTensor, pack: (piece: StoredRows) => boolean, rows = tensor.shape[0]!): Task {
    return task(tensor, () => this.#eachPiece(tensor, rows, this.#capacity, pack), rows)
  }

  /** A float tensor [rows, H] (or an int8 one with its scales) as float32 rows at `address`. */
  rows(tensor: CheckpointTensor, address: number, rows = tensor.shape[0]!, scale?: CheckpointTensor): Task {
    const stride = 4 * roundUp(this.width, 16)
    const read = async (): Promise<void> => {
      const scales = scale && (await this.#numbers(scale))
      const pack = ({ first, rows: count, ...piece }: StoredRows): boolean => {
        for (let row = 0; row < count; row++) {
          const to = address + stride * (first + row)
          if (!this.#widenRow(piece, row, this.width, to, scales?.[first + row])) return false
        }
        return true
      }
      await this.#eachPiece(tensor, rows, this.#capacity, pack)
    }
    return task(tensor, read, rows, scale)
  }

  layerNorm({ weight, bias }: LayerNormTensors, norm: LayerNorm): Task[] {
    const place = (address: number) => (values: Float32Array) =>
      this.kernels.memory.float32.set(values, address / 4)
    return [this.vector(weight, place(norm.weight)), this.vector(bias, place(norm.bias))]
  }

  /** A linear layer's tensors into its rows from `firstOutput` on. */
  linear({ weight, bias, scale }: LinearTensors, layer: Linear, firstOutput = 0): Task[] {
    const { kernels } = this
    const widen = weight.dtype === 'I8' && layer.precision === 'float32'
    const pack = (piece: StoredRows): boolean =>
      kernels.packLinear({ ...piece, first: piece.first + firstOutput }, layer)
    const tasks = [
      widen ? this.#dequantized(weight, scale!, layer.inputs, pack) : this.packed(weight, pack),
      this.vector(bias, (values) => kernels.packColumns(layer, firstOutput, values, undefined)),
    ]
    if (scale && !widen) {
      tasks.push(this.vector(scale, (values) => kernels.packColumns(layer, firstOutput, undefined, values)))
    }
    return tasks
  }

  /** A short float tensor as numbers. */
  vector(tensor: CheckpointTensor, use: (values: Float32Array) => void): Task {
    return task(tensor, async () => use(await this.#numbers(tensor)))
  }

  /** int8 weights of a file as the float32 rows w = q · scale, for a float32 layer. */
  #dequantized(
    tensor: CheckpointTensor,
    scale: CheckpointTensor,
    inputs: number,
    pack: (piece: StoredRows) => boolean,
  ): Task {
    const read = async (): Promise<void> => {
      const scales = await this.#numbers(scale)
      // A quarter of the staging area, so that four bytes a number fit the other one.
      await this.#eachPiece(tensor, tensor.shape[0]!, this.#capacity / 4, ({ first, rows, ...piece }) => {
        for (let row = 0; row < rows; row++) {
          const to = this.#widened + 4 * inputs * row
          this.#widenRow(piece, row, inputs, to, scales[first + row])
        }
        return pack({ address: this.#widened, type: 'F32', rows, first })
      })
    }
    return task(tensor, read, tensor.shape[0]!, scale)
  }

  /** Row `row` of a piece to float32 at `to`, times `scale` where one is given. */
  #widenRow(
    { address, type }: { address: number; type: StoredType },
    row: number,
    width: number,
    to: number,
    scale: number | undefined,
  ): boolean {
    const { bytes, float32 } = this.kernels.memory
    if (type !== 'I8')
      return this.kernels.widen(address + row * width * (type === 'F32' ? 4 : 2), type, width, to)
    const start = address + row * width
    const q = new Int8Array(bytes.buffer, start, width)
    for (let i = 0; i < width; i++) float32[to / 4 + i] = q[i]! * scale!
    return true
  }

  async #numbers(tensor: CheckpointTensor): Promise<Float32Array> {
    const length = tensor.shape.reduce((product, size) => product * size, 1)
    const parts: Float32Array[] = []
    const size = tensor.byteLength / length
    const flat = { ...tensor, shape: [length] }
    await this.#eachPiece(flat, length, Math.floor(this.#capacity / 4) * size, ({ address, type, rows }) => {
      if (!this.kernels.widen(address, type, rows, this.#widened)) return false
      parts.push(this.kernels.memory.float32.slice(this.#widened / 4, this.#widened / 4 + rows))
      return true
    })
    if (parts.length === 1) return parts[0]!
    const all = new Float32Array(length)
    let at = 0
    for (const part of parts) {
      all.set(part, at)
      at += part.length
    }
    return all
  }

  async #eachPiece(
    tensor: CheckpointTensor,
    rows: number,
    capacity: number,
    pack: (piece: StoredRows) => boolean,
  ): Promise<void> {
    const rowBytes = tensor.byteLength / tensor.shape[0]!
    const step = Math.max(1, Math.floor(Math.min(capacity, this.#capacity) / rowBytes))
    for (let first = 0; first < rows; first += step) {
      this.#signal?.throwIfAborted()
      const count = Math.min(step, rows - first)
      const bytes = this.kernels.memory.bytes.subarray(this.#staging, this.#staging + count * rowBytes)
      await tensor.source.read(tensor.offset + first * rowBytes, bytes)
      const piece = { address: this.#staging, type: tensor.dtype as StoredType, rows: count, first }
      if (!pack(piece)) throw nonFinite(tensor)
      this.#loaded += count * rowBytes
      this.#onProgress?.(this.#loaded, this.total)
    }
  }
}
