import { explain, nameOf, openSource, type Source } from './inputs.ts'
import { type Line, LineSplitter } from './lines.ts'

/** Nothing more is read while this much waits. */
const AHEAD_BYTES = 1 << 18

/** Lines of several sources, read ahead up to a bound. */
export class LineQueue {
  /** Sources that could not be read, or not to their end, a sentence each. */
  readonly errors: string[] = []
  readonly #maxChars: number
  #lines: Line[] = []
  /** Of the next line in `#lines`. */
  #at = 0
  #bytes = 0
  #taken = 0
  #ended = false
  #sleepers: (() => void)[] = []

  constructor(sources: readonly Source[], maxChars: number) {
    this.#maxChars = maxChars
    void this.#read(sources)
  }

  /** Lines taken out so far. */
  get taken(): number {
    return this.#taken
  }

  /** The next line, if it is there now. */
  take(): Line | undefined {
    const line = this.#lines[this.#at]
    if (line === undefined) return undefined
    this.#at++
    this.#taken++
    if (this.#at === this.#lines.length) {
      this.#lines = []
      this.#at = 0
      this.#bytes = 0
      this.#wake()
    }
    return line
  }

  /** Waits for a line; false where none will come. */
  async wait(): Promise<boolean> {
    while (this.#lines.length === 0 && !this.#ended) await this.#sleep()
    return this.#lines.length > 0
  }

  async #read(sources: readonly Source[]): Promise<void> {
    for (const source of sources) {
      const splitter = new LineSplitter(this.#maxChars)
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

  #add(lines: Iterable<Line>): void {
    for (const line of lines) {
      this.#lines.push(line)
      this.#bytes += line.length
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
