/**
 * The platform of Node, Deno and Bun for the package's entries and its commands. This file stands where the entries stand,
 * and so does whatever the package's own bundling makes of it: the shipped model is beside that folder.
 */
import type { Platform } from './load.ts'
import { nodePlatform } from './platform.node.ts'

export const entryPlatform = (): Platform => nodePlatform(import.meta.url)
