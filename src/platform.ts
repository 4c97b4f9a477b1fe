/** The platform of browsers and other runtimes without a disk, and what all platforms have in common. */
import { capability } from './format/capability.ts'
import { DownloadError, type ModelFormatError } from './format/errors.ts'
import type { LoadWatch } from './format/load-watch.ts'
import { type ModelFiles, missingFile } from './format/source.ts'
import type { Platform } from './load.ts'
import { checkModelName, type LoadOptions, type ModelName } from './load-options.ts'
import type { WorkerClient } from './runtime/client.ts'
import { openFiles as openPostable } from './runtime/open-files.ts'
import type { HubLocator, Locator } from './runtime/protocol.ts'
import { spawnWebWorker } from './runtime/spawn.ts'

/** A URL scheme has at least two letters here: a single letter is a drive on Windows. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i

/**
 * Locates what every runtime treats in the same way: given files and URLs; returns any other text as it is.
 */
export function locateAnywhere(model: ModelName | undefined): Locator | string | undefined {
  const name = checkModelName(model)
  if (name === undefined) return undefined
  if (name instanceof Map) return { kind: 'files', files: name }
  const text = String(name)
  if (!(name instanceof URL) && !SCHEME.test(text)) return text
  if (!text.endsWith('/')) throw new RangeError(`The model's URL is ${text}, expected one that ends in '/'`)
  return { kind: 'url', base: text }
}

/**
 * Location of the shipped model: `../weights/` next to the entry module; `undefined` in a bundle that lost
 * its URL.
 */
export function shippedModel(entry: string | undefined): URL | undefined {
  // Not written with import.meta.url: bundlers would treat the folder as an asset. In CommonJS it is
  // undefined.
  return entry !== undefined && URL.canParse('../weights/', entry) ? new URL('../weights/', entry) : undefined
}

async function locate(
  entry: string | undefined,
  model: ModelName | undefined,
  options: LoadOptions,
  watch: LoadWatch,
  accept: ((files: ModelFiles) => Promise<void>) | undefined,
): Promise<Locator | HubLocator> {
  const found = locateAnywhere(model)
  if (found === undefined) {
    const base = shippedModel(entry)?.href
    if (base === undefined) throw leftBehind({})
    return { kind: 'url', base, isShipped: true }
  }
  const locator = typeof found === 'string' ? await locateText(found, options) : found
  if (locator.kind === 'hub') await accept?.(await openFiles(locator, watch))
  return locator
}

async function locateText(text: string, { token }: LoadOptions): Promise<Locator | HubLocator> {
  const base = (globalThis as { location?: { href: string } }).location?.href
  if (text.endsWith('/') && base !== undefined) return { kind: 'url', base: new URL(text, base).href }
  const { checkHubModel } = await importHub()
  return { kind: 'hub', ...checkHubModel(text, token) }
}

function importHub(): Promise<typeof import('./hub/browser.ts')> {
  return capability('models of the Hugging Face Hub', () => import('./hub/browser.ts'))
}

/** Opens the files at a URL; workers read them if there are any. */
async function openFiles(
  locator: Locator | HubLocator,
  watch: LoadWatch,
  workers?: Promise<WorkerClient>,
): Promise<ModelFiles> {
  if (locator.kind === 'hub') {
    const { hubFiles } = await importHub()
    const { kind, id, ...options } = locator
    return hubFiles(id, { ...watch, ...options })
  }
  if (locator.kind !== 'url') return openPostable(locator, watch)
  // For a page opened from the disk no worker runs, and the request itself gives the reason.
  const reader = locator.base.startsWith('file:') ? undefined : await workers
  const files = reader?.files(locator, watch) ?? (await openPostable(locator, watch))
  if (locator.isShipped) await checkShipped(files)
  return files
}

/**
 * @throws {ModelFormatError} `MissingFile` if a bundler left the shipped model out
 */
async function checkShipped(files: ModelFiles): Promise<void> {
  const config = await files.open('config.json').catch((error: unknown) => {
    if (error instanceof DownloadError && error.code === 'Refused') return undefined
    throw error
  })
  if (config === undefined) throw leftBehind(files, files.name)
  await config.close()
}

/**
 * @param base where it was expected
 */
function leftBehind(
  files: Pick<ModelFiles, 'whyMissing'>,
  base = 'an address that this bundle knows',
): ModelFormatError {
  return missingFile(
    files,
    ['config.json'],
    `The shipped model is not at ${base}: a bundler moved this module; copy iobert's weights/ folder to your site and pass its URL: loadRecognizer('https://.../weights/')`,
  )
}

/**
 * @param entry the URL of the entry module; the shipped model is next to that module's folder
 */
export const webPlatform = (entry: string | undefined): Platform => ({
  locate: (model, options, watch, accept) => locate(entry, model, options, watch, accept),
  openFiles,
  get spawn() {
    return typeof Worker === 'function' ? spawnWebWorker : undefined
  },
  cores: () =>
    (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1,
  enableTurbo: () => false,
})
