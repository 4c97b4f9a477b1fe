/** GLiNER2's head, under the tensor names of the package gliner2, over an encoder of any family. */
import { floats, headLinear, norm } from '../modules.ts'
import type {
  CountingSpec,
  LayerSpec,
  LinearSpec,
  ModelSpec,
  ProjectionSpec,
  TypeAttentionSpec,
} from '../spec.ts'
import { spanLayers, WIDENING } from './gliner.ts'

/** Prefix of the encoder's tensors, for any encoder. */
export const ENCODER_PREFIX = 'encoder.'

/** The counts that have an embedding, and the counts that are told from each other, 0 being one of them. */
const COUNTS = 20
/** The narrow encoder of count_lstm_v2 (DownscaledTransformer of the package), the same in all models. */
const NARROW = { size: 128, layers: 2, heads: 4, intermediateSize: 256, epsilon: 1e-5 } as const

/** The head's settings in config.json. */
export interface Gliner2Sizes {
  /** K: number of words in the longest span. */
  readonly maxWidth: number
  /** What follows the GRU: a projection, or attention among the types. */
  readonly countingLayer: 'count_lstm' | 'count_lstm_v2'
}

/** The specification of a GLiNER2 model, whose head is as wide as its encoder. */
export function gliner2Spec(encoder: ModelSpec, { maxWidth, countingLayer }: Gliner2Sizes): ModelSpec {
  const size = encoder.config.hiddenSize
  return {
    ...encoder,
    config: { ...encoder.config, headKind: 'spans' },
    prefix: ENCODER_PREFIX,
    head: {
      kind: 'spans',
      ...{ size, pooling: 'first', projection: undefined, lstm: [], maxWidth },
      ...spanLayers('span_rep.span_rep_layer', size),
      prompt: counting(size, countingLayer === 'count_lstm' ? projector(size) : typeAttention(size)),
    },
  }
}

function counting(size: number, combined: CountingSpec['combined']): CountingSpec {
  const first = floats('count_embed.pos_embedding.weight', COUNTS, size)
  return {
    count: {
      inner: headLinear('count_pred.0', 2 * size, size),
      outer: headLinear('count_pred.2', COUNTS, 2 * size),
    },
    first: { kind: 'vector', size, values: { ...first, part: { index: 0, count: COUNTS, blocks: 1 } } },
    input: named('count_embed.gru', '_ih_l0', 3 * size, size),
    recurrent: named('count_embed.gru', '_hh_l0', 3 * size, size),
    combined,
    label: {
      inner: headLinear('classifier.0', 2 * size, size),
      outer: headLinear('classifier.2', 1, 2 * size),
    },
  }
}

function projector(size: number): ProjectionSpec {
  return {
    inner: headLinear('count_embed.projector.0', WIDENING * size, 2 * size),
    outer: headLinear('count_embed.projector.2', size, WIDENING * size),
  }
}

function typeAttention(size: number): TypeAttentionSpec {
  const module = 'count_embed.transformer'
  return {
    narrow: headLinear(`${module}.in_projector`, NARROW.size, size),
    layers: Array.from({ length: NARROW.layers }, (_, layer) =>
      narrowLayer(`${module}.transformer.layers.${layer}`),
    ),
    heads: NARROW.heads,
    intermediateSize: NARROW.intermediateSize,
    wide: [
      headLinear(`${module}.out_projector.0`, size, NARROW.size + size),
      headLinear(`${module}.out_projector.2`, size, size),
      headLinear(`${module}.out_projector.4`, size, size),
    ],
  }
}

/** A layer of PyTorch's `nn.TransformerEncoderLayer`, LayerNorms after the sums. */
function narrowLayer(module: string): LayerSpec {
  const { size, intermediateSize, epsilon } = NARROW
  return {
    queryKeyValue: named(`${module}.self_attn.in_proj`, '', 3 * size, size),
    attentionOutput: headLinear(`${module}.self_attn.out_proj`, size, size),
    attentionLayerNorm: norm(`${module}.norm1`, size, epsilon),
    intermediate: headLinear(`${module}.linear1`, intermediateSize, size),
    gate: undefined,
    output: headLinear(`${module}.linear2`, size, intermediateSize),
    outputLayerNorm: norm(`${module}.norm2`, size, epsilon),
    activation: 'relu',
    window: 0,
    theta: undefined,
  }
}

/** A linear layer whose tensors are called `in_proj_weight`, or `gru.weight_ih_l0`, and the bias accordingly. */
function named(module: string, suffix: string, outputs: number, inputs: number): LinearSpec {
  const name = (of: string): string => `${module}${suffix === '' ? '_' : '.'}${of}${suffix}`
  const [weight, bias] = [floats(name('weight'), outputs, inputs), floats(name('bias'), outputs)]
  return { kind: 'linear', inputs, outputs, precision: 'float32', from: [{ weight, bias }] }
}
