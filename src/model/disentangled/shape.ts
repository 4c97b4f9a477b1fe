/** What is computed of disentangled attention, as config.json decides it: plain data, that goes to a worker. */
import type { RelativeShape } from '../../kernels/relative/place.ts'
import type { HiddenActivation } from '../family.ts'
import type { Buckets } from './buckets.ts'

/** Disentangled attention of a model; `rows` are those of its relative embeddings that its distances lead to. */
export interface Disentangled extends RelativeShape, Buckets {
  /** Whether relative positions go through the projections of the tokens. */
  readonly shared: boolean
  /** Whether a LayerNorm stands behind the relative embeddings. */
  readonly normalized: boolean
  /** Whether absolute positions are added to the embeddings too. */
  readonly absolute: boolean
  /** What stands beside the first layer of the largest models. */
  readonly convolution?: ConvolutionShape
}

/** convolution.ts */
export interface ConvolutionShape {
  /** n, odd. */
  readonly size: number
  readonly activation: HiddenActivation | 'tanh'
}
