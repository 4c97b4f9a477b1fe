/**
 * The other thread of bench/scaling.ts: it serves shared calls until it is ended, or keeps its core busy with
 * passes of its own.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { instantiateKernels } from '#dist/kernels/exports.js'
import { oneThread, passOf, type ThreadOrder } from './chunks.ts'

const { module, serve, busyWith } = workerData as ThreadOrder
if (serve) {
  const exports = instantiateKernels(module, serve.memory)
  parentPort!.postMessage('ready')
  exports.serve(serve.control, serve.scratch)
} else if (busyWith) {
  const pass = passOf(oneThread(module), busyWith)
  await pass()
  parentPort!.postMessage('ready')
  while (true) await pass()
}
