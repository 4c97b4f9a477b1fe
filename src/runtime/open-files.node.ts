/** Opens a model's files where there may be a disk: in Node, Deno and Bun, and in every worker. */
import { folderFiles, withWeights } from '../format/folder-files.node.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import { redirectingFetch } from '../format/remote/redirect.ts'
import type { ModelFiles } from '../format/source.ts'
import { openFiles as openElsewhere } from './open-files.ts'
import type { Locator } from './protocol.ts'

/**
 * Opens a model's files, folders included. Node, Deno and Bun expose redirects, so our rules for them can be
 * kept.
 *
 * @param blocking as for `folderFiles`
 */
export async function openFiles(locator: Locator, watch: LoadWatch, blocking = false): Promise<ModelFiles> {
  if (locator.kind !== 'folder') {
    const isBrowser = (globalThis as { process?: object }).process === undefined
    const send = isBrowser || locator.kind !== 'url' ? undefined : redirectingFetch(fetch)
    return openElsewhere(locator, watch, send)
  }
  const files = folderFiles(locator.path, blocking)
  return locator.weights === undefined ? files : withWeights(files, locator.weights, blocking)
}
