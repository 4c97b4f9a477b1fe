/**
 * What this engine's WebAssembly can do, found by validating the smallest module that needs it. No user agents, no
 * version numbers.
 */

/**
 * Relaxed SIMD, by one fused multiply-add:
 *
 *     (module (func (result v128)
 *       v128.const i64x2 0 0  v128.const i64x2 0 0  v128.const i64x2 0 0  f32x4.relaxed_madd))
 */
const RELAXED_MADD: Uint8Array = probe([0xfd, 0x85, 0x02], 3)

/** Fixed-width SIMD: (module (func (result v128)  v128.const i64x2 0 0  i32x4.abs)) */
const SIMD: Uint8Array = probe([0xfd, 0xa0, 0x01], 1)

/** A module of one function that pushes `operands` zero vectors and runs one instruction on them. */
function probe(instruction: readonly number[], operands: number): Uint8Array {
  const zero = [0xfd, 0x0c, ...new Array<number>(16).fill(0)]
  const code = [0, ...Array.from({ length: operands }, () => zero).flat(), ...instruction, 0x0b]
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 5, 1, 0x60, 0, 1, 0x7b],
    ...[3, 2, 1, 0],
    ...[10, code.length + 2, 1, code.length, ...code],
  )
}

function validates(module: Uint8Array): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(module as BufferSource)
}

/** Whether the SIMD kernels run here: all browsers since 2023, Node >= 16.4, Deno, Bun. */
export function hasSimd(): boolean {
  return validates(SIMD)
}

/** Whether the relaxed kernels (fused multiply-add) run here. */
export function hasRelaxedSimd(): boolean {
  return validates(RELAXED_MADD)
}

/** Whether memory can be shared with helper threads: in browsers only on cross-origin isolated pages. */
export function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer !== 'function' || typeof Atomics !== 'object') return false
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated
  return isolated !== false
}
