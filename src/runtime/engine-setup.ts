/** What an engine is made from, and what it reports about itself. */

import type { KernelPlan, Kernels } from '../kernels/kernels.ts'
import type { KernelMemory } from '../kernels/memory.ts'
import type { CrfScores, HeadKind } from '../model/bert-config.ts'
import type { WeightsProgress } from '../model/read-weights.ts'
import type { ModelSpec } from '../model/spec.ts'

/**
 * Maximum number of tokens computed together: enough to reuse each weight often, few enough to stay in the
 * caches.
 */
export const BATCH_TOKENS = 1024
/** Maximum number of tokens sent to the engine together when whole texts are embedded or classified: four batches. */
export const READ_TOKENS = 4096

/** Everything an engine needs except the files; plain data that can be posted to a worker. */
export interface EngineSetup {
  readonly spec: ModelSpec
  /** The kernels it runs on; if their tiles were not timed yet, that follows the first pass. */
  readonly plan: KernelPlan
  /** The compiled kernels, or undefined for the reference kernels. */
  readonly module: WebAssembly.Module | undefined
  readonly threads: number
  /** Maximum number of tokens computed together; a longer sequence is a batch of its own. */
  readonly batchTokens: number
}

export interface EngineInfo {
  readonly weightBytes: number
  readonly memoryBytes: number
  readonly parameters: number
  /** What the logits describe; undefined in a bare encoder, which has none. */
  readonly head: HeadKind | undefined
  /** The conditional random field over the labels, if the weights have one. */
  readonly crf?: CrfScores
}

/** Helper threads, as the engine sees them. */
export interface Helpers {
  /** Gives helper `index` (from 1 on) the memory and its own scratch. */
  start(index: number, memory: WebAssembly.Memory, control: number, scratch: number): void
  /** Throws if one of them has died. */
  check(): void
}

/** What an engine may be given in addition to the model. */
export interface EngineSupport {
  readonly onProgress?: WeightsProgress | undefined
  readonly signal?: AbortSignal | undefined
  readonly helpers?: Helpers
  /** Called once the tiles have been timed, after the first pass. */
  readonly onTuned?: (plan: KernelPlan) => void
  /** Makes the reference kernels if they are to be used; workers leave them out, to stay small. */
  readonly reference?: (memory: KernelMemory) => Kernels
}
