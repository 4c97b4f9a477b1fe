/** Where relative positions and their biases stand in kernel memory, for models whose attention knows them: assembly/relative.ts. */
import { INT8_PANEL, ROW_LANES } from '../generated/sizes.ts'
import type { Layout } from './layout.ts'
import { type KernelMemory, roundUp } from './memory.ts'
import type { Integers, Precision, RelativePositions, RelativeRows } from './placed.ts'

/** Distances, or their biases, that a vector reads beyond the farthest. */
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
export function placeRows(
  layout: Layout,
  precision: Precision,
  { rows, farthest, keys, queries }: RelativeShape,
  heads: number,
  headDim: number,
  distances: Integers = layout.integers(2 * farthest + 1 + LANES),
): RelativePositions {
  const place = (): RelativeRows => placeHeads(layout, precision, rows, heads, headDim)
  return { keys: keys ? place() : undefined, queries: queries ? place() : undefined, distances, farthest }
}

function placeHeads(
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

/** Places for the biases of all heads, for distances up to `farthest`. */
export function placeBiases(layout: Layout, heads: number, farthest: number): RelativePositions {
  const headNumbers = 2 * farthest + 1 + LANES
  const { address } = layout.floats(heads * headNumbers)
  return {
    ...{ keys: undefined, queries: undefined, distances: undefined, farthest },
    biases: { address, headNumbers },
  }
}

/**
 * Writes the biases as attention adds them: to products that are scaled by 1/√D behind it, and at precision int8 to scores
 * whose exponentials are powers of two.
 *
 *     float32: B·√D      int8: B·log₂e                 each rounded to float32 once
 *
 * @param headDim  D
 * @param biasOf   B of a head and a distance, a query's place less a key's
 */
export function writeBiases(
  memory: KernelMemory,
  { biases, farthest }: RelativePositions,
  precision: Precision,
  heads: number,
  headDim: number,
  biasOf: (head: number, distance: number) => number,
): void {
  const { address, headNumbers } = biases!
  const factor = precision === 'int8' ? Math.LOG2E : Math.sqrt(headDim)
  const numbers = memory.floats({ address, count: heads * headNumbers })
  for (let head = 0; head < heads; head++) {
    for (let i = 0; i < headNumbers; i++) {
      numbers[head * headNumbers + i] = biasOf(head, Math.max(farthest - i, -farthest)) * factor
    }
  }
}
