import { folderFiles, withWeights } from '../format/folder-files.node.ts'
import type { ModelFiles } from '../format/source.ts'
import { openFiles as openElsewhere } from './open-files.ts'
import type { Locator } from './protocol.ts'

/** Opens a model's files, folders included. */
export async function openFiles(locator: Locator): Promise<ModelFiles> {
  if (locator.kind !== 'folder') return openElsewhere(locator)
  const files = folderFiles(locator.path)
  return locator.weights === undefined ? files : withWeights(files, locator.weights)
}
