/**
 * A model in kernel memory and the passes over it; in a worker, or on the calling thread with `inline`. It
 * deals with tensors and sequences, not with text.
 */

import { nextTask, PAUSE_MILLISECONDS, pausesEvery } from '../check/next-task.ts'
import { openCheckpoint } from '../format/checkpoint.ts'
import type { ModelFiles } from '../format/source.ts'
import { instantiateKernels } from '../kernels/exports.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { Layout } from '../kernels/layout.ts'
import {
  AddressSpace,
  CONTROL_ADDRESS,
  giveMemory,
  KernelMemory,
  MAX_MEMORY_BYTES,
  PAGE_BYTES,
  roundUp,
  takeMemory,
} from '../kernels/memory.ts'
import type { ScratchShape } from '../kernels/placed.ts'
import { tuneTiles } from '../kernels/tune-tiles.ts'
import { activationForm, WasmKernels } from '../kernels/wasm.ts'
import { Bert } from '../model/bert.ts'
import { layBoundaryHead } from '../model/boundary-head.ts'
import type { ForwardOutput, ForwardWanted } from '../model/forward-output.ts'
import { placeModel } from '../model/place-model.ts'
import { Places } from '../model/places.ts'
import { readCrf } from '../model/read-crf.ts'
import { placeStaging, readWeights } from '../model/read-weights.ts'
import { fillRelative, placeSources } from '../model/relative.ts'
import { countParameters, resolve } from '../model/resolve.ts'
import { laySpanHead } from '../model/span-head.ts'
import { type ModelSpec, modulesOf } from '../model/spec.ts'
import { layWordHead } from '../model/word-head.ts'
import { layWorkspace } from '../model/workspace.ts'
import { disposedError } from './engine-error.ts'
import type { EngineInfo, EngineSetup, EngineSupport, Helpers } from './engine-setup.ts'

export class Engine {
  readonly info: EngineInfo
  readonly #kernels: Kernels
  readonly #model: Bert
  #setup: EngineSetup
  readonly #onTuned: EngineSupport['onTuned']
  readonly #shared: boolean
  #memory: WebAssembly.Memory | undefined
  #last: Promise<unknown> = Promise.resolve()

  private constructor(
    setup: EngineSetup,
    kernels: Kernels,
    model: Bert,
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
   * @throws {ModelFormatError} for an invalid file
   * @throws {RangeError} where the model does not fit 4 GiB; nothing is read then
   */
  static async load(
    setup: EngineSetup,
    files: ModelFiles,
    { onProgress, signal, helpers, reference, onTuned }: EngineSupport = {},
  ): Promise<Engine> {
    const { precision } = setup.plan
    const checkpoint = await openCheckpoint(files)
    try {
      const found = resolve(setup.spec, checkpoint)
      const { spec } = found
      const needed = memoryNeeded({ ...setup, spec })
      const shared = setup.threads > 1
      const memory = takeMemory(needed, shared)
      try {
        const kernels = createKernels(setup, memory, helpers, reference)
        const before = kernels.memory.end
        const places = new Places(kernels.layout, precision)
        const placed = placeModel(places, spec)
        const weightBytes = kernels.memory.end - before
        const sources = placeSources(places, spec)
        await readWeights(kernels, found, places, onProgress, signal)
        if (sources) fillRelative(kernels, spec, placed, sources, precision)
        kernels.memory.release(before + weightBytes)
        const model = new Bert(kernels, spec, placed, precision)
        if (kernels instanceof WasmKernels) {
          for (let index = 1; index < setup.threads; index++) {
            helpers?.start(index, kernels.memory.memory, CONTROL_ADDRESS, kernels.scratchOf(index))
          }
        }
        const memoryBytes = kernels.memory.byteLength
        const parameters = countParameters(found)
        const crf = found.crf && (await readCrf(found.crf))
        const head = spec.head?.kind === 'boundaries' ? 'spans' : spec.head?.kind
        const info = { weightBytes, memoryBytes, parameters, head, ...(crf && { crf }) }
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
   * @param stop called between layers; throws to stop
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

  /** Times the tiles once, after the first pass, so that the first pass need not wait for it. */
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
      const { tokenTypeIds, rows, spans } = wanted
      const ofBatch = {
        ...wanted,
        ...(tokenTypeIds && { tokenTypeIds: tokenTypeIds.slice(at, end) }),
        ...(rows && { rows: rows.slice(at, end) }),
        ...(spans && { spans: spans.slice(at, end) }),
      }
      at = end
      const part = await this.#model.forward(batch, ofBatch, pause)
      output.logits.push(...part.logits)
      if (part.hiddenStates) output.hiddenStates = [...(output.hiddenStates ?? []), ...part.hiddenStates]
      if (part.attentions) output.attentions = [...(output.attentions ?? []), ...part.attentions]
      if (part.trace) output.trace = [...(output.trace ?? []), ...part.trace]
    }
    return output
  }

  /** Current size of the kernel memory in bytes; a large batch makes it grow. */
  get memoryBytes(): number {
    return this.#kernels.memory.byteLength
  }

  /** Frees the memory after the current pass. */
  dispose(): void {
    const memory = this.#memory
    if (memory === undefined) return
    this.#memory = undefined
    this.#last.then(() => giveMemory(memory, this.#shared))
  }
}

/** Groups sequences into batches of at most `limit` tokens; a longer one is a batch of its own. */
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
  const { plan, module, threads, spec } = setup
  if (plan.variant === 'reference' || module === undefined) return reference!(kernelMemory)
  return new WasmKernels({
    ...{ plan, threads, scratch: scratchShape(spec), memory: kernelMemory },
    exports: instantiateKernels(module, memory),
    checkHelpers: () => helpers?.check(),
  })
}

function scratchShape({ config, relative, head }: ModelSpec): ScratchShape {
  const { hiddenSize, embeddingSize, numHeads, intermediateSize, maxPositions } = config
  const ofHead = [...modulesOf(head)].map((module) => (module.kind === 'linear' ? module.inputs : 0))
  const inputs = Math.max(hiddenSize, embeddingSize, intermediateSize, ...ofHead)
  const relativeRows = relative?.kind === 'disentangled' ? relative.rows : 0
  return {
    tokens: maxPositions,
    headDim: Math.max(hiddenSize / numHeads, headDimOfTypes(head)),
    inputs,
    relativeRows,
  }
}

/** D of the attention among types, if the head has one. */
function headDimOfTypes(head: ModelSpec['head']): number {
  if (head?.kind !== 'spans' || !('count' in head.prompt) || !('narrow' in head.prompt.combined)) return 0
  const { narrow, heads } = head.prompt.combined
  return narrow.outputs / heads
}

/**
 * Bytes of kernel memory that a model and its workspace need, counted by placing them as loading does.
 *
 * @throws {RangeError} if that is more than wasm32 can address
 */
export function memoryNeeded({ spec, plan, threads, batchTokens }: Omit<EngineSetup, 'module'>): number {
  const { precision, tiles, variant } = plan
  const space = new AddressSpace()
  const layout = new Layout(space, tiles.float32Panel, activationForm(variant))
  layout.scratch(scratchShape(spec), threads)
  const places = new Places(layout, precision)
  placeModel(places, spec)
  const mark = space.end
  placeSources(places, spec)
  placeStaging(layout, places.modules.keys())
  space.release(mark)
  const tokens = Math.max(batchTokens, spec.config.maxPositions)
  layWorkspace(layout, spec, precision, tokens, { count: tokens, longest: tokens })
  if (spec.head?.kind === 'words') layWordHead(layout, spec.config, precision, tokens)
  if (spec.head?.kind === 'spans' || spec.head?.kind === 'boundaries') {
    // Each token is the first piece of a word, or stands before a type; both are gathered, then made as wide as the head.
    layout.matrix(2 * tokens, spec.config.hiddenSize + spec.head.size)
    const counts = { words: tokens, types: tokens, longest: tokens, most: tokens, sequences: tokens }
    if (spec.head.kind === 'spans') laySpanHead(layout, spec.head, counts)
    else layBoundaryHead(layout, spec.head, counts)
  }
  const bytes = space.most
  if (bytes > MAX_MEMORY_BYTES) {
    throw new RangeError(
      `Cannot load the model at precision '${precision}': it needs ${bytes} bytes of memory, and WebAssembly addresses ${MAX_MEMORY_BYTES}${precision === 'float32' ? "; use precision 'int8'" : ''}`,
    )
  }
  return roundUp(bytes, PAGE_BYTES)
}
