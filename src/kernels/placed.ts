/**
 * What is in kernel memory: where, and of what shape. layout.ts places it; addresses are bytes in linear
 * memory. Sizes use the letters of docs/notation.md.
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

/**
 * Float32 rows. Those that an int8 linear layer reads are kept quantised too, by the kernel that writes them.
 */
export interface Matrix {
  readonly address: number
  readonly rows: number
  readonly columns: number
  /** Floats from one row to the next. */
  readonly stride: number
  readonly quantized?: QuantizedRows
}

/**
 * Rows of whole numbers with one float32 step each: value = q · step. They are int16, or digits of 7 bits
 * (assembly/digits.ts); in the wasm kernels the rows of a register tile are interleaved.
 */
export interface QuantizedRows {
  readonly values: number
  /** Bytes a row takes. */
  readonly valueBytes: number
  /** One float32 a row. */
  readonly steps: number
  /** What digits need in addition; absent where the values are int16. */
  readonly digits: SecondDigits | undefined
}

/** Where the rows' zeros and second digits are: assembly/digits.ts. */
export interface SecondDigits {
  /** One int32 a row. */
  readonly zeros: number
  /** Each row's lists of second digits, and the bytes that a row of them takes. */
  readonly lists: number
  readonly listBytes: number
  /** What short sums need of each tile: assembly/short-sums.ts. */
  readonly norms: number
}

/** How the inputs of an int8 layer are kept. */
export type ActivationForm = 'int16' | 'digits'

/** A linear layer of N outputs and K inputs, packed. */
export interface Linear {
  readonly precision: Precision
  readonly inputs: number
  readonly outputs: number
  readonly weights: number
  /** What each output channel has in addition to weights: `columnAddress` in layout.ts. */
  readonly columns: number
}

/** The weight and bias of a layer normalisation, and its ε. */
export interface LayerNorm {
  readonly weight: Floats
  readonly bias: Floats
  readonly epsilon: number
  /** Whether the mean is subtracted; if not, it is RMSNorm. */
  readonly centred: boolean
}

/** Rows that are looked up. */
export interface Table {
  readonly precision: Precision
  readonly address: number
  readonly rows: number
  readonly columns: number
  /** Numbers from one row to the next. */
  readonly stride: number
  /** At int8: one a row. */
  readonly scales: Floats | undefined
}

/** What each token is, [T] each: its id, its row of the position table, its token type. */
export interface Tokens {
  readonly ids: Integers
  readonly places: Integers
  readonly types: Integers
}

/** The embedding tables, H columns each, and the LayerNorm after them, which some models lack. */
export interface EmbeddingTables {
  readonly words: Table
  /** A row a position, where the model has them. */
  readonly positions: Table | undefined
  /** A row a token type, where the model has them. */
  readonly tokenTypes: Table | undefined
  readonly norm: LayerNorm | undefined
}

/**
 * Rows of a file to be packed: `rows` whole rows at `address`, from row `first` of their layer or table on.
 */
export interface StoredRows {
  readonly address: number
  readonly type: StoredType
  readonly rows: number
  readonly first: number
}

/** The sequences of a batch, end to end: `bounds` holds the first token of each, then the total, [S + 1]. */
export interface Sequences {
  readonly count: number
  readonly bounds: Integers
  readonly longest: number
}

/** Where attention writes its probabilities: one map [A, T, T] a sequence. */
export interface Probabilities {
  readonly maps: readonly Floats[]
  /** The address of each map, for the kernels. */
  readonly addresses: Integers
}

/**
 * The R rows of relative positions of a layer, as keys or as queries, packed head by head for its attention.
 */
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

/** The relative positions of attention. A distance is a query's place minus a key's. */
export interface RelativePositions {
  /** What a distance alone adds to a score, where attention is not disentangled. */
  readonly biases?: RelativeBiases
  /** Those that meet the queries; absent where the model has no such scores. */
  readonly keys: RelativeRows | undefined
  /** Those that meet the keys. */
  readonly queries: RelativeRows | undefined
  /**
   * Four times the row of each distance, from `farthest` down to -`farthest`, the last repeated a few times.
   */
  readonly distances: Integers | undefined
  readonly farthest: number
}

/**
 * float32 [A, ...]: for each head a number for each distance, from `farthest` down to -`farthest`, and a few
 * more.
 */
export interface RelativeBiases {
  readonly address: number
  /** Numbers of one head. */
  readonly headNumbers: number
}

/** The largest sizes that a thread's kernels work on. */
export interface ScratchShape {
  /** Tokens of a sequence. */
  readonly tokens: number
  /** D */
  readonly headDim: number
  /** K of the widest layer. */
  readonly inputs: number
  /** R rows of relative positions; 0 or absent where there are none. */
  readonly relativeRows?: number
}

/** A part of memory for each thread. */
export interface Scratch {
  readonly address: number
  readonly threadBytes: number
}

/** Room for a piece of a file as it is stored, and for one as float32: staging.ts. */
export interface StagingArea {
  readonly capacity: number
  readonly stored: number
  readonly widened: number
}
