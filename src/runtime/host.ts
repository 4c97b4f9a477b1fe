/** The worker's side: an engine that answers messages, or a helper thread that computes for one. */
import { largestWhole } from '../format/file-limits.ts'
import type { LoadProgress, LoadWatch } from '../format/load-watch.ts'
import { type ModelFiles, readAll } from '../format/source.ts'
import { Engine } from './engine.ts'
import { EngineError } from './engine-error.ts'
import type { Helpers } from './engine-setup.ts'
import { takeApart } from './post-error.ts'
import type { HelpOrder, Locator, Reply, Request } from './protocol.ts'

export interface HostPort {
  post(reply: Reply, transfer: Transferable[]): void
  /** Opens a model's files in the way of this runtime. */
  openFiles(locator: Locator, watch: LoadWatch): Promise<ModelFiles>
}

/** Returns the function that handles each message. */
export function createHost(port: HostPort): (request: Request) => void {
  let engine: Promise<Engine> | undefined
  let opened: Promise<ModelFiles> | undefined
  let posted = 0
  const aborted = new Set<number>()

  const onProgress = ({ file, loaded, total }: LoadProgress): void => {
    const now = performance.now()
    // Some twenty messages a second are as informative as one for each tensor.
    if (now - posted < 50 && loaded !== total) return
    posted = now
    port.post({ type: 'progress', file, loaded, total }, [])
  }

  /** A worker has one model, and opens its files once. */
  const filesOf = ({ locator }: { locator: Locator }): Promise<ModelFiles> => {
    opened ??= port.openFiles(locator, { onProgress })
    return opened
  }

  const read = async (request: Request & { type: 'iobert:read' }): Promise<void> => {
    const { id, fileName } = request
    const files = await filesOf(request)
    const source = await files.open(fileName)
    if (source === undefined) {
      const why = files.whyMissing?.(fileName)
      port.post({ type: 'file', id, name: fileName, ...(why !== undefined && { why }) }, [])
      return
    }
    const bytes = await readAll(source, largestWhole(fileName)).finally(() => source.close())
    port.post({ type: 'file', id, name: source.name, bytes }, [bytes.buffer as ArrayBuffer])
  }

  const load = async (request: Request & { type: 'iobert:load' }): Promise<void> => {
    engine = Engine.load(request.setup, await filesOf(request), {
      onProgress: (loaded, total) => onProgress({ file: 'weights', loaded, total }),
      helpers: helpersOf(request),
      onTuned: (plan) => port.post({ type: 'tuned', plan }, []),
    })
    const { info, setup } = await engine
    port.post({ type: 'loaded', id: request.id, info, setup }, [])
  }

  const forward = async (request: Request & { type: 'iobert:forward' }): Promise<void> => {
    const { id, ids, lengths, wanted } = request
    const sequences: number[][] = []
    let at = 0
    for (const length of lengths) {
      sequences.push(Array.from(ids.subarray(at, at + length)))
      at += length
    }
    const stop = (): void => {
      if (aborted.has(id)) throw new DOMException('The pass was stopped', 'AbortError')
    }
    try {
      const loaded = await engine!
      const output = await loaded.forward(sequences, wanted, stop)
      port.post({ type: 'result', id, output, memoryBytes: loaded.memoryBytes }, buffersOf(output))
    } finally {
      aborted.delete(id)
    }
  }

  const answer = (request: Request & { id: number }, done: Promise<void>): void => {
    done.catch((error: unknown) => port.post({ type: 'error', id: request.id, error: takeApart(error) }, []))
  }

  return (request) => {
    if (request.type === 'iobert:help') help(request)
    else if (request.type === 'iobert:abort') aborted.add(request.id)
    else if (request.type === 'iobert:forward') answer(request, forward(request))
    else if (request.type === 'iobert:load') answer(request, load(request))
    else answer(request, read(request))
  }
}

/**
 * A helper waits for the memory, then serves until its worker is terminated: the call into wasm never
 * returns.
 */
function help({ module, port }: Request & { type: 'iobert:help' }): void {
  port.onmessage = ({ data }: MessageEvent<HelpOrder>): void => {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: data.memory } })
    ;(exports as { serve: (control: number, scratch: number) => void }).serve(data.control, data.scratch)
  }
}

function helpersOf({ helpers, deaths }: Request & { type: 'iobert:load' }): Helpers {
  return {
    start(index, memory, control, scratch): void {
      const order: HelpOrder = { memory, control, scratch }
      helpers[index - 1]!.postMessage(order)
    },
    check(): void {
      if (deaths === undefined || Atomics.load(deaths, 0) === 0) return
      throw new EngineError(
        'WorkerFailed',
        'A helper thread of the model has died; dispose of the model and load it again',
      )
    },
  }
}

/** The arrays of a result, which are transferred to the caller without a copy. */
function buffersOf(output: object): Transferable[] {
  const buffers = new Set<ArrayBuffer>()
  const visit = (value: unknown): void => {
    if (value instanceof Float32Array) buffers.add(value.buffer as ArrayBuffer)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(visit)
  }
  visit(output)
  return [...buffers]
}
