/** Node, Deno and Bun. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import type { ModelFiles } from './format/source.ts'
import { hubFolder } from './hub/folder.node.ts'
import { findInt8Copy, writeInt8Copy } from './hub/int8-copy.node.ts'
import { parseHubId } from './hub/urls.ts'
import type { Platform } from './load.ts'
import type { LoadOptions, ModelName } from './load-options.ts'
import { locateAnywhere, shippedModel } from './platform.ts'
import { openFiles } from './runtime/open-files.node.ts'
import type { Locator } from './runtime/protocol.ts'
import { spawnNodeWorker } from './runtime/spawn.node.ts'

async function locate(
  entry: string,
  model: ModelName | undefined,
  options: LoadOptions,
  accept: ((files: ModelFiles) => Promise<void>) | undefined,
): Promise<Locator> {
  const found = locateAnywhere(model)
  if (found === undefined) return { kind: 'folder', path: fileURLToPath(shippedModel(entry)) }
  if (typeof found === 'string') return locateText(found, options, accept)
  if (found.kind !== 'url' || !found.base.startsWith('file:')) return found
  return { kind: 'folder', path: fileURLToPath(found.base) }
}

/** A folder where there is one, as in Python; else a Hub id where it can be one; else a folder that will be missed. */
async function locateText(
  text: string,
  { token, offline, cacheDir, onProgress, signal }: LoadOptions,
  accept: ((files: ModelFiles) => Promise<void>) | undefined,
): Promise<Locator> {
  const folder: Locator = { kind: 'folder', path: resolve(text) }
  if (existsSync(text) || !isHubId(text)) return folder
  const hub = await hubFolder(text, {
    ...(token === undefined ? {} : { token }),
    ...(offline === undefined ? {} : { offline }),
    ...(cacheDir === undefined ? {} : { cacheDir }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined
      ? {}
      : { onProgress: ({ file, loaded, total }) => onProgress({ file, loaded, total: total ?? loaded }) }),
    weights: accept !== undefined,
    beforeWeights: (_total, remote) => accept?.(remote),
  })
  return { kind: 'folder', path: hub.folder }
}

async function int8Copy(locator: Locator): Promise<{ locator: Locator; keep?: () => Promise<void> }> {
  if (locator.kind !== 'folder') return { locator }
  const { path } = locator
  const copy = await findInt8Copy(path)
  if (copy === undefined) return { locator }
  if (copy.usable) return { locator: { ...locator, weights: copy.path } }
  return { locator, keep: () => writeInt8Copy(path, copy.path) }
}

function isHubId(text: string): boolean {
  try {
    parseHubId(text)
    return text.includes('/')
  } catch {
    return false
  }
}

/** V8 has re-vectorised wasm, behind a flag, since the version of Node 24; Deno and Bun give no way to set it. */
function enableTurbo(): boolean {
  const { versions } = process
  const foreign = 'deno' in versions || 'bun' in versions
  if (foreign || Number.parseInt(versions.node, 10) < 24 || process.arch !== 'x64') return false
  setFlagsFromString('--experimental-wasm-revectorize')
  return true
}

/** @param entry  the URL of the entry module, beside whose folder the shipped model stands */
export const nodePlatform = (entry: string): Platform => ({
  locate: (model, options, accept) => locate(entry, model, options, accept),
  openFiles,
  int8Copy,
  spawn: spawnNodeWorker,
  cores: () => availableParallelism(),
  enableTurbo,
})
