/** Starts a worker in Node, Deno and Bun. */
import { Worker } from 'node:worker_threads'
import { workerText } from '../generated/worker-text.ts'
import { Ending, EngineError } from './engine-error.ts'
import type { EngineWorker } from './spawn.ts'

/**
 * Starts a worker thread from the inlined script, as text: no file has to be found, so bundles and
 * single-file programs work alike. The text is not a module, since the module loader takes longer to start
 * than the script.
 *
 * @throws {RangeError} if Node is too old for the way in which the script imports Node's modules
 */
export async function spawnNodeWorker(script: string | URL | undefined): Promise<EngineWorker> {
  if (script === undefined && process.getBuiltinModule === undefined) {
    throw new RangeError(
      `Node ${process.versions.node} has no process.getBuiltinModule, which the model's worker needs; it is too old: use Node 20.19 or later`,
    )
  }
  const source = script ?? `(()=>{'use strict';${workerText}})()`
  const worker = new Worker(source, {
    eval: script === undefined,
    // The caller's flags (loaders, inspectors) do not concern the engine. Without the flag, Node would parse
    // the text twice to find out whether it is a module.
    execArgv: script === undefined ? ['--input-type=commonjs'] : [],
    name: 'iobert',
  })
  worker.unref()
  const death = new Ending()
  const fail = (cause: Error): void =>
    death.end(new EngineError('WorkerFailed', `The model's worker failed: ${cause.message}`, { cause }))
  worker.on('error', fail)
  worker.on('messageerror', fail)
  worker.on('exit', (code) =>
    death.end(new EngineError('WorkerFailed', `The model's worker ended with code ${code}`)),
  )
  return {
    post: (request, transfer) =>
      worker.postMessage(request, transfer as import('node:worker_threads').Transferable[]),
    onReply: (listener) => void worker.on('message', listener),
    onDeath: (listener) => void death.listen(listener),
    terminate(): void {
      void worker.terminate()
    },
    hold(keep): void {
      if (keep) worker.ref()
      else worker.unref()
    },
  }
}
