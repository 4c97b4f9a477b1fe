/**
 * The typed face of the wasm kernels. A call becomes a command in memory (assembly/commands.ts lists the arguments in
 * this order), which is run here alone or shared with helper threads (assembly/parallel.ts).
 */
import {
  ACTIVATIONS,
  type Activation,
  type EmbeddingTables,
  type Kernels,
  type LayerNorm,
  type Linear,
  type Matrix,
  type Precision,
  type Sequences,
  STORED_TYPES,
  type StoredRows,
  type StoredType,
} from './kernels.ts'
import { type KernelMemory, roundUp } from './memory.ts'

/** assembly/kernels.ts */
export interface KernelExports {
  close(control: number): void
  dispatch(control: number, scratch: number): void
  join(control: number, milliseconds: number): number
  runAlone(control: number, scratch: number): void
  serve(control: number, scratch: number): void
  widenValues(from: number, type: number, count: number, to: number): number
  packLinearFloat32(
    from: number,
    type: number,
    rows: number,
    k: number,
    first: number,
    weights: number,
    panel: number,
    scratch: number,
  ): number
  packLinearInt8(
    from: number,
    type: number,
    rows: number,
    k: number,
    pairs: number,
    first: number,
    weights: number,
    columns: number,
    scratch: number,
  ): number
  packEmbeddingInt8(
    from: number,
    type: number,
    rows: number,
    width: number,
    out: number,
    stride: number,
    scales: number,
    scratch: number,
  ): number
}

/** Rows of the register tiles and the width of a float32 panel; kernels/tuning.ts chooses. They change no int8 bit. */
export interface Tiles {
  int8Rows: 4 | 5 | 6
  float32Rows: 4 | 5 | 6
  float32Panel: 8 | 16
}

/** Where the control block stands, below the first address that memory.ts hands out. */
export const CONTROL_ADDRESS = 64

const KERNEL = { linearInt8: 0, linearFloat32: 1, attention: 2, layerNorm: 3, quantize: 4, embed: 5 }
const INT8_PANEL = 8
/** Query rows of one block in assembly/attention.ts. */
const QUERY_ROWS = 12

/** Offsets in the control block, in 32-bit words. */
const WORD = { kernel: 5, units: 6, chunkUnits: 7, chunks: 8, arguments: 16 }

/**
 * Multiply-adds (or about as much other work) below which a call is not worth waking anyone: some 10 µs.
 */
const ALONE_BELOW = 400_000
/** Chunks a thread: enough that an unlucky thread delays the others little. */
const CHUNKS_PER_THREAD = 4
/** How long to wait for helpers before asking whether they live. */
const WAIT_MILLISECONDS = 50

export interface WasmKernelsOptions {
  readonly name: 'simd' | 'relaxed'
  readonly exports: KernelExports
  readonly memory: KernelMemory
  readonly tiles: Tiles
  /** Bytes of scratch each thread needs: `scratchBytes`. */
  readonly scratchBytes: number
  readonly threads: number
  /** Throws where a helper has died; called while waiting. */
  readonly checkHelpers?: () => void
}

/** Scratch of one thread for sequences of up to `tokens` tokens and layers of up to `inputs` inputs. */
export function scratchBytes(tokens: number, headDim: number, inputs: number, panel: number): number {
  const paddedTokens = roundUp(tokens, panel)
  const paddedDim = roundUp(headDim, panel)
  const block = QUERY_ROWS * (paddedTokens + paddedDim + 1)
  const zeros = Math.max(paddedTokens, paddedDim)
  const attention = 4 * (zeros + paddedTokens * headDim + paddedDim * tokens + block)
  const widened = roundUp(inputs, 16) * INT8_PANEL * 2
  return roundUp(Math.max(attention, widened, 8 * roundUp(inputs, 16)), 64)
}

export class WasmKernels implements Kernels {
  readonly name: 'simd' | 'relaxed'
  readonly memory: KernelMemory
  readonly threads: number
  readonly tiles: Tiles
  readonly #exports: KernelExports
  readonly #scratch: number
  readonly #scratchBytes: number
  readonly #tables: number
  readonly #checkHelpers: () => void

  constructor(options: WasmKernelsOptions) {
    this.name = options.name
    this.memory = options.memory
    this.threads = options.threads
    this.tiles = options.tiles
    this.#exports = options.exports
    this.#checkHelpers = options.checkHelpers ?? ((): void => {})
    this.#scratchBytes = options.scratchBytes
    this.#scratch = this.memory.allocate(options.scratchBytes * options.threads)
    this.#tables = this.memory.allocate(64)
    this.#exports.close(CONTROL_ADDRESS)
  }

  /** The scratch of helper `index`, from 1 on; the coordinator's is 0. */
  scratchOf(index: number): number {
    return this.#scratch + index * this.#scratchBytes
  }

  linearBytes(precision: Precision, inputs: number, outputs: number): { weights: number; columns: number } {
    if (precision === 'int8') {
      const padded = roundUp(outputs, INT8_PANEL)
      return { weights: padded * roundUp(inputs, 16), columns: padded * 8 }
    }
    const padded = roundUp(outputs, this.tiles.float32Panel)
    return { weights: padded * inputs * 4, columns: padded * 4 }
  }

  packLinear({ address, type, rows, first }: StoredRows, layer: Linear): boolean {
    const { inputs, weights, columns } = layer
    const stored = STORED_TYPES.indexOf(type)
    const { packLinearInt8, packLinearFloat32 } = this.#exports
    const pairs = roundUp(inputs, 16) / 2
    if (layer.precision === 'int8') {
      return (
        packLinearInt8(address, stored, rows, inputs, pairs, first, weights, columns, this.#scratch) === 1
      )
    }
    const panel = this.tiles.float32Panel
    return packLinearFloat32(address, stored, rows, inputs, first, weights, panel, this.#scratch) === 1
  }

  packColumns(
    layer: Linear,
    first: number,
    bias: Float32Array | undefined,
    scales: Float32Array | undefined,
  ): void {
    const floats = this.memory.float32
    const start = layer.columns / 4
    if (layer.precision === 'float32') {
      if (bias) floats.set(bias, start + first)
      return
    }
    const at = (n: number): number => start + Math.floor(n / INT8_PANEL) * 2 * INT8_PANEL + (n % INT8_PANEL)
    scales?.forEach((scale, i) => {
      floats[at(first + i)] = scale
    })
    bias?.forEach((value, i) => {
      floats[at(first + i) + INT8_PANEL] = value
    })
  }

  packWords({ address, type, rows, first }: StoredRows, tables: EmbeddingTables, columns: number): boolean {
    const stride = roundUp(columns, 16)
    const stored = STORED_TYPES.indexOf(type)
    const out = tables.words + first * stride
    const scales = tables.wordScales + 4 * first
    const { packEmbeddingInt8 } = this.#exports
    return packEmbeddingInt8(address, stored, rows, columns, out, stride, scales, this.#scratch) === 1
  }

  widen(from: number, type: StoredType, count: number, to: number): boolean {
    return this.#exports.widenValues(from, STORED_TYPES.indexOf(type), count, to) === 1
  }

  embed(ids: number, positions: number, tables: EmbeddingTables, out: Matrix): void {
    const { words, wordScales, positions: positionRows, tokenType, norm } = tables
    const struct = [words, wordScales, positionRows, tokenType, norm.weight, norm.bias]
    this.memory.int32.set(struct, this.#tables / 4)
    const args = [this.#tables, ids, positions, out.columns, roundUp(out.columns, 16), float(norm.epsilon)]
    const work = 16 * out.rows * out.columns
    this.#run(KERNEL.embed, out.rows, work, [
      ...args,
      out.address,
      4 * out.stride,
      ...this.#quantizedArguments(out),
    ])
  }

  linear(x: Matrix, layer: Linear, out: Matrix, activation: Activation): void {
    const kind = ACTIVATIONS.indexOf(activation)
    const work = x.rows * layer.inputs * layer.outputs
    const outStride = 4 * out.stride
    if (layer.precision === 'int8') {
      const { address, scales } = x.quantized!
      this.#run(KERNEL.linearInt8, Math.ceil(layer.outputs / INT8_PANEL), work / 2, [
        ...[address, scales, x.rows, layer.weights, roundUp(layer.inputs, 16) / 2, layer.columns],
        ...[out.address, outStride, kind, this.tiles.int8Rows],
      ])
    } else {
      const panel = this.tiles.float32Panel
      this.#run(KERNEL.linearFloat32, Math.ceil(layer.outputs / panel), work, [
        ...[x.address, 4 * x.stride, x.rows, layer.weights, layer.inputs, layer.columns],
        ...[out.address, outStride, kind, panel, this.tiles.float32Rows],
      ])
    }
    this.#quantize(out)
  }

  attention(
    queryKeyValue: Matrix,
    sequences: Sequences,
    heads: number,
    out: Matrix,
    probabilities?: readonly number[],
  ): void {
    const hidden = out.columns
    const headDim = hidden / heads
    const panel = this.tiles.float32Panel
    const { address, stride } = queryKeyValue
    const work = 2 * out.rows * sequences.longest * hidden
    this.#run(KERNEL.attention, sequences.count * heads, work, [
      ...[address, 4 * stride, sequences.bounds, heads, hidden, headDim, float(1 / Math.sqrt(headDim))],
      ...[out.address, 4 * out.stride, probabilities ? this.#addresses(probabilities) : 0],
      ...[panel, this.tiles.float32Rows],
    ])
    this.#quantize(out)
  }

  addLayerNorm(x: Matrix, residual: Matrix, norm: LayerNorm, out: Matrix): void {
    const { weight, bias, epsilon } = norm
    this.#run(KERNEL.layerNorm, out.rows, 16 * out.rows * out.columns, [
      ...[x.address, 4 * x.stride, residual.address, 4 * residual.stride, out.columns, weight, bias],
      ...[float(epsilon), out.address, 4 * out.stride, ...this.#quantizedArguments(out)],
    ])
  }

  /** Where a matrix's quantised twin goes and how its rows are interleaved, as arguments; zeros where it has none. */
  #quantizedArguments({ quantized, rows }: Matrix): number[] {
    if (!quantized) return [0, 0, 0, 0, 0, 0]
    const { address, stride, scales, limit } = quantized
    return [address, 2 * stride, scales, float(limit), rows, this.tiles.int8Rows]
  }

  #quantize(rows: Matrix): void {
    if (!rows.quantized) return
    const args = [rows.address, 4 * rows.stride, rows.columns, ...this.#quantizedArguments(rows)]
    this.#run(KERNEL.quantize, rows.rows, 4 * rows.rows * rows.columns, args)
  }

  /** A list of addresses in memory, for the one kernel that takes one; it goes with the workspace. */
  #addresses(list: readonly number[]): number {
    const address = this.memory.allocate(4 * list.length)
    this.memory.int32.set(list, address / 4)
    return address
  }

  /** Runs a command over all its units: alone where it is small or there is no helper, else in chunks. */
  #run(kernel: number, units: number, work: number, args: readonly number[]): void {
    const int32 = this.memory.int32
    const control = CONTROL_ADDRESS / 4
    int32[control + WORD.kernel] = kernel
    int32[control + WORD.units] = units
    int32.set(args, control + WORD.arguments)
    if (this.threads === 1 || work < ALONE_BELOW || units === 1) {
      this.#exports.runAlone(CONTROL_ADDRESS, this.#scratch)
      return
    }
    const chunkUnits = Math.ceil(units / (this.threads * CHUNKS_PER_THREAD))
    int32[control + WORD.chunkUnits] = chunkUnits
    int32[control + WORD.chunks] = Math.ceil(units / chunkUnits)
    this.#exports.dispatch(CONTROL_ADDRESS, this.#scratch)
    while (this.#exports.join(CONTROL_ADDRESS, WAIT_MILLISECONDS) === 0) this.#checkHelpers()
  }
}

const floatView = new Float32Array(1)
const wordView = new Int32Array(floatView.buffer)

/** The bits of a float32, to stand among 32-bit arguments. */
function float(value: number): number {
  floatView[0] = value
  return wordView[0]!
}
