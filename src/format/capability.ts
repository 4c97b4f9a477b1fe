/** Loads capabilities that few callers use, each from a file of its own, when they are first needed. */
import { DownloadError, reasonOf } from './errors.ts'

/**
 * Runs the import in `load`; if it fails, the error names the capability.
 *
 * @param name of the capability, as in "the rules beside the model"
 * @throws {DownloadError} `NoAnswer` if its file could not be fetched
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
