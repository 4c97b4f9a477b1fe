/**
 * A large file at a URL, read forward from one body; if reading jumps or the connection breaks, a `Range`
 * request follows.
 */
import { type ByteSource, checkRange } from '../source.ts'
import { backOff, delay, nextPiece } from './request.ts'
import {
  type Body,
  broken,
  changed,
  hasStill,
  MOST_RESTARTS,
  openBody,
  release,
  type Sample,
  SMALL,
  type UrlOptions,
} from './url-body.ts'

/** How much of what was read last tells whether a file is still the same. */
const SAMPLE = 1 << 16
const SMALLEST_SAMPLE = 1 << 12

/** The body stands at `position`, and reads move it forward. */
export function streamSource(
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
      if (body !== undefined && position + left.length === total) {
        void releaseAtEnd(body, options)
        body = undefined
      }
      drop()
    },
  }
}

/**
 * Reads on after the last byte until the body says that it is done: browsers keep no file in their cache whose body was
 * cancelled, and show its request as an error. Nobody waits for it.
 */
async function releaseAtEnd(body: Body, options: UrlOptions): Promise<void> {
  try {
    while (body.reader !== undefined && (await nextPiece(body.reader, options)) !== undefined);
  } catch {
    release(body)
  }
}

const NOTHING: Uint8Array = new Uint8Array(0)
