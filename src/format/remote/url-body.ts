/**
 * The response to one request for a file: what its headers say about the whole file, and its bytes as they
 * arrive.
 */
import { DownloadError, ModelFormatError, reasonOf } from '../errors.ts'
import { tooLarge } from '../source.ts'
import { backOff, delay, nextPiece, type RequestOptions, request } from './request.ts'

/**
 * Files up to this size are read completely when opened; gaps up to this size are read and dropped instead of
 * requested anew.
 */
export const SMALL: number = 1 << 20
/** How often one file's body may break before reading fails. */
export const MOST_RESTARTS: number = 5
/**
 * How recent a modification time must be not to count, since it has whole seconds. In milliseconds; RFC 9110,
 * 8.8.2.2.
 */
const FRESH = 60_000

export interface UrlOptions extends RequestOptions {
  /** Maximum size in bytes of a file of unknown length. Default 1 GiB. */
  readonly most?: number
  /** Called with each error response; may throw a better error than the general one. */
  readonly onError?: (response: Response, url: string) => void
  /**
   * Called if an HTML page came in place of a file, which then counts as missing. If undefined, everything is
   * accepted.
   */
  readonly onPage?: (url: string) => void
}

export interface Body {
  readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  readonly ignoresRanges: boolean
  /** Where the body starts in the file: 0 if the server ignores ranges. */
  readonly start: number
  /** The file's length, if the response states it reliably. */
  readonly total: number | undefined
  /** Distinguishes two versions of a file, if the response contains such a value. */
  readonly version: string | null
  /** Whether two versions can never have the same `version`. */
  readonly isVersioned: boolean
  /** Whether the server declares it as HTML. */
  readonly isPage: boolean
}

/**
 * Requests a file from byte `offset` on.
 *
 * @returns `undefined` if the server answers 404
 * @throws {DownloadError} `Refused` for any other error status, `NoAnswer`, `BadRedirect`
 */
export async function openBody(url: string, offset: number, options: UrlOptions): Promise<Body | undefined> {
  // Runtimes do not let a server compress the answer to a Range request, so its lengths are true.
  let response = await request(url, { headers: { range: `bytes=${offset}-` } }, options)
  if (response.status === 416 && offset === 0) {
    // An empty file has no first byte.
    await response.body?.cancel()
    response = await request(url, {}, options)
  }
  if (response.status === 404 && offset === 0) {
    await response.body?.cancel()
    options.onError?.(response, url)
    return undefined
  }
  if (offset > 0 && (response.status === 404 || response.status === 416)) {
    await response.body?.cancel()
    throw changed(url)
  }
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel()
    options.onError?.(response, url)
    throw new DownloadError(
      'Refused',
      `${url} answered ${response.status} ${response.statusText.slice(0, 100)}`.trimEnd() +
        (response.status === 401 || response.status === 403
          ? '; it wants other headers or a token, or has no such file and does not say so'
          : ''),
    )
  }
  const { headers } = response
  const length =
    headers.get('content-encoding') === null ? wholeNumber(headers.get('content-length')) : undefined
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '')
  const partial = response.status === 206
  const [etag, modified] = [headers.get('etag'), headers.get('last-modified')]
  return {
    reader: response.body?.getReader(),
    ignoresRanges: !partial,
    start: partial ? Number(range?.[1] ?? offset) : 0,
    // Pages of another origin can see Content-Length but not Content-Range.
    total: partial
      ? (wholeNumber(range?.[2]) ?? (length === undefined ? undefined : offset + length))
      : length,
    version: etag ?? modified,
    isVersioned: etag !== null || isSettled(modified, headers.get('date')),
    isPage: /^(text\/html|application\/xhtml)/i.test(headers.get('content-type') ?? ''),
  }
}

function wholeNumber(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

function isSettled(modified: string | null, now: string | null): boolean {
  const at = Date.parse(modified ?? '')
  const seen = now === null ? Date.now() : Date.parse(now)
  return seen - at >= FRESH
}

/**
 * Reads a file to its end, starting over if the connection breaks.
 *
 * @param most maximum number of bytes if the length is unknown
 * @throws {ModelFormatError} if more arrive; no more than that is held in memory
 */
export async function readWhole(
  url: string,
  opened: Body,
  most: number,
  options: UrlOptions,
): Promise<Uint8Array> {
  let body = opened
  for (let restarts = 0; ; restarts++) {
    try {
      const bytes = await readToEnd(url, body.reader, body.total, most, options)
      if (body.total === undefined || body.total === bytes.length) return bytes
      throw new Error(`${bytes.length} bytes came, ${body.total} were announced`)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (error instanceof ModelFormatError) throw error
      if (restarts >= MOST_RESTARTS) throw brokenDownload(url, error)
    }
    await delay(backOff(restarts, options), options.signal)
    const next = await openBody(url, 0, options)
    if (next === undefined) throw changed(url)
    body = next
  }
}

/**
 * @throws {ModelFormatError} if `total` is unknown and more than `most` bytes arrive
 */
export async function readToEnd(
  url: string,
  reader: Body['reader'],
  total: number | undefined,
  most: number,
  options: RequestOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  let length = 0
  try {
    while (reader !== undefined) {
      const piece = await nextPiece(reader, options)
      if (piece === undefined) break
      pieces.push(piece)
      length += piece.length
      if (length <= (total ?? most)) continue
      if (total === undefined) throw tooLarge(url, `no stated length and more than ${most} bytes`, most)
      throw new Error(`more bytes came than the ${total} that were announced`)
    }
  } finally {
    reader?.cancel().catch(() => {})
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** Some bytes of a file, and their position. */
export interface Sample {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** Checks by another request whether a file still has the bytes of `sample`. */
export async function hasStill(
  url: string,
  { offset, bytes }: Sample,
  options: UrlOptions,
): Promise<boolean> {
  const body = await openBody(url, offset, options)
  if (body?.reader === undefined) return false
  try {
    let position = body.start
    let same = 0
    while (same < bytes.length) {
      const piece = await nextPiece(body.reader, options)
      if (piece === undefined) return false
      for (let at = Math.max(0, offset - position); at < piece.length && same < bytes.length; at++, same++) {
        if (piece[at] !== bytes[same]) return false
      }
      position += piece.length
    }
    return true
  } catch (error) {
    options.signal?.throwIfAborted()
    throw brokenDownload(url, error)
  } finally {
    release(body)
  }
}

/** Releases the connection; a body that broke has nothing to cancel. */
export function release(body: Body): void {
  body.reader?.cancel().catch(() => {})
}

export function changed(url: string): DownloadError {
  return new DownloadError('Changed', `${url} changed while it was read: load the model again`)
}

export function brokenDownload(url: string, cause: unknown): DownloadError {
  return new DownloadError(
    'NoAnswer',
    `Reading ${url} broke off ${MOST_RESTARTS + 1} times: ${reasonOf(cause)}`,
    { cause },
  )
}
