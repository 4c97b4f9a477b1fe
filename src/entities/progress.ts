/** How far long texts are read. Made where a call wants to be told. */
import type { Segment } from './segments.ts'

/** How far texts are read: their pieces are known when they are, and till then estimated by the characters. */
export class Progress {
  readonly #tell: (progress: { done: number; total: number }) => void
  #done = 0
  #pieces = 0
  #characters = 0
  #total = 0

  /** @param tell  called after each batch */
  constructor(tell: (progress: { done: number; total: number }) => void) {
    this.#tell = tell
  }

  /** After a batch of windows. */
  computed(batch: readonly { readonly ids: readonly number[] }[]): void {
    for (const { ids } of batch) this.#done += ids.length
    const estimate = Math.round((this.#pieces * this.#total) / Math.max(1, this.#characters))
    this.#tell({ done: this.#done, total: Math.max(this.#pieces, estimate) })
  }

  /** The segments of a text, counted as they are made. */
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
