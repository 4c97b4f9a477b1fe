/**
 * The platform of Node, Deno and Bun, as the package's entries and its commands use it. This file must stay in the
 * folder of the entries, also when the package's build bundles it: the model that ships is found beside that folder.
 */
import type { Platform } from './load.ts'
import { nodePlatform } from './platform.node.ts'

export const entryPlatform = (): Platform => nodePlatform(import.meta.url)
