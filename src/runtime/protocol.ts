/** The messages between the calling thread and the engine's worker: plain data that any runtime can post. */
import type { LoadProgress } from '../format/load-watch.ts'
import type { PostedWeights } from '../format/source.ts'
import type { WeightsView } from '../format/weights-view.ts'
import type { KernelPlan } from '../kernels/kernels.ts'
import type { ForwardOutput, ForwardWanted } from '../model/forward-output.ts'
import type { EngineInfo, EngineSetup } from './engine-setup.ts'
import type { PostedError } from './post-error.ts'

/**
 * A model of the Hub, without a disk: the calling thread fetches it, so that workers need no code for the
 * Hub.
 */
export interface HubLocator {
  readonly kind: 'hub'
  readonly id: string
  readonly endpoint?: string
  readonly token?: string
}

/** Where a model's files are, so that the worker can open them itself. */
export type Locator =
  | {
      readonly kind: 'folder'
      readonly path: string
      /** A safetensors file, or a view that reads like one, in place of the folder's weights. */
      readonly weights?: string | WeightsView
    }
  | PostedWeights

/** From the calling thread to a worker. */
export type Request =
  | {
      readonly type: 'iobert:read'
      readonly id: number
      readonly locator: Locator
      /** The name of one of the small files. */
      readonly fileName: string
    }
  | {
      readonly type: 'iobert:load'
      readonly id: number
      readonly setup: EngineSetup
      readonly locator: Locator
      /** One port for each helper. */
      readonly helpers: readonly MessagePort[]
      /** int32 [1]: set to 1 when a helper has died. Absent with one thread. */
      readonly deaths: Int32Array | undefined
    }
  | {
      readonly type: 'iobert:forward'
      readonly id: number
      /** The ids of all sequences end to end. */
      readonly ids: Int32Array
      readonly lengths: readonly number[]
      readonly wanted: ForwardWanted
    }
  | { readonly type: 'iobert:abort'; readonly id: number }
  | { readonly type: 'iobert:help'; readonly module: WebAssembly.Module; readonly port: MessagePort }

/** What a helper gets through its port, once the weights are in place. */
export interface HelpOrder {
  readonly memory: WebAssembly.Memory
  readonly control: number
  readonly scratch: number
}

/** From a worker to the calling thread. */
export type Reply =
  | ({ readonly type: 'progress' } & LoadProgress)
  /** The tiles have been timed. */
  | { readonly type: 'tuned'; readonly plan: KernelPlan }
  | {
      readonly type: 'file'
      readonly id: number
      /** The name to show in errors. */
      readonly name: string
      /** Undefined if there is no such file. */
      readonly bytes?: Uint8Array
      /** Why it is missing, if more is known. */
      readonly why?: string
    }
  | {
      readonly type: 'loaded'
      readonly id: number
      readonly info: EngineInfo
      readonly setup: EngineSetup
    }
  | {
      readonly type: 'result'
      readonly id: number
      readonly output: ForwardOutput
      readonly memoryBytes: number
    }
  | { readonly type: 'error'; readonly id: number; readonly error: PostedError }
