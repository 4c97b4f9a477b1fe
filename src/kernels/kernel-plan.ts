/** What a model runs on: plain data that plan.ts decides. */
import type { NUMBERS } from '../generated/numbers.ts'
import type { Precision } from './kernels.ts'

/** What a model runs on. It is sent to workers. */
export interface KernelPlan {
  readonly variant: 'simd' | 'relaxed' | 'reference'
  readonly precision: Precision
  /** Whether V8 joins vectors to 256 bits. */
  readonly turbo: boolean
  /** Why this variant: what the engine can do, or what timing gave. */
  readonly reason: string
  readonly tiles: Tiles
  /** Why these tiles. */
  readonly tileReason: string
  /** Whether the tiles were timed in this process; if not, they are after the first pass. */
  readonly tuned: boolean
}

/**
 * Rows of the register tiles, how int8 tiles multiply digits (`Int8Tile` in assembly/commands.ts), and the
 * width of a float32 panel. They change no bit of int8.
 */
export interface Tiles {
  int8Rows: 4 | 5 | 6
  int8Tile: keyof typeof NUMBERS.Int8Tile
  float32Rows: 4 | 5 | 6
  float32Panel: 8 | 16
}
