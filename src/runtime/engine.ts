/**
 * A model in kernel memory and the passes over it; in a worker, or on the calling thread with `inline`. It
 * deals with tensors and sequences, not with text.
 */

import { nextTask, PAUSE_MILLISECONDS, pausesEvery } from '../check/next-task.ts'
import { openCheckpoint } from '../format/checkpoint.ts'
import type { ModelFiles } from '../format/source.ts'
import { instantiateKernels } from '../kernels/exports.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { CONTROL_ADDRESS, giveMemory, KernelMemory, takeMemory } from '../kernels/memory.ts'
import { tuneTiles } from '../kernels/tune-tiles.ts'
import { WasmKernels } from '../kernels/wasm.ts'
import { Bert } from '../model/bert.ts'
import type { HeadKind } from '../model/bert-config.ts'
import type { ForwardOutput, ForwardWanted } from '../model/forward-output.ts'
import { placeModel } from '../model/place-model.ts'
import { Places } from '../model/places.ts'
import { readCrf } from '../model/read-crf.ts'
import { readWeights } from '../model/read-weights.ts'
import { fillRelative, placeSources } from '../model/relative.ts'
import { countParameters, resolve } from '../model/resolve.ts'
import { encodersOf, isGlinerHead, type ModelSpec } from '../model/spec.ts'
import { disposedError } from './engine-error.ts'
import type { EngineInfo, EngineSetup, EngineSupport, Helpers } from './engine-setup.ts'
import { memoryNeeded, scratchShape } from './memory-needed.ts'

export class Engine {
  readonly info: EngineInfo
  readonly #kernels: Kernels
  readonly #model: Bert
  readonly #typeEncoder: Bert | undefined
  #setup: EngineSetup
  readonly #onTuned: EngineSupport['onTuned']
  readonly #shared: boolean
  #memory: WebAssembly.Memory | undefined
  #last: Promise<unknown> = Promise.resolve()

  private constructor(
    setup: EngineSetup,
    kernels: Kernels,
    [model, typeEncoder]: readonly Bert[],
    info: EngineInfo,
    onTuned: EngineSupport['onTuned'],
  ) {
    this.#setup = setup
    this.#kernels = kernels
    this.#model = model!
    this.#typeEncoder = typeEncoder
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
        const encoders = encodersOf(spec).map((spec) => ({ spec, placed: placeModel(places, spec) }))
        const weightBytes = kernels.memory.end - before
        const sources = encoders.map(({ spec }) => placeSources(places, spec))
        await readWeights(kernels, found, places, onProgress, signal)
        for (const [index, { spec, placed }] of encoders.entries())
          if (sources[index]) fillRelative(kernels, spec, placed, sources[index], precision)
        kernels.memory.release(before + weightBytes)
        const models = encoders.map(({ spec, placed }) => new Bert(kernels, spec, placed, precision))
        if (kernels instanceof WasmKernels) {
          for (let index = 1; index < setup.threads; index++) {
            helpers?.start(index, kernels.memory.memory, CONTROL_ADDRESS, kernels.scratchOf(index))
          }
        }
        const memoryBytes = kernels.memory.byteLength
        const parameters = countParameters(found)
        const crf = found.crf && (await readCrf(found.crf))
        const head = headKindOf(spec.head)
        const info = { weightBytes, memoryBytes, parameters, head, ...(crf && { crf }) }
        return new Engine(setup, kernels, models, info, onTuned)
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
      const model = wanted.encoder === 'types' ? this.#typeEncoder! : this.#model
      const part = await model.forward(batch, ofBatch, pause)
      for (const logits of part.logits) output.logits.push(logits)
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

/** What a head is to callers. */
function headKindOf(head: ModelSpec['head']): HeadKind | undefined {
  if (head === undefined || isGlinerHead(head)) return head && 'spans'
  return head.kind
}
