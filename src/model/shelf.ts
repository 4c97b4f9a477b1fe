/** What a model may have that BERT has not, read where a model has it: more weights, and another pass. */
import type { Checkpoint } from '../format/checkpoint.ts'
import type { Kernels, Precision } from '../kernels/kernels.ts'
import type { Layout } from '../kernels/layout.ts'
import type { BertConfig } from './bert-config.ts'
import type { ForwardOutput, ForwardWanted } from './forward-output.ts'
import type { Task, TensorReader } from './read-weights.ts'
import type { ModelCheckpoint, ModelTensors } from './tensors.ts'
import type { BertWeights, LayerWeights } from './weights.ts'
import type { Workspace } from './workspace.ts'

/** A model that computes: Bert, or what stands in its place. */
export interface Model {
  forward(
    batch: readonly (readonly number[])[],
    wanted: ForwardWanted,
    pause: () => Promise<void>,
  ): Promise<ForwardOutput>
  onMadeUpIds<Result>(use: (layer: LayerWeights, workspace: Workspace) => Result): Result
}

export interface ModelShelf {
  /** Its tensors under their usual names, and those that BERT has not. */
  usualTensors(checkpoint: Checkpoint, config: BertConfig): ModelCheckpoint
  /** Places for its weights beside BERT's. */
  addWeights(layout: Layout, config: BertConfig, precision: Precision, weights: BertWeights): BertWeights
  /** Places for what they are made from, which is given up once they are. */
  placeSources(layout: Layout, config: BertConfig, precision: Precision, weights: BertWeights): WeightSources
  /** Places for what a pass over so many tokens has besides the workspace. */
  layPass?(layout: Layout, config: BertConfig, precision: Precision, tokens: number): unknown
  createModel?(kernels: Kernels, config: BertConfig, weights: BertWeights, precision: Precision): Model
}

/** How the weights of a shelf come into memory. */
export interface WeightSources {
  /** Reads of the files. */
  tasks(reader: TensorReader, tensors: ModelTensors): Task[]
  /** Computes what is made of what was read. */
  fill?(kernels: Kernels): void
}
