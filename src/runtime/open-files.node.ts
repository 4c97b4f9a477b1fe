import { folderFiles, withWeights } from '../format/folder-files.node.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import { redirectingFetch } from '../format/remote/redirect.ts'
import type { ModelFiles } from '../format/source.ts'
import { openFiles as openElsewhere } from './open-files.ts'
import type { Locator } from './protocol.ts'

/** Opens a model's files, folders included. Node, Deno and Bun show redirects, so their rules can be kept. */
export async function openFiles(locator: Locator, watch: LoadWatch): Promise<ModelFiles> {
  if (locator.kind !== 'folder') {
    const isBrowser = (globalThis as { process?: object }).process === undefined
    return openElsewhere(locator, watch, isBrowser ? undefined : redirectingFetch(fetch))
  }
  const files = folderFiles(locator.path)
  return locator.weights === undefined ? files : withWeights(files, locator.weights)
}
