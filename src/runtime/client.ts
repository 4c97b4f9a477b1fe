/** The calling thread's side of an engine in a worker. inline.ts has the engine on the calling thread itself. */

import { reasonOf } from '../format/errors.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import type { ForwardOutput, ForwardWanted } from '../model/forward-output.ts'
import { disposedError, Ending, EngineError } from './engine-error.ts'
import type { EngineInfo, EngineSetup } from './engine-setup.ts'
import { putTogether } from './post-error.ts'
import type { Locator, Reply } from './protocol.ts'
import type { EngineWorker, Spawn } from './spawn.ts'

export interface EngineClient {
  readonly info: EngineInfo
  readonly setup: EngineSetup
  readonly memoryBytes: number
  /** Where no more calls are taken: the model was disposed, or its worker died. */
  readonly ending: Ending
  forward(
    sequences: readonly (readonly number[])[],
    wanted: ForwardWanted,
    signal: AbortSignal | undefined,
  ): Promise<ForwardOutput>
  dispose(): void
}

interface Pending {
  resolve(output: ForwardOutput): void
  reject(reason: unknown): void
}

/** An engine in a worker, with helper threads where there are to be more than one. */
export async function loadInWorker(
  setup: EngineSetup,
  locator: Locator,
  spawn: Spawn,
  script: string | URL | undefined,
  watch: LoadWatch,
): Promise<EngineClient> {
  watch.signal?.throwIfAborted()
  const { headKind, family } = setup.config
  const { disentangled, relativeBias, modern } = family
  const shelved =
    headKind === 'text' || headKind === 'words' || (disentangled ?? relativeBias ?? modern) !== undefined
  const workers = await spawnAll(setup.threads, () => spawn(script, shelved))
  const client = new WorkerClient(workers[0]!, workers.slice(1))
  try {
    await client.load(setup, locator, watch)
    return client
  } catch (error) {
    client.dispose()
    throw error
  }
}

/** All of them, or none: where one cannot start, the others end. */
async function spawnAll(count: number, spawn: () => Promise<EngineWorker>): Promise<EngineWorker[]> {
  const starts = await Promise.allSettled(Array.from({ length: count }, spawn))
  const workers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  const failed = starts.find((start) => start.status === 'rejected')
  if (failed === undefined) return workers
  for (const worker of workers) worker.terminate()
  throw new EngineError('WorkerFailed', `Cannot start the model's workers: ${reasonOf(failed.reason)}`, {
    cause: failed.reason,
  })
}

class WorkerClient implements EngineClient {
  readonly #worker: EngineWorker
  readonly #helpers: readonly EngineWorker[]
  readonly #pending = new Map<number, Pending>()
  #loading: { resolve(): void; reject(reason: unknown): void } | undefined
  #onProgress: LoadWatch['onProgress']
  #loaded: { info: EngineInfo; setup: EngineSetup } | undefined
  #memoryBytes = 0
  #calls = 0
  readonly ending: Ending = new Ending()

  constructor(worker: EngineWorker, helpers: readonly EngineWorker[]) {
    this.#worker = worker
    this.#helpers = helpers
    worker.onReply((reply) => this.#take(reply))
    worker.onDeath((reason) => this.#end(reason))
  }

  get info(): EngineInfo {
    return this.#loaded!.info
  }

  get setup(): EngineSetup {
    return this.#loaded!.setup
  }

  get memoryBytes(): number {
    return this.#memoryBytes
  }

  async load(setup: EngineSetup, locator: Locator, { onProgress, signal }: LoadWatch): Promise<void> {
    const deaths = this.#helpers.length > 0 ? new Int32Array(new SharedArrayBuffer(4)) : undefined
    const ports = this.#helpers.map((helper) => {
      const { port1, port2 } = new MessageChannel()
      helper.onDeath((reason) => {
        if (deaths) Atomics.store(deaths, 0, 1)
        this.#end(reason)
      })
      helper.post({ type: 'iobert:help', module: setup.module!, port: port2 }, [port2])
      return port1
    })
    const abort = (): void => this.#end(signal!.reason)
    signal?.addEventListener('abort', abort)
    this.#onProgress = onProgress
    this.#worker.hold(true)
    try {
      await new Promise<void>((resolve, reject) => {
        if (this.ending.reason) throw this.ending.reason
        signal?.throwIfAborted()
        this.#loading = { resolve, reject }
        this.#worker.post({ type: 'iobert:load', setup, locator, helpers: ports, deaths }, [...ports])
      })
    } finally {
      this.#loading = undefined
      signal?.removeEventListener('abort', abort)
      this.#worker.hold(this.#pending.size > 0)
    }
    this.#memoryBytes = this.info.memoryBytes
  }

  forward(
    sequences: readonly (readonly number[])[],
    wanted: ForwardWanted,
    signal: AbortSignal | undefined,
  ): Promise<ForwardOutput> {
    if (this.ending.reason) return Promise.reject(this.ending.reason)
    if (signal?.aborted) return Promise.reject(signal.reason)
    const id = this.#calls++
    const lengths = sequences.map((sequence) => sequence.length)
    const ids = Int32Array.from(sequences.flat())
    return new Promise<ForwardOutput>((resolve, reject) => {
      const abort = (): void => {
        this.#worker.post({ type: 'iobert:abort', id }, [])
        settle()
        reject(signal!.reason)
      }
      const settle = (): void => {
        signal?.removeEventListener('abort', abort)
        this.#pending.delete(id)
        if (this.#pending.size === 0) this.#worker.hold(false)
      }
      signal?.addEventListener('abort', abort)
      this.#pending.set(id, {
        resolve(output): void {
          settle()
          resolve(output)
        },
        reject(reason): void {
          settle()
          reject(reason)
        },
      })
      this.#worker.hold(true)
      this.#worker.post({ type: 'iobert:forward', id, ids, lengths, wanted }, [ids.buffer])
    })
  }

  dispose(): void {
    this.#end(disposedError())
  }

  #take(reply: Reply): void {
    if (reply.type === 'progress') {
      const { file, loaded, total } = reply
      this.#onProgress?.({ file, loaded, total })
    } else if (reply.type === 'loaded') {
      this.#loaded = reply
      this.#loading?.resolve()
    } else if (reply.type === 'result') {
      this.#memoryBytes = reply.memoryBytes
      this.#pending.get(reply.id)?.resolve(reply.output)
    } else if (reply.id === undefined) this.#loading?.reject(putTogether(reply.error))
    else this.#pending.get(reply.id)?.reject(putTogether(reply.error))
  }

  /** Ends the worker and its helpers; what is pending is rejected. */
  #end(reason: Error): void {
    if (this.ending.reason) return
    this.ending.end(reason)
    this.#worker.terminate()
    for (const helper of this.#helpers) helper.terminate()
    this.#loading?.reject(reason)
    for (const pending of [...this.#pending.values()]) pending.reject(reason)
  }
}
