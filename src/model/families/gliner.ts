/** GLiNER's heads, under the tensor names of the package gliner, over an encoder of any family, or two. */
import { floats, headLinear } from '../modules.ts'
import type {
  BoundaryHeadSpec,
  GlinerHeadSpec,
  GlinerWordsSpec,
  LinearSpec,
  LstmDirectionSpec,
  ModelSpec,
  ProjectionSpec,
  SpanHeadSpec,
  SpanMarkerSpec,
  TensorSpec,
  WordPooling,
} from '../spec.ts'

/** Prefix of the encoder's tensors, for any encoder. */
export const ENCODER_PREFIX = 'token_rep_layer.bert_layer.model.'
/** The same of the encoder of types, in a bi-encoder. */
export const TYPE_ENCODER_PREFIX = 'token_rep_layer.labels_encoder.model.'

/** How many times wider the inner layer of the head's projections is than their ends, and that of its scorer. */
export const WIDENING = 4

/** Where the layers of spans are in the files. */
const SPANS = 'span_rep_layer.span_rep_layer'

/** The head's settings in gliner_config.json. */
export interface GlinerSizes {
  /** D: the width of words, spans and types after the encoder. */
  readonly hiddenSize: number
  /** K: number of words in the longest span; undefined if words are scored instead of spans. */
  readonly maxWidth: number | undefined
  /** Layers of the bidirectional LSTM over the words; 0 for none. */
  readonly rnnLayers: number
  readonly wordPooling: WordPooling
  /** Whether spans that words make are scored once more as spans. */
  readonly representsSpans: boolean
}

/** The specification of a GLiNER model; with an encoder of types, of a bi-encoder. */
export function glinerSpec(
  encoder: ModelSpec,
  { hiddenSize: size, maxWidth, rnnLayers, wordPooling, representsSpans }: GlinerSizes,
  typeEncoder?: ModelSpec,
): ModelSpec {
  const projectionOf = ({ config: { hiddenSize } }: ModelSpec, name: string): LinearSpec | undefined =>
    size === hiddenSize ? undefined : headLinear(`token_rep_layer.${name}`, size, hiddenSize)
  const lstmLayer = (layer: number): GlinerHeadSpec['lstm'][number] => [
    lstmDirection(`l${layer}`, size),
    lstmDirection(`l${layer}_reverse`, size),
  ]
  const words: GlinerWordsSpec = {
    size,
    pooling: wordPooling,
    projection: projectionOf(encoder, 'projection'),
    // The package makes an LSTM for a bi-encoder too, and does not use it.
    lstm: Array.from({ length: typeEncoder ? 0 : rnnLayers }, (_, layer) => lstmLayer(layer)),
  }
  const scoresWords = maxWidth === undefined
  const head: GlinerHeadSpec = scoresWords
    ? {
        kind: 'boundaries',
        ...words,
        ...scorer(size),
        marker: representsSpans ? marker(SPANS, size) : undefined,
      }
    : typeEncoder
      ? { kind: 'vector-spans', ...words, maxWidth, marker: marker(SPANS, size) }
      : {
          kind: 'spans',
          ...words,
          maxWidth,
          ...spanLayers(SPANS, size),
          prompt: projection('prompt_rep_layer', size),
        }
  return {
    ...encoder,
    config: { ...encoder.config, headKind: 'spans' },
    configFile: 'gliner_config.json',
    prefix: ENCODER_PREFIX,
    head,
    ...(typeEncoder && {
      typeEncoder: {
        ...typeEncoder,
        configFile: 'gliner_config.json',
        prefix: TYPE_ENCODER_PREFIX,
        head: {
          kind: 'types',
          size,
          projection: projectionOf(typeEncoder, 'labels_projection'),
          prompt: scoresWords ? undefined : projection('prompt_rep_layer', size),
        },
      },
    }),
  }
}

/** The scorer of words: its two projections in halves, and its inner layer in three parts. */
function scorer(size: number): Omit<BoundaryHeadSpec, 'kind' | 'marker' | keyof GlinerWordsSpec> {
  const half = (name: string, index: number): LinearSpec => {
    const layer = headLinear(`scorer.${name}`, 2 * size, size)
    const part = { index, count: 2, blocks: 1 }
    const { weight, bias } = layer.from[0]!
    return { ...layer, outputs: size, from: [{ weight: { ...weight, part }, bias: { ...bias!, part } }] }
  }
  const inner = WIDENING * size
  const first = headLinear('scorer.out_mlp.0', inner, 3 * size)
  const { weight, bias } = first.from[0]!
  const third = (index: number, bias: TensorSpec | undefined): LinearSpec => ({
    ...first,
    inputs: size,
    from: [{ weight: { ...weight, part: { index, count: 3, blocks: inner } }, bias }],
  })
  return {
    wordTerm: half('proj_token', 0),
    wordFactor: half('proj_token', 1),
    typeTerm: half('proj_label', 0),
    typeFactor: half('proj_label', 1),
    wordPart: third(0, undefined),
    typePart: third(1, bias),
    productPart: third(2, undefined),
    output: headLinear('scorer.out_mlp.3', 3, inner),
  }
}

/**
 * One direction of a layer of PyTorch's `nn.LSTM`, with one bias for the input and one for the previous
 * state.
 */
function lstmDirection(suffix: string, size: number): LstmDirectionSpec {
  const gates = (of: 'ih' | 'hh', inputs: number): LinearSpec => ({
    kind: 'linear',
    inputs,
    outputs: 2 * size,
    precision: 'float32',
    from: [
      {
        weight: floats(`rnn.lstm.weight_${of}_${suffix}`, 2 * size, inputs),
        bias: floats(`rnn.lstm.bias_${of}_${suffix}`, 2 * size),
      },
    ],
  })
  return { input: gates('ih', size), recurrent: gates('hh', size / 2) }
}

/** A projection of words or types, which has a dropout before its second layer in the files. */
function projection(name: string, size: number): ProjectionSpec {
  const inner = WIDENING * size
  return { inner: headLinear(`${name}.0`, inner, size), outer: headLinear(`${name}.3`, size, inner) }
}

/**
 * The projections of words, and the two layers of a span's: the first in two halves.
 *
 * @param module  the prefix of their names
 */
function marker(module: string, size: number): SpanMarkerSpec {
  const inner = WIDENING * size
  const first = headLinear(`${module}.out_project.0`, inner, 2 * size)
  const { weight, bias } = first.from[0]!
  const half = (index: number, bias: TensorSpec | undefined): LinearSpec => ({
    ...first,
    inputs: size,
    from: [{ weight: { ...weight, part: { index, count: 2, blocks: inner } }, bias }],
  })
  return {
    start: projection(`${module}.project_start`, size),
    end: projection(`${module}.project_end`, size),
    spanStart: half(0, undefined),
    spanEnd: half(1, bias),
    output: headLinear(`${module}.out_project.3`, size, inner),
  }
}

/** The same with the second layer transposed. */
export function spanLayers(
  module: string,
  size: number,
): Omit<SpanHeadSpec, 'kind' | 'maxWidth' | 'prompt' | keyof GlinerWordsSpec> {
  const { output, ...layers } = marker(module, size)
  const second = output.from[0]!
  return {
    ...layers,
    query: {
      kind: 'linear',
      inputs: size,
      outputs: output.inputs + 1,
      precision: 'float32',
      from: [
        { weight: second.weight, bias: undefined, transposed: true },
        { weight: second.bias!, bias: undefined },
      ],
    },
  }
}
