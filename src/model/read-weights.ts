/**
 * Reads a checkpoint's tensors into the places that places.ts reserved. Each file is read front to back, in
 * chunks that are packed as they arrive, so that no file is ever completely in memory. Over a network that is
 * one request for each file.
 */

import type { CheckpointTensor } from '../format/checkpoint.ts'
import { nonFinite } from '../format/checkpoint.ts'
import { DTYPE_BITS, elementCount } from '../format/dtypes.ts'
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
import type { Places } from './places.ts'
import type { FoundTensor, ResolvedModel } from './resolve.ts'
import type { LinearSpec, ModuleSpec, NormSpec, RepeatedRows, TableSpec, TensorSpec } from './spec.ts'

/** Numbers read from a file at a time: 1 MB of float32, which stays in a core's cache until it is packed. */
const STAGING_NUMBERS = 2 ** 18

/** Called after each chunk of a file. */
export type WeightsProgress = (loadedBytes: number, totalBytes: number) => void

/** One tensor and how it is processed. */
interface Task {
  readonly tensor: CheckpointTensor
  /** Bytes that it reads from the files. */
  readonly byteLength: number
  readonly read: () => Promise<void>
}

/**
 * Reads every tensor and packs it into the place of its module.
 *
 * @throws {ModelFormatError} NonFiniteWeights, naming the tensor
 */
export async function readWeights(
  kernels: Kernels,
  { tensors }: Pick<ResolvedModel, 'tensors'>,
  { modules }: Places,
  onProgress?: WeightsProgress,
  signal?: AbortSignal,
): Promise<void> {
  const { memory } = kernels
  const mark = memory.end
  const staging = placeStaging(kernels.layout, modules.keys())
  const reader = new TensorReader(kernels, tensors, staging, onProgress, signal)
  const tasks = [...modules].flatMap(([module, place]) => reader.module(module, place))
  reader.total = tasks.reduce((sum, { byteLength }) => sum + byteLength, 0)
  for (const { read } of tasks.sort(byPlace)) await read()
  memory.release(mark)
}

/** Room for chunks of the files, of at least one row each. */
export function placeStaging(layout: Layout, modules: Iterable<ModuleSpec>): StagingArea {
  let widest = STAGING_NUMBERS
  for (const module of modules) {
    if (module.kind === 'linear') widest = Math.max(widest, module.inputs)
    if (module.kind === 'table') widest = Math.max(widest, module.columns)
  }
  return layout.staging(widest)
}

/** Some neighbouring rows of a matrix in a file, and where in their layer they go. */
interface Run {
  readonly from: number
  readonly to: number
  readonly rows: number
}

/** Where `count` rows from `first` on go, if blocks of rows are repeated. */
function runsOf({ block, times }: RepeatedRows, first: number, count: number): Run[] {
  const runs: Run[] = []
  for (let from = first; from < first + count; ) {
    const number = Math.floor(from / block)
    const within = from % block
    const rows = Math.min(block - within, first + count - from)
    for (let time = 0; time < times; time++)
      runs.push({ from, to: (number * times + time) * block + within, rows })
    from += rows
  }
  return runs
}

/** Sorts by position in the files, so that each is read forward. */
function byPlace({ tensor: a }: Task, { tensor: b }: Task): number {
  if (a.fileName !== b.fileName) return a.fileName < b.fileName ? -1 : 1
  return a.offset - b.offset
}

/**
 * Makes tasks for modules; each reads one tensor through a shared staging area, as many rows at a time as
 * fit.
 */
class TensorReader {
  /** Bytes that all tasks read. */
  total = 0
  #loaded = 0
  readonly #kernels: Kernels
  readonly #tensors: ReadonlyMap<TensorSpec, FoundTensor>
  readonly #staging: Staging
  readonly #onProgress: WeightsProgress | undefined
  readonly #signal: AbortSignal | undefined

  constructor(
    kernels: Kernels,
    tensors: ReadonlyMap<TensorSpec, FoundTensor>,
    staging: StagingArea,
    onProgress: WeightsProgress | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#kernels = kernels
    this.#tensors = tensors
    this.#staging = new Staging(kernels, staging)
    this.#onProgress = onProgress
    this.#signal = signal
  }

  /** All tasks for a module. */
  module(module: ModuleSpec, place: unknown): Task[] {
    if (module.kind === 'linear') return this.#linear(module, place as Linear)
    if (module.kind === 'norm') return this.#layerNorm(module, place as LayerNorm)
    if (module.kind === 'table') return this.#table(module, place as Table)
    return this.#vector(module.values, place as Floats)
  }

  /** Reads the rows of a table, for int8 with their scales. */
  #table({ weight, added }: TableSpec, table: Table): Task[] {
    const { tensor, scale } = this.#tensors.get(weight)!
    const pack = (piece: StoredRows): boolean => this.#kernels.packTable(piece, table)
    if (added) return [this.#sums(tensor, this.#tensors.get(added)!.tensor, pack)]
    const tasks = [this.#rows(tensor, table, scale, pack, placeAsStored(table, tensor.dtype))]
    const { scales } = table
    if (scale && scales)
      tasks.push(this.#numbersTask(scale, (values) => this.#kernels.memory.floats(scales).set(values)))
    return tasks
  }

  #layerNorm({ weight, bias }: NormSpec, norm: LayerNorm): Task[] {
    return [...this.#vector(weight, norm.weight), ...this.#vector(bias, norm.bias)]
  }

  /** Reads the matrices of a linear layer, which are stacked. */
  #linear({ from }: LinearSpec, layer: Linear): Task[] {
    const { memory } = this.#kernels
    const columns = { precision: layer.precision, columns: layer.inputs }
    let end = 0
    return from.flatMap(({ weight, bias, transposed, repeated }) => {
      const start = end
      const { tensor: found, scale } = this.#tensors.get(weight)!
      const tensor = found.shape.length === 1 ? { ...found, shape: [1, found.shape[0]!] } : found
      const rows = tensor.shape[transposed ? 1 : 0]!
      const repeats = repeated ?? { block: rows, times: 1 }
      end += rows * repeats.times
      const pack = ({ address, type, rows: count, first }: StoredRows): boolean =>
        runsOf(repeats, first, count).every((run) => {
          const begin = address + (DTYPE_BITS.get(type)! / 8) * (run.from - first) * layer.inputs
          return this.#kernels.packLinear(
            { address: begin, type, rows: run.rows, first: start + run.to },
            layer,
          )
        })
      const columnsOf = (biases: Float32Array | undefined, scales: Float32Array | undefined): void => {
        for (const { from, to, rows: count } of runsOf(repeats, 0, rows)) {
          const part = (values?: Float32Array): Float32Array | undefined =>
            values?.subarray(from, from + count)
          packColumns(memory, layer, start + to, part(biases), part(scales))
        }
      }
      const tasks = [transposed ? this.#columns(tensor, pack) : this.#rows(tensor, columns, scale, pack)]
      const packBias = (values: Float32Array): void => columnsOf(values, undefined)
      if (bias) tasks.push(this.#numbersTask(this.#tensors.get(bias)!.tensor, packBias))
      else packBias(new Float32Array(rows))
      if (scale && layer.precision === 'int8') {
        tasks.push(this.#numbersTask(scale, (values) => columnsOf(undefined, values)))
      }
      return tasks
    })
  }

  /** Reads a short float tensor, or writes zeros. */
  #vector(spec: TensorSpec | undefined, to: Floats): Task[] {
    const numbers = (): Float32Array => this.#kernels.memory.floats(to)
    if (spec === undefined) {
      numbers().fill(0)
      return []
    }
    return [this.#numbersTask(this.#tensors.get(spec)!.tensor, (values) => numbers().set(values))]
  }

  #numbersTask(tensor: CheckpointTensor, use: (values: Float32Array) => void): Task {
    return { tensor, byteLength: tensor.byteLength, read: async () => use(await this.#numbers(tensor)) }
  }

  /**
   * Reads a tensor's rows and passes them to `pack` chunk by chunk. int8 rows that are to be float32 are
   * passed as q · scale; others are read directly to the address `to`, if it is given.
   */
  #rows(
    tensor: CheckpointTensor,
    { precision, columns }: { precision: Precision; columns: number },
    scale: CheckpointTensor | undefined,
    pack: (piece: StoredRows) => boolean,
    to?: number,
  ): Task {
    const staging = this.#staging
    const { byteLength } = tensor
    if (tensor.dtype !== 'I8' || precision === 'int8') {
      return { tensor, byteLength, read: () => this.#eachPiece(tensor, staging.capacity, pack, to) }
    }
    const read = async (): Promise<void> => {
      const scales = await this.#numbers(scale!)
      await this.#eachPiece(tensor, staging.mostNumbers, (piece) =>
        pack(staging.dequantized(piece, columns, scales)),
      )
    }
    return { tensor, byteLength: byteLength + scale!.byteLength, read }
  }

  /** Reads the columns of a float tensor as rows. */
  #columns(tensor: CheckpointTensor, pack: (piece: StoredRows) => boolean): Task {
    const [height, width] = tensor.shape as readonly [number, number]
    const row = new Float32Array(height)
    return this.#numbersTask(tensor, (values) => {
      for (let column = 0; column < width; column++) {
        for (let i = 0; i < height; i++) row[i] = values[i * width + column]!
        this.#packRow(row, column, pack)
      }
    })
  }

  /** Reads the rows of a short float tensor, and adds one more row to each of them. */
  #sums(tensor: CheckpointTensor, added: CheckpointTensor, pack: (piece: StoredRows) => boolean): Task {
    const read = async (): Promise<void> => {
      const more = await this.#numbers(added)
      const values = await this.#numbers(tensor)
      for (let at = 0; at < values.length; at += more.length) {
        const row = values.subarray(at, at + more.length).map((value, i) => value + more[i]!)
        this.#packRow(row, at / more.length, pack)
      }
    }
    return { tensor, byteLength: tensor.byteLength + added.byteLength, read }
  }

  #packRow(row: Float32Array, index: number, pack: (piece: StoredRows) => boolean): void {
    this.#staging.bytes(row.byteLength).set(new Uint8Array(row.buffer))
    pack(this.#staging.rows('F32', 1, index))
  }

  async #numbers(tensor: CheckpointTensor): Promise<Float32Array> {
    const length = elementCount(tensor.shape)
    const all = new Float32Array(length)
    const flat = { ...tensor, shape: [length] }
    const most = this.#staging.mostNumbers * (tensor.byteLength / length)
    await this.#eachPiece(flat, most, ({ type, rows, first }) => {
      const numbers = this.#staging.numbers(type, rows)
      if (numbers) all.set(numbers, first)
      return numbers !== undefined
    })
    return all
  }

  async #eachPiece(
    tensor: CheckpointTensor,
    capacity: number,
    pack: (piece: StoredRows) => boolean,
    to?: number,
  ): Promise<void> {
    const rows = tensor.shape[0]!
    const rowBytes = tensor.byteLength / rows
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
