/** One linear layer on one thread, for `iobert bench`. */
import type { Matrix, Precision } from '../kernels/kernels.ts'
import { KernelMemory, roundUp } from '../kernels/memory.ts'
import { compileKernels, type WasmVariant } from '../kernels/module.ts'
import { activationLimit } from '../kernels/quantization.ts'
import { defaultTiles, tuneTiles } from '../kernels/tuning.ts'
import { type KernelExports, scratchBytes, WasmKernels } from '../kernels/wasm.ts'

export interface LayerShape {
  readonly precision: Precision
  readonly variant: WasmVariant
  readonly turbo: boolean
  readonly rows: number
  readonly inputs: number
  readonly outputs: number
  readonly seconds: number
}

/** @returns billions of multiplications and additions a second, the median */
export async function kernelRate(shape: LayerShape): Promise<number> {
  const { precision, variant, turbo, rows, inputs, outputs, seconds } = shape
  const module = await compileKernels({ variant, shared: false, turbo })
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 65536 }))
  const tiles = defaultTiles(variant, turbo)
  const kernels = new WasmKernels({
    name: variant,
    exports: new WebAssembly.Instance(module, { env: { memory: memory.memory } })
      .exports as unknown as KernelExports,
    memory,
    tiles,
    scratchBytes: scratchBytes(1, 1, inputs, tiles.float32Panel),
    threads: 1,
  })
  const bytes = kernels.linearBytes(precision, inputs, outputs)
  const layer = {
    ...{ precision, inputs, outputs },
    ...{ weights: memory.allocate(bytes.weights), columns: memory.allocate(bytes.columns) },
  }
  const stored = memory.allocate(4 * inputs * outputs)
  fill(memory.float32, stored / 4, inputs * outputs)
  kernels.packLinear({ address: stored, type: 'F32', rows: outputs, first: 0 }, layer)
  const x = rowsOf(memory, rows, inputs, precision)
  const raw = rowsOf(memory, rows, inputs, 'float32')
  const zeros = rowsOf(memory, rows, inputs, 'float32')
  const out = rowsOf(memory, rows, outputs, 'float32')
  const norm = { weight: memory.allocate(4 * inputs), bias: memory.allocate(4 * inputs), epsilon: 1e-12 }
  memory.float32.fill(1, norm.weight / 4, norm.weight / 4 + inputs)
  fill(memory.float32, raw.address / 4, rows * raw.stride)
  kernels.addLayerNorm(raw, zeros, norm, x)
  tuneTiles(kernels, layer, x, out)

  const times: number[] = []
  const end = performance.now() + 1000 * seconds
  do {
    const started = performance.now()
    kernels.linear(x, layer, out, 'identity')
    times.push(performance.now() - started)
  } while (performance.now() < end)
  times.sort((a, b) => a - b)
  return (2 * rows * inputs * outputs) / times[times.length >> 1]! / 1e6
}

/** Numbers between -0.5 and 0.5 that follow no pattern a kernel would notice. */
function fill(floats: Float32Array, start: number, count: number): void {
  for (let i = 0; i < count; i++) floats[start + i] = ((i * 7919) % 65521) / 65521 - 0.5
}

function rowsOf(memory: KernelMemory, rows: number, columns: number, precision: Precision): Matrix {
  const stride = roundUp(columns, 16)
  const matrix = { address: memory.allocate(4 * rows * stride), rows, columns, stride }
  if (precision === 'float32') return matrix
  const address = memory.allocate(2 * rows * stride)
  const scales = memory.allocate(4 * rows)
  return { ...matrix, quantized: { address, stride, scales, limit: activationLimit(columns) } }
}
