/**
 * BERT with a token classification head: the whole forward pass.
 *
 *     hiddenStates₀ = LayerNorm(word + tokenType + position)
 *     hiddenStatesₗ = layerₗ(hiddenStatesₗ₋₁)                    l = 1 ... L
 *     logits        = hiddenStates_L · Wᵀ + b                    [T, C]
 *
 * Devlin et al. 2019 (arXiv 1810.04805). Nothing here knows where the numbers are computed.
 */
import type { Activation, Kernels, Matrix, Precision } from '../kernels/kernels.ts'
import type { BertConfig, HiddenActivation } from './config.ts'
import { encoderLayer } from './encoder.ts'
import type { BertWeights, LayerWeights } from './weights.ts'
import { fillWorkspace, type Workspace } from './workspace.ts'

const ACTIVATION: Record<HiddenActivation, Activation> = {
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
  silu: 'silu',
}

/** What a forward pass gives back, one entry a sequence. */
export interface ForwardOutput {
  /** [T, C]; empty arrays where the model has no head. */
  logits: Float32Array[]
  /** For each sequence the embeddings' output and each layer's, L + 1 times [T, H]. */
  hiddenStates?: Float32Array[][]
  /** For each sequence each layer's attention probabilities, L times [A, T, T]. */
  attentions?: Float32Array[][]
}

export interface ForwardWanted {
  readonly hiddenStates?: boolean
  readonly attentions?: boolean
  /** Give back only the hidden states of this layer (0: the embeddings), and compute no further. */
  readonly layer?: number
}

/** A long sentence: enough rows for every path of the kernels. */
const WARM_UP_TOKENS = 40

export class Bert {
  readonly #kernels: Kernels
  readonly #config: BertConfig
  readonly #weights: BertWeights
  readonly #precision: Precision
  /** Where the weights end and the workspace begins. */
  readonly #mark: number

  constructor(kernels: Kernels, config: BertConfig, weights: BertWeights, precision: Precision) {
    this.#kernels = kernels
    this.#config = config
    this.#weights = weights
    this.#precision = precision
    this.#mark = kernels.memory.end
  }

  /**
   * One batch of sequences, end to end. `pause` is awaited between layers: there an abort takes effect and the thread's
   * other work gets its turn.
   */
  async forward(
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    pause: () => Promise<void>,
  ): Promise<ForwardOutput> {
    const { numHeads, hiddenActivation, numLayers } = this.#config
    const kernels = this.#kernels
    const workspace = fillWorkspace(kernels, this.#config, this.#precision, this.#mark, batch)
    const output: ForwardOutput = { logits: [] }
    if (wanted.hiddenStates) output.hiddenStates = batch.map(() => [])
    if (wanted.attentions) output.attentions = batch.map(() => [])
    const probabilities = wanted.attentions ? this.#placeProbabilities(batch) : undefined
    const last = wanted.layer ?? numLayers

    // #region forward
    kernels.embed(workspace.ids, workspace.positions, this.#weights.embeddings, workspace.hiddenStates)
    this.#keepHiddenStates(workspace, output)
    for (const layer of this.#weights.layers.slice(0, last)) {
      await pause()
      const activation = ACTIVATION[hiddenActivation]
      encoderLayer(kernels, layer, workspace, numHeads, activation, probabilities)
      this.#keepHiddenStates(workspace, output)
      if (probabilities) this.#keepProbabilities(batch, probabilities, output)
    }
    if (wanted.layer !== undefined) {
      output.hiddenStates = this.#rows(workspace.hiddenStates, workspace).map((rows) => [rows])
    } else if (this.#weights.classifier) {
      kernels.linear(workspace.hiddenStates, this.#weights.classifier, workspace.logits, 'identity')
      output.logits = this.#rows(workspace.logits, workspace)
    }
    // #endregion
    return output
  }

  /**
   * Runs the first layer on made-up ids, for a few milliseconds: `tune` may time kernels on it, and the engine gets to
   * compile them well before the first text comes.
   */
  warmUp(milliseconds: number, tune?: (layer: LayerWeights, workspace: Workspace) => void): void {
    const { numHeads, hiddenActivation, vocabSize, maxPositions } = this.#config
    const layer = this.#weights.layers[0]!
    const ids = Array.from({ length: Math.min(WARM_UP_TOKENS, maxPositions) }, (_, i) => i % vocabSize)
    const workspace = fillWorkspace(this.#kernels, this.#config, this.#precision, this.#mark, [ids])
    const end = performance.now() + milliseconds
    this.#kernels.embed(workspace.ids, workspace.positions, this.#weights.embeddings, workspace.hiddenStates)
    tune?.(layer, workspace)
    do {
      encoderLayer(this.#kernels, layer, workspace, numHeads, ACTIVATION[hiddenActivation])
    } while (performance.now() < end)
  }

  #keepHiddenStates(workspace: Workspace, output: ForwardOutput): void {
    if (!output.hiddenStates) return
    const rows = this.#rows(workspace.hiddenStates, workspace)
    for (const [index, states] of output.hiddenStates.entries()) states.push(rows[index]!)
  }

  #placeProbabilities(batch: readonly (readonly number[])[]): number[] {
    return batch.map((ids) => this.#kernels.memory.allocate(4 * this.#config.numHeads * ids.length ** 2))
  }

  #keepProbabilities(
    batch: readonly (readonly number[])[],
    addresses: readonly number[],
    output: ForwardOutput,
  ): void {
    for (const [index, ids] of batch.entries()) {
      const first = addresses[index]! / 4
      const count = this.#config.numHeads * ids.length ** 2
      output.attentions![index]!.push(this.#kernels.memory.float32.slice(first, first + count))
    }
  }

  /** Each sequence's rows of a matrix, copied out of kernel memory without their padding. */
  #rows(matrix: Matrix, { sequences }: Workspace): Float32Array[] {
    const { float32, int32 } = this.#kernels.memory
    return Array.from({ length: sequences.count }, (_, index) => {
      const first = int32[sequences.bounds / 4 + index]!
      const end = int32[sequences.bounds / 4 + index + 1]!
      const rows = new Float32Array((end - first) * matrix.columns)
      for (let t = first; t < end; t++) {
        const start = matrix.address / 4 + t * matrix.stride
        rows.set(float32.subarray(start, start + matrix.columns), (t - first) * matrix.columns)
      }
      return rows
    })
  }
}
