/**
 * The response to one request for a file: what its headers say about the whole file, and its bytes as they
 * arrive.
 */
import { DownloadError, ModelFormatError, reasonOf } from '../errors.ts'
import { tooLarge } from '../source.ts'
import { backOff, delay, nextPiece, type RequestOptions, request } from './request.ts'

/** Files up to this size are read whole when opened; also what is read and dropped rather than asked for anew. */
export const SMALL: number = 1 << 20
/** How often one file's body may break before reading it is given up. */
export const MOST_RESTARTS: number = 5
/** A time of change says little while it is so fresh, since it counts whole seconds. Milliseconds; RFC 9110, 8.8.2.2. */
const FRESH = 60_000

export interface UrlOptions extends RequestOptions {
  /** The most bytes that are taken of a file whose length nobody says. Default 1 GiB. */
  readonly most?: number
  /** Sees each response that refuses; may throw a better error than the general one. */
  readonly onError?: (response: Response, url: string) => void
  /** Told that a page of HTML came in a file's place, which then counts as absent. Where it is not given, all is taken. */
  readonly onPage?: (url: string) => void
}

export interface Body {
  readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  readonly ignoresRanges: boolean
  /** Where the body starts in the file: 0 where the server ignores ranges. */
  readonly start: number
  /** The file's length, where the response says it beyond doubt. */
  readonly total: number | undefined
  /** Tells two versions of a file apart, where the response shows one. */
  readonly version: string | null
  /** Whether `version` cannot be the same for two of them. */
  readonly isVersioned: boolean
  /** Whether the server calls it HTML. */
  readonly isPage: boolean
}

/**
 * Asks for a file from byte `offset` on.
 *
 * @returns `undefined` where the server says 404
 * @throws {DownloadError} `Refused` for any other status, `NoAnswer`, `BadRedirect`
 */
export async function openBody(url: string, offset: number, options: UrlOptions): Promise<Body | undefined> {
  // A request with Range is one that runtimes do not let the server compress, so lengths are true.
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
    // Pages of another origin see Content-Length but not Content-Range.
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
 * Reads a file to its end, from the start again where the connection breaks.
 *
 * @param most bytes that are taken where nobody says how many there are
 * @throws {ModelFormatError} where more come; what came so far is all that was held
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
      if (restarts >= MOST_RESTARTS) throw broken(url, error)
    }
    await delay(backOff(restarts, options), options.signal)
    const next = await openBody(url, 0, options)
    if (next === undefined) throw changed(url)
    body = next
  }
}

/** @throws {ModelFormatError} where no `total` is known and more than `most` bytes come */
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

/** Bytes of a file, and where they are in it. */
export interface Sample {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** Whether a file still has the bytes of `sample`, by another request. */
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
    throw broken(url, error)
  } finally {
    release(body)
  }
}

/** Lets go of the connection; a body that broke already has nothing to cancel. */
export function release(body: Body): void {
  body.reader?.cancel().catch(() => {})
}

export function changed(url: string): DownloadError {
  return new DownloadError('Changed', `${url} changed while it was read: load the model again`)
}

export function broken(url: string, cause: unknown): DownloadError {
  return new DownloadError(
    'NoAnswer',
    `Reading ${url} broke off ${MOST_RESTARTS + 1} times: ${reasonOf(cause)}`,
    { cause },
  )
}
