/** Loads a model for a command, with a progress bar, and frees its memory when the command is done. */
import type { LoadProgress } from '../format/load-watch.ts'
import type { LoadOptions } from '../load-options.ts'
import { visibleName } from '../markup/visible.ts'
import { valuesFor } from './arguments.ts'
import { loadingRows } from './options.ts'
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

/**
 * Loads a model according to a command's options, and works with it.
 *
 * @param load  `(options) => loadModel(name, options)`
 */
export async function withModel<Model extends { dispose(): void }, Result>(
  options: LoadOptions,
  load: (options: LoadOptions) => Promise<Model>,
  work: (model: Model) => Promise<Result>,
): Promise<Result> {
  const asked: LoadOptions = valuesFor(options, loadingRows)
  const model = await withLoadingBar((onProgress) => load({ ...asked, onProgress }))
  try {
    return await work(model)
  } finally {
    model.dispose()
  }
}
