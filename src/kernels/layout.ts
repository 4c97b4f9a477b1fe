/**
 * Where things are in kernel memory and how much room they take: the one place that knows paddings and
 * strides. The same code places a model in memory and, on an `AddressSpace`, which only counts, says what a
 * model will take. Sizes that assembly/ alone decides come from assembly/sizes.ts.
 */
import {
  Float32Parts,
  INT8_PANEL,
  Int16Parts,
  layerScratchBytes,
  listsBytes,
  normsBytes,
  panelBytes,
  ROW_LANES,
  spreadStride,
} from '../generated/sizes.ts'
import { type AddressSpace, type KernelMemory, roundUp } from './memory.ts'
import type {
  ActivationForm,
  Floats,
  Integers,
  LayerNorm,
  Linear,
  Matrix,
  Precision,
  Probabilities,
  QuantizedRows,
  Scratch,
  ScratchShape,
  Sequences,
  StagingArea,
  Table,
} from './placed.ts'

/**
 * 32-bit numbers of an int8 layer: for each panel the scales of all its channels, then their biases, then
 * their sums.
 */
const INT8_COLUMNS = ['scale', 'bias', 'sum'] as const

export class Layout {
  /** Output channels of a float32 panel. */
  readonly float32Panel: number
  /** How the quantised rows of matrices are kept. */
  readonly activations: ActivationForm
  readonly #space: Pick<AddressSpace, 'allocate'>

  /** @param space  hands out addresses: a `KernelMemory`, or an `AddressSpace` that only counts */
  constructor(
    space: Pick<AddressSpace, 'allocate'>,
    float32Panel: number,
    activations: ActivationForm = 'int16',
  ) {
    this.#space = space
    this.float32Panel = float32Panel
    this.activations = activations
  }

  integers(count: number): Integers {
    return { address: this.#space.allocate(4 * count), count }
  }

  /** Float32 numbers, with room for whole vectors. */
  floats(count: number): Floats {
    return { address: this.#space.allocate(4 * roundUp(count, ROW_LANES)), count }
  }

  /**
   * @param readBy the precision of the linear layer that reads the rows: for 'int8' they are kept quantised
   * too
   */
  matrix(rows: number, columns: number, readBy: Precision = 'float32'): Matrix {
    const stride = spreadStride(columns)
    const matrix = { address: this.#space.allocate(4 * rows * stride), rows, columns, stride }
    return readBy === 'int8' ? { ...matrix, quantized: this.#quantizedRows(rows, columns) } : matrix
  }

  #quantizedRows(rows: number, columns: number): QuantizedRows {
    const padded = roundUp(columns, ROW_LANES)
    const steps = this.#space.allocate(4 * rows)
    if (this.activations === 'int16') {
      return {
        values: this.#space.allocate(2 * rows * padded),
        valueBytes: 2 * padded,
        steps,
        digits: undefined,
      }
    }
    const listBytes = listsBytes(padded / 4)
    return {
      values: this.#space.allocate(rows * padded),
      valueBytes: padded,
      steps,
      digits: {
        zeros: this.#space.allocate(4 * rows),
        lists: this.#space.allocate(rows * listBytes),
        listBytes,
        norms: this.#space.allocate(normsBytes(rows, padded / 4)),
      },
    }
  }

  linear(precision: Precision, inputs: number, outputs: number): Linear {
    if (precision === 'int8') {
      const padded = roundUp(outputs, INT8_PANEL)
      const weights = this.#space.allocate((padded / INT8_PANEL) * this.#int8PanelBytes(inputs))
      const columns = this.#space.allocate(4 * padded * INT8_COLUMNS.length)
      return { precision, inputs, outputs, weights, columns }
    }
    const padded = roundUp(outputs, this.float32Panel)
    const weights = this.#space.allocate(4 * padded * inputs)
    return { precision, inputs, outputs, weights, columns: this.#space.allocate(4 * padded) }
  }

  /** Weights and, where they meet digits, their norms: assembly/short-sums.ts. */
  #int8PanelBytes(inputs: number): number {
    const padded = roundUp(inputs, ROW_LANES)
    return this.activations === 'int16' ? INT8_PANEL * padded : panelBytes(padded / 4)
  }

  layerNorm(width: number, epsilon: number, centred = true): LayerNorm {
    return { weight: this.floats(width), bias: this.floats(width), epsilon, centred }
  }

  /** Rows that are looked up: of float32, or of int8 with one scale each. */
  table(precision: Precision, rows: number, columns: number): Table {
    const stride = roundUp(columns, ROW_LANES)
    const int8 = precision === 'int8'
    const address = this.#space.allocate(rows * stride * (int8 ? 1 : 4))
    return { precision, address, rows, columns, stride, scales: int8 ? this.floats(rows) : undefined }
  }

  sequences(count: number, longest: number): Sequences {
    return { count, longest, bounds: this.integers(count + 1) }
  }

  /** Float32 [A, T, T] for each sequence. */
  probabilities(heads: number, lengths: readonly number[]): Probabilities {
    return {
      maps: lengths.map((length) => this.floats(heads * length * length)),
      addresses: this.integers(lengths.length),
    }
  }

  /** @param numbers  in the largest piece of a file that becomes float32 */
  staging(numbers: number): StagingArea {
    const capacity = 4 * numbers
    return { capacity, stored: this.#space.allocate(capacity), widened: this.#space.allocate(capacity) }
  }

  scratch({ tokens, headDim, inputs, relativeRows = 0 }: ScratchShape, threads: number): Scratch {
    const float32 = new Float32Parts().place(tokens, headDim, this.float32Panel, relativeRows)
    const int16 = new Int16Parts().place(tokens, headDim, relativeRows)
    const threadBytes = roundUp(Math.max(layerScratchBytes(inputs), float32, int16), 64)
    return { address: this.#space.allocate(threadBytes * threads), threadBytes }
  }
}

/** The address of one of the numbers of an output channel; float32 layers have only biases. */
export function columnAddress(
  { precision, columns }: Linear,
  channel: number,
  part: (typeof INT8_COLUMNS)[number],
): number {
  if (precision === 'float32') return columns + 4 * channel
  const panel = Math.floor(channel / INT8_PANEL)
  const vector = panel * INT8_COLUMNS.length + INT8_COLUMNS.indexOf(part)
  return columns + 4 * (vector * INT8_PANEL + (channel % INT8_PANEL))
}

/**
 * Writes the biases of a linear layer and, where its file is int8, its column scales, for the output channels
 * from `first` on.
 */
export function packColumns(
  memory: KernelMemory,
  layer: Linear,
  first: number,
  bias: Float32Array | undefined,
  scales: Float32Array | undefined,
): void {
  if (scales) writeColumns(memory, layer, first, 'scale', scales)
  if (bias) writeColumns(memory, layer, first, 'bias', bias)
}

/** Writes one part of the output channels from `first` on. */
export function writeColumns(
  { float32 }: KernelMemory,
  layer: Linear,
  first: number,
  part: (typeof INT8_COLUMNS)[number],
  values: Float32Array,
): void {
  for (let i = 0, at = 0; i < values.length; i++, at++) {
    // The numbers of a panel's channels are neighbours.
    if (i === 0 || (first + i) % INT8_PANEL === 0) at = columnAddress(layer, first + i, part) / 4
    float32[at] = values[i]!
  }
}

/** Columns `first` and `count - 1` more of a matrix, as a matrix over the same numbers. */
export function columnsOf({ address, rows, stride }: Matrix, first: number, count: number): Matrix {
  return { address: address + 4 * first, rows, columns: count, stride }
}

/**
 * Rows `first` and `count - 1` more of a matrix that no int8 layer reads, as a matrix over the same numbers.
 */
export function rowsOf({ address, columns, stride }: Matrix, first: number, count: number): Matrix {
  return { address: address + 4 * first * stride, rows: count, columns, stride }
}
