/** A worker as both runtimes have it, and how browsers start one. */
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

/** In browsers and other places with Web Workers. */
export async function spawnWebWorker(script: string | URL | undefined): Promise<EngineWorker> {
  let url = script
  let blobUrl: string | undefined
  if (url === undefined) {
    const { workerSource } = await import('../generated/worker-source.ts')
    blobUrl = URL.createObjectURL(new Blob([workerSource], { type: 'text/javascript' }))
    url = blobUrl
  }
  const worker = new Worker(url, { type: 'module', name: 'iobert' })
  const deaths: ((reason: Error) => void)[] = []
  worker.onerror = (event): void => {
    event.preventDefault()
    const what = event.message ? `: ${event.message}` : ''
    const reason = new Error(
      `The model's worker could not run${what}; where a Content-Security-Policy forbids blob workers, pass { worker: <URL of iobert's dist/worker.js> } or { inline: true }`,
    )
    for (const listener of deaths) listener(reason)
  }
  return {
    post: (request, transfer) => worker.postMessage(request, transfer),
    onReply(listener): void {
      worker.onmessage = ({ data }: MessageEvent<Reply>): void => {
        // The script has been read: its URL is not needed any more.
        if (blobUrl !== undefined) URL.revokeObjectURL(blobUrl)
        blobUrl = undefined
        listener(data)
      }
    },
    onDeath: (listener) => void deaths.push(listener),
    terminate(): void {
      if (blobUrl !== undefined) URL.revokeObjectURL(blobUrl)
      worker.terminate()
    },
    hold(): void {},
  }
}
