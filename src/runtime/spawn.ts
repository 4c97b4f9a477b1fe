/** The interface of a worker on every runtime, and how a browser starts one. */
import { capability } from '../format/capability.ts'
import { reasonOf } from '../format/errors.ts'
import { Ending, EngineError } from './engine-error.ts'
import type { Reply, Request } from './protocol.ts'

export interface EngineWorker {
  post(request: Request, transfer: Transferable[]): void
  onReply(listener: (reply: Reply) => void): void
  /** Calls `listener` once, with the reason, when the worker can no longer answer. */
  onDeath(listener: (reason: Error) => void): void
  terminate(): void
  /** Whether this worker keeps the process alive; has no effect in browsers. */
  hold(keep: boolean): void
}

/** Starts a worker from the caller's script, or from the inlined one. */
export type Spawn = (script: string | URL | undefined) => Promise<EngineWorker>

/** Starts a worker in browsers and other places with Web Workers. */
export async function spawnWebWorker(script: string | URL | undefined): Promise<EngineWorker> {
  let url = script
  let blobUrl: string | undefined
  /** Frees the script's URL once the script has been read or has failed. */
  const forget = (): void => {
    if (blobUrl !== undefined) URL.revokeObjectURL(blobUrl)
    blobUrl = undefined
  }
  if (url === undefined) {
    const { workerText } = await capability('the worker', () => import('../generated/worker-text.ts'))
    blobUrl = URL.createObjectURL(new Blob([workerText], { type: 'text/javascript' }))
    url = blobUrl
  }
  const death = new Ending()
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
    death.end(cannotRun(event.message))
  }
  worker.onmessageerror = (): void => death.end(cannotRun('its answer could not be read'))
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    onReply(listener): void {
      worker.onmessage = ({ data }: MessageEvent<Reply>): void => {
        forget()
        listener(data)
      }
    },
    onDeath: (listener) => void death.listen(listener),
    terminate(): void {
      forget()
      worker.terminate()
    },
    hold(): void {},
  }
}
