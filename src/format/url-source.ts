import { checkFileName } from './file-name.ts'
import {
  backOff,
  ConnectionError,
  delay,
  nextPiece,
  type RequestOptions,
  reasonOf,
  request,
} from './request.ts'
import { type ByteSource, bytesSource, checkRange, type ModelFiles } from './source.ts'

/** Files up to this size are read whole when opened; also what is read and dropped rather than asked for anew. */
const SMALL = 1 << 20
/** How often one file's body may break before reading it is given up. */
const MOST_RESTARTS = 5

/** What a Hub adds to reading a URL. */
export interface UrlOptions extends RequestOptions {
  /** Sees each response that refuses; may throw a better error than the general one. */
  readonly onError?: (response: Response, url: string) => void
}

/**
 * The files below a URL prefix, read by `fetch`. One request a file: its body is read forward as the loader asks, and
 * a request with `Range` follows only where reading jumps or the connection broke. A server that ignores `Range` is
 * read from the start again instead.
 *
 * @param base ends in `/`
 * @throws {TypeError} where `base` is not an absolute URL that ends in `/`
 *
 * @example
 * const files = urlFiles('https://example.org/models/ner/')
 */
export function urlFiles(base: string | URL, options: RequestOptions = {}): ModelFiles {
  const prefix = String(base)
  if (!URL.canParse(prefix) || !prefix.endsWith('/')) {
    throw new TypeError(`A model's URL must be absolute and end in '/', not ${JSON.stringify(prefix)}`)
  }
  return {
    name: prefix,
    async open(fileName: string): Promise<ByteSource | undefined> {
      return openUrl(prefix + checkFileName(fileName).split('/').map(encodeURIComponent).join('/'), options)
    },
  }
}

/**
 * Opens one URL; `undefined` where the server says 404.
 *
 * @throws an `Error` with the URL and the status for any other refusal
 */
export async function openUrl(url: string, options: UrlOptions = {}): Promise<ByteSource | undefined> {
  const opened = /^https?:/i.test(url) ? await openBody(url, 0, options) : await openPackaged(url, options)
  if (opened === undefined) return undefined
  // Without a length (chunked, or compressed on the way) only the end of the body tells it.
  if (opened.total === undefined || opened.total <= SMALL) {
    return bytesSource(url, await readWhole(url, opened, options))
  }
  return streamSource(url, opened, opened.total, options)
}

/** In an extension's own files nothing answers 404: what is not there cannot be fetched, and waiting does not help. */
async function openPackaged(url: string, options: UrlOptions): Promise<Body | undefined> {
  try {
    return await openBody(url, 0, { ...options, retries: 0 })
  } catch (error) {
    if (error instanceof ConnectionError) return undefined
    throw error
  }
}

interface Body {
  readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  readonly ignoresRanges: boolean
  /** Where the body starts in the file: 0 where the server ignores ranges. */
  readonly start: number
  /** The file's length, where the response says it beyond doubt. */
  readonly total: number | undefined
  /** Tells two versions of a file apart, where the response shows one. */
  readonly version: string | null
}

async function openBody(url: string, offset: number, options: UrlOptions): Promise<Body | undefined> {
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
  if (response.status !== 200 && response.status !== 206) {
    await response.body?.cancel()
    options.onError?.(response, url)
    throw new Error(
      `${url} answered ${response.status} ${response.statusText}`.trimEnd() +
        (response.status === 401 || response.status === 403 ? '; it wants other headers or a token' : ''),
    )
  }
  const { headers } = response
  const length =
    headers.get('content-encoding') === null ? wholeNumber(headers.get('content-length')) : undefined
  const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '')
  const partial = response.status === 206
  return {
    reader: response.body?.getReader(),
    ignoresRanges: !partial,
    start: partial ? Number(range?.[1] ?? offset) : 0,
    // Pages of another origin see Content-Length but not Content-Range.
    total: partial
      ? (wholeNumber(range?.[2]) ?? (length === undefined ? undefined : offset + length))
      : length,
    version: headers.get('etag') ?? headers.get('last-modified'),
  }
}

function wholeNumber(text: string | null | undefined): number | undefined {
  return text !== null && text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}

/** Reads a file to its end, from the start again where the connection breaks. */
async function readWhole(url: string, opened: Body, options: UrlOptions): Promise<Uint8Array> {
  let body = opened
  for (let restarts = 0; ; restarts++) {
    try {
      const bytes = await readToEnd(body, options)
      if (body.total === undefined || body.total === bytes.length) return bytes
      throw new Error(`${bytes.length} bytes came, ${body.total} were announced`)
    } catch (error) {
      options.signal?.throwIfAborted()
      if (restarts >= MOST_RESTARTS) throw broken(url, error)
    }
    await delay(backOff(restarts, options), options.signal)
    const next = await openBody(url, 0, options)
    if (next === undefined) throw changed(url)
    body = next
  }
}

async function readToEnd(body: Body, options: UrlOptions): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  try {
    while (body.reader !== undefined) {
      const piece = await nextPiece(body.reader, options)
      if (piece === undefined) break
      pieces.push(piece)
      length += piece.length
    }
  } finally {
    release(body)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

/** A large file: the body stands at `position`, and reads move it forward. */
function streamSource(url: string, opened: Body, total: number, options: UrlOptions): ByteSource {
  let body: Body | undefined = opened
  let position = opened.start
  let left: Uint8Array = NOTHING
  let closed = false

  function drop(): void {
    if (body !== undefined) release(body)
    body = undefined
    left = NOTHING
  }

  /** Takes the body to `offset`, or before it: `read` drops what lies between. */
  async function seek(offset: number): Promise<void> {
    // Reading on is cheaper than a new request for a small gap.
    if (body !== undefined && offset >= position && offset - position <= SMALL) return
    // Where ranges are ignored there is no way but forward.
    if (body !== undefined && offset >= position && body.ignoresRanges) return
    drop()
    const next = await openBody(url, offset, options)
    if (next === undefined) throw changed(url)
    if (next.total !== total || next.version !== opened.version || next.start > offset) {
      release(next)
      throw changed(url)
    }
    body = next
    position = next.start
  }

  async function read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(url, offset, target.length, total)
    let done = 0
    for (let restarts = 0; done < target.length; ) {
      if (closed) throw new Error(`${url} is closed`)
      await seek(offset + done)
      try {
        while (done < target.length) {
          if (left.length === 0) left = await more()
          const gap = offset + done - position
          const taken = Math.min(left.length, gap > 0 ? gap : target.length - done)
          if (gap === 0) {
            target.set(left.subarray(0, taken), done)
            done += taken
            restarts = 0
          }
          left = left.subarray(taken)
          position += taken
        }
      } catch (error) {
        drop()
        options.signal?.throwIfAborted()
        if (restarts >= MOST_RESTARTS) throw broken(url, error)
        await delay(backOff(restarts++, options), options.signal)
      }
    }
  }

  async function more(): Promise<Uint8Array> {
    const piece = body?.reader === undefined ? undefined : await nextPiece(body.reader, options)
    if (piece === undefined) throw new Error(`the body ended at byte ${position} of ${total}`)
    return piece
  }

  let queue: Promise<void> = Promise.resolve()
  return {
    name: url,
    byteLength: total,
    read(offset: number, target: Uint8Array): Promise<void> {
      const reading = queue.then(() => read(offset, target))
      queue = reading.catch(() => {})
      return reading
    },
    async close(): Promise<void> {
      closed = true
      drop()
    },
  }
}

const NOTHING: Uint8Array = new Uint8Array(0)

/** Lets go of the connection; a body that broke already has nothing to cancel. */
function release(body: Body): void {
  body.reader?.cancel().catch(() => {})
}

function changed(url: string): Error {
  return new Error(`${url} changed while it was read: load the model again`)
}

function broken(url: string, cause: unknown): ConnectionError {
  return new ConnectionError(`Reading ${url} broke off ${MOST_RESTARTS + 1} times: ${reasonOf(cause)}`, {
    cause,
  })
}
