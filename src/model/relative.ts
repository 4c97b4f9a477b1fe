/**
 * What attention adds to the score of query i and key j for their distance. It depends on the weights alone,
 * so it is computed when a model is loaded; its inputs are in memory only during that time.
 *
 * DeBERTa (He et al. 2021, arXiv 2006.03654, section 3.1) has relative positions as keys and queries of each
 * layer:
 *
 *     Kr = E·W_Krᵀ + b      Qr = E·W_Qrᵀ + b          [R, H], E the relative embeddings, normalized in most models
 *
 * If the model shares them, W_Kr and W_Qr are the layer's own projections of keys and queries.
 *
 * MPNet (Raffel et al. 2020, arXiv 1910.10683, section 2.1) has, for each head, a bias for the bucket of the
 * distance, the same in all layers:
 *
 *     scores[i, j] = Q[i]·K[j] / √D + E[bucket(i - j)]            E: [32, A]
 */
import type {
  Kernels,
  Linear,
  Matrix,
  Precision,
  RelativePositions,
  RelativeRows,
} from '../kernels/kernels.ts'
import { columnsOf, type Layout } from '../kernels/layout.ts'
import { placeBiases, placeRows, writeBiases, writeDistances } from '../kernels/relative.ts'
import { bucketOf, rowOf } from './distances.ts'
import type { PlacedModel, Places } from './places.ts'
import type { BiasesSpec, DisentangledSpec, ModelSpec, Placed } from './spec.ts'

/** Reserves places for what each layer's attention reads; undefined if it reads nothing. */
export function placeRelative(
  layout: Layout,
  precision: Precision,
  { relative, config, layers }: ModelSpec,
): RelativePositions[] {
  if (relative === undefined) return []
  const { numHeads, hiddenSize } = config
  if (relative.kind === 'biases') {
    const biases = placeBiases(layout, numHeads, relative.farthest)
    return layers.map(() => biases)
  }
  const places: RelativePositions[] = []
  for (const _ of layers)
    places.push(placeRows(layout, precision, relative, numHeads, hiddenSize / numHeads, places[0]?.distances))
  return places
}

/** The inputs from which relative positions are computed, and their places. */
export type RelativeSources = Placed<DisentangledSpec | BiasesSpec> & {
  readonly work: RelativeWork | undefined
}

interface RelativeWork {
  /** [R, H]: the rows that are used, unprojected and projected. */
  readonly rows: Matrix
  readonly states: Matrix
  /** [R, 2H] */
  readonly projected: Matrix
}

/** Reserves places for the inputs. */
export function placeSources(places: Places, { relative, config }: ModelSpec): RelativeSources | undefined {
  if (relative === undefined) return undefined
  const placed = places.place(relative)
  if (placed.kind === 'biases') return { ...placed, work: undefined }
  const { layout, precision } = places
  const { rows } = placed
  const work = {
    rows: layout.matrix(rows, config.hiddenSize),
    states: layout.matrix(rows, config.hiddenSize, precision),
    projected: layout.matrix(rows, 2 * config.hiddenSize),
  }
  return { ...placed, work }
}

/** Computes what each layer's attention reads, from inputs that were read. */
export function fillRelative(
  kernels: Kernels,
  { config }: ModelSpec,
  { layers }: PlacedModel,
  sources: RelativeSources,
  precision: Precision,
): void {
  const { memory } = kernels
  const { numHeads, hiddenSize } = config
  const first = layers[0]!.relative!
  if (sources.kind === 'biases') {
    const rows = Array.from({ length: sources.table.rows }, (_, row) => memory.row(sources.table, row))
    const biasOf = (head: number, distance: number): number => rows[bucketOf(distance)]![head]!
    writeBiases(memory, first, precision, numHeads, hiddenSize / numHeads, biasOf)
    return
  }
  const { projections } = sources
  const { states, projected } = sources.work!
  const last = rowOf(sources.farthest, sources)
  writeDistances(memory, first, (distance) => last - rowOf(distance, sources))
  gatherRows(kernels, sources, last)
  const project = (layer: Linear): void =>
    kernels.linear(states, layer, { ...projected, columns: layer.outputs }, 'identity')
  const pack = (to: RelativeRows | undefined, first: number): void => {
    if (to) kernels.packRelative(columnsOf(projected, first, hiddenSize), to)
  }
  for (const [index, { queryKeyValue, relative }] of layers.entries()) {
    const { keys, queries } = relative!
    if (projections === undefined) {
      // A layer's own projections contain queries before keys; values, which come last, are not needed.
      project({ ...queryKeyValue, outputs: 2 * hiddenSize })
      pack(queries, 0)
      pack(keys, hiddenSize)
    } else {
      const { key, query } = projections[index]!
      if (query) project(query)
      pack(queries, 0)
      if (key) project(key)
      pack(keys, 0)
    }
  }
}

/** The relative embeddings of all distances, from the farthest down. */
function gatherRows(
  kernels: Kernels,
  { embeddings, norm, work }: RelativeSources & { kind: 'disentangled' },
  last: number,
): void {
  const { memory } = kernels
  const { rows, states } = work!
  const to = norm ? rows : states
  for (let row = 0; row < rows.rows; row++) memory.row(to, row).set(memory.row(embeddings, last - row))
  if (norm) kernels.addLayerNorm(rows, undefined, norm, states)
  else kernels.quantize(states)
}
