/**
 * A model in kernel memory and the passes over it: what a worker holds, or the calling thread with `inline`. Knows
 * tensors and sequences, no text.
 */

import { nextTask, PAUSE_MILLISECONDS, pausesEvery } from '../check/next-task.ts'
import { type CheckpointTensor, openCheckpoint } from '../format/checkpoint.ts'
import type { ModelFiles } from '../format/source.ts'
import { instantiateKernels } from '../kernels/exports.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { Layout } from '../kernels/layout.ts'
import {
  AddressSpace,
  CONTROL_ADDRESS,
  giveMemory,
  KernelMemory,
  MAX_BYTES,
  PAGE_BYTES,
  roundUp,
  takeMemory,
} from '../kernels/memory.ts'
import type { ScratchShape } from '../kernels/placed.ts'
import { tuneTiles } from '../kernels/tune-tiles.ts'
import { activationForm, WasmKernels } from '../kernels/wasm.ts'
import { Bert } from '../model/bert.ts'
import type { BertConfig } from '../model/bert-config.ts'
import type { HeadKind } from '../model/family.ts'
import type { ForwardOutput, ForwardWanted } from '../model/forward-output.ts'
import { shelfOf, withUsualTensors } from '../model/model-checkpoint.ts'
import { placeStaging, readWeights } from '../model/read-weights.ts'
import type { Model } from '../model/shelf.ts'
import { resolveTensors } from '../model/tensor-names.ts'
import type { ModelTensors } from '../model/tensors.ts'
import { placeWeights } from '../model/weights.ts'
import { layWorkspace } from '../model/workspace.ts'
import { disposedError } from './engine-error.ts'
import type { EngineInfo, EngineSetup, EngineSupport, Helpers } from './engine-setup.ts'

export class Engine {
  readonly info: EngineInfo
  readonly #kernels: Kernels
  readonly #model: Model
  #setup: EngineSetup
  readonly #onTuned: EngineSupport['onTuned']
  readonly #shared: boolean
  #memory: WebAssembly.Memory | undefined
  #last: Promise<unknown> = Promise.resolve()

  private constructor(
    setup: EngineSetup,
    kernels: Kernels,
    model: Model,
    info: EngineInfo,
    onTuned: EngineSupport['onTuned'],
  ) {
    this.#setup = setup
    this.#kernels = kernels
    this.#model = model
    this.info = info
    this.#onTuned = onTuned
    this.#shared = setup.threads > 1
    this.#memory = kernels.memory.memory
  }

  /**
   * Reads the weights into kernel memory.
   *
   * @throws {ModelFormatError} where a file is not as it must be
   * @throws {RangeError} where the model does not fit 4 GiB; nothing is read then
   */
  static async load(
    setup: EngineSetup,
    files: ModelFiles,
    { onProgress, signal, helpers, reference, onTuned }: EngineSupport = {},
  ): Promise<Engine> {
    const { config, plan } = setup
    const { precision } = plan
    const checkpoint = await openCheckpoint(files)
    try {
      const tensors = resolveTensors(await withUsualTensors(checkpoint, config), config)
      const head = headKindOf(tensors)
      const needed = await memoryNeeded(setup, head)
      const shared = setup.threads > 1
      const memory = takeMemory(needed, shared)
      try {
        const kernels = createKernels(setup, memory, helpers, reference)
        const before = kernels.memory.end
        const shelf = await shelfOf(config)
        const plain = placeWeights(kernels.layout, config, precision, head)
        const weights = shelf?.addWeights(kernels.layout, config, precision, plain) ?? plain
        const weightBytes = kernels.memory.end - before
        const more = shelf?.placeSources(kernels.layout, config, precision, weights)
        await readWeights(kernels, tensors, weights, config, onProgress, signal, more?.tasks)
        more?.fill?.(kernels)
        kernels.memory.release(before + weightBytes)
        const model =
          shelf?.createModel?.(kernels, config, weights, precision) ??
          new Bert(kernels, config, weights, precision)
        if (kernels instanceof WasmKernels) {
          for (let index = 1; index < setup.threads; index++) {
            helpers?.start(index, kernels.memory.memory, CONTROL_ADDRESS, kernels.scratchOf(index))
          }
        }
        const memoryBytes = kernels.memory.byteLength
        const info = { weightBytes, memoryBytes, parameters: countParameters(tensors), head }
        return new Engine(setup, kernels, model, info, onTuned)
      } catch (error) {
        giveMemory(memory, shared)
        throw error
      }
    } finally {
      await checkpoint.close()
    }
  }

  /**
   * Passes `sequences` through the model, in batches, one call after another.
   *
   * @param stop  asked between layers; throws to stop
   */
  forward(
    sequences: readonly (readonly number[])[],
    wanted: ForwardWanted,
    stop: () => void,
  ): Promise<ForwardOutput> {
    const result = this.#last.then(() => this.#forward(sequences, wanted, stop))
    this.#last = result.then(
      () => this.#tune(),
      () => {},
    )
    return result
  }

  /** Times the tiles, once: after the first pass, which did not have to wait for it. */
  async #tune(): Promise<void> {
    const kernels = this.#kernels
    const { plan } = this.#setup
    if (plan.tuned || !(kernels instanceof WasmKernels)) return
    await nextTask()
    if (this.#memory === undefined) return
    const tileReason = this.#model.onMadeUpIds(({ queryKeyValue }, workspace) =>
      tuneTiles(kernels, queryKeyValue, workspace.hiddenStates, workspace.queryKeyValue),
    )
    const tuned = { ...plan, tiles: kernels.tiles, tileReason, tuned: true }
    this.#setup = { ...this.#setup, plan: tuned }
    this.#onTuned?.(tuned)
  }

  get setup(): EngineSetup {
    return this.#setup
  }

  async #forward(
    sequences: readonly (readonly number[])[],
    wanted: ForwardWanted,
    stop: () => void,
  ): Promise<ForwardOutput> {
    const letOthers = pausesEvery(PAUSE_MILLISECONDS)
    const pause = async (): Promise<void> => {
      await letOthers()
      if (this.#memory === undefined) throw disposedError()
      stop()
    }
    const output: ForwardOutput = { logits: [] }
    let at = 0
    for (const batch of batchesOf(sequences, this.setup.batchTokens)) {
      await pause()
      const end = at + batch.length
      const tokenTypeIds = wanted.tokenTypeIds?.slice(at, end)
      const rows = wanted.rows?.slice(at, end)
      at = end
      const ofBatch = { ...wanted, ...(tokenTypeIds && { tokenTypeIds }), ...(rows && { rows }) }
      const part = await this.#model.forward(batch, ofBatch, pause)
      output.logits.push(...part.logits)
      if (part.hiddenStates) output.hiddenStates = [...(output.hiddenStates ?? []), ...part.hiddenStates]
      if (part.attentions) output.attentions = [...(output.attentions ?? []), ...part.attentions]
      if (part.trace) output.trace = [...(output.trace ?? []), ...part.trace]
    }
    return output
  }

  /** Bytes of kernel memory now; a large batch makes it grow. */
  get memoryBytes(): number {
    return this.#kernels.memory.byteLength
  }

  /** Gives the memory back, after the pass that is under way. */
  dispose(): void {
    const memory = this.#memory
    if (memory === undefined) return
    this.#memory = undefined
    this.#last.then(() => giveMemory(memory, this.#shared))
  }
}

/** Sequences in batches of `limit` tokens at most; a longer one is a batch of its own. */
function batchesOf<Sequence extends { readonly length: number }>(
  sequences: readonly Sequence[],
  limit: number,
): Sequence[][] {
  const batches: Sequence[][] = []
  let tokens = Number.POSITIVE_INFINITY
  for (const sequence of sequences) {
    if (tokens + sequence.length > limit) {
      batches.push([])
      tokens = 0
    }
    batches.at(-1)!.push(sequence)
    tokens += sequence.length
  }
  return batches
}

function createKernels(
  setup: EngineSetup,
  memory: WebAssembly.Memory,
  helpers: Helpers | undefined,
  reference: ((memory: KernelMemory) => Kernels) | undefined,
): Kernels {
  const kernelMemory = new KernelMemory(memory)
  const { plan, module, threads, config } = setup
  if (plan.variant === 'reference' || module === undefined) return reference!(kernelMemory)
  return new WasmKernels({
    ...{ plan, threads, scratch: scratchShape(config), memory: kernelMemory },
    exports: instantiateKernels(module, memory),
    checkHelpers: () => helpers?.check(),
  })
}

function scratchShape(config: BertConfig): ScratchShape {
  const { hiddenSize, embeddingSize, numHeads, intermediateSize, maxPositions } = config
  const inputs = Math.max(hiddenSize, embeddingSize, intermediateSize)
  const relativeRows = config.disentangled?.rows ?? 0
  return { tokens: maxPositions, headDim: hiddenSize / numHeads, inputs, relativeRows }
}

/**
 * Bytes of kernel memory that a model and its workspace take: what loading places, counted.
 *
 * @throws {RangeError} where that is more than wasm32 can address
 */
export async function memoryNeeded(
  setup: EngineSetup,
  head: HeadKind | undefined = setup.config.headKind,
): Promise<number> {
  const { config, plan, threads } = setup
  const { precision, tiles, variant } = plan
  const space = new AddressSpace()
  const layout = new Layout(space, tiles.float32Panel, activationForm(variant))
  layout.scratch(scratchShape(config), threads)
  const shelf = await shelfOf(config)
  const plain = placeWeights(layout, config, precision, head)
  const weights = shelf?.addWeights(layout, config, precision, plain) ?? plain
  const mark = space.end
  shelf?.placeSources(layout, config, precision, weights)
  placeStaging(layout, config)
  space.release(mark)
  const tokens = Math.max(setup.batchTokens, config.maxPositions)
  layWorkspace(layout, config, precision, tokens, { count: tokens, longest: tokens })
  shelf?.layPass?.(layout, config, precision, tokens)
  if (head === 'words') {
    const { layWordHead } = await import('../model/heads/guess-words.ts')
    layWordHead(layout, config, precision, tokens)
  }
  const bytes = space.most
  if (bytes > MAX_BYTES) {
    throw new RangeError(
      `Cannot load the model at precision '${precision}': it needs ${bytes} bytes of memory, and WebAssembly addresses ${MAX_BYTES}${precision === 'float32' ? "; use precision 'int8'" : ''}`,
    )
  }
  return roundUp(bytes, PAGE_BYTES)
}

function headKindOf({ head, wordHead }: ModelTensors): HeadKind | undefined {
  if (wordHead) return 'words'
  if (head === undefined) return undefined
  return head.dense ? 'text' : 'tokens'
}

function countParameters(tensors: ModelTensors): number {
  const shapes: number[] = []
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const { shape, fileName } = value as Partial<CheckpointTensor>
    // What no file has is no parameter.
    if (shape) shapes.push(fileName === '' ? 0 : shape.reduce((product, size) => product * size, 1))
    else for (const [name, inner] of Object.entries(value)) if (name !== 'scale') visit(inner)
  }
  visit(tensors)
  return shapes.reduce((sum, size) => sum + size, 0)
}
