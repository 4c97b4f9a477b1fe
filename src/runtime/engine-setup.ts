/** What an engine is made of, and what it says of itself. */

import type { KernelPlan, Kernels } from '../kernels/kernels.ts'
import type { KernelMemory } from '../kernels/memory.ts'
import type { HeadKind } from '../model/bert-config.ts'
import type { WeightsProgress } from '../model/read-weights.ts'
import type { ModelSpec } from '../model/spec.ts'

/** Tokens that are computed together: enough to reuse each weight often, little enough to stay in the caches. */
export const BATCH_TOKENS = 1024

/** Everything an engine needs besides the files; plain data that can be posted to a worker. */
export interface EngineSetup {
  readonly spec: ModelSpec
  /** What it runs on; the first pass is followed by timing the tiles, where that was not done. */
  readonly plan: KernelPlan
  /** The compiled kernels, or undefined for the reference kernels. */
  readonly module: WebAssembly.Module | undefined
  readonly threads: number
  /** Tokens that are computed together at most; a longer sequence is a batch of its own. */
  readonly batchTokens: number
}

export interface EngineInfo {
  readonly weightBytes: number
  readonly memoryBytes: number
  readonly parameters: number
  /** What the logits are of; undefined in a bare encoder, which has none. */
  readonly head: HeadKind | undefined
}

/** Helper threads, seen from the engine. */
export interface Helpers {
  /** Gives helper `index` (from 1 on) the memory and its own scratch. */
  start(index: number, memory: WebAssembly.Memory, control: number, scratch: number): void
  /** Throws where one has died. */
  check(): void
}

/** What an engine may be given beside the model. */
export interface EngineSupport {
  readonly onProgress?: WeightsProgress | undefined
  readonly signal?: AbortSignal | undefined
  readonly helpers?: Helpers
  /** Told once the tiles were timed, after the first pass. */
  readonly onTuned?: (plan: KernelPlan) => void
  /** Makes the reference kernels, where they are to be used: workers leave them out, to stay small. */
  readonly reference?: (memory: KernelMemory) => Kernels
}
