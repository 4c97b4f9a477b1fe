/** Opens a model's files where there is no disk: given files, or a URL. */
import type { LoadWatch } from '../format/load-watch.ts'
import type { ModelFiles } from '../format/source.ts'
import type { Locator } from './protocol.ts'

/**
 * Opens a model's files where there is no disk.
 *
 * @param send  in place of the runtime's own `fetch`
 */
export async function openFiles(
  locator: Locator,
  { signal }: LoadWatch,
  send?: typeof fetch,
): Promise<ModelFiles> {
  if (locator.kind === 'files') {
    const { mapFiles } = await import('../format/in-memory/map-files.ts')
    return mapFiles(locator.files)
  }
  if (locator.kind === 'url') {
    const { urlFiles } = await import('../format/remote/url-source.ts')
    const { base, headers = {} } = locator
    return urlFiles(base, { signal, headers, ...(send === undefined ? {} : { fetch: send }) })
  }
  throw new RangeError(
    `Cannot open the folder ${locator.path}: this runtime has no files; give a URL or a Map of files`,
  )
}
