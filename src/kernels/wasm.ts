/**
 * The wasm kernels, typed. A call becomes a command in memory (assembly/commands.ts names its fields), which
 * runs on this thread or is shared with helper threads (assembly/parallel.ts).
 */
import { COMMANDS, CONTROL } from '../generated/commands.ts'
import { COMMAND_OFFSET } from '../generated/constants.ts'
import { NUMBERS } from '../generated/numbers.ts'
import { INT8_PANEL, ROW_LANES } from '../generated/sizes.ts'
import { type KernelExports, mayFuse } from './exports.ts'
import type {
  Activation,
  ActivationForm,
  AttentionCall,
  EmbeddingTables,
  Floats,
  Integers,
  KernelPlan,
  Kernels,
  LayerNorm,
  Linear,
  Matrix,
  RelativeRows,
  StoredRows,
  StoredType,
  Table,
  Tiles,
  Tokens,
} from './kernels.ts'
import { Layout } from './layout.ts'
import { CONTROL_ADDRESS, type KernelMemory, roundUp } from './memory.ts'
import type { Scratch, ScratchShape } from './placed.ts'

/** Names and fields of the commands. */
type CommandName = keyof typeof COMMANDS
type Fields<Name extends CommandName> = Record<keyof (typeof COMMANDS)[Name]['fields'], number>

/** Where a call is written, in 32-bit words. */
const CONTROL_WORD = CONTROL_ADDRESS / 4
const COMMAND_WORD = (CONTROL_ADDRESS + COMMAND_OFFSET) / 4

/**
 * Calls of fewer multiply-adds (or as much other work), some 10 µs, wake no helper.
 */
const ALONE_BELOW = 400_000
/** Chunks for each thread: enough that one slow thread delays the others little. */
const CHUNKS_PER_THREAD = 4
/** How long to wait for helpers before checking that they live. */
const WAIT_MILLISECONDS = 50

export interface WasmKernelsOptions {
  /** The build, its precision, and its tiles, of which a copy is kept and tuned. */
  readonly plan: Pick<KernelPlan, 'variant' | 'precision' | 'tiles'>
  /** The module's exports on this memory. */
  readonly exports: KernelExports
  readonly memory: KernelMemory
  /** The largest sizes that will be computed. */
  readonly scratch: ScratchShape
  /** Default 1. */
  readonly threads?: number
  /** Throws if a helper has died; called while waiting. */
  readonly checkHelpers?: () => void
}

export class WasmKernels implements Kernels {
  readonly name: 'simd' | 'relaxed'
  readonly memory: KernelMemory
  readonly layout: Layout
  readonly threads: number
  readonly tiles: Tiles
  readonly #exports: KernelExports
  readonly #fused: number
  readonly #scratch: Scratch
  readonly #checkHelpers: () => void
  /** The fields of each command in their order, and whether each is float32. */
  readonly #fields = Object.fromEntries(
    Object.entries(COMMANDS).map(([name, { fields }]) => [name, Object.entries(fields)]),
  ) as unknown as Readonly<Record<CommandName, readonly (readonly [field: string, isFloat: 0 | 1])[]>>

  constructor(options: WasmKernelsOptions) {
    const { plan, exports, memory, scratch, threads = 1, checkHelpers = (): void => {} } = options
    this.name = plan.variant === 'relaxed' ? 'relaxed' : 'simd'
    this.memory = memory
    this.threads = threads
    this.tiles = { ...plan.tiles }
    this.layout = new Layout(memory, plan.tiles.float32Panel, activationForm(plan.variant))
    this.#exports = exports
    this.#fused = mayFuse(plan.variant, plan.precision) ? 1 : 0
    this.#checkHelpers = checkHelpers
    this.#scratch = this.layout.scratch(scratch, threads)
    this.#exports.close(CONTROL_ADDRESS)
  }

  /** The scratch of helper `index`, from 1 on; the coordinator's is 0. */
  scratchOf(index: number): number {
    return this.#scratch.address + index * this.#scratch.threadBytes
  }

  packLinear({ address, type, rows, first }: StoredRows, layer: Linear): boolean {
    const { inputs, weights, columns } = layer
    const stored = NUMBERS.StoredType[type]
    const scratch = this.scratchOf(0)
    const { packLinearInt8, packLinearFloat32 } = this.#exports
    if (layer.precision === 'int8') {
      const pairs = pairsOf(layer)
      return packLinearInt8(address, stored, rows, inputs, pairs, first, weights, columns, scratch) === 1
    }
    const panel = this.tiles.float32Panel
    return packLinearFloat32(address, stored, rows, inputs, first, weights, panel, scratch) === 1
  }

  packTable({ address, type, rows, first }: StoredRows, table: Table): boolean {
    const { columns, stride, scales } = table
    if (scales !== undefined) {
      const out = table.address + first * stride
      const [stored, scratch] = [NUMBERS.StoredType[type], this.scratchOf(0)]
      const { packEmbeddingInt8 } = this.#exports
      const to = scales.address + 4 * first
      return packEmbeddingInt8(address, stored, rows, columns, out, stride, to, scratch) === 1
    }
    const rowBytes = columns * (type === 'F32' ? 4 : 2)
    for (let row = 0; row < rows; row++) {
      const to = { address: table.address + 4 * (first + row) * stride, count: columns }
      if (!this.widen(address + row * rowBytes, type, to)) return false
    }
    return true
  }

  widen(from: number, type: StoredType, { address, count }: Floats): boolean {
    return this.#exports.widenValues(from, NUMBERS.StoredType[type], count, address) === 1
  }

  embed({ ids, places, types }: Tokens, tables: EmbeddingTables, out: Matrix): void {
    const { words, positions, tokenTypes, norm } = tables
    this.#run('Embed', this.#tilesOf(out), 16 * out.rows * out.columns, {
      ...this.#quantizedRows(out),
      ids: ids.address,
      places: places.address,
      types: types.address,
      words: words.address,
      wordScales: words.scales?.address ?? 0,
      positions: positions?.address ?? 0,
      tokenTypes: tokenTypes?.address ?? 0,
      tableStride: words.stride,
      width: out.columns,
      weight: norm?.weight.address ?? 0,
      bias: norm?.bias.address ?? 0,
      epsilon: norm?.epsilon ?? 0,
      out: out.address,
      outStride: 4 * out.stride,
    })
  }

  linear(x: Matrix, layer: Linear, out: Matrix, activation: Activation): void {
    const { weights, columns, inputs, outputs } = layer
    const work = x.rows * inputs * outputs
    const result = {
      out: out.address,
      outStride: 4 * out.stride,
      activation: NUMBERS.Activation[activation],
    }
    if (layer.precision === 'int8') {
      const [pairs, panels] = [pairsOf(layer), Math.ceil(outputs / INT8_PANEL)]
      const tile = NUMBERS.Int8Tile[this.tiles.int8Tile]
      this.#run('LinearInt8', panels, work / 2, {
        ...this.#quantizedRows(x),
        ...{ weights, pairs, tile, columns },
        ...result,
      })
    } else {
      const { float32Panel: panel, float32Rows: tileRows } = this.tiles
      this.#run('LinearFloat32', Math.ceil(outputs / panel), work, {
        x: x.address,
        xStride: 4 * x.stride,
        rows: x.rows,
        weights,
        inputs,
        bias: columns,
        ...result,
        panel,
        tileRows,
        fused: this.#fused,
      })
    }
    this.quantize(out)
  }

  attention(call: AttentionCall): void {
    const { queryKeyValue, sequences, heads, out, probabilities, relative, window = 0 } = call
    const hidden = out.columns
    const headDim = hidden / heads
    if (probabilities) {
      this.memory.integers(probabilities.addresses).set(probabilities.maps.map(({ address }) => address))
    }
    const { keys, queries, distances, biases, farthest = 0 } = relative ?? {}
    const rows = keys ?? queries
    const kinds = 1 + (keys ? 1 : 0) + (queries ? 1 : 0)
    const exact = out.quantized !== undefined
    const { int8Rows, float32Rows, float32Panel } = this.tiles
    const work = 2 * out.rows * sequences.longest * hidden
    this.#run('Attention', sequences.count * heads, exact ? work / 2 : work, {
      distances: distances ? distances.address + 4 * farthest : 0,
      biases: biases ? biases.address + 4 * farthest : 0,
      relativeKeys: keys?.address ?? 0,
      relativeKeyScales: keys?.scales ?? 0,
      relativeQueries: queries?.address ?? 0,
      relativeQueryScales: queries?.scales ?? 0,
      relativeBytes: rows?.headBytes ?? 4 * (biases?.headNumbers ?? 0),
      relativeScaleBytes: rows?.headScaleBytes ?? 0,
      relativeRows: rows?.rows ?? 0,
      queryKeyValue: queryKeyValue.address,
      stride: 4 * queryKeyValue.stride,
      bounds: sequences.bounds.address,
      heads,
      hidden,
      headDim,
      scale: (exact ? Math.LOG2E : 1) / Math.sqrt(headDim * kinds),
      out: out.address,
      outStride: 4 * out.stride,
      probabilities: probabilities?.addresses.address ?? 0,
      exact: exact ? 1 : 0,
      fused: this.#fused,
      panel: exact ? INT8_PANEL : float32Panel,
      tileRows: exact ? int8Rows : float32Rows,
      window,
    })
    this.quantize(out)
  }

  rotate(x: Matrix, places: Integers, angles: Matrix): void {
    const headDim = angles.columns
    this.#run('Rotate', x.rows, 2 * x.rows * x.columns, {
      x: x.address,
      xStride: 4 * x.stride,
      heads: x.columns / headDim,
      headDim,
      places: places.address,
      angles: angles.address,
      angleStride: 4 * angles.stride,
    })
  }

  packRelative(x: Matrix, out: RelativeRows): void {
    const { packKeys, packKeysInt16 } = this.#exports
    const { rows, heads, headDim, address, headBytes, scales, headScaleBytes } = out
    for (let head = 0; head < heads; head++) {
      const [from, stride] = [x.address + 4 * head * headDim, 4 * x.stride]
      const to = address + head * headBytes
      if (scales) packKeysInt16(from, stride, rows, headDim, to, scales + head * headScaleBytes)
      else packKeys(from, stride, rows, headDim, this.tiles.float32Panel, to)
    }
  }

  addLayerNorm(x: Matrix, residual: Matrix | undefined, norm: LayerNorm, out: Matrix, sum?: Matrix): void {
    this.#run('LayerNorm', this.#tilesOf(out), 16 * out.rows * out.columns, {
      ...this.#quantizedRows(out),
      x: x.address,
      xStride: 4 * x.stride,
      residual: residual?.address ?? 0,
      residualStride: 4 * (residual?.stride ?? 0),
      sum: sum?.address ?? 0,
      sumStride: 4 * (sum?.stride ?? 0),
      width: out.columns,
      weight: norm.weight.address,
      bias: norm.bias.address,
      epsilon: norm.epsilon,
      centred: norm.centred ? 1 : 0,
      out: out.address,
      outStride: 4 * out.stride,
    })
  }

  /** Also where the tiles have changed, since they decide how the quantised rows lie. */
  quantize(matrix: Matrix): void {
    if (matrix.quantized) this.#quantize(matrix)
  }

  multiply(matrix: Matrix, factors: Matrix): void {
    this.#quantize(matrix, factors)
  }

  /** x = x ⊙ factors, where there are factors, and the quantised rows of x, where it has them. */
  #quantize(x: Matrix, factors?: Matrix): void {
    this.#run('Quantize', this.#tilesOf(x), 16 * x.rows * x.columns, {
      ...this.#quantizedRows(x),
      x: x.address,
      xStride: 4 * x.stride,
      width: x.columns,
      factors: factors?.address ?? 0,
      factorStride: 4 * (factors?.stride ?? 0),
    })
  }

  /** The fields of a matrix's quantised rows; addresses of 0 where it has none. */
  #quantizedRows({ quantized, rows }: Matrix): Record<keyof typeof NONE | 'rows' | 'tileRows', number> {
    const tiles = { rows, tileRows: this.tiles.int8Rows }
    if (!quantized) return { ...NONE, ...tiles }
    const { values, valueBytes, steps, digits } = quantized
    const { zeros = 0, lists = 0, listBytes = 0 } = digits ?? {}
    const norms = (this.tiles.int8Tile === 'short' && digits?.norms) || 0
    return { values, valueBytes, steps, zeros, lists, listBytes, norms, ...tiles }
  }

  #tilesOf({ rows }: Matrix): number {
    return Math.ceil(rows / this.tiles.int8Rows)
  }

  /**
   * Runs a command over all its units: on this thread where it is small or there is no helper, else in
   * chunks.
   */
  #run<Name extends CommandName>(name: Name, units: number, work: number, fields: Fields<Name>): void {
    const { int32 } = this.memory
    this.#write(name, fields)
    int32[CONTROL_WORD + CONTROL.kernel / 4] = COMMANDS[name].kernel
    int32[CONTROL_WORD + CONTROL.units / 4] = units
    const scratch = this.scratchOf(0)
    if (this.threads === 1 || work < ALONE_BELOW || units === 1) {
      this.#exports.runAlone(CONTROL_ADDRESS, scratch)
      return
    }
    const chunkUnits = Math.ceil(units / (this.threads * CHUNKS_PER_THREAD))
    int32[CONTROL_WORD + CONTROL.chunkUnits / 4] = chunkUnits
    int32[CONTROL_WORD + CONTROL.chunks / 4] = Math.ceil(units / chunkUnits)
    this.#exports.dispatch(CONTROL_ADDRESS, scratch)
    while (this.#exports.join(CONTROL_ADDRESS, WAIT_MILLISECONDS) === 0) this.#checkHelpers()
  }

  #write<Name extends CommandName>(name: Name, fields: Fields<Name>): void {
    const { int32, float32 } = this.memory
    let word = COMMAND_WORD
    for (const [field, isFloat] of this.#fields[name]) {
      const value = fields[field as keyof Fields<Name>]
      if (isFloat) float32[word++] = value
      else int32[word++] = value
    }
  }
}

/** Of a matrix that no int8 layer reads. */
const NONE = { values: 0, valueBytes: 0, steps: 0, zeros: 0, lists: 0, listBytes: 0, norms: 0 }

/** How a build keeps the inputs of int8 layers: the relaxed one multiplies digits. */
export function activationForm(name: 'simd' | 'relaxed' | 'reference'): ActivationForm {
  return name === 'relaxed' ? 'digits' : 'int16'
}

/** Pairs of inputs in a panel of an int8 layer. */
function pairsOf({ inputs }: Linear): number {
  return roundUp(inputs, ROW_LANES) / 2
}
