/** Which register tiles the kernels use. All give the same bits in int8; they differ in speed. */
import type { Tiles } from './wasm.ts'

/** Good tiles where nothing was measured (bench/RESULTS.md). */
export function defaultTiles(variant: 'simd' | 'relaxed' | 'reference', turbo: boolean): Tiles {
  if (variant === 'relaxed') return { int8Rows: 5, float32Rows: 6, float32Panel: turbo ? 16 : 8 }
  return { int8Rows: 5, float32Rows: 5, float32Panel: 8 }
}
