/** A Hub model in a browser: its files are fetched, checked by their hash and kept in the browser's cache. */
import { defined } from '../check/kind.ts'
import { HubError } from '../format/errors.ts'
import type { LoadWatch } from '../format/load-watch.ts'
import type { RequestOptions } from '../format/remote/request.ts'
import { openUrl } from '../format/remote/url-source.ts'
import { readShardIndex, shardNames } from '../format/shards.ts'
import type { ByteSource, ModelFiles, PostedWeights } from '../format/source.ts'
import { blobSource } from '../format/source.ts'
import { keep, type ListedFile, type Listing, readListing } from './listing.ts'
import { INDEX, mostBytes, noSafetensors, WEIGHTS } from './model-files.ts'
import { asHubError, type HubQuestion, hubRefusal } from './refusals.ts'
import {
  authorization,
  checkEndpoint,
  checkToken,
  DEFAULT_ENDPOINT,
  type HubId,
  parseHubId,
  resolveUrl,
  withoutToken,
} from './urls.ts'

/** The largest file that is held in memory to be hashed, since WebCrypto takes no stream. */
const LARGEST_HASHED = 1 << 26
/** Size of the pieces in which a file is stored in the cache. */
const PIECE = 1 << 20

export interface HubFilesOptions extends LoadWatch {
  /** A branch, tag or commit; takes precedence over one in the id. */
  readonly revision?: string
  readonly token?: string
  readonly endpoint?: string
  /** Where files are kept: by default the Cache API's `iobert`, if available; `false` for nowhere. */
  readonly cache?: Cache | false
  readonly fetch?: typeof fetch
  /** See `RequestOptions`. */
  readonly retries?: number
  readonly retryDelay?: number
}

/** With the token checked. */
type Options = Omit<HubFilesOptions, 'token'> & { readonly token: string | undefined }

/**
 * The files of a model on the Hub, for runtimes without a disk. The list of files is requested once; each
 * file is then taken from the cache, whose keys contain the commit, or downloaded into it. Sizes are always
 * verified, sha256 for files up to 64 MB.
 *
 * Opening a file throws `HubError` if the Hub refuses, `ModelFormatError` if a model has no safetensors.
 *
 * @param id `owner/name[@revision]`
 * @throws {RangeError} if `id` is not a Hub id, or the token is invalid
 */
export function hubFiles(id: string, given: HubFilesOptions = {}): ModelFiles {
  const model = parseHubId(id, given.revision)
  const token = checkToken(given.token, 'token')
  const options = { ...given, token }
  const endpoint = checkEndpoint(options.endpoint ?? DEFAULT_ENDPOINT)
  let opening: Promise<{ cache: Cache | undefined; listing: Listing }> | undefined

  async function prepare(): Promise<{ cache: Cache | undefined; listing: Listing }> {
    const cache = await openCache(options.cache)
    return { cache, listing: await readListing(endpoint, model, cache, token, requestOptions(options)) }
  }

  async function open(fileName: string): Promise<ByteSource | undefined> {
    opening ??= prepare()
    const { cache, listing } = await opening.catch((error: unknown) => {
      opening = undefined
      throw error
    })
    const file = listing.files.get(fileName)
    if (file === undefined) {
      if (fileName === WEIGHTS) await checkWeights(model, listing)
      return undefined
    }
    const { repository } = model
    mostBytes(repository, fileName, file.size)
    const asked: HubQuestion = { endpoint, repository, revision: listing.commit, fileName, token }
    return openListed(asked, file, cache, options)
  }

  /** Turns refusals into the Hub's errors, and keeps tokens out of them. */
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      options.signal?.throwIfAborted()
      throw asHubError(withoutToken(error, token))
    }
  }

  const files: ModelFiles = {
    name: `${model.repository}@${model.revision}`,
    open: (fileName) => guarded(() => open(fileName)),
    weights: () => guarded(weights),
  }

  /** From the cache or memory, or else from their URL at this commit. */
  async function weights(): Promise<PostedWeights> {
    const whole = await open(WEIGHTS)
    await whole?.close()
    const index = whole === undefined ? await readShardIndex(files) : undefined
    const found = new Map<string, Blob>()
    for (const name of index === undefined ? [WEIGHTS] : [INDEX, ...shardNames(index)]) {
      const source = name === WEIGHTS ? whole : await open(name)
      await source?.close()
      if (source?.blob !== undefined) found.set(name, source.blob)
      else if (source !== undefined)
        return { kind: 'url', base: await address(), headers: authorization(token) }
    }
    return { kind: 'files', files: found }
  }

  async function address(): Promise<string> {
    const { listing } = await opening!
    return resolveUrl(endpoint, { ...model, revision: listing.commit }, '')
  }

  return files
}

/** Storage may be forbidden (private windows, insecure origins); everything works without it. */
async function openCache(given: Cache | false | undefined): Promise<Cache | undefined> {
  if (given !== undefined) return given === false ? undefined : given
  if (typeof caches === 'undefined') return undefined
  return caches.open('iobert').catch(() => undefined)
}

async function checkWeights(model: HubId, listing: Listing): Promise<void> {
  if (listing.files.has(INDEX)) return
  throw await noSafetensors(model.repository, async (fileName) => listing.files.has(fileName))
}

async function openListed(
  asked: HubQuestion,
  file: ListedFile,
  cache: Cache | undefined,
  options: Options,
): Promise<ByteSource | undefined> {
  const url = resolveUrl(asked.endpoint, asked, asked.fileName)
  const kept = await openKept(cache, url, file)
  if (kept !== undefined) return kept
  const source = await openUrl(url, {
    ...requestOptions(options),
    most: file.size,
    onError: (response) => {
      throw hubRefusal(response, asked)
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
    return blobSource(url, new Blob([bytes]))
  }
  if (cache === undefined) return watched
  const stored = await keep(cache, url, streamedResponse(watched))
  options.signal?.throwIfAborted()
  const there = stored ? await openKept(cache, url, file) : undefined
  // If there is too little room for it, it is read from the network each time.
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

/** A response whose body is read only as fast as it is stored. */
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

function withProgress(source: ByteSource, file: string, options: Options): ByteSource {
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

/** WebCrypto is missing on insecure origins; the size is checked in any case. */
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

function requestOptions({ token, fetch, signal, retries, retryDelay }: Options): RequestOptions {
  return { headers: authorization(token), signal, ...defined({ fetch, retries, retryDelay }) }
}

/** @throws {RangeError} where `id` is no model of the Hub, or the token holds what no token does */
export function checkHubModel(id: string, token: string | undefined): { id: string; token?: string } {
  parseHubId(id)
  return { id, ...defined({ token: checkToken(token, 'token') }) }
}
