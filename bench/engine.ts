/** Kernels and models without a worker, for suites that look inside. */

import { instantiateKernels, type KernelExports } from '#dist/kernels/exports.js'
import type { Kernels, LayerNorm, Linear, Matrix, Precision, Table } from '#dist/kernels/kernels.js'
import { packColumns } from '#dist/kernels/layout.js'
import { KernelMemory } from '#dist/kernels/memory.js'
import { compileKernels } from '#dist/kernels/module.js'
import { planOf } from '#dist/kernels/plan.js'
import { tuneTiles } from '#dist/kernels/tune-tiles.js'
import { WasmKernels } from '#dist/kernels/wasm.js'
import { Bert } from '#dist/model/bert.js'
import type { BertConfig } from '#dist/model/bert-config.js'
import { BERT_HEADS, BERT_PREFIX } from '#dist/model/families/bert.js'
import { readModernbert } from '#dist/model/families/modernbert.js'
import { bertSpec } from '#dist/model/modules.js'
import { placeModel } from '#dist/model/place-model.js'
import { Places } from '#dist/model/places.js'
import type { ModelSpec } from '#dist/model/spec.js'
import { floats, seeded } from '../test/random.ts'

export const BERT_BASE: BertConfig = {
  modelType: 'bert',
  headKind: 'tokens',
  hiddenSize: 768,
  embeddingSize: 768,
  numLayers: 12,
  numHeads: 12,
  intermediateSize: 3072,
  hiddenActivation: 'gelu',
  layerNormEps: 1e-12,
  vocabSize: 1000,
  maxPositions: 512,
  firstPosition: 0,
  positionRows: 512,
  typeVocabSize: 2,
  tiesWordEmbeddings: true,
  labels: ['O', 'B-PER', 'I-PER', 'B-ORG', 'I-ORG', 'B-LOC', 'I-LOC', 'B-MISC', 'I-MISC'],
}

/** answerdotai/ModernBERT-base, with few words. */
export const MODERNBERT_BASE: BertConfig = {
  ...BERT_BASE,
  modelType: 'modernbert',
  numLayers: 22,
  intermediateSize: 1152,
  layerNormEps: 1e-5,
  maxPositions: 8192,
  positionRows: 0,
  typeVocabSize: 0,
}

/** The model that ships in weights/, without its vocabulary. */
export const SHIPPED: BertConfig = {
  ...BERT_BASE,
  hiddenSize: 384,
  embeddingSize: 384,
  numLayers: 6,
  intermediateSize: 1536,
}

export interface KernelKind {
  readonly variant: 'simd' | 'relaxed'
  readonly precision: Precision
  readonly turbo: boolean
}

/** One thread's kernels; `wrap` may put something around what the module exports. */
export async function createKernels(
  { variant, precision, turbo }: KernelKind,
  wrap: (exports: KernelExports, memory: KernelMemory) => KernelExports = (exports) => exports,
  tokens = 512,
): Promise<WasmKernels> {
  const memory = new KernelMemory(new WebAssembly.Memory({ initial: 1, maximum: 65536 }))
  const module = await compileKernels({ variant, shared: false, turbo })
  const exports = wrap(instantiateKernels(module, memory.memory), memory)
  const scratch = { tokens, headDim: 64, inputs: 3072 }
  return new WasmKernels({ plan: planOf(variant, precision, turbo), exports, memory, scratch })
}

/** A linear layer with seeded weights of about BERT's size. */
export function randomLinear(
  kernels: Kernels,
  precision: Precision,
  inputs: number,
  outputs: number,
): { layer: Linear; weights: Float32Array; bias: Float32Array } {
  const layer = kernels.layout.linear(precision, inputs, outputs)
  return { layer, ...packRandom(kernels, layer) }
}

/** Fills a layer that has its place. */
export function packRandom(kernels: Kernels, layer: Linear): { weights: Float32Array; bias: Float32Array } {
  const { inputs, outputs } = layer
  const weights = repeated(inputs * outputs, 0.05)
  const bias = repeated(outputs, 0.1)
  withStored(kernels, weights, (address) => {
    kernels.packLinear({ address, type: 'F32', rows: outputs, first: 0 }, layer)
  })
  packColumns(kernels.memory, layer, 0, bias, undefined)
  return { weights, bias }
}

/** Numbers in memory for as long as `pack` needs them. */
function withStored(
  { memory, layout }: Kernels,
  numbers: Float32Array,
  pack: (address: number) => void,
): void {
  const mark = memory.end
  const stored = layout.floats(numbers.length)
  memory.floats(stored).set(numbers)
  pack(stored.address)
  memory.release(mark)
}

/** Small ones more often, as a trained model's are: on that depends what fits short sums (assembly/short-sums.ts). */
const some = floats(seeded(1), 4 * 65521).reduce((sums, value, i) => {
  sums[i >> 2]! += value / 4
  return sums
}, new Float32Array(65521))

/** Seeded numbers within ±scale, over and over: millions made one by one would take longer than what is measured. */
function repeated(count: number, scale: number): Float32Array {
  const numbers = new Float32Array(count)
  const scaled = some.map((value) => scale * value)
  for (let at = 0; at < count; at += scaled.length) numbers.set(scaled.subarray(0, count - at), at)
  return numbers
}

/** Seeded rows as a LayerNorm leaves them, with their quantised twins where an int8 layer reads them. */
export function randomRows(kernels: Kernels, rows: number, columns: number, readBy: Precision): Matrix {
  const { layout, memory } = kernels
  const x = layout.matrix(rows, columns, readBy)
  const mark = memory.end
  const raw = layout.matrix(rows, columns)
  const zeros = layout.matrix(rows, columns)
  const norm = layout.layerNorm(columns, 1e-12)
  fillNorm(kernels, norm)
  const numbers = repeated(rows * columns, 1)
  for (let t = 0; t < rows; t++) {
    memory.row(raw, t).set(numbers.subarray(t * columns, (t + 1) * columns))
    memory.row(zeros, t).fill(0)
  }
  kernels.addLayerNorm(raw, zeros, norm, x)
  memory.release(mark)
  return x
}

function fillNorm({ memory }: Kernels, { weight, bias }: LayerNorm): void {
  memory.floats(weight).fill(1)
  memory.floats(bias).fill(0)
}

/** Picks the tiles on this machine, as loading does. */
export function tune(kernels: WasmKernels, precision: Precision): void {
  const mark = kernels.memory.end
  const { layer } = randomLinear(kernels, precision, 768, 768)
  const x = randomRows(kernels, 40, 768, precision)
  tuneTiles(kernels, layer, x, kernels.layout.matrix(40, 768))
  kernels.memory.release(mark)
}

/** A model of that shape with seeded weights: time does not depend on what they are. */
export function randomBert(
  kernels: WasmKernels,
  config: BertConfig,
  precision: Precision,
  around: Kernels = kernels,
): Bert {
  const spec = bertSpec(config, { prefix: BERT_PREFIX, heads: BERT_HEADS })
  return randomModel(kernels, spec, precision, around)
}

/** The same of ModernBERT, with windows as it has them. */
export function randomModernBert(
  kernels: WasmKernels,
  { hiddenSize, numLayers, numHeads, intermediateSize, vocabSize, maxPositions, labels }: BertConfig,
  precision: Precision,
  around: Kernels = kernels,
): Bert {
  const spec = readModernbert({
    model_type: 'modernbert',
    hidden_size: hiddenSize,
    num_hidden_layers: numLayers,
    num_attention_heads: numHeads,
    intermediate_size: intermediateSize,
    vocab_size: vocabSize,
    max_position_embeddings: maxPositions,
    num_labels: labels.length,
  })
  return randomModel(kernels, spec, precision, around)
}

function randomModel(kernels: WasmKernels, spec: ModelSpec, precision: Precision, around: Kernels): Bert {
  tune(kernels, precision)
  const places = new Places(kernels.layout, precision)
  const model = placeModel(places, spec)
  for (const [module, place] of places.modules) {
    if (module.kind === 'linear') packRandom(kernels, place as Linear)
    if (module.kind === 'norm') fillNorm(kernels, place as LayerNorm)
    if (module.kind === 'table') fillTable(kernels, place as Table, 0.1)
  }
  return new Bert(around, spec, model, precision)
}

function fillTable(kernels: Kernels, table: Table, scale: number): void {
  withStored(kernels, repeated(table.rows * table.columns, scale), (address) => {
    kernels.packTable({ address, type: 'F32', rows: table.rows, first: 0 }, table)
  })
}

/** What kernels are asked to do. */
const CALLS = [
  ...(['packLinear', 'packTable', 'packRelative', 'widen', 'embed', 'linear', 'attention'] as const),
  ...(['rotate', 'quantize', 'multiply', 'addLayerNorm'] as const),
]

/** The kernels, of which `took` is told each call with its arguments, and when it began. */
export function timedKernels(
  kernels: Kernels,
  took: (call: (typeof CALLS)[number], args: readonly unknown[], started: number) => void,
): Kernels {
  const { name, memory, threads, layout } = kernels
  const timed = CALLS.map((call) => {
    const run = kernels[call].bind(kernels) as (...args: unknown[]) => unknown
    return [
      call,
      (...args: unknown[]): unknown => {
        const started = performance.now()
        const result = run(...args)
        took(call, args, started)
        return result
      },
    ]
  })
  return { name, memory, threads, layout, ...Object.fromEntries(timed) } as Kernels
}

/** Seeded ids. */
export function randomIds(tokens: number, vocabSize: number): number[] {
  const random = seeded(tokens)
  return Array.from({ length: tokens }, () => Math.floor(random() * vocabSize))
}
