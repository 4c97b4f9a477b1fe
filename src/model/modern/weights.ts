/** Where the weights of ModernBERT stand that BERT has not, and how they are read. */
import type { Kernels, Linear, Matrix, Precision } from '../../kernels/kernels.ts'
import type { Layout } from '../../kernels/layout.ts'
import type { BertConfig } from '../bert-config.ts'
import type { Task, TensorReader } from '../read-weights.ts'
import type { ModelTensors } from '../tensors.ts'
import type { BertWeights } from '../weights.ts'
import { frequenciesOf, writeAngles } from './rotation.ts'
import type { ModernWeights } from './shape.ts'

/** Places beside BERT's. The head is float32, as all are. */
export function addModern(
  layout: Layout,
  { hiddenSize, numHeads, numLayers, intermediateSize, maxPositions, layerNormEps }: BertConfig,
  precision: Precision,
  weights: BertWeights,
): BertWeights & { readonly modern: ModernWeights } {
  const { head } = weights
  const angles = (): Matrix => layout.matrix(maxPositions, hiddenSize / numHeads)
  const gate = (): Linear => layout.linear(precision, hiddenSize, intermediateSize)
  const modern = {
    gates: Array.from({ length: numLayers }, gate),
    finalNorm: layout.layerNorm(hiddenSize, layerNormEps),
    ...{ globalAngles: angles(), localAngles: angles() },
  }
  if (head === undefined) return { ...weights, modern }
  // Over texts it has a dense layer of its own.
  const dense = head.dense ?? layout.linear('float32', hiddenSize, hiddenSize)
  const norm = layout.layerNorm(hiddenSize, layerNormEps)
  return { ...weights, modern: { ...modern, head: { dense, norm } } }
}

/** Reads them. */
export function modernTasks(
  reader: TensorReader,
  { modern: tensors }: ModelTensors,
  { modern: weights }: BertWeights,
): Task[] {
  const tasks = [
    ...tensors!.gates.flatMap((gate, index) => reader.linear(gate, weights!.gates[index]!)),
    ...reader.layerNorm(tensors!.finalNorm, weights!.finalNorm),
  ]
  if (tensors!.head && weights!.head) {
    const { dense, norm } = tensors!.head
    tasks.push(...reader.layerNorm(norm, weights!.head.norm))
    if (dense) tasks.push(...reader.linear(dense, weights!.head.dense))
  }
  return tasks
}

/** Writes the angles of places, those of global and of local layers, when a text first reaches them. */
export class Angles {
  readonly #kernels: Kernels
  readonly #tables: readonly (readonly [frequencies: Float32Array, table: Matrix])[]
  #places = 0

  constructor(
    kernels: Kernels,
    { modern, hiddenSize, numHeads }: BertConfig,
    { globalAngles, localAngles }: ModernWeights,
  ) {
    const headDim = hiddenSize / numHeads
    this.#kernels = kernels
    this.#tables = [
      [frequenciesOf(modern!.globalTheta, headDim), globalAngles],
      [frequenciesOf(modern!.localTheta, headDim), localAngles],
    ]
  }

  /** Of all places before `end`. */
  write(end: number): void {
    const { memory } = this.#kernels
    for (; this.#places < end; this.#places++) {
      for (const [frequencies, table] of this.#tables) {
        writeAngles(this.#places, frequencies, memory.row(table, this.#places))
      }
    }
  }
}
