/**
 * Every variant of the kernels that this engine can run, and a bench that puts matrices into their memory.
 */
import * as assert from 'uvu/assert'
import { NUMBERS } from '#dist/generated/numbers.js'
import { instantiateKernels } from '#dist/kernels/exports.js'
import { hasRelaxedSimd } from '#dist/kernels/features.js'
import type {
  Activation,
  Floats,
  Integers,
  KernelPlan,
  Kernels,
  LayerNorm,
  Linear,
  Matrix,
  Precision,
  Tiles,
} from '#dist/kernels/kernels.js'
import { Layout, packColumns } from '#dist/kernels/layout.js'
import { KernelMemory, roundUp } from '#dist/kernels/memory.js'
import { compileKernels } from '#dist/kernels/module.js'
import { ReferenceKernels } from '#dist/kernels/reference/reference.js'
import { WasmKernels } from '#dist/kernels/wasm.js'

/** Every activation, by name. */
export const ACTIVATIONS = Object.keys(NUMBERS.Activation) as Activation[]

export interface Variant {
  readonly name: string
  /** Whether it rounds exactly as the reference does. */
  readonly exact: boolean
  /** What an engine is told, to run on these kernels and tiles. */
  readonly plan: Pick<KernelPlan, 'variant'> & { readonly tiles?: Tiles }
  /** @param inputs  the most that a layer has */
  create(inputs?: number): Promise<Kernels>
}

/** 64 MB at most, which is more than a test needs: qemu never forgets a page that a program reserved. */
const newMemory = (): KernelMemory => new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 1024 }))

function wasmVariant(variant: 'simd' | 'relaxed', fused: boolean, tiles: Tiles): Variant {
  return {
    name: `${variant}${fused ? ' fused' : ''} ${tiles.int8Rows} ${tiles.int8Tile}/${tiles.float32Rows}x${tiles.float32Panel}`,
    exact: !fused,
    plan: { variant, tiles },
    async create(inputs = 4096): Promise<Kernels> {
      const memory = newMemory()
      const module = await compileKernels({ variant, shared: false, turbo: false })
      const exports = instantiateKernels(module, memory.memory)
      const scratch = { tokens: 512, headDim: 128, inputs, relativeRows: 512 }
      const plan = { variant, tiles, precision: fused ? 'float32' : 'int8' } as const
      return new WasmKernels({ plan, exports, memory, scratch })
    },
  }
}

export const reference: Variant = {
  name: 'reference',
  exact: true,
  plan: { variant: 'reference' },
  create: async () => new ReferenceKernels(newMemory()),
}

/** Every variant this engine can run. Says which it leaves out. */
export function variants(): Variant[] {
  const found = [
    wasmVariant('simd', false, { int8Rows: 4, int8Tile: 'single', float32Rows: 4, float32Panel: 8 }),
    wasmVariant('simd', false, { int8Rows: 5, int8Tile: 'single', float32Rows: 5, float32Panel: 8 }),
    wasmVariant('simd', false, { int8Rows: 6, int8Tile: 'single', float32Rows: 6, float32Panel: 8 }),
  ]
  if (hasRelaxedSimd()) {
    // What int8 promises holds in this build too, as long as it does not fuse.
    found.push(
      wasmVariant('relaxed', false, { int8Rows: 5, int8Tile: 'single', float32Rows: 5, float32Panel: 8 }),
    )
    found.push(
      wasmVariant('relaxed', false, { int8Rows: 6, int8Tile: 'joined', float32Rows: 6, float32Panel: 8 }),
    )
    for (const int8Rows of [4, 5, 6] as const) {
      const tiles: Tiles = { int8Rows, int8Tile: 'short', float32Rows: 4, float32Panel: 8 }
      found.push(wasmVariant('relaxed', false, tiles))
    }
    found.push(
      wasmVariant('relaxed', true, { int8Rows: 4, int8Tile: 'joined', float32Rows: 6, float32Panel: 8 }),
    )
    found.push(
      wasmVariant('relaxed', true, { int8Rows: 5, int8Tile: 'single', float32Rows: 6, float32Panel: 16 }),
    )
  } else console.log('skipped: relaxed kernels: this engine has no relaxed SIMD')
  return found
}

/** NaN with a pattern that no kernel makes, round every output. */
const GUARD = 0x7fabcdef
const GUARD_BYTES = 256

/** Buffers with guard bands, so that a write outside shows. */
export class Bench {
  readonly kernels: Kernels
  /** Places as the kernels' own does, with a band before and after each. */
  readonly layout: Layout
  readonly #guards: number[] = []

  constructor(kernels: Kernels) {
    this.kernels = kernels
    const { float32Panel, activations } = kernels.layout
    const space = { allocate: (byteLength: number) => this.#guarded(byteLength) }
    this.layout = new Layout(space, float32Panel, activations)
  }

  matrix(rows: number, columns: number, readBy: Precision = 'float32'): Matrix {
    return this.layout.matrix(rows, columns, readBy)
  }

  /** Writes rows; what stands in the padding must not matter, so it is filled with NaN. */
  fill(matrix: Matrix, values: Float32Array): void {
    const { memory } = this.kernels
    for (let t = 0; t < matrix.rows; t++) {
      memory.row({ ...matrix, columns: matrix.stride }, t).fill(Number.NaN)
      memory.row(matrix, t).set(values.subarray(t * matrix.columns, (t + 1) * matrix.columns))
    }
  }

  /** Rows with their quantised twin. */
  quantized(values: Float32Array, rows: number, columns: number): Matrix {
    const x = this.matrix(rows, columns, 'int8')
    this.fill(x, values)
    this.kernels.quantize(x)
    return x
  }

  read(matrix: Matrix): Float32Array {
    return this.kernels.memory.copyRows(matrix)
  }

  /** What quantised rows stand for, with their padding, one after another, and their steps. */
  readQuantized({ quantized, rows, columns }: Matrix): {
    values: Int16Array
    steps: Float32Array
    listed: number
  } {
    const { values: from, steps, digits } = quantized!
    const { buffer } = this.kernels.memory.memory
    const padded = roundUp(columns, 16)
    const values = new Int16Array(rows * padded)
    /** Numbers of a row that lie side by side. */
    const group = digits ? 4 : 2
    const stored = digits
      ? new Uint8Array(buffer, from, rows * padded)
      : new Int16Array(buffer, from, rows * padded)
    let listed = 0
    for (const { first, count } of this.#tiles(rows)) {
      const place = (k: number, i: number): number =>
        (Math.floor(k / group) * count + i) * group + (k % group)
      const each = (use: (at: number, k: number, i: number) => void): void => {
        for (let k = 0; k < padded; k++) for (let i = 0; i < count; i++) use((first + i) * padded + k, k, i)
      }
      each((at, k, i) => {
        values[at] = stored[first * padded + place(k, i)]!
      })
      if (!digits) continue
      const zeros = this.kernels.memory.int32.subarray(digits.zeros / 4 + first)
      each((at, _k, i) => {
        assert.ok(values[at]! <= 127, 'a first digit has 7 bits')
        values[at] = values[at]! - zeros[i]!
      })
    }
    const view = new DataView(buffer)
    for (let row = 0; digits && row < rows; row++) {
      const slot = digits.lists + row * digits.listBytes
      let at = slot + 16
      for (const [part, sign] of [
        [0, 1],
        [4, -1],
      ] as const) {
        for (const end = view.getInt32(slot + part, true); at < end; at += 6) {
          listed++
          const group = row * padded + 4 * view.getUint16(at + 4, true)
          for (let k = 0; k < 4; k++) {
            const second = view.getUint8(at + k)
            assert.ok(second <= 63, 'the magnitude of a second digit')
            values[group + k] = values[group + k]! + sign * 128 * second
          }
        }
      }
    }
    return { values, steps: this.kernels.memory.float32.slice(steps / 4, steps / 4 + rows), listed }
  }

  /** The groups in which rows are interleaved: shared evenly among as few tiles as hold them; the reference: none. */
  #tiles(rows: number): { first: number; count: number }[] {
    const largest = this.kernels instanceof WasmKernels ? this.kernels.tiles.int8Rows : 1
    const tiles: { first: number; count: number }[] = []
    for (let first = 0; first < rows; ) {
      const left = rows - first
      const count = Math.ceil(left / Math.ceil(left / largest))
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
    const layer = this.layout.linear(precision, inputs, outputs)
    const { address } = this.vector(weights)
    const ok = this.kernels.packLinear({ address, type: 'F32', rows: outputs, first: 0 }, layer)
    if (!ok) throw new Error('the weights are not finite')
    packColumns(this.kernels.memory, layer, 0, bias, undefined)
    return layer
  }

  vector(values: Float32Array): Floats {
    const floats = this.layout.floats(values.length)
    this.kernels.memory.floats(floats).set(values)
    return floats
  }

  norm(weight: Float32Array, bias: Float32Array, centred = true): LayerNorm {
    return { weight: this.vector(weight), bias: this.vector(bias), epsilon: 1e-12, centred }
  }

  integers(values: readonly number[]): Integers {
    const integers = this.layout.integers(values.length)
    this.kernels.memory.integers(integers).set(values)
    return integers
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
