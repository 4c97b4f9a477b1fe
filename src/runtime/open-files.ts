/** Opens a model's files where there is no disk: the files themselves, or a URL. */

import { capability } from '../format/capability.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import { type ModelFiles, mapFiles } from '../format/source.ts'
import type { Locator } from './protocol.ts'

/**
 * Opens a model's files where there is no disk.
 *
 * @param send replaces the runtime's own `fetch`
 */
export async function openFiles(
  locator: Locator,
  { signal }: LoadWatch,
  send?: typeof fetch,
): Promise<ModelFiles> {
  if (locator.kind === 'files') return mapFiles(locator.files)
  if (locator.kind === 'url') {
    const { urlFiles } = await capability('files at a URL', () => import('../format/remote/url-source.ts'))
    const { base, headers = {} } = locator
    return urlFiles(base, { signal, headers, ...(send === undefined ? {} : { fetch: send }) })
  }
  throw new RangeError(
    `Cannot open the folder ${locator.path}: this runtime has no files; give a URL or a Map of files`,
  )
}
