/** What a model runs on, as plan.ts decides it. */
import type { NUMBERS } from '../generated/numbers.ts'
import type { Precision } from './kernels.ts'

/** What a model runs on; plan.ts decides. Plain data, which goes to a worker. */
export interface KernelPlan {
  readonly variant: 'simd' | 'relaxed' | 'reference'
  readonly precision: Precision
  /** Whether V8 re-vectorises. */
  readonly turbo: boolean
  /** Why this variant: what the engine can do, or what was timed. */
  readonly reason: string
  readonly tiles: Tiles
  /** Why these tiles. */
  readonly tileReason: string
  /** Whether the tiles were timed in this process; where not, they are after the model's first pass. */
  readonly tuned: boolean
}

/**
 * Rows of the register tiles, how int8 tiles take digits (`Int8Tile` in assembly/commands.ts), and the width of a float32
 * panel. They change no int8 bit.
 */
export interface Tiles {
  int8Rows: 4 | 5 | 6
  int8Tile: keyof typeof NUMBERS.Int8Tile
  float32Rows: 4 | 5 | 6
  float32Panel: 8 | 16
}
