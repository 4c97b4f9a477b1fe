/** The calling thread's side of an engine in a worker. inline.ts has the engine on the calling thread itself. */

import { reasonOf } from '../format/errors.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import { bytesSource, type ModelFiles } from '../format/source.ts'
import { rememberTiles } from '../kernels/plan.ts'
import type { ForwardOutput, ForwardWanted } from '../model/forward-output.ts'
import { disposedError, Ending, EngineError } from './engine-error.ts'
import type { EngineInfo, EngineSetup } from './engine-setup.ts'
import { putTogether } from './post-error.ts'
import type { Locator, Reply, Request } from './protocol.ts'
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
  resolve(reply: Answer): void
  reject(reason: unknown): void
}

/** What ends a request, of its kind. */
type Answer = Exclude<Reply, { type: 'progress' | 'tuned' | 'error' }>
type AnswerOf<Type extends Answer['type']> = Answer & { type: Type }
/** A request as it is asked: its number is given when it is posted. */
type Asked = Request extends infer Each ? (Each extends { id: number } ? Omit<Each, 'id'> : never) : never

/**
 * Starts the worker of an engine, with helper threads where there are to be more than one: all of them, or none, and where
 * one cannot start, the others end. It holds no model yet, but can read a model's files.
 */
export async function startWorkers(
  threads: number,
  spawn: Spawn,
  script: string | URL | undefined,
): Promise<WorkerClient> {
  const starts = await Promise.allSettled(Array.from({ length: threads }, () => spawn(script, false)))
  const workers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  const failed = starts.find((start) => start.status === 'rejected')
  if (failed === undefined) {
    return new WorkerClient(workers[0]!, workers.slice(1), () => spawn(script, true))
  }
  for (const worker of workers) worker.terminate()
  throw new EngineError('WorkerFailed', `Cannot start the model's workers: ${reasonOf(failed.reason)}`, {
    cause: failed.reason,
  })
}

export class WorkerClient implements EngineClient {
  #worker: EngineWorker
  readonly #helpers: readonly EngineWorker[]
  readonly #respawn: () => Promise<EngineWorker>
  readonly #pending = new Map<number, Pending>()
  #onProgress: LoadWatch['onProgress']
  #loaded: { info: EngineInfo; setup: EngineSetup } | undefined
  #memoryBytes = 0
  #calls = 0
  #replacing: Promise<void> | undefined
  readonly ending: Ending = new Ending()

  /** @param respawn  starts another one with all its shelves */
  constructor(worker: EngineWorker, helpers: readonly EngineWorker[], respawn: () => Promise<EngineWorker>) {
    this.#worker = worker
    this.#helpers = helpers
    this.#respawn = respawn
    this.#listen()
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

  /** The files at a URL as the worker reads them, each whole: what fetches them need not be on the calling thread too. */
  files(locator: Locator & { kind: 'url' }, { signal }: LoadWatch): ModelFiles {
    const reasons = new Map<string, string | undefined>()
    return {
      name: locator.base,
      whyMissing: (fileName) => reasons.get(fileName),
      open: async (fileName) => {
        const asked = { type: 'iobert:read', locator, fileName } as const
        const answer = await this.#withShelves(() => this.#askOnce(asked, [], signal))
        const { name, bytes, why } = answer as AnswerOf<'file'>
        reasons.set(fileName, why)
        return bytes && bytesSource(name, bytes)
      },
    }
  }

  async load(setup: EngineSetup, locator: Locator, watch: LoadWatch): Promise<void> {
    await this.#withShelves(() => this.#load(setup, locator, watch))
  }

  /** Where it comes to files that few models have, it begins again with a worker that reads them. */
  async #withShelves<Result>(begin: () => Promise<Result>): Promise<Result> {
    try {
      return await begin()
    } catch (error) {
      if ((error as Error | undefined)?.name !== 'MissingShelf') throw error
      await this.#takeShelved()
      return begin()
    }
  }

  /** Goes on with a worker that has all its shelves. What the other was asked is asked again, or was not wanted any more. */
  #takeShelved(): Promise<void> {
    if (!this.#worker.shelved) this.#replacing ??= this.#replace()
    return this.#replacing ?? Promise.resolve()
  }

  async #replace(): Promise<void> {
    this.#worker.terminate()
    const again = Object.assign(new Error(), { name: 'MissingShelf' })
    for (const pending of [...this.#pending.values()]) pending.reject(again)
    this.#worker = await this.#respawn()
    if (this.ending.reason) this.#worker.terminate()
    else this.#listen()
  }

  async #load(setup: EngineSetup, locator: Locator, { onProgress, signal }: LoadWatch): Promise<void> {
    const deaths = this.#helpers.length > 0 ? new Int32Array(new SharedArrayBuffer(4)) : undefined
    const helpers = this.#helpers.map((helper) => {
      const { port1, port2 } = new MessageChannel()
      helper.onDeath((reason) => {
        if (deaths) Atomics.store(deaths, 0, 1)
        this.#end(reason)
      })
      helper.post({ type: 'iobert:help', module: setup.module!, port: port2 }, [port2])
      return port1
    })
    this.#onProgress = onProgress
    const asked = { type: 'iobert:load', setup, locator, helpers, deaths } as const
    this.#loaded = (await this.#askOnce(asked, helpers, signal)) as AnswerOf<'loaded'>
    this.#memoryBytes = this.info.memoryBytes
  }

  async forward(
    sequences: readonly (readonly number[])[],
    wanted: ForwardWanted,
    signal: AbortSignal | undefined,
  ): Promise<ForwardOutput> {
    const lengths = sequences.map((sequence) => sequence.length)
    const ids = Int32Array.from(sequences.flat())
    const asked = { type: 'iobert:forward', ids, lengths, wanted } as const
    const { output, memoryBytes } = (await this.#ask(asked, [ids.buffer], signal, (id) => {
      this.#worker.post({ type: 'iobert:abort', id }, [])
    })) as AnswerOf<'result'>
    this.#memoryBytes = memoryBytes
    return output
  }

  dispose(): void {
    this.#end(disposedError())
  }

  /** Before there is a model a signal stops all of it. */
  #askOnce(asked: Asked, transfer: Transferable[], signal: AbortSignal | undefined): Promise<Answer> {
    return this.#ask(asked, transfer, signal, () => this.#end(signal!.reason))
  }

  /** @param stop  tells the worker that nobody waits for the answer any more */
  #ask(
    asked: Asked,
    transfer: Transferable[],
    signal: AbortSignal | undefined,
    stop: (id: number) => void,
  ): Promise<Answer> {
    if (this.ending.reason) return Promise.reject(this.ending.reason)
    if (signal?.aborted) return Promise.reject(signal.reason)
    const id = this.#calls++
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        signal?.removeEventListener('abort', abort)
        this.#pending.delete(id)
        if (this.#pending.size === 0) this.#worker.hold(false)
      }
      const abort = (): void => {
        stop(id)
        settle()
        reject(signal!.reason)
      }
      signal?.addEventListener('abort', abort)
      this.#pending.set(id, {
        resolve(reply): void {
          settle()
          resolve(reply)
        },
        reject(reason): void {
          settle()
          reject(reason)
        },
      })
      this.#worker.hold(true)
      this.#worker.post({ ...asked, id } as Request, transfer)
    })
  }

  #listen(): void {
    this.#worker.onReply((reply) => {
      if (reply.type === 'progress') {
        const { file, loaded, total } = reply
        this.#onProgress?.({ file, loaded, total })
      } else if (reply.type === 'tuned') {
        const { plan } = reply
        this.#loaded = { ...this.#loaded!, setup: { ...this.setup, plan } }
        rememberTiles(plan)
      } else {
        const pending = this.#pending.get(reply.id)
        if (reply.type === 'error') pending?.reject(putTogether(reply.error))
        else pending?.resolve(reply)
      }
    })
    this.#worker.onDeath((reason) => this.#end(reason))
  }

  /** Ends the worker and its helpers; what is pending is rejected. */
  #end(reason: Error): void {
    if (this.ending.reason) return
    this.ending.end(reason)
    this.#worker.terminate()
    for (const helper of this.#helpers) helper.terminate()
    for (const pending of [...this.#pending.values()]) pending.reject(reason)
  }
}
