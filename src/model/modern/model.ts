/**
 * ModernBERT with its heads: the whole forward pass, in place of bert.ts.
 *
 *     hiddenStates₀ = LayerNorm(word)                         [T, H]: positions are in attention alone
 *     hiddenStatesₗ = layerₗ(hiddenStatesₗ₋₁)                 l = 1 ... L, behind the last a LayerNorm
 *     logits        = head(hiddenStates_L)·Wᵀ + b             [T, C]; of a whole text [C], of words [T, V]
 *     head(x)       = LayerNorm(activation(x·Wᵀ + b))
 *
 * Warner et al. 2024 (arXiv 2412.13663), with the heads of transformers.
 */
import type { Kernels, Matrix, Precision } from '../../kernels/kernels.ts'
import { columnsOf } from '../../kernels/layout.ts'
import type { BertConfig } from '../bert-config.ts'
import { ACTIVATION } from '../encoder.ts'
import type { ForwardOutput, ForwardWanted } from '../forward-output.ts'
import type { Model, ModelShelf } from '../shelf.ts'
import type { Recording } from '../trace/recording.ts'
import type { BertWeights, HeadWeights, LayerWeights } from '../weights.ts'
import { copyRows, fillWorkspace, type Workspace } from '../workspace.ts'
import {
  attentionBlock,
  feedForwardBlock,
  layModern,
  type ModernBuffers,
  type ModernLayer,
} from './encoder.ts'
import type { ModernWeights } from './shape.ts'
import { modernCheckpoint } from './tensors.ts'
import { Angles, addModern, modernTasks } from './weights.ts'

/** A long sentence: enough rows for every path of the kernels. */
const MADE_UP_TOKENS = 40

type Pause = () => Promise<void>

class ModernBert implements Model {
  readonly #kernels: Kernels
  readonly #config: BertConfig
  readonly #weights: BertWeights & { readonly modern: ModernWeights }
  readonly #precision: Precision
  readonly #angles: Angles
  /** Where the weights end and the workspace begins. */
  readonly #mark: number

  constructor(kernels: Kernels, config: BertConfig, weights: BertWeights, precision: Precision) {
    const { modern } = weights
    this.#kernels = kernels
    this.#config = config
    this.#weights = { ...weights, modern: modern! }
    this.#precision = precision
    this.#angles = new Angles(kernels, config, modern!)
    this.#mark = kernels.memory.end
  }

  /** As Bert's; `pause` is awaited between layers and between their blocks. */
  async forward(
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    pause: Pause,
  ): Promise<ForwardOutput> {
    const { numLayers, numHeads, hiddenActivation } = this.#config
    const kernels = this.#kernels
    const { workspace, buffers } = this.#begin(batch)
    const output: ForwardOutput = { logits: [] }
    const last = wanted.layer ?? numLayers
    let done = 0
    const recording = await this.#record(workspace, batch, wanted, output, () => done === numLayers)

    recording?.keepEmbeddings()
    for (; done < last; recording?.keepLayer()) {
      const layer = this.#layer(done, workspace, buffers)
      await pause()
      attentionBlock(kernels, layer, workspace, numHeads, recording?.probabilities)
      // On a long text each block takes a while.
      await pause()
      feedForwardBlock(kernels, layer, workspace, buffers, ACTIVATION[hiddenActivation])
      done++
    }
    if (wanted.layer !== undefined) {
      output.hiddenStates = this.#rows(workspace.hiddenStates, workspace).map((rows) => [rows])
    } else output.logits = await this.#logits(workspace, batch, wanted, pause)
    return output
  }

  onMadeUpIds<Result>(use: (layer: LayerWeights, workspace: Workspace) => Result): Result {
    const { vocabSize, maxPositions } = this.#config
    const ids = Array.from({ length: Math.min(MADE_UP_TOKENS, maxPositions) }, (_, i) => i % vocabSize)
    return use(this.#weights.layers[0]!, this.#begin([ids]).workspace)
  }

  /** The buffers of a pass, with the embeddings in them. */
  #begin(batch: readonly (readonly number[])[]): { workspace: Workspace; buffers: ModernBuffers } {
    const kernels = this.#kernels
    const workspace = fillWorkspace(kernels, this.#config, this.#precision, this.#mark, batch)
    const { ids, positions: places, types, hiddenStates, sequences } = workspace
    const buffers = layModern(kernels.layout, this.#config, this.#precision, hiddenStates.rows)
    this.#angles.write(sequences.longest)
    kernels.embed({ ids, places, types }, this.#weights.embeddings, hiddenStates)
    return { workspace, buffers }
  }

  #layer(index: number, { hiddenStates }: Workspace, { normalized }: ModernBuffers): ModernLayer {
    const { layers, modern } = this.#weights
    const { gates, globalAngles, localAngles, finalNorm } = modern
    const window = this.#config.modern!.windows[index]!
    const following = layers[index + 1]
    return {
      weights: layers[index]!,
      gate: gates[index]!,
      angles: window === 0 ? globalAngles : localAngles,
      window,
      input: index === 0 ? hiddenStates : normalized,
      nextNorm: following?.attentionLayerNorm ?? finalNorm,
      next: following ? normalized : hiddenStates,
    }
  }

  /** What keeps the states between the layers, read where somebody wants them. */
  async #record(
    workspace: Workspace,
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    output: ForwardOutput,
    isDone: () => boolean,
  ): Promise<Recording | undefined> {
    if (!wanted.hiddenStates && !wanted.attentions && !wanted.trace) return undefined
    const { Recording } = await import('../trace/recording.ts')
    const { head, modern } = this.#weights
    const { hiddenStates, context } = workspace
    const states = columnsOf(context, 0, context.columns)
    /** If the model ended here, its last LayerNorm would be here. */
    const logits = (layer: HeadWeights): Float32Array[] => {
      if (isDone()) return this.#tokenLogits(hiddenStates, layer, workspace)
      this.#kernels.addLayerNorm(hiddenStates, undefined, modern.finalNorm, states)
      return this.#tokenLogits(states, layer, workspace)
    }
    const ofTokens = head && !head.dense ? () => logits(head) : undefined
    const pass = { kernels: this.#kernels, config: this.#config, logits: ofTokens, workspace, batch }
    return new Recording(pass, wanted, output)
  }

  async #logits(
    workspace: Workspace,
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    pause: Pause,
  ): Promise<Float32Array[]> {
    const { head, wordHead } = this.#weights
    if (head?.dense) return this.#textLogits(workspace, head)
    if (head) return this.#tokenLogits(workspace.hiddenStates, head, workspace)
    if (!wordHead || wanted.logits === false) return []
    const { guessWords } = await import('../heads/guess-words.ts')
    const model = { kernels: this.#kernels, config: this.#config, precision: this.#precision, wordHead }
    return guessWords(model, workspace, batch, wanted, pause)
  }

  #tokenLogits(states: Matrix, { output }: HeadWeights, workspace: Workspace): Float32Array[] {
    this.#head(states, workspace.projected)
    this.#kernels.linear(workspace.projected, output, workspace.logits, 'identity')
    return this.#rows(workspace.logits, workspace)
  }

  /** One row a text: its first token, or the mean of all. */
  #textLogits(workspace: Workspace, { output }: HeadWeights): Float32Array[] {
    const { memory } = this.#kernels
    const { hiddenStates, sequences, texts, logits } = workspace
    const { first, pooled } = texts!
    const bounds = memory.integers(sequences.bounds)
    for (let s = 0; s < sequences.count; s++) {
      const end = this.#config.modern!.pooling === 'cls' ? bounds[s]! + 1 : bounds[s + 1]!
      const sums = new Float64Array(hiddenStates.columns)
      for (let t = bounds[s]!; t < end; t++) {
        for (const [i, value] of memory.row(hiddenStates, t).entries()) sums[i]! += value
      }
      memory.row(first, s).set(sums.map((sum) => sum / (end - bounds[s]!)))
    }
    this.#head(first, pooled)
    this.#kernels.linear(pooled, output, logits, 'identity')
    return Array.from({ length: sequences.count }, (_, s) => memory.copyRows(logits, s, s + 1))
  }

  /** out = LayerNorm(activation(x·Wᵀ + b)) */
  #head(x: Matrix, out: Matrix): void {
    const { dense, norm } = this.#weights.modern.head!
    this.#kernels.linear(x, dense, out, ACTIVATION[this.#config.modern!.headActivation])
    this.#kernels.addLayerNorm(out, undefined, norm, out)
  }

  #rows(matrix: Matrix, { sequences }: Workspace): Float32Array[] {
    return copyRows(this.#kernels.memory, sequences, matrix)
  }
}

export const shelf = (): ModelShelf => ({
  usualTensors: modernCheckpoint,
  addWeights: addModern,
  placeSources: (_layout, _config, _precision, weights) => ({
    tasks: (reader, tensors) => modernTasks(reader, tensors, weights),
  }),
  layPass: layModern,
  createModel: (kernels, config, weights, precision) => new ModernBert(kernels, config, weights, precision),
})
