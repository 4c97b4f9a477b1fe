/** Chapters 10 and 11: how weights lie in memory and in files. */

import * as assert from 'uvu/assert'
import { layoutSafetensors } from '#dist/convert/safetensors-writer.js'
import { parseSafetensors } from '#dist/format/parse-safetensors.js'
import { NORM_INPUTS } from '#dist/generated/sizes.js'
import { instantiateKernels } from '#dist/kernels/exports.js'
import { hasRelaxedSimd } from '#dist/kernels/features.js'
import { KernelMemory } from '#dist/kernels/memory.js'
import { compileKernels } from '#dist/kernels/module.js'
import { planOf } from '#dist/kernels/plan.js'
import { quantizeWeights } from '#dist/kernels/reference/quantization.js'
import { WasmKernels } from '#dist/kernels/wasm.js'
import { columns } from '../toy.ts'

const [OUTPUTS, INPUTS] = [8, 8]
/** A layer whose weight [n, k] is 10·n + k. */
const LAYER = Int8Array.from(
  { length: OUTPUTS * INPUTS },
  (_, i) => 10 * Math.floor(i / INPUTS) + (i % INPUTS),
)

/** The layer as the kernels of digits pack it, behind the norms of its weights. */
async function packed(): Promise<Int8Array> {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 2, maximum: 65536 }))
  const module = await compileKernels({ variant: 'relaxed', shared: false, turbo: false })
  const kernels = new WasmKernels({
    plan: planOf('relaxed', 'int8', false),
    exports: instantiateKernels(module, memory.memory),
    memory,
    scratch: { tokens: 16, headDim: 16, inputs: 16 },
  })
  const layer = kernels.layout.linear('int8', INPUTS, OUTPUTS)
  const address = memory.allocate(LAYER.length)
  new Int8Array(memory.memory.buffer).set(LAYER, address)
  kernels.packLinear({ address, type: 'I8', rows: OUTPUTS, first: 0 }, layer)
  return new Int8Array(memory.memory.buffer, layer.weights + NORM_INPUTS / 8, LAYER.length)
}

/** A panel: for each group of four inputs those of the eight outputs. Where the engine has the kernels, they pack it so. */
export async function panel(): Promise<string[]> {
  const order = Int8Array.from({ length: LAYER.length }, (_, at) => {
    const [group, output, input] = [Math.floor(at / 32), Math.floor((at % 32) / 4), at % 4]
    return LAYER[output * INPUTS + 4 * group + input]
  })
  if (hasRelaxedSimd()) assert.equal(await packed(), order)
  const line = (values: Int8Array): string =>
    Array.from(values, (value) => String(value).padStart(2, '0')).join(' ')
  const vector = (number: number): string => line(order.subarray(16 * number, 16 * number + 16))
  return [
    `in the file     output 0   ${line(LAYER.subarray(0, 8))}`,
    `                output 1   ${line(LAYER.subarray(8, 16))}`,
    '                ...',
    `in the panel    group 0    ${vector(0)}`,
    `                           ${vector(1)}`,
    `                group 1    ${vector(2)}`,
    `                           ${vector(3)}`,
  ]
}

export function limits(): string[] {
  return columns([
    ['K', '128 · K · 127', '128 · K · (63.5/2.7 + 1/2)', '2³¹ - 1 = 2147483647'],
    ...[384, 768, 1024, 1536, 3072, 4096, 65536].map((K) => [
      String(K),
      String(128 * K * 127),
      String(Math.ceil(128 * K * (63.5 / 2.7 + 0.5))),
      128 * K * 127 < 2 ** 31 ? 'below' : 'ABOVE',
    ]),
  ])
}

export function roofExercise(): string[] {
  const K = 2048
  return [`128 · ${K} · 127 = ${128 * K * 127}`]
}

export function file(): string[] {
  const data = new Uint8Array(Float32Array.of(1, -2).buffer)
  const { header } = layoutSafetensors([{ name: 'b', dtype: 'F32', shape: [2] }], {})
  const bytes = new Uint8Array(header.length + data.length)
  bytes.set(header)
  bytes.set(data, header.length)
  const { tensors } = parseSafetensors(bytes)
  const hex = (from: number, to: number): string =>
    Array.from(bytes.subarray(from, to), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const length = header.length - 8
  return [
    `${hex(0, 8)}     ${length}, the header's length, uint64 little endian`,
    JSON.stringify(new TextDecoder().decode(bytes.subarray(8, header.length)))
      .slice(1, -1)
      .replaceAll('\\"', '"'),
    `${hex(header.length, bytes.length)}     1 and -2, float32 little endian`,
    '',
    `parseSafetensors: ${[...tensors].map(([name, { dtype, shape }]) => `${name} ${dtype} [${shape}]`).join(', ')}; ${bytes.length} bytes in all`,
  ]
}

export function quantizing(): string[] {
  const weights = Float32Array.of(0.5, -0.25, 0.1, 0.002)
  const quantized = new Int8Array(4)
  const scale = quantizeWeights(weights, quantized)
  return [
    `scale = 0.5 / 127 = ${scale.toPrecision(6)}`,
    ...columns([
      ['w', 'w / scale', 'q', 'q · scale', 'error'],
      ...Array.from(weights, (w, i) => [
        Number(w.toPrecision(6)).toString(),
        (w / scale).toFixed(3),
        String(quantized[i]),
        (quantized[i]! * scale).toFixed(5),
        Math.abs(quantized[i]! * scale - w).toFixed(5),
      ]),
    ]),
  ]
}
