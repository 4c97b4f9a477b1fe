/** An engine on the calling thread instead of in a worker. */
import { capability } from '../format/capability.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import type { ModelFiles } from '../format/source.ts'
import { rememberTiles } from '../kernels/plan.ts'
import type { ForwardOutput } from '../model/forward-output.ts'
import type { EngineClient } from './client.ts'
import { Engine } from './engine.ts'
import { disposedError, Ending } from './engine-error.ts'
import type { EngineSetup } from './engine-setup.ts'

export { memoryNeeded } from './memory-needed.ts'

/** Loads an engine on the calling thread, which lets other tasks run between layers. */
export async function loadInline(
  setup: EngineSetup,
  files: ModelFiles,
  watch: LoadWatch,
): Promise<EngineClient> {
  const { ReferenceKernels } =
    setup.plan.variant === 'reference'
      ? await capability('the reference kernels', () => import('../kernels/reference/reference.ts'))
      : { ReferenceKernels: undefined }
  const engine = await Engine.load(setup, files, {
    signal: watch.signal,
    onTuned: rememberTiles,
    onProgress: (loaded, total) => watch.onProgress?.({ file: 'weights', loaded, total }),
    ...(ReferenceKernels ? { reference: (memory) => new ReferenceKernels(memory) } : {}),
  })
  const ending = new Ending()
  return {
    info: engine.info,
    get setup(): EngineSetup {
      return engine.setup
    },
    ending,
    get memoryBytes(): number {
      return engine.memoryBytes
    },
    async forward(sequences, wanted, signal): Promise<ForwardOutput> {
      if (ending.reason) throw ending.reason
      return engine.forward(sequences, wanted, () => signal?.throwIfAborted())
    },
    dispose(): void {
      ending.end(disposedError())
      engine.dispose()
    },
  }
}
