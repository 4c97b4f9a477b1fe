import { hasRelaxedSimd } from '#dist/kernels/features.js'
import type { Kernels, Linear, Matrix, Precision } from '#dist/kernels/kernels.js'
import { KernelMemory, roundUp } from '#dist/kernels/memory.js'
import { compileKernels } from '#dist/kernels/module.js'
import { activationLimit } from '#dist/kernels/quantization.js'
import { ReferenceKernels } from '#dist/kernels/reference.js'
import { type KernelExports, scratchBytes, type Tiles, WasmKernels } from '#dist/kernels/wasm.js'

export interface Variant {
  readonly name: string
  /** Whether it rounds exactly as the reference does. */
  readonly exact: boolean
  create(): Promise<Kernels>
}

const newMemory = (): KernelMemory => new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 65536 }))

function wasmVariant(variant: 'simd' | 'relaxed', tiles: Tiles): Variant {
  return {
    name: `${variant} ${tiles.int8Rows}/${tiles.float32Rows}x${tiles.float32Panel}`,
    exact: variant === 'simd',
    async create(): Promise<Kernels> {
      const memory = newMemory()
      const module = await compileKernels({ variant, shared: false, turbo: false })
      const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory } })
      const exports = instance.exports as unknown as KernelExports
      const size = scratchBytes(512, 128, 4096, tiles.float32Panel)
      return new WasmKernels({ name: variant, exports, memory, tiles, scratchBytes: size, threads: 1 })
    },
  }
}

export const reference: Variant = {
  name: 'reference',
  exact: true,
  create: async () => new ReferenceKernels(newMemory()),
}

/** Every variant this engine can run. Says which it leaves out. */
export function variants(): Variant[] {
  const found = [
    wasmVariant('simd', { int8Rows: 4, float32Rows: 4, float32Panel: 8 }),
    wasmVariant('simd', { int8Rows: 5, float32Rows: 5, float32Panel: 8 }),
    wasmVariant('simd', { int8Rows: 6, float32Rows: 6, float32Panel: 16 }),
  ]
  if (hasRelaxedSimd()) {
    found.push(wasmVariant('relaxed', { int8Rows: 5, float32Rows: 6, float32Panel: 8 }))
    found.push(wasmVariant('relaxed', { int8Rows: 5, float32Rows: 6, float32Panel: 16 }))
  } else console.log('skipped: relaxed kernels: this engine has no relaxed SIMD')
  return found
}

/** NaN with a pattern that no kernel makes, round every output. */
const GUARD = 0x7fabcdef
const GUARD_BYTES = 256

/** Buffers with guard bands, so that a write outside shows. */
export class Bench {
  readonly kernels: Kernels
  readonly #guards: number[] = []

  constructor(kernels: Kernels) {
    this.kernels = kernels
  }

  matrix(rows: number, columns: number, nextInputs = 0): Matrix {
    const stride = roundUp(columns, 16)
    const matrix = { address: this.#guarded(4 * rows * stride), rows, columns, stride }
    if (nextInputs === 0) return matrix
    const address = this.#guarded(2 * rows * stride)
    return {
      ...matrix,
      quantized: { address, stride, scales: this.#guarded(4 * rows), limit: activationLimit(nextInputs) },
    }
  }

  /** Writes rows; what stands in the padding must not matter, so it is filled with NaN. */
  fill(matrix: Matrix, values: Float32Array): void {
    const all = this.kernels.memory.float32
    for (let t = 0; t < matrix.rows; t++) {
      const start = matrix.address / 4 + t * matrix.stride
      all.fill(Number.NaN, start, start + matrix.stride)
      all.set(values.subarray(t * matrix.columns, (t + 1) * matrix.columns), start)
    }
  }

  read(matrix: Matrix): Float32Array {
    const rows = new Float32Array(matrix.rows * matrix.columns)
    for (let t = 0; t < matrix.rows; t++) {
      const start = matrix.address / 4 + t * matrix.stride
      rows.set(this.kernels.memory.float32.subarray(start, start + matrix.columns), t * matrix.columns)
    }
    return rows
  }

  /** int16 rows with their padding, one after another, and the scales. */
  readQuantized({ quantized, rows }: Matrix): { values: Int16Array; scales: Float32Array } {
    const { address, stride, scales } = quantized!
    const stored = new Int16Array(this.kernels.memory.memory.buffer, address, rows * stride)
    const values = new Int16Array(rows * stride)
    for (const { first, count } of this.#tiles(rows)) {
      for (let k = 0; k < stride; k++) {
        for (let i = 0; i < count; i++) {
          const pair = first * stride + 2 * ((k >> 1) * count + i)
          values[(first + i) * stride + k] = stored[pair + (k & 1)]!
        }
      }
    }
    return { values, scales: this.kernels.memory.float32.slice(scales / 4, scales / 4 + rows) }
  }

  /** The groups in which rows are interleaved: whole tiles while two are left, then the rest in halves; the reference: none. */
  #tiles(rows: number): { first: number; count: number }[] {
    const largest = this.kernels instanceof WasmKernels ? this.kernels.tiles.int8Rows : 1
    const tiles: { first: number; count: number }[] = []
    for (let first = 0; first < rows; ) {
      const left = rows - first
      const count = left <= largest ? left : left >= 2 * largest ? largest : Math.ceil(left / 2)
      tiles.push({ first, count })
      first += count
    }
    return tiles
  }

  linear(
    precision: Precision,
    inputs: number,
    outputs: number,
    weights: Float32Array,
    bias: Float32Array,
  ): Linear {
    const bytes = this.kernels.linearBytes(precision, inputs, outputs)
    const layer: Linear = {
      precision,
      inputs,
      outputs,
      weights: this.#guarded(bytes.weights),
      columns: this.#guarded(bytes.columns),
    }
    const from = this.vector(weights)
    const ok = this.kernels.packLinear({ address: from, type: 'F32', rows: outputs, first: 0 }, layer)
    if (!ok) throw new Error('the weights are not finite')
    this.kernels.packColumns(layer, 0, bias, undefined)
    return layer
  }

  /** Floats in memory, padded with zeros to 16. */
  vector(values: Float32Array): number {
    const address = this.#guarded(4 * roundUp(values.length, 16))
    this.kernels.memory.float32.set(values, address / 4)
    return address
  }

  integers(values: readonly number[]): number {
    const address = this.#guarded(4 * values.length)
    this.kernels.memory.int32.set(values, address / 4)
    return address
  }

  /** The number of guard words that were overwritten. */
  broken(): number {
    const words = this.kernels.memory.int32
    return this.#guards.reduce((sum, guard) => {
      const band = words.subarray(guard / 4, (guard + GUARD_BYTES) / 4)
      return sum + band.filter((word) => word !== GUARD).length
    }, 0)
  }

  #guarded(byteLength: number): number {
    this.#guard()
    const address = this.kernels.memory.allocate(byteLength)
    this.#guard()
    return address
  }

  #guard(): void {
    const address = this.kernels.memory.allocate(GUARD_BYTES)
    this.kernels.memory.int32.fill(GUARD, address / 4, (address + GUARD_BYTES) / 4)
    this.#guards.push(address)
  }
}

/** The largest |a - b| / max|b|. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let largest = 0
  let worst = 0
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]!))
    const difference = Math.abs(actual[i]! - expected[i]!)
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference)
  }
  return largest === 0 ? worst : worst / largest
}

/** How many float32 numbers differ in any bit. */
export function differentBits(actual: Float32Array, expected: Float32Array): number {
  const a = new Int32Array(actual.buffer, actual.byteOffset, actual.length)
  const b = new Int32Array(expected.buffer, expected.byteOffset, expected.length)
  if (a.length !== b.length) return Math.max(a.length, b.length)
  return a.reduce((count, bits, i) => count + (bits === b[i] ? 0 : 1), 0)
}
