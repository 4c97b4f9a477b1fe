/** How loading is observed: who is notified of its progress, and what stops it. */

/** Progress of a file into the cache, or (`file: 'weights'`) into memory. */
export interface LoadProgress {
  /** The file's name, or 'weights'. */
  readonly file: string
  /** Bytes so far. */
  readonly loaded: number
  /** Total number of bytes; 0 while unknown. */
  readonly total: number
}

/** Passed through all loading functions: how loading is stopped, and who is notified of progress. */
export interface LoadWatch {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined
}

/**
 * Makes a watch that stops the loading with whatever `onProgress` throws: during a download that would be
 * taken for a broken connection, and in a message from a worker nobody would catch it.
 *
 * @returns the watch, and a function that detaches from the caller's signal once loading is over
 */
export function startWatch({ signal, onProgress }: LoadWatch): { watch: LoadWatch; end: () => void } {
  if (onProgress === undefined) return { watch: { signal }, end(): void {} }
  const controller = new AbortController()
  const stop = (): void => controller.abort(signal?.reason)
  if (signal?.aborted) stop()
  else signal?.addEventListener('abort', stop, { once: true })
  const watch: LoadWatch = {
    signal: controller.signal,
    onProgress(progress): void {
      if (controller.signal.aborted) return
      try {
        onProgress(progress)
      } catch (error) {
        controller.abort(error)
      }
    },
  }
  return { watch, end: () => signal?.removeEventListener('abort', stop) }
}

/** Loads something under a watch: see `startWatch`. */
export async function watched<Loaded>(
  options: LoadWatch,
  load: (watch: LoadWatch) => Promise<Loaded>,
): Promise<Loaded> {
  const { watch, end } = startWatch(options)
  try {
    watch.signal?.throwIfAborted()
    return await load(watch)
  } finally {
    end()
  }
}
