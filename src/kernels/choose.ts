/** Which kernels a model runs on. */
import { fusesMultiplyAdd, hasRelaxedDot, hasRelaxedSimd, hasSimd } from './features.ts'
import type { Precision } from './kernels.ts'
import type { WasmVariant } from './module.ts'
import { fasterInt8 } from './race.ts'

/** The `kernels` option: 'auto' takes the fastest that keeps the precision's promise. */
export type KernelChoice = 'auto' | 'simd' | 'relaxed' | 'reference'

/**
 * Both builds keep the promise of int8, the same bits: what the relaxed one may fuse, it fuses only at precision float32.
 * Where the engine has both instructions of the relaxed build, a race says which is faster at int8.
 *
 * @param turbo  whether V8 re-vectorises
 * @throws {RangeError} for kernels that this engine cannot use
 */
export async function chooseKernels(
  choice: KernelChoice,
  precision: Precision,
  turbo: boolean,
): Promise<WasmVariant | 'reference'> {
  if (choice === 'reference') return 'reference'
  if (choice === 'relaxed' && !hasRelaxedSimd()) {
    throw new RangeError(
      "Cannot use kernels 'relaxed': this engine's WebAssembly has no relaxed SIMD; use 'auto'",
    )
  }
  if (!hasSimd()) {
    if (choice === 'auto') return 'reference'
    throw new RangeError(
      `Cannot use kernels '${choice}': this engine's WebAssembly has no SIMD; use 'reference'`,
    )
  }
  if (choice !== 'auto') return choice
  if (!hasRelaxedSimd()) return 'simd'
  if (precision === 'float32') return fusesMultiplyAdd() ? 'relaxed' : 'simd'
  return hasRelaxedDot() ? fasterInt8(turbo) : 'simd'
}
