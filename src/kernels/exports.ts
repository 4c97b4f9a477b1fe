/** The exports of the wasm module, and the check that it belongs to this code. */
import { CONSTANTS } from '../generated/constants.ts'
import type { Kernels, Precision, Tiles } from './kernels.ts'

/** assembly/kernels.ts */
export interface KernelExports {
  close(control: number): void
  dispatch(control: number, scratch: number): void
  join(control: number, milliseconds: number): number
  runAlone(control: number, scratch: number): void
  serve(control: number, scratch: number): void
  raceTile(tile: number, at: number, inputs: number, times: number): void
  widenValues(from: number, type: number, count: number, to: number): number
  packLinearFloat32(
    from: number,
    type: number,
    rows: number,
    k: number,
    first: number,
    weights: number,
    panel: number,
    scratch: number,
  ): number
  packLinearInt8(
    from: number,
    type: number,
    rows: number,
    k: number,
    pairs: number,
    first: number,
    weights: number,
    columns: number,
    scratch: number,
  ): number
  packKeys(keys: number, stride: number, tokens: number, headDim: number, panel: number, out: number): void
  packKeysInt16(
    keys: number,
    stride: number,
    tokens: number,
    headDim: number,
    out: number,
    scales: number,
  ): void
  packEmbeddingInt8(
    from: number,
    type: number,
    rows: number,
    width: number,
    out: number,
    stride: number,
    scales: number,
    scratch: number,
  ): number
}

/** Rows and channels of a tile, `5x8`. */
export function tileName(precision: Precision, tiles: Tiles): string {
  const { int8Rows, int8Tile, float32Rows, float32Panel } = tiles
  if (precision === 'float32') return `${float32Rows}x${float32Panel}`
  return `${int8Rows}x${int8Tile === 'joined' ? 16 : 8}${int8Tile === 'short' ? ' short' : ''}`
}

/** Whether float32 products may be fused with their sums: only where no bit is promised. */
export function mayFuse(variant: Kernels['name'], precision: Precision): boolean {
  return variant === 'relaxed' && precision === 'float32'
}

/**
 * Instantiates the kernels on a memory. Their constants must be those of this code; one of them, INTERFACE, is a
 * hash of sizes and commands.
 *
 * @throws {RangeError} for a module of another version, which would read other fields than are written
 */
export function instantiateKernels(module: WebAssembly.Module, memory: WebAssembly.Memory): KernelExports {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  for (const [name, wanted] of Object.entries(CONSTANTS)) {
    const found = (exports[name] as WebAssembly.Global | undefined)?.value
    if (found === wanted) continue
    throw new RangeError(
      `The compiled kernels have ${name} ${found}, and this version of iobert needs ${wanted}: take kernels.wasm from the same package as the code`,
    )
  }
  return exports as unknown as KernelExports
}
