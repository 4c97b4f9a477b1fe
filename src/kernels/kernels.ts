/**
 * The contract of the kernels: what each computes and on what. Two classes keep it: `ReferenceKernels` (reference.ts,
 * plain loops, the formula to read) and `WasmKernels` (wasm.ts, calling assembly/). One test suite runs over all of
 * them. Nothing here knows what BERT is.
 *
 * A number that float32 cannot hold must not become one that it can: whatever is computed from NaN or infinity is NaN or
 * infinite, in every kernel, so that a pass that overflows anywhere ends in the error of `requireFinite`.
 *
 * What a caller hands in (placed.ts) was placed by the kernels' own `layout` (layout.ts), which alone knows how rows and
 * panels are padded.
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

/** What attention reads and fills. */
export interface AttentionCall {
  readonly queryKeyValue: Matrix
  readonly sequences: Sequences
  readonly heads: number
  readonly out: Matrix
  /** Filled, if wanted. */
  readonly probabilities?: Probabilities | undefined
  readonly relative?: RelativePositions | undefined
  /** 0, or left out: a query meets all keys. */
  readonly window?: number
}

/** What a model runs on; plan.ts decides. Plain data, which goes to a worker. */
export interface KernelPlan {
  readonly variant: 'simd' | 'relaxed' | 'reference'
  readonly precision: Precision
  /** Whether V8 re-vectorises. */
  readonly turbo: boolean
  /** Why this variant: what the engine can do, or what was timed. */
  readonly reason: string
  readonly tiles: Tiles
  /** Why these tiles. */
  readonly tileReason: string
  /** Whether the tiles were timed in this process; where not, loading does it. */
  readonly tuned: boolean
}

/**
 * Rows of the register tiles, how int8 tiles take digits (`Int8Tile` in assembly/commands.ts), and the width of a float32
 * panel. They change no int8 bit.
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
  /** Places what these kernels work on, in `memory`. */
  readonly layout: Layout
  readonly threads: number

  /**
   * Packs rows of a linear layer (float32 layers from float types; int8 layers from any: floats are quantised).
   *
   *     int8: scale[n] = max|w[n]| / 127,  q = round(w / scale), half to even, within ±127
   *
   * @returns false where a number is NaN or infinite
   */
  packLinear(rows: StoredRows, layer: Linear): boolean

  /**
   * Packs rows of a table: floats into a float32 table; floats (quantised) or int8 rows, whose scales the caller writes,
   * into an int8 one.
   *
   * @returns false where a number is NaN or infinite
   */
  packTable(rows: StoredRows, table: Table): boolean

  /** Stored float numbers from `address` on, `to.count` of them, to float32. @returns false where one is NaN or infinite */
  widen(address: number, type: StoredType, to: Floats): boolean

  /** out = LayerNorm(word[ids] + tokenType[types] + position[places])   [T], [T], [T] → [T, H] */
  embed(tokens: Tokens, tables: EmbeddingTables, out: Matrix): void

  /** out = activation(x·Wᵀ + b)   [T, K] → [T, N] */
  linear(x: Matrix, layer: Linear, out: Matrix, activation: Activation): void

  /**
   * out = softmax(Q·Kᵀ / √D)·V for each head of each sequence   [T, 3H] → [T, H]       Vaswani et al. 2017, eq. 1
   *
   * Where `out` has a quantised twin, that is at precision int8, both products are exact sums of int16 products.
   *
   * With relative positions it is disentangled attention (He et al. 2021, arXiv 2006.03654, equation 4): to the score of
   * query i and key j come Q[i]·Kr[δ] and K[j]·Qr[δ], δ the row of the distance i - j, and √D is √(D·n) for n kinds of
   * scores. Where they are biases, B[i - j] of the head comes to the scaled score (Raffel et al. 2020, arXiv 1910.10683,
   * section 2.1); they are kept as the kernels need them: relative/place.ts.
   *
   * With a window a query meets only keys that are fewer than so many places away (Beltagy et al. 2020, arXiv 2004.05150).
   *
   */
  attention(call: AttentionCall): void

  /**
   * Turns the heads of x by the angles of their places, in place: of a head's D numbers a and b that stand D/2 apart become
   * a·cos - b·sin and b·cos + a·sin   [T, n·D]       Su et al. 2021 (arXiv 2104.09864), equation 34
   *
   * @param places  each row's place
   * @param angles  of each place D/2 cosines, then D/2 sines   [places, D]
   */
  rotate(x: Matrix, places: Integers, angles: Matrix): void

  /** Packs the rows of relative positions, [R, H], as a layer's attention reads them. */
  packRelative(x: Matrix, out: RelativeRows): void

  /** Fills the quantised twin of a matrix whose numbers were written from outside. */
  quantize(matrix: Matrix): void

  /** x = x ⊙ factors, and the quantised twin of x: what a gated layer lets pass   [T, I]       Shazeer 2020 (arXiv 2002.05202) */
  multiply(x: Matrix, factors: Matrix): void

  /** out = LayerNorm(x + residual), and the sum itself where it is wanted   [T, H]       Ba et al. 2016, eq. 4 */
  addLayerNorm(x: Matrix, residual: Matrix | undefined, norm: LayerNorm, out: Matrix, sum?: Matrix): void
}
