/** The model that this site serves. */
const FILES: readonly string[] = ['config.json', 'tokenizer_config.json', 'vocab.txt', 'model.safetensors']

/**
 * Downloads it, each file in one go: the library reads a URL's weights in its own order, with a request for each jump,
 * and a request costs more than the bytes between.
 */
export async function downloadModel(
  onProgress: (loaded: number, total: number) => void,
  signal: AbortSignal,
): Promise<Map<string, Blob>> {
  // Not every browser tells its service worker that nobody waits any more.
  const stop = (): void => navigator.serviceWorker?.controller?.postMessage('iobert:stop')
  signal.addEventListener('abort', stop)
  const download = async (name: string): Promise<[string, Blob]> => {
    const url = new URL(`weights/${name}`, document.baseURI)
    const response = await fetch(url, { signal })
    if (!response.ok || response.body === null) throw new Error(`${url} answered ${response.status}`)
    const total = Number(response.headers.get('content-length'))
    const reader = response.body.getReader()
    const chunks: Uint8Array<ArrayBuffer>[] = []
    let loaded = 0
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return [name, new Blob(chunks)]
      chunks.push(value)
      loaded += value.length
      // Small files have come before a bar is drawn.
      if (name === 'model.safetensors') onProgress(loaded, total)
    }
  }
  try {
    return new Map(await Promise.all(FILES.map(download)))
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
