/** Browsers and other places without a disk. */
import { ModelFormatError } from './format/errors.ts'
import type { ModelFiles } from './format/source.ts'
import { parseHubId } from './hub/urls.ts'
import type { Platform } from './load.ts'
import { checkModelName, type LoadOptions, type ModelName } from './load-options.ts'
import { openFiles } from './runtime/open-files.ts'
import type { Locator } from './runtime/protocol.ts'
import { spawnWebWorker } from './runtime/spawn.ts'

const SCHEME = /^[a-z][a-z0-9+.-]*:/i

/** What every runtime tells in the same way: files given, URLs, and the rest as text. */
export function locateAnywhere(model: ModelName | undefined): Locator | string | undefined {
  const name = checkModelName(model)
  if (name === undefined) return undefined
  if (name instanceof Map) return { kind: 'files', files: name }
  const text = String(name)
  if (!(name instanceof URL) && !SCHEME.test(text)) return text
  if (!text.endsWith('/')) throw new RangeError(`The model's URL is ${text}, expected one that ends in '/'`)
  return { kind: 'url', base: text }
}

/** Where the shipped model stands: `../weights/` beside the entry module. */
export function shippedModel(entry: string): URL {
  // Not written with import.meta.url: bundlers would take the folder for an asset.
  return new URL('../weights/', entry)
}

async function locate(
  entry: string,
  model: ModelName | undefined,
  options: LoadOptions,
  accept: ((files: ModelFiles) => Promise<void>) | undefined,
): Promise<Locator> {
  const found = locateAnywhere(model)
  if (found === undefined) return locateShipped(entry)
  const locator = typeof found === 'string' ? locateText(found, options) : found
  if (locator.kind === 'hub') await accept?.(await openFiles(locator))
  return locator
}

async function locateShipped(entry: string): Promise<Locator> {
  const locator: Locator = { kind: 'url', base: shippedModel(entry).href }
  const files = await openFiles(locator)
  const config = await files.open('config.json').catch(() => undefined)
  if (config === undefined) {
    throw new ModelFormatError(
      'MissingFile',
      `The shipped model is not at ${locator.base}: a bundler moved this module; copy iobert's weights/ folder to your site and pass its URL: loadRecognizer('https://.../weights/')`,
    )
  }
  await config.close()
  return locator
}

function locateText(text: string, { token }: LoadOptions): Locator {
  const base = (globalThis as { location?: { href: string } }).location?.href
  if (text.endsWith('/') && base !== undefined) return { kind: 'url', base: new URL(text, base).href }
  parseHubId(text)
  return { kind: 'hub', id: text, ...(token === undefined ? {} : { token }) }
}

/** @param entry  the URL of the entry module, beside whose folder the shipped model stands */
export const webPlatform = (entry: string): Platform => ({
  locate: (model, options, accept) => locate(entry, model, options, accept),
  openFiles,
  get spawn() {
    return typeof Worker === 'function' ? spawnWebWorker : undefined
  },
  cores: () =>
    (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 1,
  enableTurbo: () => false,
})
