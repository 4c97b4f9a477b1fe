/**
 * BERT with a head over its tokens, over the whole text, or one that guesses words: the whole forward pass.
 *
 *     hiddenStates₀ = LayerNorm(word + tokenType + position)     [T, H]; ELECTRA's is [T, E], then · Wᵀ + b to [T, H]
 *     hiddenStatesₗ = layerₗ(hiddenStatesₗ₋₁)                    l = 1 ... L
 *     logits        = hiddenStates_L · Wᵀ + b                    [T, C]; of a whole text: heads/text-head.ts, [C]
 *                                                                of words: heads/guess-words.ts, [T, V]
 *
 * Devlin et al. 2019 (arXiv 1810.04805). Nothing here knows where the numbers are computed.
 */
import type { Kernels, Linear, Matrix, Precision } from '../kernels/kernels.ts'
import type { BertConfig } from './bert-config.ts'
import { ACTIVATION, encoderLayer } from './encoder.ts'
import type { ForwardOutput, ForwardWanted } from './forward-output.ts'
import type { Recording } from './trace/recording.ts'
import type { BertWeights, LayerWeights } from './weights.ts'
import { copyRows, fillWorkspace, type Workspace } from './workspace.ts'

/** A long sentence: enough rows for every path of the kernels. */
const MADE_UP_TOKENS = 40

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
    const { numHeads, hiddenActivation, numLayers, family, sharedLayers } = this.#config
    const { layers, head } = this.#weights
    const kernels = this.#kernels
    const workspace = fillWorkspace(
      kernels,
      this.#config,
      this.#precision,
      this.#mark,
      batch,
      wanted.tokenTypeIds,
    )
    const output: ForwardOutput = { logits: [] }
    const recording = await this.#record(workspace, batch, wanted, output)
    const activation = ACTIVATION[hiddenActivation]
    const last = wanted.layer ?? numLayers

    // #region forward
    this.#embed(workspace)
    recording?.keepEmbeddings()
    const convolve = await this.#startConvolution(workspace)
    for (let index = 0; index < last; index++) {
      const layer = layers[sharedLayers?.order[index] ?? index]!
      await pause()
      encoderLayer(kernels, layer, workspace, numHeads, activation, recording?.probabilities)
      if (index === 0) convolve?.()
      recording?.keepLayer()
    }
    if (wanted.layer !== undefined) {
      output.hiddenStates = this.#rows(workspace.hiddenStates, workspace).map((rows) => [rows])
    } else if (head?.dense) {
      const { textLogits } = await import('./heads/text-head.ts')
      const layers = { dense: head.dense, output: head.output }
      output.logits = textLogits(kernels, layers, family.textHead, workspace)
    } else if (head) output.logits = this.#tokenLogits(workspace, head.output)
    else output.logits = await this.#guessWords(workspace, batch, wanted, pause)
    // #endregion
    return output
  }

  /** What stands beside the first layer of a few models. */
  async #startConvolution(workspace: Workspace): Promise<(() => void) | undefined> {
    const { convolution } = this.#weights
    const shape = this.#config.disentangled?.convolution
    if (!convolution || !shape) return undefined
    const { startConvolution } = await import('./disentangled/convolution.ts')
    return startConvolution(this.#kernels, convolution, shape, workspace)
  }

  /** What keeps the states between the layers, read where somebody wants them. */
  async #record(
    workspace: Workspace,
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    output: ForwardOutput,
  ): Promise<Recording | undefined> {
    if (!wanted.hiddenStates && !wanted.attentions && !wanted.trace) return undefined
    const { Recording } = await import('./trace/recording.ts')
    const { head } = this.#weights
    const logits = head && !head.dense ? () => this.#tokenLogits(workspace, head.output) : undefined
    const pass = { kernels: this.#kernels, config: this.#config, logits, workspace, batch }
    return new Recording(pass, wanted, output)
  }

  #tokenLogits(workspace: Workspace, layer: Linear): Float32Array[] {
    this.#kernels.linear(workspace.hiddenStates, layer, workspace.logits, 'identity')
    return this.#rows(workspace.logits, workspace)
  }

  /** The logits of words, where somebody wants them; few models have that head, so it is read then. */
  async #guessWords(
    workspace: Workspace,
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    pause: () => Promise<void>,
  ): Promise<Float32Array[]> {
    const { wordHead } = this.#weights
    if (!wordHead || wanted.logits === false) return []
    const { guessWords } = await import('./heads/guess-words.ts')
    const model = { kernels: this.#kernels, config: this.#config, precision: this.#precision, wordHead }
    return guessWords(model, workspace, batch, wanted, pause)
  }

  /** Lets `use` try the first layer on the embeddings of made-up ids, between two passes. @returns what it returns */
  onMadeUpIds<Result>(use: (layer: LayerWeights, workspace: Workspace) => Result): Result {
    const { vocabSize, maxPositions } = this.#config
    const ids = Array.from({ length: Math.min(MADE_UP_TOKENS, maxPositions) }, (_, i) => i % vocabSize)
    const workspace = fillWorkspace(this.#kernels, this.#config, this.#precision, this.#mark, [ids])
    this.#embed(workspace)
    return use(this.#weights.layers[0]!, workspace)
  }

  // #region embeddings
  #embed({ ids, positions: places, types, embeddings, hiddenStates }: Workspace): void {
    const kernels = this.#kernels
    kernels.embed({ ids, places, types }, this.#weights.embeddings, embeddings) // [T] → [T, E]
    const { projection } = this.#weights
    if (projection) kernels.linear(embeddings, projection, hiddenStates, 'identity') // → [T, H]
  }
  // #endregion

  #rows(matrix: Matrix, { sequences }: Workspace): Float32Array[] {
    return copyRows(this.#kernels.memory, sequences, matrix)
  }
}
