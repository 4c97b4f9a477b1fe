/** Finds the register tiles that are fastest for a model, by timing them on one of its layers after its first pass. */
import { tileName } from './exports.ts'
import type { Tiles } from './kernel-plan.ts'
import type { Linear, Matrix } from './kernels.ts'
import { bestTimes, fastestOf, STANDS_STILL } from './timing.ts'
import type { WasmKernels } from './wasm.ts'

type TileRows = 4 | 5 | 6
/** What is timed: rows of a tile and, for int8, how it takes digits. */
type Candidate = Pick<Tiles, 'int8Tile'> & { readonly rows: TileRows }

/** Milliseconds of a candidate's turn. */
const TURN_MILLISECONDS = 1
/** By how much another tile must be faster than the usual one: on a core that others have half of, tiles 6 % apart seem alike. */
const MARGIN = 1.05
/** A few panels are enough: a call takes some 100 µs, so that a disturbed one does not decide. */
const TIMED_OUTPUTS = 128

/**
 * Times the tiles on one layer and keeps the fastest in `kernels.tiles`, or the usual one where that is about as fast. All give the same
 * bits in int8; which is fastest differs from one engine and machine to the next (bench/RESULTS.md).
 *
 * @param x  filled rows, about a sentence
 * @returns how they came out
 */
export function tuneTiles(kernels: WasmKernels, layer: Linear, x: Matrix, out: Matrix): string {
  const { tiles } = kernels
  const { precision } = layer
  // 6 is the only large tile over 16-channel panels.
  if (precision === 'float32' && tiles.float32Panel === 16) return 'the only large tile of its panels'
  const choose = ({ rows, int8Tile }: Candidate): void => {
    if (precision === 'int8') Object.assign(tiles, { int8Rows: rows, int8Tile })
    else tiles.float32Rows = rows
    kernels.quantize(x)
  }
  const { int8Tile, int8Rows, float32Rows } = tiles
  const candidates: Candidate[] = [4, 5, 6].map((rows) => ({ rows: rows as TileRows, int8Tile }))
  const usualRows = precision === 'int8' ? int8Rows : float32Rows
  const usual = candidates.find(({ rows }) => rows === usualRows)!
  if (precision === 'int8' && kernels.name === 'relaxed') {
    candidates.push({ rows: 5, int8Tile: 'short' })
  }
  const part: Linear = { ...layer, outputs: Math.min(layer.outputs, TIMED_OUTPUTS) }
  const call = (): void => kernels.linear(x, part, out, 'identity')
  const times = bestTimes(candidates, choose, call, TURN_MILLISECONDS, () => performance.now())
  if (times === undefined) return STANDS_STILL
  const fastest = fastestOf(times)
  const least = times.get(fastest)!
  choose(times.get(usual)! < MARGIN * least ? usual : fastest)
  const shares = [...times].map(([candidate, time]) => {
    const changed = {
      ...tiles,
      int8Rows: candidate.rows,
      int8Tile: candidate.int8Tile,
      float32Rows: candidate.rows,
    }
    return `${tileName(precision, changed)} ${(time / least).toFixed(2)}`
  })
  return `timed, as parts of the fastest: ${shares.join(', ')}`
}
