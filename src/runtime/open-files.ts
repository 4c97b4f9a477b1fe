import { type ModelFiles, mapFiles } from '../format/source.ts'
import { urlFiles } from '../format/url-source.ts'
import type { FileProgress, Locator } from './protocol.ts'

/** Opens a model's files where there is no disk. The Hub's part is read only where it is asked. */
export async function openFiles(
  locator: Locator,
  onProgress?: (progress: FileProgress) => void,
): Promise<ModelFiles> {
  if (locator.kind === 'files') return mapFiles(locator.files)
  if (locator.kind === 'url') return urlFiles(locator.base)
  if (locator.kind === 'hub') {
    const { hubFiles } = await import('../hub/browser.ts')
    const { id, endpoint, token } = locator
    return hubFiles(id, {
      ...(endpoint ? { endpoint } : {}),
      ...(token ? { token } : {}),
      ...(onProgress ? { onProgress } : {}),
    })
  }
  throw new RangeError(
    `Cannot open the folder ${locator.path}: this runtime has no files; give a URL or a Map of files`,
  )
}
