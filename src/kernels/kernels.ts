/**
 * The contract of the kernels: what each computes and on what. Two classes keep it: `ReferenceKernels` (reference.ts,
 * plain loops, the formula to read) and `WasmKernels` (wasm.ts, calling assembly/). One test suite runs over all of
 * them. Nothing here knows what BERT is.
 *
 * Sizes use the letters of docs/notation.md. Addresses are bytes in linear memory, multiples of 64 where a region
 * begins. Rows are padded: float32 rows and int16 rows to 16 elements.
 */
import type { KernelMemory } from './memory.ts'

/** What follows a linear layer; the order is the number in assembly/activation.ts. */
export const ACTIVATIONS = ['identity', 'gelu', 'gelu_tanh', 'relu', 'silu'] as const
export type Activation = (typeof ACTIVATIONS)[number]

/** Number types of a file that weights are packed from; the order is the number in assembly/packing.ts. */
export const STORED_TYPES = ['F32', 'F16', 'BF16', 'I8'] as const
export type StoredType = (typeof STORED_TYPES)[number]

/** 'int8': the same bits everywhere. 'float32': as PyTorch, to 2e-4 of a layer's largest value. */
export type Precision = 'int8' | 'float32'

/** Float32 rows; what an int8 linear layer reads has a quantised twin that the kernel writing the rows fills too. */
export interface Matrix {
  readonly address: number
  readonly rows: number
  readonly columns: number
  /** Floats from one row to the next: a multiple of 16, at least `columns`. */
  readonly stride: number
  readonly quantized?: QuantizedRows
}

/**
 * int16 rows with one float32 scale each: value = q · scale. How rows lie is the kernels' own affair: in the wasm ones the
 * rows of a register tile are interleaved (assembly/linear-int8.ts).
 */
export interface QuantizedRows {
  readonly address: number
  /** int16 numbers a row takes: its columns rounded up to 16. */
  readonly stride: number
  /** Address of one float32 a row. */
  readonly scales: number
  /** The largest |q|: quantization.ts. */
  readonly limit: number
}

/** A linear layer of N outputs and K inputs, packed. */
export interface Linear {
  readonly precision: Precision
  readonly inputs: number
  readonly outputs: number
  readonly weights: number
  /** int8: panels of 8 column scales and 8 biases. float32: the biases. */
  readonly columns: number
}

/** The weight and bias of a layer normalisation, float32 padded to 16, and its ε. */
export interface LayerNorm {
  readonly weight: number
  readonly bias: number
  readonly epsilon: number
}

/** The embedding tables; rows of H rounded up to 16 elements. */
export interface EmbeddingTables {
  readonly precision: Precision
  readonly words: number
  /** One float32 a word, where the words are int8; else 0. */
  readonly wordScales: number
  readonly positions: number
  /** The row of token type 0, or 0 where the model has no token types. */
  readonly tokenType: number
  readonly norm: LayerNorm
}

/** Rows of a file to be packed: `rows` rows of `inputs` numbers at `address`, row `first` of the layer and on. */
export interface StoredRows {
  readonly address: number
  readonly type: StoredType
  readonly rows: number
  readonly first: number
}

/** Sequences in a batch, end to end: `bounds` is the address of int32 [S + 1], the first token of each and the total. */
export interface Sequences {
  readonly count: number
  readonly bounds: number
  readonly longest: number
}

export interface Kernels {
  /** `reference`, `simd` or `relaxed`. */
  readonly name: 'reference' | 'simd' | 'relaxed'
  readonly memory: KernelMemory
  readonly threads: number

  /** Bytes that `weights` and `columns` of a linear layer take. */
  linearBytes(precision: Precision, inputs: number, outputs: number): { weights: number; columns: number }

  /**
   * Packs rows of a linear layer (float32 layers from float types; int8 layers from any: floats are quantised).
   *
   *     int8: scale[n] = max|w[n]| / 127,  q = round(w / scale), half to even, within ±127
   *
   * @returns false where a number is NaN or infinite
   */
  packLinear(rows: StoredRows, layer: Linear): boolean

  /** Writes the bias, and for int8 files the column scales. Plain float32 numbers, already widened. */
  packColumns(
    layer: Linear,
    first: number,
    bias: Float32Array | undefined,
    scales: Float32Array | undefined,
  ): void

  /** Packs rows of the word embeddings at precision int8. @returns false where a number is NaN or infinite */
  packWords(rows: StoredRows, tables: EmbeddingTables, columns: number): boolean

  /** `count` stored numbers to float32 at `to`. @returns false where one is NaN or infinite */
  widen(from: number, type: StoredType, count: number, to: number): boolean

  /** out = LayerNorm(word[ids] + tokenType + position[positions]); `ids` and `positions` are addresses of int32 [T]. */
  embed(ids: number, positions: number, tables: EmbeddingTables, out: Matrix): void

  /** out = activation(x·Wᵀ + b)   [T, K] → [T, N] */
  linear(x: Matrix, layer: Linear, out: Matrix, activation: Activation): void

  /**
   * out = softmax(Q·Kᵀ / √D)·V for each head of each sequence   [T, 3H] → [T, H]       Vaswani et al. 2017, eq. 1
   *
   * @param probabilities  one address a sequence of float32 [A, T, T] to be filled, if wanted
   */
  attention(
    queryKeyValue: Matrix,
    sequences: Sequences,
    heads: number,
    out: Matrix,
    probabilities?: readonly number[],
  ): void

  /** out = LayerNorm(x + residual)   [T, H]       Ba et al. 2016, eq. 4 */
  addLayerNorm(x: Matrix, residual: Matrix, norm: LayerNorm, out: Matrix): void
}
