/** What a worker is on every runtime, and how a browser starts one. */
import { capability } from '../format/capability.ts'
import { reasonOf } from '../format/errors.ts'
import { EngineError } from './engine-error.ts'
import type { Reply, Request } from './protocol.ts'

export interface EngineWorker {
  post(request: Request, transfer: Transferable[]): void
  onReply(listener: (reply: Reply) => void): void
  /** Called once when the worker can answer no more, with the reason. */
  onDeath(listener: (reason: Error) => void): void
  terminate(): void
  /** Whether the process is kept alive for this worker; no meaning in browsers. */
  hold(keep: boolean): void
}

/** Starts a worker from a script of the caller's, or from the inlined one. */
export type Spawn = (script: string | URL | undefined) => Promise<EngineWorker>

/** A worker's end, told once to each who asks, also to those who ask later. */
export function createDeath(): {
  tell(reason: Error): void
  listen(listener: (reason: Error) => void): void
  ignore(): void
} {
  let listeners: ((reason: Error) => void)[] = []
  let reason: Error | undefined
  let ignored = false
  return {
    tell(told): void {
      if (ignored || reason !== undefined) return
      reason = told
      for (const listener of listeners.splice(0)) listener(told)
    },
    listen(listener): void {
      if (reason === undefined) listeners.push(listener)
      else listener(reason)
    },
    ignore(): void {
      ignored = true
      listeners = []
    },
  }
}

/** In browsers and other places with Web Workers. */
export async function spawnWebWorker(script: string | URL | undefined): Promise<EngineWorker> {
  let url = script
  let blobUrl: string | undefined
  /** The script has been read, or will not be: its URL is not needed any more. */
  const forget = (): void => {
    if (blobUrl !== undefined) URL.revokeObjectURL(blobUrl)
    blobUrl = undefined
  }
  if (url === undefined) {
    const { workerText } = await capability('the worker', () => import('../generated/worker-text.ts'))
    blobUrl = URL.createObjectURL(new Blob([workerText], { type: 'text/javascript' }))
    url = blobUrl
  }
  const death = createDeath()
  const cannotRun = (message: string | undefined): EngineError => {
    const what = message ? `: ${message}` : ''
    return new EngineError(
      'WorkerFailed',
      `The model's worker could not run${what}; where a Content-Security-Policy forbids blob workers, pass { worker: <URL of iobert's dist/worker.js> } or { inline: true }`,
    )
  }
  let worker: Worker
  try {
    worker = new Worker(url, { type: 'module', name: 'iobert' })
  } catch (cause) {
    forget()
    throw cannotRun(reasonOf(cause))
  }
  worker.onerror = (event): void => {
    event.preventDefault()
    death.tell(cannotRun(event.message))
  }
  worker.onmessageerror = (): void => death.tell(cannotRun('its answer could not be read'))
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    onReply(listener): void {
      worker.onmessage = ({ data }: MessageEvent<Reply>): void => {
        forget()
        listener(data)
      }
    },
    onDeath: death.listen,
    terminate(): void {
      death.ignore()
      forget()
      worker.terminate()
    },
    hold(): void {},
  }
}
