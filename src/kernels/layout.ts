/**
 * Where things stand in kernel memory and how much room they take: the one place that knows paddings and strides. The
 * same code places a model in memory and, on an `AddressSpace` that only counts, says what a model will take.
 */
import {
  CLOSEST_TILES,
  INT8_PANEL,
  LISTED_BYTES,
  MOST_TILE_ROWS,
  NORM_HEADER,
  NORM_INPUTS,
  QUERY_ROWS,
  ROW_LANES,
  SECOND_HEADER,
  START_HEADER,
} from '../generated/constants.ts'
import { type AddressSpace, type KernelMemory, roundUp } from './memory.ts'
import type {
  ActivationForm,
  AttentionInt16Scratch,
  AttentionScratch,
  Floats,
  Integers,
  LayerNorm,
  Linear,
  Matrix,
  Precision,
  Probabilities,
  QuantizedRows,
  RelativeScratch,
  Scratch,
  ScratchShape,
  Sequences,
  StagingArea,
  Table,
} from './placed.ts'

/** 32-bit numbers of each output channel of an int8 layer: for each panel those of all its channels, part after part. */
const INT8_COLUMNS = ['scale', 'bias', 'sum'] as const

/** Numbers that a vector holds. */
const LANES = 4

export class Layout {
  /** Output channels of a float32 panel. */
  readonly float32Panel: number
  /** As what the quantised twins of matrices are kept. */
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

  /** With room for whole vectors. */
  floats(count: number): Floats {
    return { address: this.#space.allocate(4 * roundUp(count, ROW_LANES)), count }
  }

  /** @param readBy  the precision of the linear layer that reads the rows: for 'int8' they have a quantised twin */
  matrix(rows: number, columns: number, readBy: Precision = 'float32'): Matrix {
    const stride = spreadStride(columns, ROW_LANES)
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
    // Each group of four inputs may be listed twice, with digits of either sign.
    const slotBytes = 2 * SECOND_HEADER + (2 * LISTED_BYTES * padded) / 4
    const tiles = Math.floor(rows / CLOSEST_TILES) + 1
    return {
      values: this.#space.allocate(rows * padded),
      valueBytes: padded,
      steps,
      digits: {
        zeros: this.#space.allocate(4 * rows),
        slots: this.#space.allocate(rows * slotBytes),
        slotBytes,
        norms: this.#space.allocate(tiles * tileNormBytes(padded)),
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

  /** Weights, and where they meet digits their norms: assembly/short-sums.ts. */
  #int8PanelBytes(inputs: number): number {
    const weights = INT8_PANEL * roundUp(inputs, ROW_LANES)
    if (this.activations === 'int16') return weights
    return weights + panelNormBytes(inputs)
  }

  layerNorm(width: number, epsilon: number): LayerNorm {
    return { weight: this.floats(width), bias: this.floats(width), epsilon }
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

  /** @param numbers  of the largest piece of a file, if it is to become float32 */
  staging(numbers: number): StagingArea {
    const capacity = 4 * numbers
    return { capacity, stored: this.#space.allocate(capacity), widened: this.#space.allocate(capacity) }
  }

  scratch({ tokens, headDim, inputs, relativeRows }: ScratchShape, threads: number): Scratch {
    const padded = roundUp(inputs, ROW_LANES)
    const widenedPanel = 2 * INT8_PANEL * padded
    const packedRow = padded + 4 * padded
    const norms = tileNormBytes(padded)
    // Each row's step and what it was found by, second digits of one, and squares: assembly/digits.ts.
    const tileDigits = 16 * MOST_TILE_ROWS + 2 * padded + 4 * norms
    // Starts for blocks of 8 groups of inputs, of which the last may be half a one, 4 and 2: assembly/short-sums.ts.
    const shortSums = norms + 3 * START_HEADER + (1 + 2 + 4) * padded + 16
    const attention = attentionScratch(tokens, headDim, this.float32Panel, relativeRows).end
    const exact = attentionInt16Scratch(tokens, headDim, relativeRows).end
    const most = Math.max(attention, exact, widenedPanel, packedRow, tileDigits, shortSums)
    const threadBytes = roundUp(most, 64)
    return { address: this.#space.allocate(threadBytes * threads), threadBytes }
  }
}

/** Bytes of the norms of a panel of so many inputs: assembly/short-sums.ts. */
function panelNormBytes(inputs: number): number {
  return (NORM_INPUTS / 8) * Math.ceil(inputs / NORM_INPUTS)
}

/** Bytes of those of a tile. */
function tileNormBytes(inputs: number): number {
  return NORM_HEADER + 3 * panelNormBytes(inputs)
}

/** Hands out the parts of a scratch. */
class Parts {
  end = 0

  place(bytes: number): number {
    const at = this.end
    this.end += roundUp(bytes, 16)
    return at
  }

  /** What the products with `rows` relative positions take. */
  relative(tokens: number, rows: number): RelativeScratch {
    const positionStride = rows === 0 ? 0 : 4 * spreadStride(rows, ROW_LANES)
    return {
      contentToPosition: this.place(QUERY_ROWS * positionStride),
      positionToContent: this.place(roundUp(tokens, LANES) * positionStride),
      positionStride,
    }
  }
}

export function attentionScratch(
  tokens: number,
  headDim: number,
  panel: number,
  relativeRows = 0,
): AttentionScratch {
  const paddedTokens = roundUp(tokens, panel)
  const paddedDim = roundUp(headDim, panel)
  const parts = new Parts()
  parts.place(4 * Math.max(paddedTokens, paddedDim, roundUp(relativeRows, panel)))
  return {
    keys: parts.place(4 * paddedTokens * headDim),
    values: parts.place(4 * paddedDim * tokens),
    scores: parts.place(4 * QUERY_ROWS * paddedTokens),
    context: parts.place(4 * QUERY_ROWS * paddedDim),
    inverses: parts.place(4 * QUERY_ROWS),
    ...parts.relative(tokens, relativeRows),
    end: parts.end,
  }
}

export function attentionInt16Scratch(
  tokens: number,
  headDim: number,
  relativeRows = 0,
): AttentionInt16Scratch {
  const keys = roundUp(tokens, INT8_PANEL)
  const dim = roundUp(headDim, ROW_LANES)
  const rowTokens = roundUp(tokens, ROW_LANES)
  const parts = new Parts()
  return {
    keys: parts.place(2 * keys * dim),
    keyScales: parts.place(4 * keys),
    values: parts.place(2 * dim * rowTokens),
    valueScales: parts.place(2 * 4 * dim),
    queries: parts.place(2 * QUERY_ROWS * dim),
    exponentials: parts.place(2 * QUERY_ROWS * rowTokens),
    scores: parts.place(4 * QUERY_ROWS * keys),
    context: parts.place(4 * QUERY_ROWS * dim),
    factors: parts.place(2 * 4 * QUERY_ROWS),
    ...parts.relative(tokens, relativeRows),
    end: parts.end,
  }
}

/** The address of a number of output channel `channel`; float32 layers have only biases. */
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
 * Writes the biases of a linear layer, and of one whose file is int8 its column scales: plain float32 numbers, already
 * widened, of the output channels from `first` on.
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
    // Those of a panel's channels stand side by side.
    if (i === 0 || (first + i) % INT8_PANEL === 0) at = columnAddress(layer, first + i, part) / 4
    float32[at] = values[i]!
  }
}

/** Columns `first` and `count - 1` more of a matrix, as a matrix of its own over the same numbers. */
export function columnsOf({ address, rows, stride }: Matrix, first: number, count: number): Matrix {
  return { address: address + 4 * first, rows, columns: count, stride }
}

/** Rows `first` and `count - 1` more of a matrix that no int8 layer reads, as a matrix of its own over the same numbers. */
export function rowsOf({ address, columns, stride }: Matrix, first: number, count: number): Matrix {
  return { address: address + 4 * first * stride, rows: count, columns, stride }
}

/**
 * Numbers from one row to the next: whole cache lines of `line` numbers, and an odd count of them. A column of a panel is
 * written row by row; with rows a power of two apart those lines would all fall into the same few sets of the first-level
 * cache (measured: 77 to 85 GOP/s for 128 rows of 3072).
 */
function spreadStride(columns: number, line: number): number {
  return (Math.ceil(columns / line) | 1) * line
}
