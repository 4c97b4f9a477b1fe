/**
 * The script that is inlined for the engine's worker and its helpers, on every runtime. tools/worker-text.mjs bundles it so that
 * Node's modules are asked for when the script runs; where there are none they are `undefined`, and so is what stands on them.
 * What else is called of a shelf that the script was started without throws `MissingShelf` (`inlinedWorker` in spawn.ts).
 */
import { type Transferable as NodeTransferable, parentPort } from 'node:worker_threads'
import { createHost } from './host.ts'
import { openFiles } from './open-files.ts'
import type { Request } from './protocol.ts'

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Request>) => void
  postMessage: (message: unknown, transfer: Transferable[]) => void
}

const handle: (request: Request) => void = createHost({
  post(reply, transfer): void {
    if (parentPort) parentPort.postMessage(reply, transfer as NodeTransferable[])
    else scope.postMessage(reply, transfer)
  },
  async openFiles(locator, watch) {
    const { openFiles: openInNode } = await import('./open-files.node.ts')
    return openInNode === undefined ? openFiles(locator, watch) : openInNode(locator, watch, openFiles, true)
  },
})

if (parentPort) parentPort.on('message', handle)
else scope.onmessage = ({ data }): void => handle(data)
