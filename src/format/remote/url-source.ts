/** The files of a model under a URL. */

import { largestWhole } from '../file-limits.ts'
import { checkFileName } from '../file-name.ts'
import { type ByteSource, bytesSource, type ModelFiles } from '../source.ts'
import { isNoAnswer, nextPiece, type RequestOptions } from './request.ts'
import { type Body, openBody, readWhole, release, SMALL, type UrlOptions } from './url-body.ts'
import { streamSource } from './url-stream.ts'

/** Maximum size of a file of unknown length, since it has to be held in memory. */
const LARGEST_UNSIZED = 2 ** 30

const OF_THE_DISK =
  'a page that is opened from the disk (file:) may not read files: serve its folder (npx serve, python3 -m http.server) and open the http: address, or pass the files as a Map'
const OF_THE_BUILD =
  'that is an address on the disk of the machine that bundled this page, which no page may read: give the address under which your site has the files'

/**
 * The files under a URL prefix, read by `fetch`. One request for each file: its body is read forward as the
 * loader needs it; a `Range` request follows only if reading jumps or the connection broke. If a server
 * ignores `Range`, the file is read from the start again.
 *
 * An HTML page in place of a file counts as no file, since many servers answer so for missing files. Files
 * missing from the list in config.json, once that was opened, are not requested (`listed`).
 *
 * @param base ends in `/`
 * @throws {TypeError} if `base` is not an absolute URL that ends in `/`
 *
 * @example
 * const files = urlFiles('https://example.org/models/ner/')
 */
export function urlFiles(base: string | URL, options: RequestOptions = {}): ModelFiles {
  const prefix = String(base)
  if (!URL.canParse(prefix) || !prefix.endsWith('/')) {
    throw new TypeError(`A model's URL must be absolute and end in '/', not ${JSON.stringify(prefix)}`)
  }
  const pages = new Map<string, string>()
  let names: readonly string[] | undefined
  return {
    name: prefix,
    async open(fileName: string): Promise<ByteSource | undefined> {
      checkFileName(fileName)
      const url = prefix + fileName.split('/').map(encodeURIComponent).join('/')
      if (names !== undefined && !names.includes(fileName)) return undefined
      const most = largestWhole(fileName)
      const source = await openUrl(url, {
        ...options,
        ...(most === undefined ? {} : { most }),
        onPage: () => pages.set(fileName, url),
      })
      if (source !== undefined && fileName === 'config.json') names = await listed(source)
      return source
    },
    whyMissing(fileName: string): string | undefined {
      if (/^file:/i.test(prefix)) {
        const page = (globalThis as { location?: { protocol: string } }).location
        return page?.protocol.startsWith('http') ? OF_THE_BUILD : OF_THE_DISK
      }
      const url = pages.get(fileName)
      return url === undefined
        ? undefined
        : `${url} answers with a page of HTML, as servers do that send their index.html for what they do not have: check the address, and that the model's files are there`
    },
  }
}

/**
 * The files of a folder, if its config.json lists them: `"iobert_files": { "config.json": 1437, ... }`, each
 * with its size, as the shipped model does. Requests for missing files take time and put a red line into
 * every visitor's console. The list counts only while config.json itself has the size it states: a tool that
 * saves the model again writes another file, perhaps adds a tokenizer.json, and may keep a key it does not
 * know.
 */
async function listed(config: ByteSource): Promise<readonly string[] | undefined> {
  if (config.byteLength > SMALL) return undefined
  const bytes = new Uint8Array(config.byteLength)
  await config.read(0, bytes)
  try {
    const list: Record<string, unknown> = JSON.parse(new TextDecoder().decode(bytes)).iobert_files
    return list['config.json'] === bytes.length ? Object.keys(list) : undefined
  } catch {
    // No list. What is wrong with the file, its reader says.
    return undefined
  }
}

/**
 * Opens one URL; `undefined` if the server answers 404.
 *
 * @throws {DownloadError} with the URL, and the status if the server refuses
 * @throws {ModelFormatError} if no length is stated and more than `most` bytes arrive
 */
export async function openUrl(url: string, options: UrlOptions = {}): Promise<ByteSource | undefined> {
  const opened = /^https?:/i.test(url) ? await openBody(url, 0, options) : await openPackaged(url, options)
  if (opened === undefined) return undefined
  // Without a length (chunked or compressed transfer), only the end of the body shows it.
  if (opened.total === undefined || opened.total <= SMALL) {
    const bytes = await readWhole(url, opened, options.most ?? LARGEST_UNSIZED, options)
    return isFile(url, opened, bytes, options) ? bytesSource(url, bytes) : undefined
  }
  const first = opened.isPage && opened.reader ? await nextPiece(opened.reader, options) : undefined
  if (isFile(url, opened, first, options)) {
    return streamSource(url, opened, first, opened.total, options)
  }
  release(opened)
  return undefined
}

/** Whether the response is the file, or an HTML page in its place; a vocabulary may begin with `<` too. */
function isFile(
  url: string,
  { isPage }: Body,
  beginning: Uint8Array | undefined,
  { onPage }: UrlOptions,
): boolean {
  if (onPage === undefined || beginning === undefined) return true
  const text = new TextDecoder().decode(beginning.subarray(0, 256)).trimStart().toLowerCase()
  if (!(isPage && text.startsWith('<')) && !/^<(!doctype html|html[\s>])/.test(text)) return true
  onPage(url)
  return false
}

/**
 * In an extension's own files nothing answers 404: a missing file cannot be fetched, and retrying does not
 * help.
 */
async function openPackaged(url: string, options: UrlOptions): Promise<Body | undefined> {
  try {
    return await openBody(url, 0, { ...options, retries: 0 })
  } catch (error) {
    if (isNoAnswer(error)) return undefined
    throw error
  }
}
