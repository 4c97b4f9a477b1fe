/** What is specific to Node, Deno and Bun: a disk, environment variables, worker threads. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setFlagsFromString } from 'node:v8'
import { inflateRawSync } from 'node:zlib'
import { defined } from './check/kind.ts'
import { capability } from './format/capability.ts'
import { ModelFormatError } from './format/errors.ts'
import { folderFiles } from './format/folder-files.node.ts'
import type { LoadWatch } from './format/load-watch.ts'
import { INDEX, PYTORCH_INDEX, PYTORCH_WEIGHTS, WEIGHTS } from './format/shards.ts'
import type { ModelFiles } from './format/source.ts'
import type { RepositoryKind } from './hub/model-files.ts'
import { parseHubId } from './hub/urls.ts'
import { inflateBy } from './kernels/module.ts'
import type { Platform } from './load.ts'
import type { LoadOptions, ModelName } from './load-options.ts'
import { locateAnywhere, shippedModel } from './platform.ts'
import { openFiles } from './runtime/open-files.node.ts'
import type { Locator } from './runtime/protocol.ts'
import { spawnNodeWorker } from './runtime/spawn.node.ts'

async function locate(
  entry: string | undefined,
  model: ModelName | undefined,
  options: LoadOptions,
  watch: LoadWatch,
  accept: ((files: ModelFiles) => Promise<void>) | undefined,
  kind?: RepositoryKind,
): Promise<Locator> {
  const found = locateAnywhere(model)
  if (found === undefined) return { kind: 'folder', path: shippedFolder(entry) }
  if (typeof found === 'string') {
    const path = await locateText(found, options, watch, accept, kind)
    return accept === undefined ? { kind: 'folder', path } : withView(path)
  }
  if (found.kind !== 'url' || !found.base.startsWith('file:')) return found
  const path = fileURLToPath(found.base)
  return accept === undefined ? { kind: 'folder', path } : withView(path)
}

/** A folder, with a view of PyTorch's weights if it has no others. */
async function withView(path: string): Promise<Locator> {
  const has = (name: string): boolean => existsSync(join(path, name))
  const folder: Locator = { kind: 'folder', path }
  if (has(WEIGHTS) || has(INDEX) || !(has(PYTORCH_WEIGHTS) || has(PYTORCH_INDEX))) return folder
  const { pytorchView } = await capability(
    'weights of PyTorch',
    () => import('./convert/pytorch/checkpoint.ts'),
  )
  // The files in the Hub's cache were checked by their SHA-256 when they were downloaded.
  const view = await pytorchView(folderFiles(path), !isSnapshot(path))
  return view === undefined ? folder : { ...folder, weights: view }
}

function shippedFolder(entry: string | undefined): string {
  const url = shippedModel(entry)
  const path = url?.protocol === 'file:' ? fileURLToPath(url) : undefined
  if (path !== undefined && existsSync(path)) return path
  throw new ModelFormatError(
    'MissingFile',
    `The shipped model is not at ${path ?? 'a path that this bundle knows'}: a bundler moved this module, or left weights/ behind; keep iobert out of the bundle (esbuild --external:iobert; Next.js serverExternalPackages: ['iobert'], for output: 'standalone' also outputFileTracingIncludes: { '/*': ['./node_modules/iobert/weights/**/*'] }), or pass the path of a copy of node_modules/iobert/weights: loadRecognizer('./weights')`,
  )
}

/**
 * An existing folder, as in Python; else a Hub id if the text can be one; else a folder that will be reported
 * missing.
 */
async function locateText(
  text: string,
  { token, offline, cacheDir }: LoadOptions,
  watch: LoadWatch,
  accept: ((files: ModelFiles) => Promise<void>) | undefined,
  kind: RepositoryKind | undefined,
): Promise<string> {
  if (existsSync(text) || !isHubId(text)) return resolve(text)
  const { hubFolder } = await capability(
    'models of the Hugging Face Hub',
    () => import('./hub/folder.node.ts'),
  )
  const hub = await hubFolder(text, {
    ...watch,
    ...defined({ token, offline, cacheDir, kind }),
    weights: accept !== undefined,
    beforeWeights: (_total, remote) => accept?.(remote),
  })
  return hub.folder
}

async function int8Copy(locator: Locator): Promise<{ locator: Locator; keep?: () => Promise<void> }> {
  // Only the Hub's cache has int8 copies, so only then the code that looks for them is loaded.
  if (locator.kind !== 'folder' || !isSnapshot(locator.path)) return { locator }
  const { path } = locator
  const { findInt8Copy, writeInt8Copy } = await capability(
    'copies as int8',
    () => import('./hub/int8-copy.node.ts'),
  )
  const copy = await findInt8Copy(path)
  if (copy === undefined) return { locator }
  if (copy.usable) return { locator: { ...locator, weights: copy.path } }
  return { locator, keep: async () => writeInt8Copy(await openFiles(locator, {}), copy.path) }
}

function isSnapshot(path: string): boolean {
  return /[\\/]models--[^\\/]+[\\/]snapshots[\\/]/.test(path)
}

function isHubId(text: string): boolean {
  try {
    parseHubId(text)
    return text.includes('/')
  } catch {
    return false
  }
}

/** V8 has a flag to re-vectorise wasm since the version in Node 24; Deno and Bun offer no way to set it. */
function enableTurbo(): boolean {
  const { versions } = process
  const foreign = 'deno' in versions || 'bun' in versions
  if (foreign || Number.parseInt(versions.node, 10) < 24 || process.arch !== 'x64') return false
  setFlagsFromString('--experimental-wasm-revectorize')
  return true
}

/**
 * @param entry the URL of the entry module; the shipped model is next to that module's folder
 */
export function nodePlatform(entry: string | undefined): Platform {
  inflateBy((base64) => inflateRawSync(Buffer.from(base64, 'base64')))
  return {
    locate: (...given) => locate(entry, ...given),
    openFiles: (locator: Locator, watch: LoadWatch) => openFiles(locator, watch),
    int8Copy,
    spawn: spawnNodeWorker,
    cores: () => availableParallelism(),
    enableTurbo,
  }
}

/**
 * The platform for the package's entries and its commands. This file must stay in the folder of the entries,
 * also in the bundled package: the shipped model is found relative to that folder.
 */
export const entryPlatform = (): Platform => nodePlatform(import.meta.url)
