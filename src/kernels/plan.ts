/**
 * Decides which kernels a model runs on, and with which register tiles: by what the engine can do (features.ts) and by what
 * was timed (timing.ts). The plan says why, which `model.info` and `iobert info` tell.
 *
 * Every choice gives the same bits in int8; only the time differs. Two things are timed: which build is faster at int8,
 * once a process; and which of its tiles is, after the first pass of the first model of a kind (tune-tiles.ts).
 */
import { NUMBERS } from '../generated/numbers.ts'
import { instantiateKernels, mayFuse } from './exports.ts'
import { fusesMultiplyAdd, hasRelaxedDot, hasRelaxedSimd, hasSimd } from './features.ts'
import type { KernelPlan, Tiles } from './kernel-plan.ts'
import type { Precision } from './kernels.ts'
import { compileKernels, type WasmVariant } from './module.ts'
import { bestTimes, STANDS_STILL } from './timing.ts'

/** The `kernels` option: 'auto' takes the fastest that keeps the precision's promise. */
export type KernelChoice = 'auto' | 'simd' | 'relaxed' | 'reference'

/** The tiles that were fastest in this process, by build, precision and turbo, and how they came out. */
const timed = new Map<string, Pick<KernelPlan, 'tiles' | 'tileReason'>>()

/**
 * Decides what a model runs on.
 *
 * @param turbo   whether V8 re-vectorises
 * @param shared  whether the memory will be: what is timed is then what will be used, and compiled once
 * @throws {RangeError} for kernels that this engine cannot use
 */
export async function planKernels(
  choice: KernelChoice,
  precision: Precision,
  turbo: boolean,
  shared: boolean,
): Promise<KernelPlan> {
  const [variant, reason] = await chooseBuild(choice, precision, turbo, shared)
  return planOf(variant, precision, turbo, reason)
}

/** The plan where the build is known. */
export function planOf(
  variant: KernelPlan['variant'],
  precision: Precision,
  turbo: boolean,
  reason = 'asked for',
): KernelPlan {
  const plan = { variant, precision, turbo, reason }
  const known = timed.get(keyOf(plan))
  if (known) return { ...plan, tuned: true, ...known }
  return {
    ...plan,
    tuned: false,
    tileReason: 'not timed yet',
    tiles: firstTiles(variant, precision, turbo),
  }
}

/** Keeps what loading timed, for the next model of this process. */
export function rememberTiles(plan: KernelPlan): void {
  const { tiles, tileReason, tuned } = plan
  if (tuned) timed.set(keyOf(plan), { tiles, tileReason })
}

function keyOf({ variant, precision, turbo }: Pick<KernelPlan, 'variant' | 'precision' | 'turbo'>): string {
  return `${variant} ${precision} ${turbo}`
}

/**
 * The build, and why. Both keep the promise of int8: what the relaxed one may fuse, it fuses only at precision float32.
 */
async function chooseBuild(
  choice: KernelChoice,
  precision: Precision,
  turbo: boolean,
  shared: boolean,
): Promise<[variant: KernelPlan['variant'], reason: string]> {
  if (choice === 'reference') return ['reference', 'asked for']
  if (choice === 'relaxed' && !hasRelaxedSimd()) {
    throw new RangeError(
      "Cannot use kernels 'relaxed': this engine's WebAssembly has no relaxed SIMD; use 'auto'",
    )
  }
  if (!hasSimd()) {
    if (choice === 'auto') return ['reference', "this engine's WebAssembly has no SIMD"]
    throw new RangeError(
      `Cannot use kernels '${choice}': this engine's WebAssembly has no SIMD; use 'reference'`,
    )
  }
  if (choice !== 'auto') return [choice, 'asked for']
  if (!hasRelaxedSimd()) return ['simd', "this engine's WebAssembly has no relaxed SIMD"]
  if (precision === 'float32') {
    return fusesMultiplyAdd()
      ? ['relaxed', 'products are fused with their sums here']
      : ['simd', 'products are not fused with their sums here']
  }
  return hasRelaxedDot()
    ? fasterInt8(turbo, shared)
    : ['simd', 'the 8-bit dot product is missing or not exact here']
}

/** Inputs of a raced tile, and rounds of 30 rows a measurement: some 30 µs. */
const RACED_INPUTS = 768
const RACED_TIMES = 8
const RACE_TURN_MILLISECONDS = 0.5
/** The bare tiles race without second digits, which cost digits 4 % of a pass (docs/10-making-it-fast.md) and int16 nothing. */
const SECOND_DIGITS = 1.05

const winners = new Map<boolean, Promise<[variant: WasmVariant, reason: string]>>()

/**
 * Which build computes int8 faster here. Whether the 8-bit dot product is one instruction, three, or slower than products
 * of int16 depends on engine and core. The relaxed build has the inner loops of both, so no other is needed for it. Raced
 * once a process, for 10 to 50 ms.
 */
function fasterInt8(turbo: boolean, shared: boolean): Promise<[variant: WasmVariant, reason: string]> {
  let winner = winners.get(turbo)
  if (winner === undefined) {
    winner = raceInt8(turbo, shared)
    winner.catch(() => winners.delete(turbo))
    winners.set(turbo, winner)
  }
  return winner
}

async function raceInt8(turbo: boolean, shared: boolean): Promise<[variant: WasmVariant, reason: string]> {
  const module = await compileKernels({ variant: 'relaxed', shared, turbo, isPlain: true })
  const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared })
  const { raceTile } = instantiateKernels(module, memory)
  const { int16, digits, short } = NUMBERS.RacedTile
  const times = bestTimes(
    [int16, digits, short],
    () => {},
    (tile) => raceTile(tile, 1024, RACED_INPUTS, RACED_TIMES),
    RACE_TURN_MILLISECONDS,
    () => performance.now(),
  )
  if (times === undefined) return ['relaxed', STANDS_STILL]
  const ratio = Math.min(times.get(digits)!, times.get(short)!) / times.get(int16)!
  const reason = `timed: 8-bit dot products take ${ratio.toFixed(2)} of the time of 16-bit ones`
  return [SECOND_DIGITS * ratio < 1 ? 'relaxed' : 'simd', reason]
}

/** Tiles to start from. 16-channel panels pay only where V8 joins pairs of vectors, in the relaxed build. */
function firstTiles(variant: KernelPlan['variant'], precision: Precision, turbo: boolean): Tiles {
  const joined = turbo && variant === 'relaxed'
  // Sums of int16 products need a register more, for the product.
  const int8Rows = variant === 'relaxed' || turbo ? 6 : 5
  const int8 = { int8Rows, int8Tile: joined ? 'joined' : 'single' } as const
  if (mayFuse(variant, precision)) return { ...int8, float32Rows: 6, float32Panel: joined ? 16 : 8 }
  return { ...int8, float32Rows: 5, float32Panel: 8 }
}
