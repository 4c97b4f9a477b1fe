/** Kernels and models without a worker, for suites that look inside. */
import type { Kernels, LayerNorm, Linear, Matrix, Precision } from '#dist/kernels/kernels.js'
import { KernelMemory, roundUp } from '#dist/kernels/memory.js'
import { compileKernels } from '#dist/kernels/module.js'
import { activationLimit } from '#dist/kernels/quantization.js'
import { defaultTiles, tuneTiles } from '#dist/kernels/tuning.js'
import { type KernelExports, scratchBytes, WasmKernels } from '#dist/kernels/wasm.js'
import { Bert } from '#dist/model/bert.js'
import type { BertConfig } from '#dist/model/config.js'
import { placeWeights } from '#dist/model/weights.js'
import { floats, seeded } from '../test/random.ts'

export const BERT_BASE: BertConfig = {
  modelType: 'bert',
  hiddenSize: 768,
  numLayers: 12,
  numHeads: 12,
  intermediateSize: 3072,
  hiddenActivation: 'gelu',
  layerNormEps: 1e-12,
  vocabSize: 1000,
  maxPositions: 512,
  typeVocabSize: 2,
  labels: ['O', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG', 'B-LOC', 'I-LOC', 'B-MISC', 'I-MISC'],
}

export interface KernelKind {
  readonly variant: 'simd' | 'relaxed'
  readonly turbo: boolean
}

/** One thread's kernels; `wrap` may put something around what the module exports. */
export async function createKernels(
  { variant, turbo }: KernelKind,
  wrap: (exports: KernelExports, memory: KernelMemory) => KernelExports = (exports) => exports,
): Promise<WasmKernels> {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 65536 }))
  const module = await compileKernels({ variant, shared: false, turbo })
  const instance = new WebAssembly.Instance(module, { env: { memory: memory.memory } })
  const tiles = defaultTiles(variant, turbo)
  const size = scratchBytes(512, 64, 3072, tiles.float32Panel)
  const exports = wrap(instance.exports as unknown as KernelExports, memory)
  return new WasmKernels({ name: variant, exports, memory, tiles, scratchBytes: size, threads: 1 })
}

/** A linear layer with seeded weights of about BERT's size. */
export function randomLinear(
  kernels: Kernels,
  precision: Precision,
  inputs: number,
  outputs: number,
): { layer: Linear; weights: Float32Array; bias: Float32Array } {
  const bytes = kernels.linearBytes(precision, inputs, outputs)
  const { memory } = kernels
  const layer = {
    ...{ precision, inputs, outputs },
    ...{ weights: memory.allocate(bytes.weights), columns: memory.allocate(bytes.columns) },
  }
  return { layer, ...packRandom(kernels, layer) }
}

/** Fills a layer that has its place. */
export function packRandom(kernels: Kernels, layer: Linear): { weights: Float32Array; bias: Float32Array } {
  const { inputs, outputs } = layer
  const weights = repeated(inputs * outputs, 0.05)
  const bias = repeated(outputs, 0.1)
  const { memory } = kernels
  const mark = memory.end
  const address = memory.allocate(4 * weights.length)
  memory.float32.set(weights, address / 4)
  kernels.packLinear({ address, type: 'F32', rows: outputs, first: 0 }, layer)
  memory.release(mark)
  kernels.packColumns(layer, 0, bias, undefined)
  return { weights, bias }
}

const some = floats(seeded(1), 65521)

/** Seeded numbers within ±scale, over and over: millions made one by one would take longer than what is measured. */
function repeated(count: number, scale: number): Float32Array {
  const numbers = new Float32Array(count)
  const scaled = some.map((value) => scale * value)
  for (let at = 0; at < count; at += scaled.length) numbers.set(scaled.subarray(0, count - at), at)
  return numbers
}

/** Rows in memory; `nextInputs` of the int8 layer that reads them, or 0. */
export function newMatrix({ memory }: Kernels, rows: number, columns: number, nextInputs: number): Matrix {
  const stride = roundUp(columns, 16)
  const matrix = { address: memory.allocate(4 * rows * stride), rows, columns, stride }
  if (nextInputs === 0) return matrix
  const address = memory.allocate(2 * rows * stride)
  const scales = memory.allocate(4 * rows)
  return { ...matrix, quantized: { address, stride, scales, limit: activationLimit(nextInputs) } }
}

/** Seeded rows as a LayerNorm leaves them, with their quantised twins. */
export function randomRows(kernels: Kernels, rows: number, columns: number, nextInputs: number): Matrix {
  const { memory } = kernels
  const x = newMatrix(kernels, rows, columns, nextInputs)
  const mark = memory.end
  const raw = newMatrix(kernels, rows, columns, 0)
  const zeros = newMatrix(kernels, rows, columns, 0)
  const norm = plainNorm(kernels, columns)
  memory.float32.set(repeated(rows * raw.stride, 1), raw.address / 4)
  memory.float32.fill(0, zeros.address / 4, zeros.address / 4 + rows * zeros.stride)
  kernels.addLayerNorm(raw, zeros, norm, x)
  memory.release(mark)
  return x
}

function plainNorm(kernels: Kernels, columns: number): LayerNorm {
  const { memory } = kernels
  const norm = { weight: memory.allocate(4 * columns), bias: memory.allocate(4 * columns), epsilon: 1e-12 }
  fillNorm(kernels, norm, columns)
  return norm
}

function fillNorm({ memory }: Kernels, { weight, bias }: LayerNorm, columns: number): void {
  memory.float32.fill(1, weight / 4, weight / 4 + columns)
  memory.float32.fill(0, bias / 4, bias / 4 + columns)
}

/** Picks the tiles on this machine, as loading does. */
export function tune(kernels: WasmKernels, precision: Precision): void {
  const mark = kernels.memory.end
  const { layer } = randomLinear(kernels, precision, 768, 768)
  const x = randomRows(kernels, 40, 768, precision === 'int8' ? 768 : 0)
  tuneTiles(kernels, layer, x, newMatrix(kernels, 40, 768, 0))
  kernels.memory.release(mark)
}

/** A model of that shape with seeded weights: time does not depend on what they are. */
export function randomBert(
  kernels: WasmKernels,
  config: BertConfig,
  precision: Precision,
  around: Kernels = kernels,
): Bert {
  tune(kernels, precision)
  const { memory } = kernels
  const linearBytes: Kernels['linearBytes'] = (...sizes) => kernels.linearBytes(...sizes)
  const weights = placeWeights(config, precision, true, linearBytes, (bytes) => memory.allocate(bytes))
  const { hiddenSize, vocabSize, maxPositions } = config
  const { embeddings } = weights
  const table = repeated(Math.max(vocabSize, maxPositions) * hiddenSize, 0.1)
  const words = table.subarray(0, vocabSize * hiddenSize)
  memory.float32.set(table.subarray(0, maxPositions * hiddenSize), embeddings.positions / 4)
  if (precision === 'float32') memory.float32.set(words, embeddings.words / 4)
  else {
    const mark = memory.end
    const address = memory.allocate(4 * words.length)
    memory.float32.set(words, address / 4)
    kernels.packWords({ address, type: 'F32', rows: vocabSize, first: 0 }, embeddings, hiddenSize)
    memory.release(mark)
  }
  if (embeddings.tokenType !== 0) {
    memory.float32.fill(0, embeddings.tokenType / 4, embeddings.tokenType / 4 + hiddenSize)
  }
  fillNorm(kernels, embeddings.norm, hiddenSize)
  for (const layer of weights.layers) {
    for (const linear of [layer.queryKeyValue, layer.attentionOutput, layer.intermediate, layer.output]) {
      packRandom(kernels, linear)
    }
    fillNorm(kernels, layer.attentionLayerNorm, hiddenSize)
    fillNorm(kernels, layer.outputLayerNorm, hiddenSize)
  }
  packRandom(kernels, weights.classifier!)
  return new Bert(around, config, weights, precision)
}

/** Seeded ids. */
export function randomIds(tokens: number, vocabSize: number): number[] {
  const random = seeded(tokens)
  return Array.from({ length: tokens }, () => Math.floor(random() * vocabSize))
}
