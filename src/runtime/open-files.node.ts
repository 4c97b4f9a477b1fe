import type { ModelFiles } from '../format/source.ts'
import { openFiles as openElsewhere } from './open-files.ts'
import type { Locator } from './protocol.ts'
import { folderFiles } from './read-file.node.ts'

/** Opens a model's files, folders included. */
export function openFiles(locator: Locator): ModelFiles {
  return locator.kind === 'folder' ? folderFiles(locator.path) : openElsewhere(locator)
}
