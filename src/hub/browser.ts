import { ConnectionError, type RequestOptions, request } from '../format/request.ts'
import { type ByteSource, blobSource, bytesSource, type ModelFiles } from '../format/source.ts'
import { openUrl } from '../format/url-source.ts'
import { HubError, type HubQuestion, refusal } from './errors.ts'
import { INDEX, noSafetensors, OTHER_WEIGHTS, WEIGHTS } from './model-files.ts'
import {
  authorization,
  checkEndpoint,
  DEFAULT_ENDPOINT,
  filesUrl,
  type HubId,
  isCommit,
  parseHubId,
  resolveUrl,
} from './urls.ts'

/** The largest file that is held in memory to be hashed; WebCrypto takes no stream. */
const LARGEST_HASHED = 1 << 26
/** One piece of a file on its way into the cache. */
const PIECE = 1 << 20

export interface HubFilesOptions {
  /** A branch, tag or commit; wins over one in the id. */
  readonly revision?: string
  readonly token?: string
  readonly endpoint?: string
  /** Where files are kept: the Cache API's `iobert` where there is one; `false` for nowhere. */
  readonly cache?: Cache | false
  readonly onProgress?: (progress: {
    readonly file: string
    readonly loaded: number
    readonly total: number
  }) => void
  readonly signal?: AbortSignal
  readonly fetch?: typeof fetch
  /** See `RequestOptions`. */
  readonly retries?: number
  readonly retryDelay?: number
}

/** What the Hub's list says of a file. */
interface ListedFile {
  readonly size: number
  /** Of the content, for large files. */
  readonly sha256: string | undefined
}

interface Listing {
  readonly commit: string
  readonly files: ReadonlyMap<string, ListedFile>
}

/**
 * The files of a model on the Hub, where there is no disk. The list of files is asked for once; each file is then
 * taken from the cache, whose keys hold the commit, or downloaded into it. Sizes are verified always, sha256 for files
 * up to 64 MB.
 *
 * Opening a file throws `HubError` where the Hub refuses, `ModelFormatError` where a model has no safetensors.
 *
 * @param id `owner/name[@revision]`
 * @throws {RangeError} where `id` is none
 */
export function hubFiles(id: string, options: HubFilesOptions = {}): ModelFiles {
  const model = parseHubId(id, options.revision)
  const endpoint = checkEndpoint(options.endpoint ?? DEFAULT_ENDPOINT)
  let opening: Promise<{ cache: Cache | undefined; listing: Listing }> | undefined

  async function prepare(): Promise<{ cache: Cache | undefined; listing: Listing }> {
    const cache = await openCache(options.cache)
    return { cache, listing: await readListing(endpoint, model, cache, options) }
  }

  return {
    name: `${model.repository}@${model.revision}`,
    async open(fileName: string): Promise<ByteSource | undefined> {
      opening ??= prepare()
      const { cache, listing } = await opening.catch((error: unknown) => {
        opening = undefined
        throw error
      })
      const file = listing.files.get(fileName)
      if (file === undefined) {
        if (fileName === WEIGHTS) checkWeights(model, listing)
        return undefined
      }
      const asked: HubQuestion = {
        endpoint,
        repository: model.repository,
        revision: listing.commit,
        fileName,
        token: options.token,
      }
      return openListed(asked, file, cache, options)
    },
  }
}

/** Storage may be forbidden (private windows, insecure origins); everything works without. */
async function openCache(given: Cache | false | undefined): Promise<Cache | undefined> {
  if (given !== undefined) return given === false ? undefined : given
  if (typeof caches === 'undefined') return undefined
  return caches.open('iobert').catch(() => undefined)
}

function checkWeights(model: HubId, listing: Listing): void {
  if (listing.files.has(INDEX)) return
  throw noSafetensors(
    model.repository,
    OTHER_WEIGHTS.find((name) => listing.files.has(name)),
  )
}

/** Asks for the list of files; without a connection the one that was kept is used. */
async function readListing(
  endpoint: string,
  model: HubId,
  cache: Cache | undefined,
  options: HubFilesOptions,
): Promise<Listing> {
  const url = filesUrl(endpoint, model)
  const kept = await cache?.match(url)
  if (kept !== undefined && isCommit(model.revision)) return parseListing(url, await kept.json())
  let response: Response
  try {
    const retries = kept === undefined ? {} : { retries: 0 }
    response = await request(url, {}, { ...requestOptions(options), ...retries })
  } catch (error) {
    if (kept === undefined || !(error instanceof ConnectionError)) throw error
    return parseListing(url, await kept.json())
  }
  if (!response.ok) {
    await response.body?.cancel()
    if (kept !== undefined && response.status >= 500) return parseListing(url, await kept.json())
    throw refusal(response, { ...model, endpoint, fileName: 'the list of files', token: options.token })
  }
  const json = await response.text()
  const listing = parseListing(url, parsed(json))
  await keep(cache, url, new Response(json, { headers: { 'content-type': 'application/json' } }))
  return listing
}

/** A sign-in page of a network is no JSON, and then no list either. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function parseListing(url: string, json: unknown): Listing {
  const files = new Map<string, ListedFile>()
  const { sha, siblings } = properties(json)
  if (typeof sha !== 'string' || !isCommit(sha) || !Array.isArray(siblings)) {
    throw new HubError('Unavailable', `${url} does not answer as the Hub does: check the endpoint`)
  }
  for (const sibling of siblings) {
    const { rfilename, size, lfs } = properties(sibling)
    const { sha256 } = properties(lfs)
    if (typeof rfilename !== 'string' || typeof size !== 'number') continue
    files.set(rfilename, { size, sha256: typeof sha256 === 'string' ? sha256 : undefined })
  }
  return { commit: sha, files }
}

function properties(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

async function openListed(
  asked: HubQuestion,
  file: ListedFile,
  cache: Cache | undefined,
  options: HubFilesOptions,
): Promise<ByteSource | undefined> {
  const url = resolveUrl(asked.endpoint, asked, asked.fileName)
  const kept = await openKept(cache, url, file)
  if (kept !== undefined) return kept
  const source = await openUrl(url, {
    ...requestOptions(options),
    onError: (response) => {
      throw refusal(response, asked)
    },
  })
  if (source === undefined) return undefined
  if (source.byteLength !== file.size) {
    await source.close()
    throw new HubError(
      'BadDownload',
      `${url} has ${source.byteLength} bytes, but the Hub lists ${file.size}: try again later`,
    )
  }
  const watched = withProgress(source, asked.fileName, options)
  if (file.size <= LARGEST_HASHED) {
    const bytes = await readPieces(watched)
    await checkHash(url, bytes, file)
    await keep(cache, url, new Response(bytes, { headers: { 'content-length': String(bytes.length) } }))
    return bytesSource(url, bytes)
  }
  if (cache === undefined) return watched
  const stored = await keep(cache, url, streamedResponse(watched))
  options.signal?.throwIfAborted()
  const there = stored ? await openKept(cache, url, file) : undefined
  // Too little room for it: read it from the network each time.
  return there ?? openListed(asked, file, undefined, options)
}

async function openKept(
  cache: Cache | undefined,
  url: string,
  file: ListedFile,
): Promise<ByteSource | undefined> {
  const response = await cache?.match(url)
  if (response === undefined) return undefined
  const blob = await response.blob()
  if (blob.size === file.size) return blobSource(url, blob)
  await cache?.delete(url)
  return undefined
}

/** False where there is no cache or no room in it. */
async function keep(cache: Cache | undefined, url: string, response: Response): Promise<boolean> {
  try {
    await cache?.put(url, response)
    return cache !== undefined
  } catch {
    return false
  }
}

/** A body that is read only as fast as it is stored. */
function streamedResponse(source: ByteSource): Response {
  let at = 0
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller): Promise<void> {
      const piece = new Uint8Array(Math.min(PIECE, source.byteLength - at))
      await source.read(at, piece)
      at += piece.length
      controller.enqueue(piece)
      if (at < source.byteLength) return
      controller.close()
      await source.close()
    },
    cancel: () => source.close(),
  })
  return new Response(body, { headers: { 'content-length': String(source.byteLength) } })
}

async function readPieces(source: ByteSource): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(source.byteLength)
  try {
    for (let at = 0; at < bytes.length; at += PIECE) await source.read(at, bytes.subarray(at, at + PIECE))
  } finally {
    await source.close()
  }
  return bytes
}

function withProgress(source: ByteSource, file: string, options: HubFilesOptions): ByteSource {
  const { onProgress } = options
  if (onProgress === undefined) return source
  let loaded = 0
  return {
    name: source.name,
    byteLength: source.byteLength,
    async read(offset: number, target: Uint8Array): Promise<void> {
      await source.read(offset, target)
      if (offset + target.length <= loaded) return
      loaded = offset + target.length
      onProgress({ file, loaded, total: source.byteLength })
    },
    close: () => source.close(),
  }
}

/** WebCrypto is missing on insecure origins; the size is checked all the same. */
async function checkHash(url: string, bytes: Uint8Array<ArrayBuffer>, file: ListedFile): Promise<void> {
  if (file.sha256 === undefined || globalThis.crypto?.subtle === undefined) return
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  if (found === file.sha256) return
  throw new HubError(
    'BadDownload',
    `${url} is not what the Hub lists: its sha256 is ${found}, not ${file.sha256}; try again, and check the proxy if it stays so`,
  )
}

function requestOptions(options: HubFilesOptions): RequestOptions {
  return {
    headers: authorization(options.token),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.retries === undefined ? {} : { retries: options.retries }),
    ...(options.retryDelay === undefined ? {} : { retryDelay: options.retryDelay }),
  }
}
