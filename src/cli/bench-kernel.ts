/** Measures one linear layer on one thread, for `iobert bench`. */

import { instantiateKernels } from '../kernels/exports.ts'
import type { Linear, Matrix, Precision } from '../kernels/kernels.ts'
import { KernelMemory } from '../kernels/memory.ts'
import { compileKernels, type WasmVariant } from '../kernels/module.ts'
import { planOf } from '../kernels/plan.ts'
import { tuneTiles } from '../kernels/tune-tiles.ts'
import { WasmKernels } from '../kernels/wasm.ts'

export interface LayerShape {
  readonly precision: Precision
  readonly variant: WasmVariant
  readonly turbo: boolean
  readonly rows: number
  readonly inputs: number
  readonly outputs: number
  readonly seconds: number
}

interface SampleLayer {
  readonly kernels: WasmKernels
  readonly layer: Linear
  readonly x: Matrix
  readonly out: Matrix
}

async function makeSampleLayer(shape: LayerShape): Promise<SampleLayer> {
  const { precision, variant, turbo, rows, inputs, outputs } = shape
  const module = await compileKernels({ variant, shared: false, turbo })
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 65536 }))
  const kernels = new WasmKernels({
    plan: planOf(variant, precision, turbo),
    exports: instantiateKernels(module, memory.memory),
    ...{ memory, scratch: { tokens: 1, headDim: 1, inputs } },
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

/**
 * Numbers between -1.5 and 1.5, small ones more often, as in a trained model: the speed of int8 depends on
 * how far the largest weight is from the others (assembly/short-sums.ts).
 */
function fill(floats: Float32Array): void {
  const part = (i: number, factor: number): number => ((i * factor) % 65521) / 65521 - 0.5
  for (let i = 0; i < floats.length; i++) floats[i] = part(i, 7919) + part(i, 31_337) + part(i, 50_021)
}

/**
 * @returns billions of multiplications and additions per second, the median
 */
export async function kernelRate(shape: LayerShape): Promise<number> {
  const { rows, inputs, outputs, seconds } = shape
  const { kernels, layer, x, out } = await makeSampleLayer(shape)
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
