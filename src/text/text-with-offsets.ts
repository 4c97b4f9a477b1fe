/** A text on its way through the steps of a tokenizer: code points, each with the place in the source that it stands for. */

const REPLACEMENT = 0xfffd

/** Code points, each with the UTF-16 range of the source it stands for. */
export class NormalizedText {
  length = 0
  codePoints: Int32Array
  /** First UTF-16 unit of the source, by code point. */
  starts: Int32Array
  /** The unit after the last. */
  ends: Int32Array
  /** UTF-16 units that a charsmap dropped before the first code point; the library counts places as if they were not there. */
  dropped = 0

  constructor(capacity: number) {
    this.codePoints = new Int32Array(capacity)
    this.starts = new Int32Array(capacity)
    this.ends = new Int32Array(capacity)
  }

  /** A text as it stands. A lone surrogate is U+FFFD and keeps its one unit. */
  static of(text: string): NormalizedText {
    const made = new NormalizedText(text.length)
    for (let at = 0; at < text.length; ) {
      const code = text.codePointAt(at)!
      const end = at + (code > 0xffff ? 2 : 1)
      made.push(code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code, at, end)
      at = end
    }
    return made
  }

  push(codePoint: number, start: number, end: number): void {
    const index = this.length
    if (index === this.codePoints.length) this.#grow()
    this.codePoints[index] = codePoint
    this.starts[index] = start
    this.ends[index] = end
    this.length = index + 1
  }

  /** Code point `index` of another text, at its place there. */
  pushFrom(other: NormalizedText, index: number): void {
    this.push(other.codePoints[index]!, other.starts[index]!, other.ends[index]!)
  }

  /** The code points `[from, to)` as a string. */
  slice(from: number = 0, to: number = this.length): string {
    return codePointsAsText(this.codePoints, from, to)
  }

  #grow(): void {
    const capacity = this.codePoints.length * 2 + 16
    const grown = (from: Int32Array): Int32Array => {
      const to = new Int32Array(capacity)
      to.set(from)
      return to
    }
    this.codePoints = grown(this.codePoints)
    this.starts = grown(this.starts)
    this.ends = grown(this.ends)
  }
}

export function codePointsAsText(codePoints: Int32Array, from: number, to: number): string {
  let text = ''
  for (let index = from; index < to; index++) text += String.fromCodePoint(codePoints[index]!)
  return text
}
