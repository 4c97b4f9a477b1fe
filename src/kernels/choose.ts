/** Which kernels a model runs on. */
import { hasRelaxedSimd, hasSimd } from './features.ts'
import type { Precision } from './kernels.ts'
import type { WasmVariant } from './module.ts'

/** The `kernels` option: 'auto' takes the fastest that keeps the precision's promise. */
export type KernelChoice = 'auto' | 'simd' | 'relaxed' | 'reference'

/**
 * int8 is exact and never runs on the relaxed kernels, whose fused products round differently; float32 may.
 *
 * @throws {RangeError} for kernels that this engine or this precision cannot use
 */
export function chooseKernels(choice: KernelChoice, precision: Precision): WasmVariant | 'reference' {
  if (choice === 'reference') return 'reference'
  if (choice === 'relaxed' && precision === 'int8') {
    throw new RangeError(
      "Cannot use kernels 'relaxed' at precision 'int8': they round differently from one machine to the next, and int8 promises the same bits everywhere; use precision 'float32' or kernels 'simd'",
    )
  }
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
  return precision === 'float32' && hasRelaxedSimd() ? 'relaxed' : 'simd'
}
