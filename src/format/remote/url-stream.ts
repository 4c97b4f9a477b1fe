/**
 * A large file at a URL, read forward from one body; if reading jumps or the connection breaks, a `Range`
 * request follows.
 */
import { type ByteSource, checkRange } from '../source.ts'
import { backOff, delay, nextPiece } from './request.ts'
import {
  type Body,
  brokenDownload,
  changed,
  hasStill,
  MOST_RESTARTS,
  openBody,
  release,
  type Sample,
  SMALL,
  type UrlOptions,
} from './url-body.ts'

/** Size of the sample of recent bytes that shows whether a file is still the same. */
const SAMPLE = 1 << 16
const SMALLEST_SAMPLE = 1 << 12

/** A source over a body; `position` is the body's, and reads move it forward. */
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
  /** The bytes read last, if nothing else distinguishes two versions of the file. */
  let sample: Sample | undefined

  function drop(): void {
    if (body !== undefined) release(body)
    body = undefined
    left = NOTHING
  }

  /** Moves the body to `offset` or before it; `read` drops what lies between. */
  async function seek(offset: number): Promise<void> {
    // For a small gap, reading on is cheaper than a new request.
    if (body !== undefined && offset >= position && offset - position <= SMALL) return
    // If ranges are ignored, the only way is forward.
    if (body !== undefined && offset >= position && body.ignoresRanges) return
    drop()
    const next = await openBody(url, offset, options)
    if (next === undefined) throw changed(url)
    if (next.total !== total || next.version !== opened.version || next.start > offset) {
      release(next)
      throw changed(url)
    }
    // Checked last: it shows if the file had changed before `next` was opened.
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
        if (restarts >= MOST_RESTARTS) throw brokenDownload(url, error)
        await delay(backOff(restarts++, options), options.signal)
      }
    }
  }

  async function more(): Promise<Uint8Array> {
    const piece = body?.reader === undefined ? undefined : await nextPiece(body.reader, options)
    if (piece === undefined) throw new Error(`the body ended at byte ${position} of ${total}`)
    // A few bytes may be equal by chance.
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
 * Reads on after the last byte until the body ends: browsers do not cache a file whose body was cancelled,
 * and show its request as an error. Nobody waits for it.
 */
async function releaseAtEnd(body: Body, options: UrlOptions): Promise<void> {
  try {
    while (body.reader !== undefined && (await nextPiece(body.reader, options)) !== undefined);
  } catch {
    release(body)
  }
}

const NOTHING: Uint8Array = new Uint8Array(0)
