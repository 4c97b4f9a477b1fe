/** GLiNER's head, under the tensor names of the package gliner, over an encoder of any family. */
import { floats, headLinear } from '../modules.ts'
import type {
  LinearSpec,
  LstmDirectionSpec,
  ModelSpec,
  ProjectionSpec,
  SpanHeadSpec,
  TensorSpec,
} from '../spec.ts'

/** Prefix of the encoder's tensors, for any encoder. */
export const ENCODER_PREFIX = 'token_rep_layer.bert_layer.model.'

/** How many times wider the inner layer of the head's projections is than their ends. */
const WIDENING = 4

const SPANS = 'span_rep_layer.span_rep_layer'

/** The head's settings in gliner_config.json. */
export interface SpanHeadSizes {
  /** D: the width of words, spans and types after the encoder. */
  readonly hiddenSize: number
  /** K: number of words in the longest span. */
  readonly maxWidth: number
  /** Layers of the bidirectional LSTM over the words; 0 for none. */
  readonly rnnLayers: number
}

/** The specification of a GLiNER model. */
export function glinerSpec(
  encoder: ModelSpec,
  { hiddenSize: size, maxWidth, rnnLayers }: SpanHeadSizes,
): ModelSpec {
  const { hiddenSize } = encoder.config
  const inner = WIDENING * size
  const projection = (name: string): ProjectionSpec => ({
    inner: headLinear(`${name}.0`, inner, size),
    outer: headLinear(`${name}.3`, size, inner),
  })
  const lstmLayer = (layer: number): SpanHeadSpec['lstm'][number] => [
    lstmDirection(`l${layer}`, size),
    lstmDirection(`l${layer}_reverse`, size),
  ]
  const head: SpanHeadSpec = {
    kind: 'spans',
    size,
    maxWidth,
    projection: size === hiddenSize ? undefined : headLinear('token_rep_layer.projection', size, hiddenSize),
    lstm: Array.from({ length: rnnLayers }, (_, layer) => lstmLayer(layer)),
    start: projection(`${SPANS}.project_start`),
    end: projection(`${SPANS}.project_end`),
    prompt: projection('prompt_rep_layer'),
    ...spanLayers(size),
  }
  return {
    ...encoder,
    config: { ...encoder.config, headKind: 'spans' },
    configFile: 'gliner_config.json',
    prefix: ENCODER_PREFIX,
    head,
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

/** The two layers of a span's projection: the first in two halves, the second transposed. */
function spanLayers(size: number): Pick<SpanHeadSpec, 'spanStart' | 'spanEnd' | 'query'> {
  const inner = WIDENING * size
  const first = headLinear(`${SPANS}.out_project.0`, inner, 2 * size)
  const { weight, bias } = first.from[0]!
  const half = (index: number, bias: TensorSpec | undefined): LinearSpec => ({
    ...first,
    inputs: size,
    from: [{ weight: { ...weight, part: { index, count: 2, blocks: inner } }, bias }],
  })
  const second = headLinear(`${SPANS}.out_project.3`, size, inner).from[0]!
  return {
    spanStart: half(0, undefined),
    spanEnd: half(1, bias),
    query: {
      kind: 'linear',
      inputs: size,
      outputs: inner + 1,
      precision: 'float32',
      from: [
        { weight: second.weight, bias: undefined, transposed: true },
        { weight: second.bias!, bias: undefined },
      ],
    },
  }
}
