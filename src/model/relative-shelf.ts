/** What a shelf of relative positions does when a model is loaded: types alone. */
import type { Kernels, Precision } from '../kernels/kernels.ts'
import type { Layout } from '../kernels/layout.ts'
import type { BertConfig } from './bert-config.ts'
import type { Task, TensorReader } from './read-weights.ts'
import type { ModelTensors } from './tensors.ts'
import type { BertWeights } from './weights.ts'

export interface RelativeShelf {
  /** Places what attention reads, beside the other weights of each layer. */
  addRelative(layout: Layout, config: BertConfig, precision: Precision, weights: BertWeights): BertWeights
  /** Places what that is computed from, which stands behind the weights and is given up again. */
  placeSources(
    layout: Layout,
    config: BertConfig,
    precision: Precision,
    weights: BertWeights,
  ): RelativeLoading
}

/** From the files to what attention reads. */
export interface RelativeLoading {
  /** Reads the sources. */
  tasks(reader: TensorReader, tensors: ModelTensors): Task[]
  /** Computes what attention reads of them. */
  fill(kernels: Kernels): void
}
