/** What is computed of ModernBERT, as config.json decides it: plain data, that goes to a worker; and its weights' places. */
import type { LayerNorm, Linear, Matrix } from '../../kernels/kernels.ts'
import type { HiddenActivation } from '../family.ts'

export interface Modern {
  /**
   * Of each layer: a token meets only those that are fewer places away, itself included; 0 where it meets all. Layers with a
   * window are local, the others global.
   */
  readonly windows: readonly number[]
  /** θ, which the angles of rotary positions are powers of, of global and of local layers. */
  readonly globalTheta: number
  readonly localTheta: number
  /** What of a text's tokens a head over texts reads: the first, or the mean of all. */
  readonly pooling: 'cls' | 'mean'
  /** Between the head's dense layer and its LayerNorm. */
  readonly headActivation: HiddenActivation
  /** Which modules have biases in the files; LayerNorms are among the modules. */
  readonly biases: Readonly<Record<'attention' | 'feedForward' | 'norm' | 'head' | 'decoder', boolean>>
}

/** What ModernBERT has beside the weights that BERT has too. */
export interface ModernWeights {
  /** Of each layer, [I, H]. */
  readonly gates: readonly Linear[]
  /** Behind the last layer. */
  readonly finalNorm: LayerNorm
  /** Cosines and sines of each place, [places, D]; of global layers and of local ones. */
  readonly globalAngles: Matrix
  readonly localAngles: Matrix
  /** What stands before the labels: [H, H], float32, its activation, and a LayerNorm. */
  readonly head?: { readonly dense: Linear; readonly norm: LayerNorm }
}
