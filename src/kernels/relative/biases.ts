/** Where biases of relative positions stand in kernel memory: what a distance alone adds to a score (assembly/relative.ts). */
import type { Layout } from '../layout.ts'
import type { KernelMemory } from '../memory.ts'
import type { Precision, RelativePositions } from '../placed.ts'

/** Numbers that a vector reads beyond those of the farthest distance. */
const LANES = 4

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
