/**
 * A kernel call as data in memory, so that any thread can run a part of it. Each command has a class. No
 * object of it is ever made: the class is laid over memory (`changetype`), so its fields are 32-bit words in
 * the order in which they stand here, those of a base class first. The build reads this file and makes
 * src/generated/commands.ts of it, enums included. src/kernels/wasm.ts writes each field by its name, and
 * execute.ts reads it. A stride is the bytes from one row to the next. Units are the parts of a command that
 * threads can compute independently.
 */

/** The commands' numbers; each has the class of its name. */
export enum Kernel {
  LinearInt8,
  LinearFloat32,
  Attention,
  LayerNorm,
  Quantize,
  Embed,
  Rotate,
}

/** How int8 tiles multiply first digits: one panel, two joined, or by short sums (tiles-short.ts). */
export enum Int8Tile {
  single,
  joined,
  short,
}

/**
 * The int8 tiles that are timed against each other (tile-race.ts): of int16 products, of digits, of digits by
 * short sums.
 */
export enum RacedTile {
  int16,
  digits,
  short,
}

/** What follows a linear layer: the names of src/kernels/kernels.ts. */
export enum Activation {
  identity,
  gelu,
  gelu_tanh,
  relu,
  silu,
}

/** Number types of a file: the names of src/kernels/kernels.ts. */
export enum StoredType {
  F32,
  F16,
  BF16,
  I8,
}

/**
 * The rows of a matrix as an int8 linear layer reads them; the kernel that writes the matrix fills them too.
 * All addresses are 0 where no int8 layer reads the matrix.
 */
export class QuantizedRows {
  /** int16 or first digits, the rows of a tile interleaved: linear-int8.ts, digits.ts. */
  values: usize
  /** Bytes that the values of a row take. */
  valueBytes: usize
  /** One float32 a row. */
  steps: usize
  /**
   * For digits: one int32 a row, each row's lists of second digits, and the bytes that a row of them takes.
   */
  zeros: usize
  lists: usize
  listBytes: usize
  /** Norms of each tile's digits, where tiles of short sums read them: short-sums.ts. */
  norms: usize
  /** Rows of the whole matrix, and of the largest tile: these decide which rows are interleaved. */
  rows: i32
  tileRows: i32
}

/** Units: panels. */
export class LinearInt8 extends QuantizedRows {
  weights: usize
  /** Pairs of inputs, of the padded K. */
  pairs: i32
  /** Int8Tile; the build that multiplies int16 does not read it. */
  tile: i32
  columns: usize
  out: usize
  outStride: usize
  activation: i32
}

/** Units: panels. */
export class LinearFloat32 {
  x: usize
  xStride: usize
  rows: i32
  weights: usize
  /** K */
  inputs: i32
  bias: usize
  out: usize
  outStride: usize
  activation: i32
  /** Channels of a panel: 8 or 16. */
  panel: i32
  tileRows: i32
  /** 1 where products may be fused with their sums, in the build that can. */
  fused: i32
}

/**
 * The relative positions of attention (relative.ts): in disentangled attention a layer's R rows of them,
 * packed head by head; in others a bias for each distance. All 0 where there are none.
 */
export class RelativePositions {
  /**
   * int32: where the row of a distance i - j is among the R, in bytes of float32. Distances fall from entry
   * to entry; this is the address of distance 0.
   */
  distances: usize
  /** Packed as keys, and the scales of exact sums; 0 where the model has no such scores. */
  relativeKeys: usize
  relativeKeyScales: usize
  /** Packed as queries, likewise. */
  relativeQueries: usize
  relativeQueryScales: usize
  /**
   * float32: what the distance alone adds to a score, head by head, in the order of `distances`; the address
   * of distance 0.
   */
  biases: usize
  /** Bytes of a head's packed rows, or of its biases, and of its scales. */
  relativeBytes: usize
  relativeScaleBytes: usize
  /** R */
  relativeRows: i32
}

/** Units: heads of sequences. */
export class Attention extends RelativePositions {
  /** [ΣT, 3H] */
  queryKeyValue: usize
  stride: usize
  /** int32 [S + 1]: the first token of each sequence and, last, the number of tokens. */
  bounds: usize
  heads: i32
  /** H */
  hidden: i32
  /** D */
  headDim: i32
  /**
   * 1/√D, with relative positions 1/√(D·n), n kinds of scores; log₂e times that where exponentials are powers
   * of two.
   */
  scale: f32
  out: usize
  outStride: usize
  /** One address a sequence of float32 [A, T, T], or 0 where nobody asked. */
  probabilities: usize
  /**
   * 1 where products are exact sums of int16 ones (attention-int16.ts), 0 in float32 (attention-float32.ts).
   */
  exact: i32
  /** 1 where float32 products may be fused with their sums, in the build that can. */
  fused: i32
  /** Channels of a panel, and the largest tile. */
  panel: i32
  tileRows: i32
  /** A query meets only keys that are fewer places away; 0 where it meets all. */
  window: i32
}

/** Units: tiles of rows. The quantised rows are those of the output. */
export class LayerNorm extends QuantizedRows {
  x: usize
  xStride: usize
  /** 0 where there is none. */
  residual: usize
  residualStride: usize
  /** Gets x + residual; 0 where nobody asked. */
  sum: usize
  sumStride: usize
  /** H */
  width: i32
  weight: usize
  bias: usize
  epsilon: f32
  /** 0 for RMSNorm. */
  centred: i32
  out: usize
  outStride: usize
}

/**
 * Units: tiles of rows. The quantised rows are those of x, after each of its numbers is multiplied by a
 * factor.
 */
export class Quantize extends QuantizedRows {
  x: usize
  xStride: usize
  width: i32
  /** 0 where there are no factors. */
  factors: usize
  factorStride: usize
}

/** Units: rows, whose heads are rotated by the angles of their positions: rotary.ts. */
export class Rotate {
  x: usize
  xStride: usize
  heads: i32
  /** D */
  headDim: i32
  /** int32 [T] */
  places: usize
  /** For each position D/2 cosines and D/2 sines. */
  angles: usize
  angleStride: usize
}

/** Units: tiles of rows. The quantised rows are those of the output. */
export class Embed extends QuantizedRows {
  /** int32 [T]: vocabulary ids, rows of the position table, and token types. */
  ids: usize
  places: usize
  types: usize
  /** Rows of int8 where there are scales, else of float32. */
  words: usize
  /** One float32 a word, or 0. */
  wordScales: usize
  /** A row a position, or 0 where the model has none. */
  positions: usize
  /** A row a token type, or 0 where the model has none. */
  tokenTypes: usize
  /** Numbers in a row of a table: the width rounded up to 16. */
  tableStride: i32
  /** H */
  width: i32
  /** 0 where the sum is not normalised. */
  weight: usize
  bias: usize
  epsilon: f32
  out: usize
  outStride: usize
}
