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

/** A tensor in the files. */
export interface TensorSpec {
  /**
   * Its name in transformers. `{encoder}` stands for the prefix of the encoder's tensors; a tensor without it
   * is outside the encoder.
   */
  readonly name: string
  /** Its names in other files. */
  readonly otherNames?: readonly string[]
  /** The shape in the files. */
  readonly shape: readonly number[]
  /**
   * Whether `iobert quantize` makes it int8: the encoder's linear layers, the word embeddings, a separate
   * decoder.
   */
  readonly quantizable: boolean
  /** The part of the tensor to use, if the files combine several matrices in one. */
  readonly part?: TensorPart
}

/**
 * A tensor consists of `blocks` blocks, stacked; each block has `count` parts of the same size, and the
 * matrix consists of part `index` of every block. If each row is a block, the parts are columns.
 */
export interface TensorPart {
  readonly index: number
  readonly count: number
  readonly blocks: number
}

/** y = x·Wᵀ + b, where W is one matrix of the files, or several stacked (Q, K and V). */
export interface LinearSpec {
  readonly kind: 'linear'
  readonly inputs: number
  readonly outputs: number
  /** 'float32' if it has that precision always. */
  readonly precision: 'float32' | undefined
  readonly from: readonly LinearSource[]
}

/** One of the layer's matrices. Without a bias: zeros. */
export interface LinearSource {
  /** A vector counts as one row. */
  readonly weight: TensorSpec
  readonly bias: TensorSpec | undefined
  /** Whether the file has the matrix transposed. */
  readonly transposed?: true
  /** Present if the layer has its outputs several times: keys or values that a group of heads shares. */
  readonly repeated?: RepeatedRows
}

/** Each block of so many rows is there so many times, one after another. */
export interface RepeatedRows {
  readonly block: number
  readonly times: number
}

/** A layer normalisation. Without a bias: zeros. */
export interface NormSpec {
  readonly kind: 'norm'
  readonly size: number
  /** Whether the mean is subtracted; if not, it is RMSNorm. */
  readonly centred: boolean
  /** ε */
  readonly epsilon: number
  readonly weight: TensorSpec
  readonly bias: TensorSpec | undefined
}

/** A table whose rows are looked up. */
export interface TableSpec {
  readonly kind: 'table'
  readonly rows: number
  readonly columns: number
  /** 'float32' if it has that precision always. */
  readonly precision: 'float32' | undefined
  readonly weight: TensorSpec
  /** A row that is added to each row when they are read, [1, columns]; of a short float table. */
  readonly added?: TensorSpec
}

/** A vector. Without values: zeros. */
export interface VectorSpec {
  readonly kind: 'vector'
  readonly size: number
  readonly values: TensorSpec | undefined
}

export type ModuleSpec = LinearSpec | NormSpec | TableSpec | VectorSpec

/** A specification in which each module is replaced by what kernels compute with; everything else stays. */
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
  /** The settings that users see. */
  readonly config: BertConfig
  /** The file with the sizes, for errors; default: config.json. */
  readonly configFile?: string
  /** The prefix of the encoder's tensors, including its dot. */
  readonly prefix: string
  readonly embeddings: EmbeddingsSpec
  /** Widens the embeddings from E to H, if they differ: [H, E]. */
  readonly projection: LinearSpec | undefined
  /**
   * Where the LayerNorms are: 'post' (after each sum with the residual; the result is the next residual) or
   * 'pre' (Xiong et al. 2020, arXiv 2002.04745; before each block; the residuals are the sums themselves).
   */
  readonly norm: 'post' | 'pre'
  /** With 'pre', the LayerNorm before the first layer; undefined if the layer reads the embeddings as they are. */
  readonly firstLayerNorm?: NormSpec | undefined
  readonly layers: readonly LayerSpec[]
  /** Parallel to the first layer in the largest DeBERTas. */
  readonly convolution?: ConvolutionSpec | undefined
  /** What attention adds to its scores for the distance of two tokens. */
  readonly relative?: DisentangledSpec | BiasesSpec
  /** The head that computes logits; undefined in a bare encoder. */
  readonly head: HeadSpec | undefined
  /** How the tokenizer uses SentencePiece's own file. */
  readonly sentencePiece?: SentencePieceSpec
  /** A second encoder, which reads types by themselves; its head makes a vector of each (a bi-encoder). */
  readonly typeEncoder?: ModelSpec
}

/** LayerNorm(word + tokenType + position), E wide; without a norm the sum itself. */
export interface EmbeddingsSpec {
  readonly words: TableSpec
  readonly positions: TableSpec | undefined
  readonly tokenTypes: TableSpec | undefined
  readonly norm: NormSpec | undefined
}

/** A layer of the encoder: encoder.ts. */
export interface LayerSpec {
  /** [3H, H] */
  readonly queryKeyValue: LinearSpec
  /** [H, H] */
  readonly attentionOutput: LinearSpec
  /** Computed together with the sum after attention. */
  readonly attentionLayerNorm: NormSpec
  /** [I, H] */
  readonly intermediate: LinearSpec
  /** [I, H]: multiplies the inside of the feed-forward block (Shazeer 2020, arXiv 2002.05202). */
  readonly gate: LinearSpec | undefined
  /** [H, I] */
  readonly output: LinearSpec
  /**
   * Computed together with the sum after the feed-forward block; with 'pre' it is the next layer's, or the
   * final one.
   */
  readonly outputLayerNorm: NormSpec
  readonly activation: Activation
  /** A token attends only to tokens fewer positions away, itself included; 0: to all. */
  readonly window: number
  /** θ of rotary positions (Su et al. 2021, arXiv 2104.09864); undefined if there are none. */
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

/** How distances map to rows of relative embeddings: `rowOf` in distances.ts. */
export interface DistanceRows {
  /** Half the number of rows, about the largest distance with a row. */
  readonly span: number
  /**
   * Buckets on either side of 0, half of them for a single distance each; 0 if each distance up to the span
   * has a row.
   */
  readonly buckets: number
  /** The distance of the last bucket. */
  readonly maxDistance: number
}

/** Disentangled attention (He et al. 2021, arXiv 2006.03654): relative.ts. */
export interface DisentangledSpec extends DistanceRows {
  readonly kind: 'disentangled'
  /** The largest possible distance of two tokens. */
  readonly farthest: number
  /** R: the rows of the embeddings that distances up to `farthest` use. */
  readonly rows: number
  /**
   * Whether relative positions act as keys (with the tokens' queries), and as queries (with the tokens'
   * keys).
   */
  readonly keys: boolean
  readonly queries: boolean
  /** [2·span, H] */
  readonly embeddings: TableSpec
  readonly norm: NormSpec | undefined
  /** Each layer's projections of the embeddings, [H, H]; undefined if they are those of its tokens. */
  readonly projections: readonly Readonly<Record<'key' | 'query', LinearSpec | undefined>>[] | undefined
}

/**
 * A bias for each head and bucket of distances (Raffel et al. 2020, arXiv 1910.10683, section 2.1):
 * relative.ts.
 */
export interface BiasesSpec {
  readonly kind: 'biases'
  readonly farthest: number
  /** [buckets, A] */
  readonly table: TableSpec
}

/** A head, which computes logits. */
export type HeadSpec = TokenHeadSpec | TextHeadSpec | WordHeadSpec | TypeHeadSpec | GlinerHeadSpec

/** For each token, logits = output(h), or with a dense layer output(LayerNorm(activation(dense(h)))). */
export interface TokenHeadSpec {
  readonly kind: 'tokens'
  readonly transform: TransformSpec | undefined
  /** [C, H] */
  readonly output: LinearSpec
}

/**
 * The same for each text: from its first token, from the mean of all tokens, or ('late') as the mean of all tokens'
 * logits.
 */
export interface TextHeadSpec {
  readonly kind: 'text'
  readonly pooling: 'cls' | 'mean' | 'late'
  readonly transform: TransformSpec
  readonly output: LinearSpec
}

/** For each token, logits = decoder(transform(h)), or decoder(h): word-head.ts. */
export interface WordHeadSpec {
  readonly kind: 'words'
  readonly transform:
    | (TransformSpec & { readonly norm: NormSpec; readonly activation: Activation })
    | undefined
  /** [V, E]: the word embeddings, or a separate table. */
  readonly decoder: TableSpec
  /** [V] */
  readonly bias: VectorSpec
}

/** For each text, a vector [D] = prompt(projection(mean of its tokens)): type-head.ts. All of it is float32. */
export interface TypeHeadSpec {
  readonly kind: 'types'
  /** D */
  readonly size: number
  /** [D, H], if H differs from D. */
  readonly projection: LinearSpec | undefined
  /** Undefined where words are scored. */
  readonly prompt: ProjectionSpec | undefined
}

/** A head that scores words for types that each call names (GLiNER). All of it is float32. */
export type GlinerHeadSpec = SpanHeadSpec | VectorSpanHeadSpec | BoundaryHeadSpec

/** Whether a head is one of GLiNER's, which no model of it lacks. */
export function isGlinerHead(head: HeadSpec): head is GlinerHeadSpec | TypeHeadSpec {
  return ['spans', 'vector-spans', 'boundaries', 'types'].includes(head.kind)
}

/** Which of a word's pieces represent it: one, their mean, or the largest of each component. */
export type WordPooling = 'first' | 'last' | 'mean' | 'max'

/** How GLiNER represents words and types. */
export interface GlinerWordsSpec {
  /** D: the width of words, spans and types. */
  readonly size: number
  readonly pooling: WordPooling
  /** [D, H], if H differs from D. */
  readonly projection: LinearSpec | undefined
  /** For each layer, forwards and backwards. */
  readonly lstm: readonly (readonly [LstmDirectionSpec, LstmDirectionSpec])[]
}

/** Scores each word as the first, the last and any word of an entity: boundary-head.ts. */
export interface BoundaryHeadSpec extends GlinerWordsSpec {
  readonly kind: 'boundaries'
  /** The two halves of a word's projection, and of a type's; [D, D] each. */
  readonly wordTerm: LinearSpec
  readonly wordFactor: LinearSpec
  readonly typeTerm: LinearSpec
  readonly typeFactor: LinearSpec
  /**
   * The inner layer in three parts, of which the type's has the bias: for terms of words, for terms of types, and
   * for products of factors; [4D, D] each.
   */
  readonly wordPart: LinearSpec
  readonly typePart: LinearSpec
  readonly productPart: LinearSpec
  /** [3, 4D] */
  readonly output: LinearSpec
  /** Scores the spans that the words make once more, if the model does. */
  readonly marker: SpanMarkerSpec | undefined
}

/** Represents a span by its first and its last word: span-marker.ts. */
export interface SpanMarkerSpec {
  readonly start: ProjectionSpec
  readonly end: ProjectionSpec
  /**
   * The first layer of the span's projection in two parts: for the start, without bias, and for the end; [4D,
   * D] each.
   */
  readonly spanStart: LinearSpec
  readonly spanEnd: LinearSpec
  /** Its second layer, [D, 4D]. */
  readonly output: LinearSpec
}

/** Scores spans of words for types that are given as vectors: span-marker.ts. */
export interface VectorSpanHeadSpec extends GlinerWordsSpec {
  readonly kind: 'vector-spans'
  /** K: number of words in the longest span. */
  readonly maxWidth: number
  readonly marker: SpanMarkerSpec
}

/** Scores spans of words for types that stand before the text: span-head.ts. */
export interface SpanHeadSpec extends GlinerWordsSpec, Omit<SpanMarkerSpec, 'output'> {
  readonly kind: 'spans'
  /** K: number of words in the longest span. */
  readonly maxWidth: number
  /** Makes the vectors that stand for types of the tokens before them; GLiNER2's also counts. */
  readonly prompt: ProjectionSpec | CountingSpec
  /**
   * The second layer of the span's projection, transposed, [4D + 1, D]: a row for each input, with the bias
   * as the last row.
   */
  readonly query: LinearSpec
}

/**
 * GLiNER2's: counts entities, and makes vectors of types for the first of each type, counting.ts; or scores labels of a whole
 * text, named-labels.ts.
 */
export interface CountingSpec {
  /** The number of entities from the token before all types: [2D, D], and [20, 2D] for 0 to 19. */
  readonly count: ProjectionSpec
  /** The embedding of the first entity's number, D. */
  readonly first: VectorSpec
  /** The gates of a GRU for its input, and for the state before it; [3D, D] each. */
  readonly input: LinearSpec
  readonly recurrent: LinearSpec
  /** Makes vectors of states and types side by side, [4D, 2D] and [D, 4D], or of their sums. */
  readonly combined: ProjectionSpec | TypeAttentionSpec
  /** The logit of a label of the whole text from the token before it: [2D, D], and [1, 2D]. */
  readonly label: ProjectionSpec
}

/** A narrow encoder in which the types of a call attend to each other. N is its width. */
export interface TypeAttentionSpec {
  /** [N, D] */
  readonly narrow: LinearSpec
  readonly layers: readonly LayerSpec[]
  readonly heads: number
  readonly intermediateSize: number
  /** From the encoder's rows and its inputs, side by side: [D, N + D], [D, D] and [D, D]. */
  readonly wide: readonly [LinearSpec, LinearSpec, LinearSpec]
}

/**
 * One direction of a layer of an LSTM: gates for the input [4h, D], and for the previous state [4h, h], h =
 * D/2.
 */
export interface LstmDirectionSpec {
  readonly input: LinearSpec
  readonly recurrent: LinearSpec
}

/** Two linear layers with ReLU in between; where nothing else is said, [4D, D] and [D, 4D]. */
export interface ProjectionSpec {
  readonly inner: LinearSpec
  readonly outer: LinearSpec
}

/** LayerNorm(activation(dense(h))), float32; the LayerNorm is optional. */
export interface TransformSpec {
  readonly dense: LinearSpec
  readonly activation: Activation | 'tanh'
  readonly norm: NormSpec | undefined
}

/** What a tokenizer puts in place of the first pieces of SentencePiece's own file, and its mask. */
export interface SentencePieceSpec {
  /** How many of the file's pieces are dropped. */
  readonly dropped: number
  /** The pieces that replace them. */
  readonly first: readonly (readonly [piece: string, score: number])[]
  /** Whether the mask includes the white space before it. */
  readonly maskTakesSpace: boolean
  /** The family whose tokenizer has the file's own order, and special tokens with BERT's names. */
  readonly own?: 'albert' | 'deberta'
}

/** The model, and the encoder of types, if it has one. */
export function encodersOf(spec: ModelSpec): ModelSpec[] {
  return spec.typeEncoder ? [spec, spec.typeEncoder] : [spec]
}

/** The attention among types, if a head has one. */
export function typeAttentionOf(head: HeadSpec | undefined): TypeAttentionSpec | undefined {
  if (head?.kind !== 'spans' || !('count' in head.prompt)) return undefined
  const { combined } = head.prompt
  return 'narrow' in combined ? combined : undefined
}

/** The modules of a specification, in order and without duplicates. */
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
        : module.kind === 'table'
          ? [module.weight, module.added]
          : [module.values]
  return tensors.filter((tensor) => tensor !== undefined)
}
