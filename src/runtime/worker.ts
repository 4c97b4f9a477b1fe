/**
 * The worker's script for pages that must load it from a file of its own, `dist/worker.js`. It holds no code of Node;
 * tools/build.mjs bundles it.
 */
import { createHost } from './host.ts'
import { openFiles } from './open-files.ts'
import type { Request } from './protocol.ts'

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Request>) => void
  postMessage: (message: unknown, transfer: Transferable[]) => void
}

const handle: (request: Request) => void = createHost({
  post: (reply, transfer) => scope.postMessage(reply, transfer),
  openFiles,
})

scope.onmessage = ({ data }): void => handle(data)
