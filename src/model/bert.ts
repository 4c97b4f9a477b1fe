/**
 * The whole forward pass of BERT and its family, with a head that labels tokens, labels the whole text, or
 * predicts words.
 *
 *     hiddenStates₀ = LayerNorm(word + tokenType + position)     [T, H]; ELECTRA's is [T, E], then · Wᵀ + b to [T, H]
 *     hiddenStatesₗ = layerₗ(hiddenStatesₗ₋₁)                    l = 1 ... L
 *     logits        = hiddenStates_L · Wᵀ + b                    [T, C]; of a whole text [C]: label-head.ts
 *                                                                of words [T, V]: word-head.ts; of spans: span-head.ts;
 *                                                                of words as ends of spans: boundary-head.ts;
 *                                                                of spans for given vectors: span-marker.ts;
 *                                                                of labels that a call names [C]: named-labels.ts
 *
 * Devlin et al. 2019 (arXiv 1810.04805). Nothing here knows where the numbers are computed.
 */
import type { Kernels, Matrix, Precision } from '../kernels/kernels.ts'
import { columnsOf } from '../kernels/layout.ts'
import { boundaryLogits } from './boundary-head.ts'
import { convolve, gatherNeighbours } from './convolution.ts'
import { encoderLayer } from './encoder.ts'
import type { ForwardOutput, ForwardWanted } from './forward-output.ts'
import { textLogits, tokenLogits } from './label-head.ts'
import { namedLabelLogits } from './named-labels.ts'
import type { PlacedLayer, PlacedModel } from './places.ts'
import { Recording } from './recording.ts'
import { Angles } from './rotation.ts'
import { spanLogits } from './span-head.ts'
import { vectorSpans } from './span-marker.ts'
import type { ModelSpec, Placed, TokenHeadSpec } from './spec.ts'
import { encodeTypes } from './type-head.ts'
import { guessWords } from './word-head.ts'
import { copyMatrix, copyRows, fillWorkspace, type Workspace } from './workspace.ts'

/** As many tokens as a long sentence: enough rows for every path of the kernels. */
const MADE_UP_TOKENS = 40

export class Bert {
  readonly #kernels: Kernels
  readonly #spec: ModelSpec
  readonly #model: PlacedModel
  readonly #precision: Precision
  readonly #angles: Angles
  /** Where the weights end and the workspace begins. */
  readonly #mark: number

  constructor(kernels: Kernels, spec: ModelSpec, model: PlacedModel, precision: Precision) {
    this.#kernels = kernels
    this.#spec = spec
    this.#model = model
    this.#precision = precision
    this.#angles = new Angles(model)
    this.#mark = kernels.memory.end
  }

  /**
   * Computes one batch of sequences, end to end. `pause` is awaited between layers and their blocks: there an
   * abort takes effect, and the thread's other work runs.
   */
  async forward(
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    pause: () => Promise<void>,
  ): Promise<ForwardOutput> {
    const { numHeads, numLayers } = this.#spec.config
    const { layers, convolution } = this.#model
    const kernels = this.#kernels
    const workspace = this.#fill(batch, wanted.tokenTypeIds)
    const { neighbours } = workspace
    const output: ForwardOutput = { logits: [] }
    const last = wanted.layer ?? numLayers
    const recording = this.#record(workspace, batch, wanted, output)

    // #region forward
    this.#embed(workspace)
    recording?.keepEmbeddings(this.#statesAfter(0, workspace))
    if (neighbours) gatherNeighbours(kernels, workspace, neighbours)
    for (const [index, layer] of layers.slice(0, last).entries()) {
      await encoderLayer(kernels, layer, workspace, numHeads, pause, recording?.probabilities)
      if (index === 0 && convolution) convolve(kernels, convolution, workspace, neighbours!)
      recording?.keepLayer(this.#statesAfter(index + 1, workspace))
    }
    if (wanted.layer === undefined) output.logits = await this.#logits(workspace, batch, wanted, pause)
    else output.hiddenStates = this.#rows(this.#statesAfter(last, workspace), workspace)
    // #endregion
    return output
  }

  // #region embeddings
  #embed({ ids, positions: places, types, embeddings, hiddenStates, sums }: Workspace): void {
    const kernels = this.#kernels
    kernels.embed({ ids, places, types }, this.#model.embeddings, embeddings) // [T] → [T, E]
    const { projection, firstLayerNorm } = this.#model
    if (projection) kernels.linear(embeddings, projection, hiddenStates, 'identity') // → [T, H]
    if (sums) {
      copyMatrix(kernels.memory, hiddenStates, sums)
      if (firstLayerNorm) kernels.addLayerNorm(sums, undefined, firstLayerNorm, hiddenStates)
    }
  }
  // #endregion

  async #logits(
    workspace: Workspace,
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    pause: () => Promise<void>,
  ): Promise<Float32Array[]> {
    const { head } = this.#model
    const kernels = this.#kernels
    if (head?.kind === 'tokens') return tokenLogits(kernels, head, workspace.hiddenStates, workspace)
    if (head?.kind === 'text') return textLogits(kernels, head, workspace)
    if (head?.kind === 'spans' && wanted.rows && 'label' in head.prompt)
      return namedLabelLogits(kernels, head, head.prompt.label, workspace, wanted.rows)
    if (head?.kind === 'spans')
      return wanted.spans ? spanLogits(kernels, head, workspace, wanted.spans, pause) : []
    if (head?.kind === 'boundaries')
      return wanted.spans ? boundaryLogits(kernels, head, workspace, wanted.spans, wanted, pause) : []
    if (head?.kind === 'vector-spans')
      return wanted.spans ? vectorSpans(kernels, head, workspace, wanted.spans, wanted, pause) : []
    if (head?.kind === 'types') return encodeTypes(kernels, head, workspace)
    if (head === undefined || wanted.logits === false) return []
    const model = { kernels, config: this.#spec.config, precision: this.#precision, head }
    return guessWords(model, workspace, batch, wanted, pause)
  }

  /**
   * The hidden states after some layers; with 'pre' norm these are the sum, and after the last layer its
   * LayerNorm.
   */
  #statesAfter(layers: number, { hiddenStates, sums }: Workspace): Matrix {
    return layers === this.#spec.config.numLayers ? hiddenStates : (sums ?? hiddenStates)
  }

  /** The rows of each sequence, as the single requested layer. */
  #rows(states: Matrix, { sequences }: Workspace): Float32Array[][] {
    return copyRows(this.#kernels.memory, sequences, states).map((rows) => [rows])
  }

  /** Records the states between the layers, if they were requested. */
  #record(
    workspace: Workspace,
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    output: ForwardOutput,
  ): Recording | undefined {
    if (!wanted.hiddenStates && !wanted.attentions && !wanted.trace) return undefined
    const kernels = this.#kernels
    const { head, layers } = this.#model
    /** The logits if the model ended here; with 'pre' norm its last LayerNorm would come before. */
    const logits = (head: Placed<TokenHeadSpec>, states: Matrix): Float32Array[] => {
      if (states !== workspace.sums) return tokenLogits(kernels, head, states, workspace)
      const normalized = columnsOf(workspace.context, 0, states.columns)
      kernels.addLayerNorm(states, undefined, layers.at(-1)!.outputLayerNorm, normalized)
      return tokenLogits(kernels, head, normalized, workspace)
    }
    const ofTokens = head?.kind === 'tokens' ? (states: Matrix) => logits(head, states) : undefined
    const pass = { kernels, config: this.#spec.config, logits: ofTokens, workspace, batch }
    return new Recording(pass, wanted, output)
  }

  /** The workspace of a batch. */
  #fill(batch: readonly (readonly number[])[], tokenTypes?: ForwardWanted['tokenTypeIds']): Workspace {
    const kernels = this.#kernels
    const workspace = fillWorkspace(kernels, this.#spec, this.#precision, this.#mark, batch, tokenTypes)
    this.#angles.write(kernels.memory, workspace.sequences.longest)
    return workspace
  }

  /**
   * Lets `use` try the first layer on the embeddings of made-up ids, between two passes. @returns the result
   * of `use`
   */
  onMadeUpIds<Result>(use: (layer: PlacedLayer, workspace: Workspace) => Result): Result {
    const { vocabSize, maxPositions } = this.#spec.config
    const ids = Array.from({ length: Math.min(MADE_UP_TOKENS, maxPositions) }, (_, i) => i % vocabSize)
    const workspace = this.#fill([ids])
    this.#embed(workspace)
    return use(this.#model.layers[0]!, workspace)
  }
}
