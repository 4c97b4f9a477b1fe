/**
 * The contract of the kernels: what each computes and on what. Two classes implement it: `ReferenceKernels`
 * (reference.ts, plain loops, the formula to read) and `WasmKernels` (wasm.ts, calling assembly/). One test
 * suite runs over all of them. Nothing here knows what BERT is.
 *
 * What overflows float32 must stay visible: whatever is computed from NaN or infinity is NaN or infinite, in
 * every kernel, so that a pass that overflows anywhere ends in the error of `requireFinite`.
 *
 * What a caller hands in (placed.ts) was placed by the kernels' own `layout` (layout.ts), which alone knows
 * how rows and panels are padded.
 */
import type { NUMBERS } from '../generated/numbers.ts'
import type { Layout } from './layout.ts'
import type { KernelMemory } from './memory.ts'
import type {
  EmbeddingTables,
  Floats,
  Integers,
  LayerNorm,
  Linear,
  Matrix,
  Precision,
  Probabilities,
  RelativePositions,
  RelativeRows,
  Sequences,
  StoredRows,
  StoredType,
  Table,
  Tokens,
} from './placed.ts'

export type * from './placed.ts'

/** What follows a linear layer. */
export type Activation = 'identity' | 'gelu' | 'gelu_tanh' | 'relu' | 'silu'

/** What attention reads and writes. */
export interface AttentionCall {
  readonly queryKeyValue: Matrix
  readonly sequences: Sequences
  readonly heads: number
  readonly out: Matrix
  /** Written, if present. */
  readonly probabilities?: Probabilities | undefined
  readonly relative?: RelativePositions | undefined
  /** A query meets only keys fewer places away; 0 or absent: all keys. */
  readonly window?: number
}

/** What a model runs on; plan.ts decides. Plain data, which goes to a worker. */
export interface KernelPlan {
  readonly variant: 'simd' | 'relaxed' | 'reference'
  readonly precision: Precision
  /** Whether V8 joins vectors to 256 bits. */
  readonly turbo: boolean
  /** Why this variant: what the engine can do, or what timing gave. */
  readonly reason: string
  readonly tiles: Tiles
  /** Why these tiles. */
  readonly tileReason: string
  /** Whether the tiles were timed in this process; if not, they are after the first pass. */
  readonly tuned: boolean
}

/**
 * Rows of the register tiles, how int8 tiles multiply digits (`Int8Tile` in assembly/commands.ts), and the
 * width of a float32 panel. They change no bit of int8.
 */
export interface Tiles {
  int8Rows: 4 | 5 | 6
  int8Tile: keyof typeof NUMBERS.Int8Tile
  float32Rows: 4 | 5 | 6
  float32Panel: 8 | 16
}

export interface Kernels {
  /** `reference`, `simd` or `relaxed`. */
  readonly name: 'reference' | 'simd' | 'relaxed'
  readonly memory: KernelMemory
  /** Places in `memory` what these kernels work on. */
  readonly layout: Layout
  readonly threads: number

  /**
   * Packs rows of a linear layer (float32 layers from float types; int8 layers from any: floats are
   * quantised).
   *
   *     int8: scale[n] = max|w[n]| / 127,  q = round(w / scale), half to even, within ±127
   *
   * @returns false where a number is NaN or infinite
   */
  packLinear(rows: StoredRows, layer: Linear): boolean

  /**
   * Packs rows of a table: floats into a float32 table; floats (quantised) or int8 rows, whose scales the
   * caller writes, into an int8 one.
   *
   * @returns false where a number is NaN or infinite
   */
  packTable(rows: StoredRows, table: Table): boolean

  /**
   * Converts `to.count` stored floats from `address` on to float32.
   *
   * @returns false where one is NaN or infinite
   */
  widen(address: number, type: StoredType, to: Floats): boolean

  /**
   * out = LayerNorm(word[ids] + tokenType[types] + position[places])   [T], [T], [T] → [T, H] Without a norm the
   * sum itself.
   */
  embed(tokens: Tokens, tables: EmbeddingTables, out: Matrix): void

  /** out = activation(x·Wᵀ + b)   [T, K] → [T, N] */
  linear(x: Matrix, layer: Linear, out: Matrix, activation: Activation): void

  /**
   * out = softmax(Q·Kᵀ / √D)·V for each head of each sequence [T, 3H] → [T, H] Vaswani et al. 2017, eq. 1
   *
   * Where `out` has quantised rows, that is at precision int8, both products are exact sums of int16
   * products.
   *
   * With relative positions it is disentangled attention (He et al. 2021, arXiv 2006.03654, equation 4):
   * Q[i]·Kr[δ] and K[j]·Qr[δ], δ the row of the distance i - j, are added to the score of query i and key j,
   * and √D becomes √(D·n) for n kinds of scores. Where they are biases, B[i - j] of the head is added to the
   * scaled score (Raffel et al. 2020, arXiv 1910.10683, section 2.1).
   *
   * With a window a query meets only keys fewer than so many places away (Beltagy et al. 2020, arXiv
   * 2004.05150).
   */
  attention(call: AttentionCall): void

  /**
   * Rotates the heads of x by the angles of their positions, in place: of a head's D numbers a and b, which
   * are D/2 apart, become a·cos - b·sin and b·cos + a·sin [T, n·D] Su et al. 2021 (arXiv 2104.09864),
   * equation 34
   *
   * @param places  each row's position
   * @param angles  for each position D/2 cosines, then D/2 sines   [positions, D]
   */
  rotate(x: Matrix, places: Integers, angles: Matrix): void

  /** Packs the rows of relative positions as a layer's attention reads them   [R, H] */
  packRelative(x: Matrix, out: RelativeRows): void

  /**
   * Quantises the rows of a matrix whose numbers were written from outside, where an int8 layer reads them.
   */
  quantize(matrix: Matrix): void

  /**
   * x = x ⊙ factors, then quantised where an int8 layer reads it: what a gated layer lets through [T, I]
   * Shazeer 2020 (arXiv 2002.05202)
   */
  multiply(x: Matrix, factors: Matrix): void

  /**
   * out = LayerNorm(x + residual), and sum = x + residual where it is given [T, H] Ba et al. 2016, eq. 4. A norm
   * that is not centred subtracts no mean: RMSNorm, Zhang and Sennrich 2019 (arXiv 1910.07467).
   */
  addLayerNorm(x: Matrix, residual: Matrix | undefined, norm: LayerNorm, out: Matrix, sum?: Matrix): void
}
