/**
 * A model as data: its sizes, what its layers compute, and which tensors hold its weights. A file of
 * families/ makes it from config.json; it is posted to a worker as it is.
 *
 * A module (a linear layer, a LayerNorm, a table) is named where its weights are used. resolve.ts finds the
 * tensors of each module, places.ts reserves a place in kernel memory, and read-weights.ts fills it. An
 * object that several layers share, as in ALBERT, is stored once.
 */
import type { Activation, Floats, LayerNorm, Linear, Table } from '../kernels/kernels.ts'
import type { BertConfig } from './bert-config.ts'

/** A tensor of the files. */
export interface TensorSpec {
  /**
   * Its name in transformers. `{encoder}` stands for what precedes the encoder's tensors; a tensor without it stands beside
   * the encoder.
   */
  readonly name: string
  /** Names that it has in other files. */
  readonly otherNames?: readonly string[]
  /** As in the files. */
  readonly shape: readonly number[]
  /** Whether `iobert quantize` makes it int8: the encoder's linear layers, the word embeddings, a decoder of its own. */
  readonly quantizable: boolean
  /** What of the tensor is meant, where the files have several matrices in one. */
  readonly part?: TensorPart
}

/**
 * A tensor is made of `blocks` blocks, one below the other; each block has `count` parts of the same size, and the matrix that
 * is meant is part `index` of every block. Where each row is a block the parts are columns.
 */
export interface TensorPart {
  readonly index: number
  readonly count: number
  readonly blocks: number
}

/** y = x·Wᵀ + b, of one matrix of the files or of several, one below the other (Q, K and V). */
export interface LinearSpec {
  readonly kind: 'linear'
  readonly inputs: number
  readonly outputs: number
  /** 'float32' where it is that at every precision. */
  readonly precision: 'float32' | undefined
  readonly from: readonly LinearSource[]
}

/** One of its matrices. Without a bias: zeros. */
export interface LinearSource {
  /** A vector is one row. */
  readonly weight: TensorSpec
  readonly bias: TensorSpec | undefined
  /** Whether the rows are the columns of the file's matrix. */
  readonly transposed?: true
}

/** A layer normalisation. Without a bias: zeros. */
export interface NormSpec {
  readonly kind: 'norm'
  readonly size: number
  /** ε */
  readonly epsilon: number
  readonly weight: TensorSpec
  readonly bias: TensorSpec | undefined
}

/** Rows that are looked up. */
export interface TableSpec {
  readonly kind: 'table'
  readonly rows: number
  readonly columns: number
  /** 'float32' where it is that at every precision. */
  readonly precision: 'float32' | undefined
  readonly weight: TensorSpec
}

/** A vector. Without values: zeros. */
export interface VectorSpec {
  readonly kind: 'vector'
  readonly size: number
  readonly values: TensorSpec | undefined
}

export type ModuleSpec = LinearSpec | NormSpec | TableSpec | VectorSpec

/** A specification in which each module is what kernels compute with; all else is as it was. */
export type Placed<Spec> = Spec extends LinearSpec
  ? Linear
  : Spec extends NormSpec
    ? LayerNorm
    : Spec extends TableSpec
      ? Table
      : Spec extends VectorSpec
        ? Floats
        : { readonly [Key in keyof Spec]: Placed<Spec[Key]> }

export interface ModelSpec {
  /** What users see of it. */
  readonly config: BertConfig
  /** The file that the sizes are from, for errors; default: config.json. */
  readonly configFile?: string
  /** What precedes the encoder's tensors, with its dot. */
  readonly prefix: string
  readonly embeddings: EmbeddingsSpec
  /** Makes the embeddings H wide, where they are E wide: [H, E]. */
  readonly projection: LinearSpec | undefined
  /**
   * Where the LayerNorms are: 'post' after each sum with the residual, whose result is the next residual; 'pre' (Xiong et al.
   * 2020, arXiv 2002.04745) before each block, and the residuals are the sums themselves.
   */
  readonly norm: 'post' | 'pre'
  readonly layers: readonly LayerSpec[]
  /** Beside the first layer of the largest DeBERTas. */
  readonly convolution?: ConvolutionSpec | undefined
  /** What attention adds to its scores for the distance of two tokens. */
  readonly relative?: DisentangledSpec | BiasesSpec
  /** What makes logits; undefined in a bare encoder. */
  readonly head: HeadSpec | undefined
  /** How its tokenizer uses SentencePiece's own file. */
  readonly sentencePiece?: SentencePieceSpec
}

/** LayerNorm(word + tokenType + position), E wide. */
export interface EmbeddingsSpec {
  readonly words: TableSpec
  readonly positions: TableSpec | undefined
  readonly tokenTypes: TableSpec | undefined
  readonly norm: NormSpec
}

/** A layer of the encoder: encoder.ts. */
export interface LayerSpec {
  /** [3H, H] */
  readonly queryKeyValue: LinearSpec
  /** [H, H] */
  readonly attentionOutput: LinearSpec
  /** Computed with the sum after attention. */
  readonly attentionLayerNorm: NormSpec
  /** [I, H] */
  readonly intermediate: LinearSpec
  /** [I, H]: what the inside of the feed-forward block is multiplied by (Shazeer 2020, arXiv 2002.05202). */
  readonly gate: LinearSpec | undefined
  /** [H, I] */
  readonly output: LinearSpec
  /** Computed with the sum after the feed-forward block; of 'pre' it is the next layer's, or after the last the model's. */
  readonly outputLayerNorm: NormSpec
  readonly activation: Activation
  /** A token meets only those that are fewer places away, itself included; 0 where it meets all. */
  readonly window: number
  /** θ of rotary positions (Su et al. 2021, arXiv 2104.09864); undefined where there are none. */
  readonly theta: number | undefined
}

/** convolution.ts */
export interface ConvolutionSpec {
  /** n neighbours, odd. */
  readonly neighbours: number
  readonly activation: Activation | 'tanh'
  /** [H, H·n] */
  readonly kernel: LinearSpec
  readonly norm: NormSpec
}

/** How distances become rows of relative embeddings: `rowOf` in distances.ts. */
export interface DistanceRows {
  /** Half the rows: distances up to about this have rows. */
  readonly span: number
  /** Buckets on either side of 0, half of them of one distance; 0 where each distance up to the span has a row. */
  readonly buckets: number
  /** The distance that the last bucket is for. */
  readonly maxDistance: number
}

/** Disentangled attention (He et al. 2021, arXiv 2006.03654): relative.ts. */
export interface DisentangledSpec extends DistanceRows {
  readonly kind: 'disentangled'
  /** The largest distance of two tokens. */
  readonly farthest: number
  /** R: the rows of the embeddings that distances up to the farthest lead to. */
  readonly rows: number
  /** Whether relative positions are keys, which meet the queries, and queries, which meet the keys. */
  readonly keys: boolean
  readonly queries: boolean
  /** [2·span, H] */
  readonly embeddings: TableSpec
  readonly norm: NormSpec | undefined
  /** Each layer's projections of the embeddings, [H, H]; undefined where they are those of its tokens. */
  readonly projections: readonly Readonly<Record<'key' | 'query', LinearSpec | undefined>>[] | undefined
}

/** A number for each head and bucket of distances (Raffel et al. 2020, arXiv 1910.10683, section 2.1): relative.ts. */
export interface BiasesSpec {
  readonly kind: 'biases'
  readonly farthest: number
  /** [buckets, A] */
  readonly table: TableSpec
}

/** What makes logits. */
export type HeadSpec = TokenHeadSpec | TextHeadSpec | WordHeadSpec | SpanHeadSpec

/** logits = output(h), or output(LayerNorm(activation(dense(h)))) where there is a dense layer, of each token. */
export interface TokenHeadSpec {
  readonly kind: 'tokens'
  readonly transform: TransformSpec | undefined
  /** [C, H] */
  readonly output: LinearSpec
}

/** The same of each text: of its first token, or of the mean of all. */
export interface TextHeadSpec {
  readonly kind: 'text'
  readonly pooling: 'cls' | 'mean'
  readonly transform: TransformSpec
  readonly output: LinearSpec
}

/** logits = decoder(transform(h)) of each token: word-head.ts. */
export interface WordHeadSpec {
  readonly kind: 'words'
  readonly transform: TransformSpec & { readonly norm: NormSpec; readonly activation: Activation }
  /** [V, E]: the word embeddings, or a table of its own. */
  readonly decoder: TableSpec
  /** [V] */
  readonly bias: VectorSpec
}

/** Scores spans of words for types that are named when one asks (GLiNER): span-head.ts. All of it is float32. */
export interface SpanHeadSpec {
  readonly kind: 'spans'
  /** D: the width of words, spans and types. */
  readonly size: number
  /** K: words of the longest span. */
  readonly maxWidth: number
  /** [D, H], where H is not D. */
  readonly projection: LinearSpec | undefined
  /** For each layer forwards and backwards. */
  readonly lstm: readonly (readonly [LstmDirectionSpec, LstmDirectionSpec])[]
  readonly start: ProjectionSpec
  readonly end: ProjectionSpec
  /** The first layer of the span's projection in two: what it takes of the start, without bias, and of the end; [4D, D] each. */
  readonly spanStart: LinearSpec
  readonly spanEnd: LinearSpec
  readonly prompt: ProjectionSpec
  /** The second layer of the span's projection the other way round, [4D + 1, D]: a row for each input, and last its bias. */
  readonly query: LinearSpec
}

/** One direction of a layer of an LSTM: gates of the input [4h, D], and of the state before [4h, h], h = D/2. */
export interface LstmDirectionSpec {
  readonly input: LinearSpec
  readonly recurrent: LinearSpec
}

/** Two linear layers with ReLU between: [4D, D] and [D, 4D]. */
export interface ProjectionSpec {
  readonly inner: LinearSpec
  readonly outer: LinearSpec
}

/** LayerNorm(activation(dense(h))), float32; without a LayerNorm where there is none. */
export interface TransformSpec {
  readonly dense: LinearSpec
  readonly activation: Activation | 'tanh'
  readonly norm: NormSpec | undefined
}

/** What a tokenizer puts in place of the first pieces of SentencePiece's own file, and its mask. */
export interface SentencePieceSpec {
  /** How many of the file's pieces are left out. */
  readonly dropped: number
  /** What stands in their place. */
  readonly first: readonly (readonly [piece: string, score: number])[]
  /** Whether the mask takes the white space before it. */
  readonly maskTakesSpace: boolean
  /** Whose tokenizer has the file's own order and special tokens, which are called as BERT's are. */
  readonly own?: 'albert' | 'deberta'
}

/** The modules of a specification in their order, each once. */
export function modulesOf(spec: unknown): Set<ModuleSpec> {
  const found = new Set<ModuleSpec>()
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    if (isModule(value)) found.add(value)
    else Object.values(value).forEach(visit)
  }
  visit(spec)
  return found
}

export function isModule(value: object): value is ModuleSpec {
  const { kind } = value as Partial<ModuleSpec>
  return kind === 'linear' || kind === 'norm' || kind === 'table' || kind === 'vector'
}

/** The tensors of a module. */
export function tensorsOf(module: ModuleSpec): TensorSpec[] {
  const tensors =
    module.kind === 'linear'
      ? module.from.flatMap(({ weight, bias }) => [weight, bias])
      : module.kind === 'norm'
        ? [module.weight, module.bias]
        : [module.kind === 'table' ? module.weight : module.values]
  return tensors.filter((tensor) => tensor !== undefined)
}
