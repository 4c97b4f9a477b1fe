/** The files of a model below a URL. */
import { largestWhole } from '../file-limits.ts'
import { checkFileName } from '../file-name.ts'
import { type ByteSource, bytesSource, checkRange, type ModelFiles } from '../source.ts'
import { backOff, delay, isNoAnswer, nextPiece, type RequestOptions } from './request.ts'
import {
  type Body,
  broken,
  changed,
  hasStill,
  MOST_RESTARTS,
  openBody,
  readWhole,
  release,
  type Sample,
  type UrlOptions,
} from './url-body.ts'

/** Files up to this size are read whole when opened; also what is read and dropped rather than asked for anew. */
const SMALL = 1 << 20
/** What is taken of a file whose length nobody says: it has to be held whole. */
const LARGEST_UNSIZED = 2 ** 30
/** How much of what was read last tells whether a file is still the same. */
const SAMPLE = 1 << 16
const SMALLEST_SAMPLE = 1 << 12

const OF_THE_DISK =
  'a page that is opened from the disk (file:) may not read files: serve its folder (npx serve, python3 -m http.server) and open the http: address, or pass the files as a Map'

/**
 * The files below a URL prefix, read by `fetch`. One request a file: its body is read forward as the loader asks, and
 * a request with `Range` follows only where reading jumps or the connection broke. A server that ignores `Range` is
 * read from the start again instead.
 *
 * A page of HTML in a file's place counts as no file: that is how many servers answer for what they do not have.
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
  const pages = new Map<string, string>()
  return {
    name: prefix,
    async open(fileName: string): Promise<ByteSource | undefined> {
      const url = prefix + checkFileName(fileName).split('/').map(encodeURIComponent).join('/')
      const most = largestWhole(fileName)
      return openUrl(url, {
        ...options,
        ...(most === undefined ? {} : { most }),
        onPage: () => pages.set(fileName, url),
      })
    },
    whyMissing(fileName: string): string | undefined {
      if (/^file:/i.test(prefix)) return OF_THE_DISK
      const url = pages.get(fileName)
      return url === undefined
        ? undefined
        : `${url} answers with a page of HTML, as servers do that send their index.html for what they do not have: check the address, and that the model's files are there`
    },
  }
}

/**
 * Opens one URL; `undefined` where the server says 404.
 *
 * @throws {DownloadError} with the URL, and the status where the server refuses
 * @throws {ModelFormatError} where no length is said and more than `most` bytes come
 */
export async function openUrl(url: string, options: UrlOptions = {}): Promise<ByteSource | undefined> {
  const opened = /^https?:/i.test(url) ? await openBody(url, 0, options) : await openPackaged(url, options)
  if (opened === undefined) return undefined
  // Without a length (chunked, or compressed on the way) only the end of the body tells it.
  if (opened.total === undefined || opened.total <= SMALL) {
    const bytes = await readWhole(url, opened, options.most ?? LARGEST_UNSIZED, options)
    return isFile(url, opened, bytes, options) ? bytesSource(url, bytes) : undefined
  }
  const first = opened.isPage && opened.reader ? await nextPiece(opened.reader, options) : undefined
  if (isFile(url, opened, first, options)) return streamSource(url, opened, first, opened.total, options)
  release(opened)
  return undefined
}

/** Whether what came is the file, or a page of HTML in its place; a vocabulary may begin with `<` too. */
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

/** In an extension's own files nothing answers 404: what is not there cannot be fetched, and waiting does not help. */
async function openPackaged(url: string, options: UrlOptions): Promise<Body | undefined> {
  try {
    return await openBody(url, 0, { ...options, retries: 0 })
  } catch (error) {
    if (isNoAnswer(error)) return undefined
    throw error
  }
}

/** A large file: the body stands at `position`, and reads move it forward. */
function streamSource(
  url: string,
  opened: Body,
  first: Uint8Array | undefined,
  total: number,
  options: UrlOptions,
): ByteSource {
  let body: Body | undefined = opened
  let position = opened.start
  let left: Uint8Array = first ?? NOTHING
  let closed = false
  /** What was read last, where nothing else tells two versions of the file apart. */
  let sample: Sample | undefined

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
    // Asked last: had the file changed before `next` was opened, it shows.
    if (sample !== undefined && !(await hasStill(url, sample, options))) {
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
    // A few bytes may be the same by chance.
    if (!opened.isVersioned && piece.length >= Math.min(sample?.bytes.length ?? 1, SMALLEST_SAMPLE)) {
      sample = { offset: position, bytes: piece.slice(0, SAMPLE) }
    }
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
