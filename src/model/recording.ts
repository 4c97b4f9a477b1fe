/**
 * Records what was requested of a forward pass while it runs. The pass itself is in bert.ts; nothing here
 * changes its numbers.
 */
import type { Kernels, Matrix, Probabilities } from '../kernels/kernels.ts'
import { columnsOf } from '../kernels/layout.ts'
import type { BertConfig } from './bert-config.ts'
import type { ForwardOutput, ForwardWanted, Trace } from './forward-output.ts'
import { copyRows, type Workspace } from './workspace.ts'

/** What one pass computes with. */
interface Pass {
  readonly kernels: Kernels
  readonly config: BertConfig
  /** Applies the head to hidden states, if it labels tokens. */
  readonly logits: ((states: Matrix) => Float32Array[]) | undefined
  readonly workspace: Workspace
  readonly batch: readonly (readonly number[])[]
}

/**
 * Copies what was requested out of the workspace; a layer fills each buffer once and leaves it until the next
 * layer.
 */
export class Recording {
  /** Receives attention probabilities, if they were requested. */
  readonly probabilities: Probabilities | undefined
  readonly #pass: Pass
  readonly #output: ForwardOutput

  /**
   * @param output receives the requested fields
   */
  constructor(pass: Pass, wanted: ForwardWanted, output: ForwardOutput) {
    const { kernels, config, batch } = pass
    this.#pass = pass
    this.#output = output
    if (wanted.hiddenStates) output.hiddenStates = batch.map(() => [])
    if (wanted.attentions) output.attentions = batch.map(() => [])
    if (wanted.trace)
      output.trace = batch.map(() => ({ embeddings: new Float32Array(), layers: [], logits: [] }))
    if (!wanted.attentions && !wanted.trace) return
    const lengths = batch.map(({ length }) => length)
    this.probabilities = kernels.layout.probabilities(config.numHeads, lengths)
  }

  /** After the embeddings, which are the first hidden states. */
  keepEmbeddings(embeddings: Matrix): void {
    const { hiddenStates, trace } = this.#output
    if (!hiddenStates && !trace) return
    const rows = this.#rows(embeddings)
    for (const [index, states] of (hiddenStates ?? []).entries()) states.push(rows[index]!)
    for (const [index, one] of (trace ?? []).entries()) one.embeddings = rows[index]!
    if (trace) this.#keepLogits(trace, embeddings)
  }

  /** After each layer. @param states  its hidden states */
  keepLayer(states: Matrix): void {
    const { hiddenStates, attentions, trace } = this.#output
    if (!hiddenStates && !attentions && !trace) return
    const output = hiddenStates || trace ? this.#rows(states) : []
    const probabilities = this.#takeProbabilities()
    for (const [index, kept] of (hiddenStates ?? []).entries()) kept.push(output[index]!)
    for (const [index, maps] of (attentions ?? []).entries()) maps.push(probabilities[index]!)
    if (trace) this.#keepTrace(trace, states, output, probabilities)
  }

  #keepTrace(trace: Trace[], states: Matrix, output: Float32Array[], probabilities: Float32Array[]): void {
    const { workspace, config } = this.#pass
    const width = config.hiddenSize
    const part = (index: number): Float32Array[] =>
      this.#rows(columnsOf(workspace.queryKeyValue, index * width, width))
    const [query, key, value] = [part(0), part(1), part(2)]
    const context = this.#rows(workspace.context)
    const attentionOutput = this.#rows(workspace.attentionOutput)
    const intermediate = this.#rows(workspace.intermediate)
    for (const [index, { layers }] of trace.entries()) {
      layers.push({
        query: query[index]!,
        key: key[index]!,
        value: value[index]!,
        attentionProbabilities: probabilities[index]!,
        context: context[index]!,
        attentionOutput: attentionOutput[index]!,
        intermediate: intermediate[index]!,
        output: output[index]!,
      })
    }
    this.#keepLogits(trace, states)
  }

  #keepLogits(trace: Trace[], states: Matrix): void {
    const logits = this.#pass.logits?.(states)
    if (logits) for (const [index, one] of trace.entries()) one.logits.push(logits[index]!)
  }

  #takeProbabilities(): Float32Array[] {
    const { memory } = this.#pass.kernels
    return (this.probabilities?.maps ?? []).map((map) => memory.floats(map).slice())
  }

  #rows(matrix: Matrix): Float32Array[] {
    return copyRows(this.#pass.kernels.memory, this.#pass.workspace.sequences, matrix)
  }
}
