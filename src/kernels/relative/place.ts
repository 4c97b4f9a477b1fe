/** Where relative positions stand in kernel memory, for models whose attention knows them: assembly/relative.ts. */
import { INT8_PANEL, ROW_LANES } from '../../generated/sizes.ts'
import type { Layout } from '../layout.ts'
import { type KernelMemory, roundUp } from '../memory.ts'
import type { Integers, Precision, RelativePositions, RelativeRows } from '../placed.ts'

/** Distances that a vector reads beyond the farthest. */
const LANES = 4

/** What a model has of relative positions. */
export interface RelativeShape {
  /** R: those that distances up to the farthest lead to. */
  readonly rows: number
  /** The largest distance. */
  readonly farthest: number
  /** Whether they are keys, that meet the queries, and queries, that meet the keys. */
  readonly keys: boolean
  readonly queries: boolean
}

/**
 * Places for a layer's relative positions.
 *
 * @param distances  another layer's, which may be shared
 */
export function placeRelative(
  layout: Layout,
  precision: Precision,
  { rows, farthest, keys, queries }: RelativeShape,
  heads: number,
  headDim: number,
  distances: Integers = layout.integers(2 * farthest + 1 + LANES),
): RelativePositions {
  const place = (): RelativeRows => placeRows(layout, precision, rows, heads, headDim)
  return { keys: keys ? place() : undefined, queries: queries ? place() : undefined, distances, farthest }
}

function placeRows(
  layout: Layout,
  precision: Precision,
  rows: number,
  heads: number,
  headDim: number,
): RelativeRows {
  const int8 = precision === 'int8'
  const padded = roundUp(rows, int8 ? INT8_PANEL : layout.float32Panel)
  const headBytes = int8 ? 2 * padded * roundUp(headDim, ROW_LANES) : 4 * padded * headDim
  const headScaleBytes = int8 ? 4 * padded : 0
  const { address } = layout.floats((heads * headBytes) / 4)
  const scales = int8 ? layout.floats(heads * padded).address : 0
  return { precision, rows, heads, headDim, address, headBytes, scales, headScaleBytes }
}

/** Writes which row each distance has. */
export function writeDistances(
  memory: KernelMemory,
  { distances, farthest }: RelativePositions,
  rowOf: (distance: number) => number,
): void {
  const places = memory.integers(distances!)
  for (let i = 0; i < places.length; i++) places[i] = 4 * rowOf(Math.max(farthest - i, -farthest))
}
