/**
 * What stands in kernel memory: where, of what shape. layout.ts places it; addresses are bytes in linear memory. Sizes use
 * the letters of docs/notation.md.
 */

/** Number types of a file that weights are packed from. */
export type StoredType = 'F32' | 'F16' | 'BF16' | 'I8'

/** 'int8': the same bits everywhere. 'float32': as PyTorch, to 2e-4 of a layer's largest value. */
export type Precision = 'int8' | 'float32'

/** int32 numbers. */
export interface Integers {
  readonly address: number
  readonly count: number
}

/** float32 numbers. */
export interface Floats {
  readonly address: number
  readonly count: number
}

/** Float32 rows; what an int8 linear layer reads has a quantised twin that the kernel writing the rows fills too. */
export interface Matrix {
  readonly address: number
  readonly rows: number
  readonly columns: number
  /** Floats from one row to the next. */
  readonly stride: number
  readonly quantized?: QuantizedRows
}

/**
 * Rows of whole numbers with one float32 step each: value = q · step. How they lie is the kernels' own affair: as int16,
 * or as digits of 7 bits (assembly/digits.ts), in the wasm ones with the rows of a register tile interleaved.
 */
export interface QuantizedRows {
  readonly values: number
  /** Bytes a row takes. */
  readonly valueBytes: number
  /** One float32 a row. */
  readonly steps: number
  /** What digits need besides; absent where the values are int16. */
  readonly digits: SecondDigits | undefined
}

/** Where the rows' zeros and second digits stand: assembly/digits.ts. */
export interface SecondDigits {
  /** One int32 a row. */
  readonly zeros: number
  /** Each row's lists of second digits, and the bytes that a row of them takes. */
  readonly lists: number
  readonly listBytes: number
  /** What short sums need to know of each tile: assembly/short-sums.ts. */
  readonly norms: number
}

/** As what an int8 layer's inputs are kept. */
export type ActivationForm = 'int16' | 'digits'

/** A linear layer of N outputs and K inputs, packed. */
export interface Linear {
  readonly precision: Precision
  readonly inputs: number
  readonly outputs: number
  readonly weights: number
  /** What each output channel has beside its weights: `columnAddress` in layout.ts. */
  readonly columns: number
}

/** The weight and bias of a layer normalisation, and its ε. */
export interface LayerNorm {
  readonly weight: Floats
  readonly bias: Floats
  readonly epsilon: number
}

/** Rows that are looked up. */
export interface Table {
  readonly precision: Precision
  readonly address: number
  readonly rows: number
  readonly columns: number
  /** Numbers from one row to the next. */
  readonly stride: number
  /** int8: one a row. */
  readonly scales: Floats | undefined
}

/** What each token is, [T] each: its word's id, its row of the positions, its token type. */
export interface Tokens {
  readonly ids: Integers
  readonly places: Integers
  readonly types: Integers
}

/** The embedding tables, H columns each, and the LayerNorm after them. */
export interface EmbeddingTables {
  readonly words: Table
  /** A row a place, where the model has them. */
  readonly positions: Table | undefined
  /** A row a token type, where the model has them. */
  readonly tokenTypes: Table | undefined
  readonly norm: LayerNorm
}

/** Rows of a file to be packed: `rows` whole rows at `address`, which are row `first` of their layer or table and on. */
export interface StoredRows {
  readonly address: number
  readonly type: StoredType
  readonly rows: number
  readonly first: number
}

/** Sequences in a batch, end to end: `bounds` holds the first token of each of them and the total, [S + 1]. */
export interface Sequences {
  readonly count: number
  readonly bounds: Integers
  readonly longest: number
}

/** Where attention writes its probabilities: one map [A, T, T] a sequence. */
export interface Probabilities {
  readonly maps: readonly Floats[]
  /** For the kernels: the address of each map. */
  readonly addresses: Integers
}

/** The R rows of relative positions of a layer, as keys or as queries, packed head by head for its attention. */
export interface RelativeRows {
  readonly precision: Precision
  readonly rows: number
  readonly heads: number
  /** D */
  readonly headDim: number
  readonly address: number
  /** Bytes of one head. */
  readonly headBytes: number
  /** Of int8: one float32 a row; 0 where there are none. */
  readonly scales: number
  readonly headScaleBytes: number
}

/** What attention knows of relative positions. Distances are a query's place less a key's. */
export interface RelativePositions {
  /** What a distance alone adds to a score, in attention that is not disentangled. */
  readonly biases?: RelativeBiases
  /** Which meet the queries; absent where the model has no such scores. */
  readonly keys: RelativeRows | undefined
  /** Which meet the keys. */
  readonly queries: RelativeRows | undefined
  /** The row of each distance, four times its number, from `farthest` down to -`farthest`, and a few of the last. */
  readonly distances: Integers | undefined
  readonly farthest: number
}

/** float32 [A, ...]: a head's numbers are those of the distances from `farthest` down to -`farthest`, and a few more. */
export interface RelativeBiases {
  readonly address: number
  /** Numbers of one head. */
  readonly headNumbers: number
}

/** The largest that a thread's kernels have to work on. */
export interface ScratchShape {
  /** Tokens of a sequence. */
  readonly tokens: number
  /** D */
  readonly headDim: number
  /** K of the widest layer. */
  readonly inputs: number
  /** R rows of relative positions; without them 0. */
  readonly relativeRows?: number
}

/** A part of memory for each thread. */
export interface Scratch {
  readonly address: number
  readonly threadBytes: number
}

/** Room for two pieces of a file, one as it is stored and one as float32: staging.ts. */
export interface StagingArea {
  readonly capacity: number
  readonly stored: number
  readonly widened: number
}
