/** Reads lines of several sources ahead of their consumer, up to a bound. */
import { explain, nameOf, openSource, type Source } from './inputs.ts'

/** Reading pauses while this much is waiting. */
const AHEAD_BYTES = 1 << 18

/** Cuts a stream of bytes into records: lines, or rows of a table. */
export interface ByteSplitter<Record> {
  /** The records that end in this chunk. */
  push(chunk: Uint8Array): Iterable<Record>
  /** The rest at the end of the stream. */
  end(): Iterable<Record>
}

/** Records of several sources, read ahead up to a bound. */
export class RecordQueue<Record extends { readonly length: number }> {
  /** A sentence for each source that could not be read completely. */
  readonly errors: string[] = []
  readonly #createSplitter: () => ByteSplitter<Record>
  #records: Record[] = []
  /** Index of the next record in `#records`. */
  #at = 0
  #bytes = 0
  #taken = 0
  #ended = false
  #sleepers: (() => void)[] = []

  /**
   * @param createSplitter called for each source
   */
  constructor(sources: readonly Source[], createSplitter: () => ByteSplitter<Record>) {
    this.#createSplitter = createSplitter
    void this.#read(sources)
  }

  /** Number of records taken so far. */
  get taken(): number {
    return this.#taken
  }

  /** The next record, if one is available now. */
  take(): Record | undefined {
    const record = this.#records[this.#at]
    if (record === undefined) return undefined
    this.#at++
    this.#taken++
    if (this.#at === this.#records.length) {
      this.#records = []
      this.#at = 0
      this.#bytes = 0
      this.#wake()
    }
    return record
  }

  /** Waits for a record; false if no more will come. */
  async wait(): Promise<boolean> {
    while (this.#records.length === 0 && !this.#ended) await this.#sleep()
    return this.#records.length > 0
  }

  async #read(sources: readonly Source[]): Promise<void> {
    for (const source of sources) {
      const splitter = this.#createSplitter()
      try {
        if (source.kind === 'text') this.#add(splitter.push(new TextEncoder().encode(source.text)))
        else {
          for await (const chunk of openSource(source)) {
            this.#add(splitter.push(chunk))
            while (this.#bytes > AHEAD_BYTES) await this.#sleep()
          }
        }
        this.#add(splitter.end())
      } catch (error) {
        this.errors.push(`${nameOf(source)}: ${explain(error)}`)
      }
    }
    this.#ended = true
    this.#wake()
  }

  #add(records: Iterable<Record>): void {
    for (const record of records) {
      this.#records.push(record)
      this.#bytes += record.length
    }
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#sleepers.splice(0)) wake()
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#sleepers.push(resolve)
    })
  }
}

/** The bytes of a line without its end, or a note that it was too long to keep. */
export type LineBytes = Uint8Array | 'too long'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/**
 * Cuts bytes into lines as they arrive. A line of more than `maxChars` characters is dropped while it is
 * read.
 */
export class LineSplitter implements ByteSplitter<LineBytes> {
  readonly #maxChars: number
  #parts: Uint8Array[] = []
  #chars = 0

  constructor(maxChars: number) {
    this.#maxChars = maxChars
  }

  /** The lines that end in this chunk. */
  *push(chunk: Uint8Array): Generator<LineBytes> {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      this.#add(chunk.subarray(start, end))
      yield this.#take()
      start = end + 1
    }
    if (start < chunk.length) this.#add(chunk.subarray(start))
  }

  /** The last line, if the bytes do not end with a line feed. */
  *end(): Generator<LineBytes> {
    if (this.#chars > 0) yield this.#take()
  }

  #add(part: Uint8Array): void {
    this.#chars += countCharacters(part)
    if (this.#chars > this.#maxChars) this.#parts = []
    else this.#parts.push(part)
  }

  #take(): LineBytes {
    const parts = this.#parts
    const tooLong = this.#chars > this.#maxChars
    this.#parts = []
    this.#chars = 0
    if (tooLong) return 'too long'
    const line = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line
  }
}

/** Counts code points in UTF-8: all bytes except continuation bytes. */
function countCharacters(bytes: Uint8Array): number {
  let count = 0
  for (let at = 0; at < bytes.length; at++) if ((bytes[at]! & 0xc0) !== 0x80) count++
  return count
}
