/** The script for pages that must name one, without a word of Node: `dist/worker.js`. Bundled by tools/build.mjs. */
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
