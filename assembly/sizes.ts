/**
 * How many bytes things take, and where the parts of a thread's scratch stand. Both sides need it: asc
 * compiles this file, and the build copies it to src/generated/sizes.ts, where `i32` is a name for `number`.
 * So it has no other type, divides by shifts or cuts the quotient by `| 0`, and calls no function of
 * AssemblyScript's own.
 */

/** Rows of float32 have room for their width rounded up to this; sums over a row run in as many lanes. */
export const ROW_LANES: i32 = 16
/** Output channels of a panel of int8 weights. */
export const INT8_PANEL: i32 = 8
/** Numbers of a vector. */
const LANES: i32 = 4

/** The most rows in a tile. */
export const MOST_TILE_ROWS: i32 = 6
/** Two tiles of one matrix begin at least this many rows apart: 5 rows by at most 4 are 3 and 2. */
export const CLOSEST_TILES: i32 = 3

/**
 * Bytes before a row's lists of second digits, and after them, since the next group is written before it is
 * known to be one.
 */
export const LIST_HEADER: i32 = 16
/** Bytes of a listed group (digits.ts). */
export const LISTED_BYTES: i32 = 6

/**
 * Inputs whose norms stand together (short-sums.ts): a byte for 8 of them in a panel, three times as much in
 * a tile.
 */
export const NORM_INPUTS: i32 = 128
/** Bytes before a tile's norms, where its middle stands. */
export const NORM_HEADER: i32 = 16
/** Bytes before the lanes' starting values of a panel. */
export const START_HEADER: i32 = 48

/** Queries that attention takes together: 12 rows of 512 scores are 24 kB. */
export const QUERY_ROWS: i32 = 12
/** Bytes before the parts of attention's scratch, for the offsets of the parts themselves. */
export const OPERANDS_BYTES: i32 = 128

function roundUp(value: i32, multiple: i32): i32 {
  return (value + multiple - 1) & -multiple
}

function larger(a: i32, b: i32): i32 {
  return a > b ? a : b
}

/**
 * Bytes of the lists of second digits of a row: each group may be listed twice, with digits of either sign.
 */
export function listsBytes(groups: i32): i32 {
  return 2 * LIST_HEADER + 2 * LISTED_BYTES * groups
}

/** Bytes of a panel's norms, before its weights. */
export function panelNormBytes(groups: i32): i32 {
  return (NORM_INPUTS >> 3) * ((4 * groups + NORM_INPUTS - 1) >> 7)
}

/** Bytes of a panel whose weights meet digits. */
export function panelBytes(groups: i32): i32 {
  return panelNormBytes(groups) + 4 * INT8_PANEL * groups
}

/** Bytes of the norms of a tile of digits. */
export function tileNormBytes(groups: i32): i32 {
  return NORM_HEADER + 3 * panelNormBytes(groups)
}

/** Bytes of the norms of all tiles of so many rows. */
export function normsBytes(rows: i32, groups: i32): i32 {
  return (((rows / CLOSEST_TILES) | 0) + 1) * tileNormBytes(groups)
}

/** What both kinds of attention have in a thread's scratch: bytes from its beginning. */
export class RelativeParts {
  /** [QUERY_ROWS][R] products of queries with relative keys, float32; `positionStride` bytes a row. */
  contentToPosition: i32 = 0
  /** [T rounded up to 4][R] products of keys with relative queries, likewise. */
  positionToContent: i32 = 0
  positionStride: i32 = 0

  /** @returns the end */
  placeRelative(from: i32, tokens: i32, relativeRows: i32): i32 {
    const stride = relativeRows === 0 ? 0 : 4 * spreadStride(relativeRows)
    this.positionStride = stride
    this.contentToPosition = from
    this.positionToContent = from + QUERY_ROWS * stride
    return this.positionToContent + roundUp(tokens, LANES) * stride
  }
}

/** Attention at precision float32 (attention-float32.ts). Tp, Dp: T and D rounded up to the panel. */
export class Float32Parts extends RelativeParts {
  /** [Tp, Dp or R, whichever is largest]: the bias of all products. */
  zeros: i32 = 0
  /** [Tp/panel][D][panel] */
  keys: i32 = 0
  /** [Dp/panel][T][panel] */
  values: i32 = 0
  /** [QUERY_ROWS][Tp] */
  scores: i32 = 0
  /** [QUERY_ROWS][Dp] */
  contexts: i32 = 0
  /** [QUERY_ROWS]: 1/Σ of each row. */
  inverses: i32 = 0

  /** @returns the end */
  place(tokens: i32, headDim: i32, panel: i32, relativeRows: i32): i32 {
    const paddedTokens = roundUp(tokens, panel)
    const paddedDim = roundUp(headDim, panel)
    this.zeros = OPERANDS_BYTES
    this.keys = this.zeros + 4 * larger(larger(paddedTokens, paddedDim), roundUp(relativeRows, panel))
    this.values = this.keys + 4 * paddedTokens * headDim
    this.scores = this.values + 4 * paddedDim * tokens
    this.contexts = this.scores + 4 * QUERY_ROWS * paddedTokens
    this.inverses = this.contexts + 4 * QUERY_ROWS * paddedDim
    return this.placeRelative(this.inverses + 4 * QUERY_ROWS, tokens, relativeRows)
  }
}

/**
 * Attention at precision int8 (attention-int16.ts). Tp: T rounded up to 8; Dp, Te: D and T rounded up to 16.
 */
export class Int16Parts extends RelativeParts {
  /** [Tp/8][Dp/2][8] pairs of int16, and a scale for each key. */
  keys: i32 = 0
  keyScales: i32 = 0
  /** [Dp/8][⌈T/2⌉][8] pairs, and a scale for each dimension, then the scales' inverses. */
  values: i32 = 0
  valueScales: i32 = 0
  /** [QUERY_ROWS][Dp] int16, the rows of a tile interleaved. */
  queries: i32 = 0
  /** [QUERY_ROWS][Te] int16, likewise: exponentials, powers of two. */
  powers: i32 = 0
  /** [QUERY_ROWS][Te] */
  scores: i32 = 0
  /** [QUERY_ROWS][Dp] */
  contexts: i32 = 0
  /** [QUERY_ROWS] of queries, then of contexts. */
  factors: i32 = 0

  /** @returns the end */
  place(tokens: i32, headDim: i32, relativeRows: i32): i32 {
    const paddedTokens = roundUp(tokens, INT8_PANEL)
    const rowTokens = roundUp(tokens, ROW_LANES)
    const paddedDim = roundUp(headDim, ROW_LANES)
    this.keys = OPERANDS_BYTES
    this.keyScales = this.keys + 2 * paddedTokens * paddedDim
    this.values = this.keyScales + 4 * paddedTokens
    this.valueScales = this.values + 2 * paddedDim * rowTokens
    this.queries = this.valueScales + 8 * paddedDim
    this.powers = this.queries + 2 * QUERY_ROWS * paddedDim
    this.scores = this.powers + 2 * QUERY_ROWS * rowTokens
    this.contexts = this.scores + 4 * QUERY_ROWS * rowTokens
    this.factors = this.contexts + 4 * QUERY_ROWS * paddedDim
    return this.placeRelative(this.factors + 8 * QUERY_ROWS, tokens, relativeRows)
  }
}

/** Bytes of scratch that a thread needs, but for attention, for layers of up to `inputs` inputs. */
export function layerScratchBytes(inputs: i32): i32 {
  const padded = roundUp(inputs, ROW_LANES)
  const norms = tileNormBytes(padded >> 2)
  const widenedPanel = 2 * INT8_PANEL * padded
  const packedRow = padded + 4 * padded
  // Of each row its step and what it was found by; of one, its second digits; then squares: digits.ts.
  const tileDigits = 16 * MOST_TILE_ROWS + 2 * padded + 4 * norms
  // The panel's norms, and starting values for blocks of 8, 4 and 2 groups: short-sums.ts.
  const shortSums = 16 + norms + 3 * START_HEADER + (1 + 2 + 4) * padded
  return larger(larger(widenedPanel, packedRow), larger(tileDigits, shortSums))
}

/**
 * Numbers from one row to the next: whole cache lines, and an odd count of them. A column of a panel is
 * written row by row; with rows a power of two apart all those lines would compete for the same few sets of
 * the first-level cache (gain: 77 to 85 GOP/s for 128 rows of 3072).
 */
export function spreadStride(columns: i32): i32 {
  return ROW_LANES * (((columns + ROW_LANES - 1) >> 4) | 1)
}
