/**
 * Cuts the bytes of a table into records as defined by RFC 4180: a record is a line, but a quoted cell may
 * contain line breaks. Quotes are tracked as the bytes arrive, so that a table of any size takes only the
 * memory of its longest row.
 */
import type { ByteSplitter } from '../line-queue.ts'

const QUOTE = 0x22
const LINE_FEED = 0x0a
const UTF8_BOM = [0xef, 0xbb, 0xbf]
/** Maximum number of UTF-8 bytes for one UTF-16 unit. */
const BYTES_PER_UNIT = 3

/** The state of the parser within a cell. */
type State = 'start' | 'plain' | 'quoted' | 'quote in quotes'

export class RecordSplitter implements ByteSplitter<Uint8Array> {
  readonly #delimiterOf: (header: Uint8Array) => number
  readonly #maxChars: number
  #delimiter: number | undefined
  #parts: Uint8Array[] = []
  #bytes = 0
  #records = 0
  #state: State = 'start'

  /**
   * @param delimiterOf finds the delimiter, an ASCII byte, from the first line
   */
  constructor(delimiterOf: (header: Uint8Array) => number, maxChars: number) {
    this.#delimiterOf = delimiterOf
    this.#maxChars = maxChars
  }

  /**
   * The records that end in this chunk, with their line ends; the first may begin with a byte order mark.
   *
   * @throws {RangeError} for a row that is too long, for instance after a quote that is never closed
   */
  *push(chunk: Uint8Array): Generator<Uint8Array> {
    let bytes = chunk
    if (this.#delimiter === undefined) {
      // Only the whole first line tells.
      if (chunk.indexOf(LINE_FEED) < 0) {
        this.#keep(chunk)
        return
      }
      bytes = Buffer.concat([...this.#parts, chunk])
      this.#parts = []
      this.#bytes = 0
      this.#delimiter = this.#delimiterOf(bytes.subarray(0, bytes.indexOf(LINE_FEED)))
    }
    yield* this.#cut(bytes)
  }

  *end(): Generator<Uint8Array> {
    if (this.#delimiter === undefined && this.#bytes > 0) {
      const bytes = Buffer.concat(this.#parts)
      this.#parts = []
      this.#bytes = 0
      this.#delimiter = this.#delimiterOf(bytes)
      yield* this.#cut(bytes)
    }
    if (this.#state === 'quoted') {
      throw new RangeError(`row ${this.#records + 1} begins a cell with a quote that nothing closes`)
    }
    if (this.#bytes > 0) yield this.#take()
  }

  *#cut(bytes: Uint8Array): Generator<Uint8Array> {
    const delimiter = this.#delimiter!
    let start = 0
    const marked =
      this.#records === 0 && this.#bytes === 0 && UTF8_BOM.every((byte, at) => bytes[at] === byte)
    for (let at = marked ? UTF8_BOM.length : 0; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (this.#state === 'quoted') {
        if (byte === QUOTE) this.#state = 'quote in quotes'
      } else if (byte === QUOTE && this.#state !== 'plain') this.#state = 'quoted'
      else if (byte === delimiter) this.#state = 'start'
      else if (byte !== LINE_FEED) this.#state = 'plain'
      else {
        this.#keep(bytes.subarray(start, at + 1))
        yield this.#take()
        start = at + 1
      }
    }
    if (start < bytes.length) this.#keep(bytes.subarray(start))
  }

  #keep(part: Uint8Array): void {
    this.#parts.push(part)
    this.#bytes += part.length
    if (this.#bytes <= BYTES_PER_UNIT * this.#maxChars) return
    throw new RangeError(
      `row ${this.#records + 1} has more than ${this.#maxChars} characters; is a quote not closed? See --max-chars`,
    )
  }

  #take(): Uint8Array {
    const record = this.#parts.length === 1 ? this.#parts[0]! : Buffer.concat(this.#parts)
    this.#parts = []
    this.#bytes = 0
    this.#records++
    this.#state = 'start'
    return record
  }
}
