/**
 * The modules that a model of BERT's shape consists of, with their tensor names and sizes; families/ builds
 * on them.
 */
import type { Activation } from '../kernels/kernels.ts'
import type { BertConfig } from './bert-config.ts'
import { ACTIVATION } from './config-values.ts'
import type {
  EmbeddingsSpec,
  HeadSpec,
  LayerSpec,
  LinearSource,
  LinearSpec,
  ModelSpec,
  NormSpec,
  TableSpec,
  TensorPart,
  TensorSpec,
  TransformSpec,
} from './spec.ts'

/** How a linear layer is stored. */
interface LinearStyle {
  /** 'float32' where `iobert quantize` leaves it alone. */
  readonly precision?: 'float32'
  /** Whether it has a bias; default true. */
  readonly bias?: boolean
}

/** The weight and the bias of a module, [out, in] and [out]. */
function weightAndBias(
  module: string,
  outputs: number,
  inputs: number,
  { precision, bias = true }: LinearStyle = {},
): LinearSource {
  return {
    weight: {
      name: `${module}.weight`,
      shape: [outputs, inputs],
      quantizable: precision !== 'float32',
    },
    bias: bias ? floats(`${module}.bias`, outputs) : undefined,
  }
}

/** A tensor that stays float. */
export function floats(name: string, ...shape: number[]): TensorSpec {
  return { name, shape, quantizable: false }
}

/** A linear layer that is one module of the files. */
export function linear(module: string, outputs: number, inputs: number, style: LinearStyle = {}): LinearSpec {
  return {
    kind: 'linear',
    inputs,
    outputs,
    precision: style.precision,
    from: [weightAndBias(module, outputs, inputs, style)],
  }
}

/** Modules of the same size as one linear layer, one below the other. */
export function stacked(modules: readonly string[], outputs: number, inputs: number): LinearSpec {
  return {
    kind: 'linear',
    inputs,
    outputs: modules.length * outputs,
    precision: undefined,
    from: modules.map((module) => weightAndBias(module, outputs, inputs)),
  }
}

/** A part of a module's rows as a linear layer. */
export function partOf(whole: LinearSpec, part: TensorPart): LinearSpec {
  const { weight, bias } = whole.from[0]!
  return {
    ...whole,
    outputs: whole.outputs / part.count,
    from: [{ weight: { ...weight, part }, bias: bias && { ...bias, part } }],
  }
}

export function norm(module: string, size: number, epsilon: number, hasBias = true): NormSpec {
  const bias = hasBias ? floats(`${module}.bias`, size) : undefined
  return { kind: 'norm', size, epsilon, weight: floats(`${module}.weight`, size), bias }
}

/** A table whose rows stay float. */
export function floatTable(name: string, rows: number, columns: number): TableSpec {
  return { kind: 'table', rows, columns, precision: 'float32', weight: floats(name, rows, columns) }
}

/** A table [V, E] with a row for each word. */
export function wordTable(name: string, { vocabSize, embeddingSize }: BertConfig): TableSpec {
  return {
    kind: 'table',
    rows: vocabSize,
    columns: embeddingSize,
    precision: undefined,
    weight: { name, shape: [vocabSize, embeddingSize], quantizable: true },
  }
}

/** The embeddings as all but ModernBERT name them. */
export function bertEmbeddings(config: BertConfig): EmbeddingsSpec {
  const { embeddingSize, positionRows, typeVocabSize, layerNormEps } = config
  const table = (name: string, rows: number): TableSpec | undefined =>
    rows > 0 ? floatTable(`{encoder}embeddings.${name}.weight`, rows, embeddingSize) : undefined
  return {
    words: wordTable('{encoder}embeddings.word_embeddings.weight', config),
    positions: table('position_embeddings', positionRows),
    tokenTypes: table('token_type_embeddings', typeVocabSize),
    norm: norm('{encoder}embeddings.LayerNorm', embeddingSize, layerNormEps),
  }
}

/** The modules of a layer inside the encoder; `{i}` stands for its number. */
export interface LayerNames {
  readonly query: string
  readonly key: string
  readonly value: string
  readonly attentionOutput: string
  readonly attentionLayerNorm: string
  readonly intermediate: string
  readonly output: string
  readonly outputLayerNorm: string
}

/** As Google's BERT and all that was made of its code have them. */
export const BERT_LAYERS: LayerNames = {
  query: 'encoder.layer.{i}.attention.self.query',
  key: 'encoder.layer.{i}.attention.self.key',
  value: 'encoder.layer.{i}.attention.self.value',
  attentionOutput: 'encoder.layer.{i}.attention.output.dense',
  attentionLayerNorm: 'encoder.layer.{i}.attention.output.LayerNorm',
  intermediate: 'encoder.layer.{i}.intermediate.dense',
  output: 'encoder.layer.{i}.output.dense',
  outputLayerNorm: 'encoder.layer.{i}.output.LayerNorm',
}

/** A layer of BERT. @param layer  what `{i}` stands for in the names of its modules */
export function bertLayer(config: BertConfig, names: LayerNames, layer: number | string): LayerSpec {
  const { hiddenSize, intermediateSize, hiddenActivation, layerNormEps } = config
  const name = (role: keyof LayerNames): string => `{encoder}${names[role].replace('{i}', String(layer))}`
  return {
    queryKeyValue: stacked([name('query'), name('key'), name('value')], hiddenSize, hiddenSize),
    attentionOutput: linear(name('attentionOutput'), hiddenSize, hiddenSize),
    attentionLayerNorm: norm(name('attentionLayerNorm'), hiddenSize, layerNormEps),
    intermediate: linear(name('intermediate'), intermediateSize, hiddenSize),
    gate: undefined,
    output: linear(name('output'), hiddenSize, intermediateSize),
    outputLayerNorm: norm(name('outputLayerNorm'), hiddenSize, layerNormEps),
    activation: ACTIVATION[hiddenActivation],
    window: 0,
    theta: undefined,
  }
}

/** L layers of BERT, each with its own weights. */
export function bertLayers(config: BertConfig, names: LayerNames = BERT_LAYERS): LayerSpec[] {
  return Array.from({ length: config.numLayers }, (_, layer) => bertLayer(config, names, layer))
}

/** Modules of the heads of a family. */
export interface HeadNames {
  /** Over whole texts: logits = output(activation(dense(h₀))). */
  readonly text: {
    readonly dense: string
    readonly activation: TransformSpec['activation']
    readonly output: string
  }
  /** That guesses words: logits = decoder(LayerNorm(activation(dense(h)))). */
  readonly words: {
    readonly dense: string
    readonly norm: string
    /** Where it is not the encoder's. */
    readonly activation?: Activation
    /** A table of its own, where the word embeddings are not taken. */
    readonly decoder: string
    /** Names of its bias: beside weights that are the word embeddings, and last beside weights of its own. */
    readonly bias: readonly string[]
  }
}

/** A linear layer of a head, which is never quantised. */
export function headLinear(module: string, outputs: number, inputs: number, bias = true): LinearSpec {
  return linear(module, outputs, inputs, { precision: 'float32', bias })
}

/** The head that config.json says the model has. */
export function bertHead(config: BertConfig, words: TableSpec, names: HeadNames): HeadSpec | undefined {
  const { headKind, hiddenSize, labels } = config
  if (headKind === 'tokens')
    return {
      kind: 'tokens',
      transform: undefined,
      output: headLinear('classifier', labels.length, hiddenSize),
    }
  if (headKind === 'words') return wordHead(config, words, names.words)
  if (headKind !== 'text') return undefined
  const { dense, activation, output } = names.text
  return {
    kind: 'text',
    pooling: 'cls',
    transform: { dense: headLinear(dense, hiddenSize, hiddenSize), activation, norm: undefined },
    output: headLinear(output, labels.length, hiddenSize),
  }
}

function wordHead(config: BertConfig, words: TableSpec, names: HeadNames['words']): HeadSpec {
  const { hiddenSize, embeddingSize, hiddenActivation, layerNormEps, vocabSize, tiesWordEmbeddings } = config
  // A decoder with weights of its own adds its own bias
  const [bias, ...otherNames] = tiesWordEmbeddings ? names.bias : [...names.bias].reverse()
  return {
    kind: 'words',
    transform: {
      dense: headLinear(names.dense, embeddingSize, hiddenSize),
      activation: names.activation ?? ACTIVATION[hiddenActivation],
      norm: norm(names.norm, embeddingSize, layerNormEps),
    },
    decoder: tiesWordEmbeddings ? words : wordTable(`${names.decoder}.weight`, config),
    bias: { kind: 'vector', size: vocabSize, values: { ...floats(bias!, vocabSize), otherNames } },
  }
}

/** A model that is BERT under other names. */
export function bertSpec(
  config: BertConfig,
  {
    prefix,
    layers = BERT_LAYERS,
    heads,
  }: { readonly prefix: string; readonly layers?: LayerNames; readonly heads: HeadNames },
): ModelSpec {
  const embeddings = bertEmbeddings(config)
  return {
    config,
    prefix,
    embeddings,
    projection: undefined,
    norm: 'post',
    layers: bertLayers(config, layers),
    head: bertHead(config, embeddings.words, heads),
  }
}
