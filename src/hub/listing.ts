/** The Hub's list of a model's files, and the browser's cache, which keeps the list and the files. */
import { HubError, ModelFormatError } from '../format/errors.ts'
import { parseJson } from '../format/json-file.ts'
import { isNoAnswer, type RequestOptions, request } from '../format/remote/request.ts'
import { readToEnd } from '../format/remote/url-body.ts'
import { hubRefusal } from './refusals.ts'
import { filesUrl, type HubId, isCommit } from './urls.ts'

/** Maximum size of a list; a typical one has a few kB. */
const LARGEST_LIST = { bytes: 1 << 24, values: 1 << 20 }

/** The Hub's description of a file. */
export interface ListedFile {
  readonly size: number
  /** Of the content, for large files. */
  readonly sha256: string | undefined
}

export interface Listing {
  readonly commit: string
  readonly files: ReadonlyMap<string, ListedFile>
}

/** Requests the list of files; without a connection the cached list is used. */
export async function readListing(
  endpoint: string,
  model: HubId,
  cache: Cache | undefined,
  token: string | undefined,
  options: RequestOptions,
): Promise<Listing> {
  const url = filesUrl(endpoint, model)
  const kept = await cache?.match(url)
  if (kept !== undefined && isCommit(model.revision)) return parseListing(url, await kept.text())
  let response: Response
  try {
    const retries = kept === undefined ? {} : { retries: 0 }
    response = await request(url, {}, { ...options, ...retries })
  } catch (error) {
    if (kept === undefined || !isNoAnswer(error)) throw error
    return parseListing(url, await kept.text())
  }
  if (!response.ok) {
    await response.body?.cancel()
    if (kept !== undefined && response.status >= 500) return parseListing(url, await kept.text())
    throw hubRefusal(response, { ...model, endpoint, fileName: 'the list of files', token })
  }
  const body = response.body?.getReader()
  const bytes = await readToEnd(url, body, undefined, LARGEST_LIST.bytes, options).catch((error: unknown) => {
    throw error instanceof ModelFormatError ? noHub(url, error) : error
  })
  const listing = parseListing(url, bytes)
  await keep(cache, url, new Response(bytes, { headers: { 'content-type': 'application/json' } }))
  return listing
}

/** The sign-in page of a network is not JSON, and thus not a list. */
function parsed(url: string, json: string | Uint8Array): unknown {
  try {
    return parseJson(json, url, LARGEST_LIST)
  } catch {
    return undefined
  }
}

function parseListing(url: string, json: string | Uint8Array): Listing {
  const files = new Map<string, ListedFile>()
  const { sha, siblings } = properties(parsed(url, json))
  if (typeof sha !== 'string' || !isCommit(sha) || !Array.isArray(siblings)) {
    throw noHub(url)
  }
  for (const sibling of siblings) {
    const { rfilename, size, lfs } = properties(sibling)
    const { sha256 } = properties(lfs)
    if (typeof rfilename !== 'string' || !Number.isSafeInteger(size) || (size as number) < 0) continue
    files.set(rfilename, { size: size as number, sha256: typeof sha256 === 'string' ? sha256 : undefined })
  }
  return { commit: sha, files }
}

function noHub(url: string, cause?: Error): HubError {
  return new HubError('Unavailable', `${url} does not answer as the Hub does: check the endpoint`, { cause })
}

function properties(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** False if there is no cache, or no room in it. */
export async function keep(cache: Cache | undefined, url: string, response: Response): Promise<boolean> {
  try {
    await cache?.put(url, response)
    return cache !== undefined
  } catch {
    return false
  }
}
