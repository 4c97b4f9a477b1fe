/** Which kernels a model runs on. */
import { fusesMultiplyAdd, hasRelaxedSimd, hasSimd } from './features.ts'
import { mayFuse, type Precision } from './kernels.ts'
import type { WasmVariant } from './module.ts'

/** The `kernels` option: 'auto' takes the fastest that keeps the precision's promise. */
export type KernelChoice = 'auto' | 'simd' | 'relaxed' | 'reference'

/**
 * Both builds keep the promise of int8, the same bits: what the relaxed one may fuse, it fuses only at precision float32.
 *
 * @throws {RangeError} for kernels that this engine cannot use
 */
export function chooseKernels(choice: KernelChoice, precision: Precision): WasmVariant | 'reference' {
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
  return mayFuse('relaxed', precision) && hasRelaxedSimd() && fusesMultiplyAdd() ? 'relaxed' : 'simd'
}
