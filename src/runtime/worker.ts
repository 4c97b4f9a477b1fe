/**
 * The script of the engine's worker and of its helper threads, on every runtime. tools/build/worker-text.mjs
 * bundles it, as inlined text and as the file `dist/worker.js`, such that Node's modules are looked up when
 * the script runs: where there are none, as in browsers, what is imported from them is undefined.
 */
import { type Transferable as NodeTransferable, parentPort } from 'node:worker_threads'
import { createHost } from './host.ts'
import { openFiles } from './open-files.node.ts'
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
  openFiles: (locator, watch) => openFiles(locator, watch, true),
})

if (parentPort) parentPort.on('message', handle)
else scope.onmessage = ({ data }): void => handle(data)
