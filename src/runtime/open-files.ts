import type { LoadWatch } from '../format/load-watch.ts'
import { type ModelFiles, mapFiles } from '../format/source.ts'
import { urlFiles } from '../format/url-source.ts'
import type { Locator } from './protocol.ts'

/**
 * Opens a model's files where there is no disk. The Hub's part is read only where it is asked.
 *
 * @param send  in place of the runtime's own `fetch`
 */
export async function openFiles(
  locator: Locator,
  { signal, onProgress }: LoadWatch,
  send?: typeof fetch,
): Promise<ModelFiles> {
  const sending = send === undefined ? {} : { fetch: send }
  if (locator.kind === 'files') return mapFiles(locator.files)
  if (locator.kind === 'url') return urlFiles(locator.base, { signal, ...sending })
  if (locator.kind === 'hub') {
    const { hubFiles } = await import('../hub/browser.ts')
    const { id, endpoint, token } = locator
    return hubFiles(id, {
      ...{ signal, onProgress, ...sending },
      ...(endpoint ? { endpoint } : {}),
      ...(token ? { token } : {}),
    })
  }
  throw new RangeError(
    `Cannot open the folder ${locator.path}: this runtime has no files; give a URL or a Map of files`,
  )
}
