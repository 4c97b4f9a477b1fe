/** Loads a model for a command, with a progress bar, and frees its memory when the command is done. */
import type { ModelInfo } from '../bert-model.ts'
import type { LoadProgress } from '../format/load-watch.ts'
import type { LoadOptions } from '../load-options.ts'
import { visibleName } from '../markup/visible.ts'
import { valuesFor } from './arguments.ts'
import { loadingRows } from './options.ts'
import { complain } from './output.ts'
import { createBar } from './progress.ts'

/** Loads with a progress bar for the files; the weights take longest. */
export async function withLoadingBar<T>(
  load: (onProgress: (progress: LoadProgress) => void) => Promise<T>,
): Promise<T> {
  const bar = createBar()
  try {
    return await load(({ file, loaded, total }) => {
      const title = file === 'weights' ? 'Loading the model' : `Downloading ${visibleName(file)}`
      bar.update(title, { done: loaded, total, unit: 'bytes' })
    })
  } finally {
    bar.end()
  }
}

/** A model, or what stands on one. */
interface Loaded {
  readonly info?: ModelInfo
  readonly model?: { readonly info: ModelInfo }
  dispose(): void
}

/**
 * Loads a model according to a command's options, and works with it.
 *
 * @param load  `(options) => loadModel(name, options)`
 */
export async function withModel<Model extends Loaded, Result>(
  options: LoadOptions,
  load: (options: LoadOptions) => Promise<Model>,
  work: (model: Model) => Promise<Result>,
): Promise<Result> {
  const asked: LoadOptions = valuesFor(options, loadingRows)
  const model = await withLoadingBar((onProgress) => load({ ...asked, onProgress }))
  const info = model.info ?? model.model?.info
  if (asked.turbo && info?.turbo === false) {
    complain('--turbo does nothing here: it needs Node 24 or newer on x64, and kernels that are compiled')
  }
  try {
    return await work(model)
  } finally {
    model.dispose()
  }
}
