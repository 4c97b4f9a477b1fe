/** A line's bytes without its end, or that it was too long to hold. */
export type Line = Uint8Array | 'too long'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/** Cuts bytes into lines as they come. A line of more than `maxChars` characters is dropped while it is read. */
export class LineSplitter {
  readonly #maxChars: number
  #parts: Uint8Array[] = []
  #chars = 0

  constructor(maxChars: number) {
    this.#maxChars = maxChars
  }

  /** The lines that end in this chunk. */
  *push(chunk: Uint8Array): Generator<Line> {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#add(chunk.subarray(start, end))
      yield this.#take()
      start = end + 1
    }
    if (start < chunk.length) this.#add(chunk.subarray(start))
  }

  /** The last line, where the bytes do not end with a line feed. */
  *end(): Generator<Line> {
    if (this.#chars > 0) yield this.#take()
  }

  #add(part: Uint8Array): void {
    this.#chars += countCharacters(part)
    if (this.#chars > this.#maxChars) this.#parts = []
    else this.#parts.push(part)
  }

  #take(): Line {
    const parts = this.#parts
    const tooLong = this.#chars > this.#maxChars
    this.#parts = []
    this.#chars = 0
    if (tooLong) return 'too long'
    const line = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line
  }
}

/** Code points of UTF-8: all bytes but those that continue one. */
function countCharacters(bytes: Uint8Array): number {
  let count = 0
  for (let at = 0; at < bytes.length; at++) if ((bytes[at]! & 0xc0) !== 0x80) count++
  return count
}
