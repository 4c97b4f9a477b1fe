/** The script of the engine's worker and of its helpers in Node. Bundled by tools/build.mjs. */
import { parentPort, type Transferable } from 'node:worker_threads'
import { createHost } from './host.ts'
import { openFiles } from './open-files.node.ts'

const handle: (request: import('./protocol.ts').Request) => void = createHost({
  post: (reply, transfer) => parentPort!.postMessage(reply, transfer as Transferable[]),
  openFiles,
})

parentPort!.on('message', handle)
