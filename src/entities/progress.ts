/** Counts how much of the texts has been read, for a call with `onProgress`. */
import type { Segment } from './segments.ts'

/**
 * Progress in pieces: exact for the texts that are already encoded, estimated from the characters for the
 * rest.
 */
export class Progress {
  readonly #tell: (progress: { done: number; total: number }) => void
  #done = 0
  #pieces = 0
  #characters = 0
  #total = 0

  /**
   * @param tell called after each batch
   */
  constructor(tell: (progress: { done: number; total: number }) => void) {
    this.#tell = tell
  }

  /** Counts a batch of windows as done. */
  computed(batch: readonly { readonly ids: readonly number[] }[]): void {
    for (const { ids } of batch) this.#done += ids.length
    const estimate = Math.round((this.#pieces * this.#total) / Math.max(1, this.#characters))
    this.#tell({ done: this.#done, total: Math.max(this.#pieces, estimate) })
  }

  /** Passes on the segments of a text, and counts them as they are made. */
  *follow(text: string, segments: Iterable<Segment>): Generator<Segment, void, undefined> {
    this.#total += text.length
    let at = 0
    for (const segment of segments) {
      const { windows, end } = segment
      this.#pieces += windows.reduce((sum, window) => sum + window.end - window.start + 2, 0)
      this.#characters += end - at
      at = end
      yield segment
    }
    this.#characters += text.length - at
  }
}
