/** One linear layer of made-up numbers on one thread, for those who time kernels. */
import { type Linear, type Matrix, mayFuse, type Precision } from './kernels.ts'
import { KernelMemory } from './memory.ts'
import { compileKernels, type WasmVariant } from './module.ts'
import { defaultTiles } from './tuning.ts'
import { instantiateKernels, WasmKernels } from './wasm.ts'

export interface LayerShape {
  readonly precision: Precision
  readonly variant: WasmVariant
  readonly turbo: boolean
  readonly rows: number
  readonly inputs: number
  readonly outputs: number
}

export interface SampleLayer {
  readonly kernels: WasmKernels
  readonly layer: Linear
  readonly x: Matrix
  readonly out: Matrix
}

export async function makeSampleLayer(shape: LayerShape): Promise<SampleLayer> {
  const { precision, variant, turbo, rows, inputs, outputs } = shape
  const module = await compileKernels({ variant, shared: false, turbo })
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 65536 }))
  const fused = mayFuse(variant, precision)
  const kernels = new WasmKernels({
    name: variant,
    exports: instantiateKernels(module, memory.memory),
    memory,
    tiles: defaultTiles(fused, turbo),
    fused,
    scratch: { tokens: 1, headDim: 1, inputs },
    threads: 1,
  })
  const { layout } = kernels
  const layer = layout.linear(precision, inputs, outputs)
  const stored = layout.floats(inputs * outputs)
  fill(memory.floats(stored))
  kernels.packLinear({ address: stored.address, type: 'F32', rows: outputs, first: 0 }, layer)
  const x = layout.matrix(rows, inputs, precision)
  const raw = layout.matrix(rows, inputs)
  const zeros = layout.matrix(rows, inputs)
  const norm = layout.layerNorm(inputs, 1e-12)
  memory.floats(norm.weight).fill(1)
  for (let t = 0; t < rows; t++) {
    fill(memory.row(raw, t))
    memory.row(zeros, t).fill(0)
  }
  kernels.addLayerNorm(raw, zeros, norm, x)
  return { kernels, layer, x, out: layout.matrix(rows, outputs) }
}

/** Numbers between -0.5 and 0.5 that follow no pattern a kernel would notice. */
function fill(floats: Float32Array): void {
  for (let i = 0; i < floats.length; i++) floats[i] = ((i * 7919) % 65521) / 65521 - 0.5
}
