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
  /** 'float32' if `iobert quantize` does not change it. */
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

/** A linear layer that is a single module in the files. */
export function linear(module: string, outputs: number, inputs: number, style: LinearStyle = {}): LinearSpec {
  return {
    kind: 'linear',
    inputs,
    outputs,
    precision: style.precision,
    from: [weightAndBias(module, outputs, inputs, style)],
  }
}

/** Several modules of the same size, stacked into one linear layer. */
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
  return { kind: 'norm', size, epsilon, centred: true, weight: floats(`${module}.weight`, size), bias }
}

/** A table whose rows stay float. */
export function floatTable(name: string, rows: number, columns: number): TableSpec {
  return { kind: 'table', rows, columns, precision: 'float32', weight: floats(name, rows, columns) }
}

/** A table [V, E] with one row for each word. */
export function wordTable(name: string, { vocabSize, embeddingSize }: BertConfig): TableSpec {
  return {
    kind: 'table',
    rows: vocabSize,
    columns: embeddingSize,
    precision: undefined,
    weight: { name, shape: [vocabSize, embeddingSize], quantizable: true },
  }
}

/** The embeddings under the names of all families except ModernBERT. */
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

/** The names of a layer's modules inside the encoder; `{i}` stands for the number of the layer. */
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

/** The names in Google's BERT and in all that is based on its code. */
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

/** A layer of BERT. @param layer  replaces `{i}` in the names of its modules */
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

/** Names of the modules of a family's heads. */
export interface HeadNames {
  /** For whole texts: logits = output(activation(dense(h₀))). */
  readonly text: {
    readonly dense: string
    readonly activation: TransformSpec['activation']
    readonly output: string
  }
  /** For words: logits = decoder(LayerNorm(activation(dense(h)))). */
  readonly words: {
    readonly dense: string
    readonly norm: string
    /** Present if it differs from the encoder's. */
    readonly activation?: Activation
    /** The name of the decoder's own table, if it does not share the word embeddings. */
    readonly decoder: string
    /** Names of its bias: the first next to shared word embeddings, the last next to weights of its own. */
    readonly bias: readonly string[]
  }
}

/** A linear layer of a head, which is never quantized. */
export function headLinear(module: string, outputs: number, inputs: number, bias = true): LinearSpec {
  return linear(module, outputs, inputs, { precision: 'float32', bias })
}

/** The head that config.json describes. */
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
  // A decoder with its own weights adds its own bias.
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
