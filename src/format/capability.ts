/** Capabilities that few callers use are files of their own, which are fetched when they are first asked for. */
import { DownloadError, reasonOf } from './errors.ts'

/**
 * What `load` imports; where that fails, the error says what it was for.
 *
 * @param name  of the capability, as in "the rules beside the model"
 * @throws {DownloadError} `NoAnswer` where its file could not be fetched
 *
 * @example
 * const { sparkStyle } = await capability("the style 'spark-nlp'", () => import('./spark/spark-style.ts'))
 */
export async function capability<Module>(name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load()
  } catch (cause) {
    const what = `A part of iobert could not be fetched: ${name} (${reasonOf(cause)}). It is a file of its own, which is fetched at its first use`
    const remedy =
      'ServiceWorkerGlobalScope' in globalThis
        ? 'service workers may not fetch code then: import iobert/one-file (dist/one-file.js), or bundle the service worker into one file'
        : 'use it once before the page goes offline; and where the page was deployed anew since it was opened, reload it'
    throw new DownloadError('NoAnswer', `${what}: ${remedy}`, { cause })
  }
}
