/**
 * Finds out what this engine's WebAssembly can do. The smallest module that needs an instruction is
 * validated; where an instruction's result may differ between machines, the module is run too. User agents
 * and version numbers are never looked at.
 */

const V128 = 0x7b
const F32 = 0x7d
const I32 = 0x7f

const SIMD: readonly number[] = [0xfd]
const zeros: readonly number[] = [...SIMD, 0x0c, ...new Array<number>(16).fill(0)] // v128.const
const I32X4_ABS: readonly number[] = [...SIMD, 0xa0, 0x01]
const F32X4_RELAXED_MADD: readonly number[] = [...SIMD, 0x85, 0x02] // f32x4.relaxed_madd
const I16X8_RELAXED_Q15MULR: readonly number[] = [...SIMD, 0x91, 0x02] // i16x8.relaxed_q15mulr_s
const I16X8_RELAXED_DOT: readonly number[] = [...SIMD, 0x92, 0x02] // i16x8.relaxed_dot_i8x16_i7x16_s
const I32X4_RELAXED_DOT: readonly number[] = [...SIMD, 0x93, 0x02] // i32x4.relaxed_dot_i8x16_i7x16_add_s

/** A module that exports one function `f` of `parameters` numbers of a type, which computes `code`. */
function probe(parameters: number, type: number, result: number, code: readonly number[]): Uint8Array {
  const body = [0, ...code, 0x0b]
  const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content]
  return Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, parameters, ...new Array<number>(parameters).fill(type), 1, result),
    ...section(3, 1, 0),
    ...section(7, 1, 1, 0x66, 0, 0),
    ...section(10, 1, body.length, ...body),
  )
}

function validates(module: Uint8Array): boolean {
  return typeof WebAssembly === 'object' && WebAssembly.validate(module as BufferSource)
}

/** What a probe's function returns; undefined where the engine lacks the instruction or may not compile. */
function run(module: Uint8Array, ...values: number[]): number | undefined {
  if (!validates(module)) return undefined
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module as BufferSource))
    return (exports as { f: (...given: number[]) => number }).f(...values)
  } catch {
    return undefined
  }
}

/** Whether the SIMD kernels run here: all browsers since 2023, Node >= 16.4, Deno, Bun. */
export function hasSimd(): boolean {
  return validates(probe(0, I32, V128, [...zeros, ...I32X4_ABS]))
}

/** Whether the relaxed kernels, which use the instructions below, can be compiled here. */
export function hasRelaxedSimd(): boolean {
  const three = [...zeros, ...zeros, ...zeros]
  return (
    validates(probe(0, I32, V128, [...three, ...F32X4_RELAXED_MADD])) &&
    validates(probe(0, I32, V128, [...zeros, ...zeros, ...I16X8_RELAXED_Q15MULR])) &&
    validates(probe(0, I32, V128, [...zeros, ...zeros, ...I16X8_RELAXED_DOT])) &&
    validates(probe(0, I32, V128, [...three, ...I32X4_RELAXED_DOT]))
  )
}

const localGet = (index: number): number[] => [0x20, index]

/**
 * Whether a relaxed multiply-add is fused, with one rounding; only then do the float32 kernels gain by it. On
 * a core without such an instruction an engine rounds twice.
 */
export function fusesMultiplyAdd(): boolean {
  const splat = [...SIMD, 0x13] // f32x4.splat
  const lane = [...SIMD, 0x1f, 0] // f32x4.extract_lane 0
  const operands = [0, 1, 2].flatMap((index) => [...localGet(index), ...splat])
  const module = probe(3, F32, F32, [...operands, ...F32X4_RELAXED_MADD, ...lane])
  // (1 + 2⁻¹²)² = 1 + 2⁻¹¹ + 2⁻²⁴, whose last bit a rounding to float32 loses.
  return run(module, 1 + 2 ** -12, 1 + 2 ** -12, -(1 + 2 ** -11)) === 2 ** -24
}

/**
 * Whether the 8-bit dot products exist and are exact for a second operand within 0 to 127, as the standard
 * says; their largest sums of pairs are ±32,258, which fits int16. How fast they are, only timing can tell.
 */
export function hasRelaxedDot(): boolean {
  const bytes = [...SIMD, 0x0f] // i8x16.splat
  const words = [...SIMD, 0x11] // i32x4.splat
  const lane = [...SIMD, 0x1b, 0] // i32x4.extract_lane 0
  const shortLane = [...SIMD, 0x18, 0] // i16x8.extract_lane_s 0
  const operands = [...localGet(0), ...bytes, ...localGet(1), ...bytes]
  const pairs = probe(2, I32, I32, [...operands, ...I16X8_RELAXED_DOT, ...shortLane])
  const fours = probe(3, I32, I32, [...operands, ...localGet(2), ...words, ...I32X4_RELAXED_DOT, ...lane])
  return [-127, 127].every(
    (weight) =>
      run(pairs, weight, 127) === 2 * 127 * weight && run(fours, weight, 127, 5) === 4 * 127 * weight + 5,
  )
}

/** Whether memory can be shared with helper threads: in browsers only on cross-origin isolated pages. */
export function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer !== 'function' || typeof Atomics !== 'object') return false
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated
  return isolated !== false
}
