/** Opens a model's files where there may be a disk: in Node, Deno and Bun. */
import { folderFiles, withWeights } from '../format/folder-files.node.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import type { ModelFiles } from '../format/source.ts'
import type { openFiles as OpenElsewhere } from './open-files.ts'
import type { Locator } from './protocol.ts'

/**
 * Opens a model's files, folders included. Node, Deno and Bun show redirects, so their rules can be kept.
 *
 * @param openElsewhere  opens what is in no folder: given, since the worker has it and this stands in its shelf
 * @param blocking       as `folderFiles`
 */
export async function openFiles(
  locator: Locator,
  watch: LoadWatch,
  openElsewhere: typeof OpenElsewhere,
  blocking = false,
): Promise<ModelFiles> {
  if (locator.kind !== 'folder') {
    const isBrowser = (globalThis as { process?: object }).process === undefined
    if (isBrowser || locator.kind !== 'url') return openElsewhere(locator, watch)
    const { redirectingFetch } = await import('../format/remote/redirect.ts')
    return openElsewhere(locator, watch, redirectingFetch(fetch))
  }
  const files = folderFiles(locator.path, blocking)
  return locator.weights === undefined ? files : withWeights(files, locator.weights, blocking)
}
