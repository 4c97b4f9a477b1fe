/**
 * The calling thread's side of an engine in a worker; inline.ts runs the engine on the calling thread itself.
 */

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
  /** Why no more calls are accepted, once they are not: the model was disposed, or its worker died. */
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

/** The reply that ends a request, of the matching kind. */
type Answer = Exclude<Reply, { type: 'progress' | 'tuned' | 'error' }>
type AnswerOf<Type extends Answer['type']> = Answer & { type: Type }
/** A request without its number, which is assigned when it is posted. */
type Asked = Request extends infer Each ? (Each extends { id: number } ? Omit<Each, 'id'> : never) : never

/**
 * Starts the worker of an engine, with helper threads if there is to be more than one thread. Either all
 * start or none remain: if one cannot start, the others are ended. The worker holds no model yet, but can
 * read a model's files.
 */
export async function startWorkers(
  threads: number,
  spawn: Spawn,
  script: string | URL | undefined,
): Promise<WorkerClient> {
  const starts = await Promise.allSettled(Array.from({ length: threads }, () => spawn(script)))
  const workers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  const failed = starts.find((start) => start.status === 'rejected')
  if (failed === undefined) return new WorkerClient(workers[0]!, workers.slice(1))
  for (const worker of workers) worker.terminate()
  throw new EngineError('WorkerFailed', `Cannot start the model's workers: ${reasonOf(failed.reason)}`, {
    cause: failed.reason,
  })
}

export class WorkerClient implements EngineClient {
  readonly #worker: EngineWorker
  readonly #helpers: readonly EngineWorker[]
  readonly #pending = new Map<number, Pending>()
  #onProgress: LoadWatch['onProgress']
  #loaded: { info: EngineInfo; setup: EngineSetup } | undefined
  #memoryBytes = 0
  #calls = 0
  readonly ending: Ending = new Ending()

  constructor(worker: EngineWorker, helpers: readonly EngineWorker[]) {
    this.#worker = worker
    this.#helpers = helpers
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

  /**
   * The files at a URL, each read whole by the worker, so that the calling thread needs no code to fetch
   * them.
   */
  files(locator: Locator & { kind: 'url' }, { signal }: LoadWatch): ModelFiles {
    const reasons = new Map<string, string | undefined>()
    return {
      name: locator.base,
      whyMissing: (fileName) => reasons.get(fileName),
      open: async (fileName) => {
        const asked = { type: 'iobert:read', locator, fileName } as const
        const { name, bytes, why } = (await this.#askOnce(asked, [], signal)) as AnswerOf<'file'>
        reasons.set(fileName, why)
        return bytes && bytesSource(name, bytes)
      },
    }
  }

  async load(setup: EngineSetup, locator: Locator, { onProgress, signal }: LoadWatch): Promise<void> {
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

  /** Sends a request before there is a model; a signal then ends the whole engine. */
  #askOnce(asked: Asked, transfer: Transferable[], signal: AbortSignal | undefined): Promise<Answer> {
    return this.#ask(asked, transfer, signal, () => this.#end(signal!.reason))
  }

  /**
   * @param stop tells the worker that nobody is waiting for the answer
   */
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

  /** Ends the worker and its helpers; pending requests are rejected. */
  #end(reason: Error): void {
    if (this.ending.reason) return
    this.ending.end(reason)
    this.#worker.terminate()
    for (const helper of this.#helpers) helper.terminate()
    for (const pending of [...this.#pending.values()]) pending.reject(reason)
  }
}
