/**
 * Makes what attention reads of relative positions, at load. A layer's attention reads them as keys and as queries, which
 * depend on weights alone:
 *
 *     Kr = E·W_Krᵀ + b      Qr = E·W_Qrᵀ + b          [R, H], E the relative embeddings, normalised in most models
 *
 * He et al. 2021 (arXiv 2006.03654), section 3.1. W_Kr and W_Qr are the layer's own projections of keys and queries where
 * the model shares them. What keys and queries are computed from stands behind the weights, and its memory is given up
 * again.
 */
import type {
  Kernels,
  LayerNorm,
  Linear,
  Matrix,
  Precision,
  RelativeRows,
  Table,
} from '../../kernels/kernels.ts'
import { columnsOf, type Layout } from '../../kernels/layout.ts'
import { placeRelative, writeDistances } from '../../kernels/relative/place.ts'
import type { BertConfig } from '../bert-config.ts'
import type { Task, TensorReader } from '../read-weights.ts'
import type { ModelShelf } from '../shelf.ts'
import type { ModelTensors } from '../tensors.ts'
import type { BertWeights, LayerWeights } from '../weights.ts'
import { rowOf } from './buckets.ts'
import { disentangledCheckpoint } from './tensors.ts'

/** What keys and queries of relative positions are made of, and where they are made. */
interface RelativeSources {
  /** [2·span, H] */
  readonly embeddings: Table
  readonly norm: LayerNorm
  /** Of layers that have projections of their own. */
  readonly projections: readonly { readonly key: Linear | undefined; readonly query: Linear | undefined }[]
  /** [R, H]: the rows that are used, as they are and as they are projected. */
  readonly rows: Matrix
  readonly zeros: Matrix
  readonly states: Matrix
  /** [R, 2H] */
  readonly projected: Matrix
}

/** Places for what attention reads, beside the other weights of each layer, and for a convolution. */
function addRelative(
  layout: Layout,
  { hiddenSize, numHeads, layerNormEps, disentangled }: BertConfig,
  precision: Precision,
  weights: BertWeights,
): BertWeights {
  const headDim = hiddenSize / numHeads
  const layers: LayerWeights[] = []
  for (const layer of weights.layers) {
    const distances = layers[0]?.relative?.distances
    const relative = placeRelative(layout, precision, disentangled!, numHeads, headDim, distances)
    layers.push({ ...layer, relative })
  }
  const size = disentangled!.convolution?.size
  if (size === undefined) return { ...weights, layers }
  const kernel = layout.linear('float32', size * hiddenSize, hiddenSize)
  return { ...weights, layers, convolution: { kernel, norm: layout.layerNorm(hiddenSize, layerNormEps) } }
}

/** Gives the sources their places. */
function placeRelativeSources(
  layout: Layout,
  { hiddenSize, numLayers, layerNormEps, disentangled }: BertConfig,
  precision: Precision,
): RelativeSources {
  const { rows, span, keys, queries, shared } = disentangled!
  const own = (wanted: boolean): Linear | undefined =>
    wanted && !shared ? layout.linear(precision, hiddenSize, hiddenSize) : undefined
  return {
    embeddings: layout.table('float32', 2 * span, hiddenSize),
    norm: layout.layerNorm(hiddenSize, layerNormEps),
    projections: Array.from({ length: numLayers }, () => ({ key: own(keys), query: own(queries) })),
    rows: layout.matrix(rows, hiddenSize),
    zeros: layout.matrix(rows, hiddenSize),
    states: layout.matrix(rows, hiddenSize, precision),
    projected: layout.matrix(rows, 2 * hiddenSize),
  }
}

/** Reads them. */
function relativeTasks(
  reader: TensorReader,
  { relative }: ModelTensors,
  { convolution }: BertWeights,
  { embeddings, norm, projections }: RelativeSources,
): Task[] {
  const tasks = [reader.table(relative!.embeddings, embeddings)]
  if (relative!.norm) tasks.push(...reader.layerNorm(relative!.norm, norm))
  for (const [index, { key, query }] of projections.entries()) {
    const from = relative!.layers[index]!
    if (key && from.key) tasks.push(...reader.linear(from.key, key))
    if (query && from.query) tasks.push(...reader.linear(from.query, query))
  }
  if (convolution && relative!.convolution) {
    const { kernel, norm } = relative!.convolution
    tasks.push(...reader.linear(kernel, convolution.kernel), ...reader.layerNorm(norm, convolution.norm))
  }
  return tasks
}

/** Computes them for every layer, and the table of distances. */
function fillRelative(
  kernels: Kernels,
  config: BertConfig,
  { layers }: BertWeights,
  sources: RelativeSources,
): void {
  const { memory } = kernels
  const { hiddenSize } = config
  const disentangled = config.disentangled!
  const { embeddings, norm, projections, rows, zeros, states, projected } = sources
  const last = rowOf(disentangled.farthest, disentangled)
  writeDistances(memory, layers[0]!.relative!, (distance) => last - rowOf(distance, disentangled))
  const { address, columns, stride } = embeddings
  const table: Matrix = { address, rows: embeddings.rows, columns, stride }
  for (let row = 0; row < rows.rows; row++) {
    const to = memory.row(disentangled.normalized ? rows : states, row)
    to.set(memory.row(table, last - row))
    memory.row(zeros, row).fill(0)
  }
  if (disentangled.normalized) kernels.addLayerNorm(rows, zeros, norm, states)
  else kernels.quantize(states)
  for (const [index, { queryKeyValue, relative }] of layers.entries()) {
    const { key, query } = projections[index]!
    const { keys, queries } = relative!
    const project = (layer: Linear): void =>
      kernels.linear(states, layer, { ...projected, columns: layer.outputs }, 'identity')
    const pack = (to: RelativeRows | undefined, first: number): void => {
      if (to) kernels.packRelative(columnsOf(projected, first, hiddenSize), to)
    }
    if (disentangled.shared) {
      // Queries stand before keys in a layer's own projections; values, which come last, are not needed.
      project({ ...queryKeyValue, outputs: 2 * hiddenSize })
      pack(queries, 0)
      pack(keys, hiddenSize)
    } else {
      if (query) project(query)
      pack(queries, 0)
      if (key) project(key)
      pack(keys, 0)
    }
  }
}

export const shelf = (): ModelShelf => ({
  usualTensors: disentangledCheckpoint,
  addWeights: addRelative,
  placeSources(layout, config, precision, weights) {
    const sources = placeRelativeSources(layout, config, precision)
    return {
      tasks: (reader, tensors) => relativeTasks(reader, tensors, weights, sources),
      fill: (kernels) => fillRelative(kernels, config, weights, sources),
    }
  },
  layPass(layout, { disentangled, hiddenSize }, _precision, tokens) {
    const neighbours = disentangled!.convolution?.size
    if (neighbours) layout.matrix(tokens, neighbours * hiddenSize)
  },
})
