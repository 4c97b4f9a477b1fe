/**
 * Which register tile the linear layers use. All give the same bits in int8; which is fastest differs from one engine
 * and machine to the next (bench/RESULTS.md), so a few are timed for a few milliseconds when a model is first loaded.
 */

import type { Tiles } from './exports.ts'
import type { Linear, Matrix } from './kernels.ts'
import { bestTimes, fastestOf } from './timing.ts'
import type { WasmKernels } from './wasm.ts'

type TileRows = 4 | 5 | 6
/** What is timed: rows of a tile and, for int8, how it takes digits. */
type Candidate = Pick<Tiles, 'int8Tile'> & { readonly rows: TileRows }

/** Tiles to start from. 16-channel panels pay only where V8 joins pairs of vectors and has fused products. */
export function defaultTiles(fused: boolean, turbo: boolean): Tiles {
  const int8 = { int8Rows: 6, int8Tile: turbo ? 'joined' : 'single' } as const
  if (fused) return { ...int8, float32Rows: 6, float32Panel: turbo ? 16 : 8 }
  return { ...int8, float32Rows: 5, float32Panel: 8 }
}

/** Milliseconds of a candidate's turn. */
const TURN_MILLISECONDS = 1
/** A few panels are enough: a call takes some 100 µs, so that a disturbed one does not decide. */
const TIMED_OUTPUTS = 128

/**
 * Times the tiles on one layer and keeps the fastest in `kernels.tiles`.
 *
 * @param x    filled rows, about a sentence
 * @param now  milliseconds
 */
export function tuneTiles(
  kernels: WasmKernels,
  layer: Linear,
  x: Matrix,
  out: Matrix,
  now: () => number = () => performance.now(),
): void {
  const { tiles } = kernels
  // 6 is the only large tile over 16-channel panels.
  if (layer.precision === 'float32' && tiles.float32Panel === 16) return
  const choose = ({ rows, int8Tile }: Candidate): void => {
    if (layer.precision === 'int8') Object.assign(tiles, { int8Rows: rows, int8Tile })
    else tiles.float32Rows = rows
    kernels.quantize(x)
  }
  const { int8Tile } = tiles
  const candidates: Candidate[] = [4, 5, 6].map((rows) => ({ rows: rows as TileRows, int8Tile }))
  if (layer.precision === 'int8' && kernels.name === 'relaxed') {
    candidates.push({ rows: 5, int8Tile: 'short' })
  }
  const part: Linear = { ...layer, outputs: Math.min(layer.outputs, TIMED_OUTPUTS) }
  const call = (): void => kernels.linear(x, part, out, 'identity')
  choose(fastestOf(bestTimes(candidates, choose, call, TURN_MILLISECONDS, now)))
}
