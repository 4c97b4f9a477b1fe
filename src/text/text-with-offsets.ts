/**
 * A text on its way through a tokenizer's steps: code points, each with the place in the source that it
 * stands for.
 */

import { ModelFormatError } from '../format/errors.ts'
import { codePointAt, codePointsAsText, unitsOf } from './code-points.ts'

const REPLACEMENT = 0xfffd

/**
 * Maximum number of code points that a step may make of one UTF-16 unit of the source, and the allowance for
 * a stretch of any length. NFKD makes 18 of U+FDFA, and bytes make 3 of each of these.
 */
const MOST_TIMES = 64
const MOST_MORE = 64
/**
 * Maximum number of code points that all steps may read, and their patterns compare, per UTF-16 unit of the
 * source, and the allowance for any source.
 */
const MOST_WORK_TIMES = 512
const MOST_WORK_MORE = 4096
/**
 * Maximum number of comparisons with pieces and added tokens per UTF-16 unit of the source, and the allowance for any
 * source. Where no step makes a text longer it is never reached: an added token has at most 1,000 units, looked for before
 * and behind the normalizer, and a piece at most 1,000 bytes.
 */
const MOST_LOOKS_TIMES = 4096
const MOST_LOOKS_MORE = 4096

/** Code points, each with the UTF-16 range of the source it stands for. */
export class NormalizedText {
  length = 0
  codePoints: Int32Array
  /** First UTF-16 unit of the source, by code point. */
  starts: Int32Array
  /** The unit after the last. */
  ends: Int32Array
  /**
   * UTF-16 units that a charsmap dropped before the first code point; the library counts places as if they
   * did not exist.
   */
  dropped = 0
  /** Code points that steps may still read, and comparisons with pieces, shared by all texts made from the same source. */
  #work = { left: 0, looks: 0 }
  /** Maximum number of code points in this text. */
  #most = 0
  /** Code points that fit before it must grow. */
  #room = 0

  private constructor(capacity: number) {
    this.codePoints = new Int32Array(capacity)
    this.starts = new Int32Array(capacity)
    this.ends = new Int32Array(capacity)
  }

  /** An unchanged text. A lone surrogate becomes U+FFFD and keeps its one unit. */
  static of(text: string): NormalizedText {
    const made = new NormalizedText(text.length)
    made.#bound(text.length)
    made.#work.left = MOST_WORK_TIMES * text.length + MOST_WORK_MORE
    made.#work.looks = MOST_LOOKS_TIMES * text.length + MOST_LOOKS_MORE
    for (let at = 0; at < text.length; ) {
      const code = codePointAt(text, at)
      const end = at + unitsOf(code)
      made.push(code >= 0xd800 && code <= 0xdfff ? REPLACEMENT : code, at, end)
      at = end
    }
    return made
  }

  /** An empty text that can be reused with `begin`. */
  static reusable(): NormalizedText {
    return new NormalizedText(64)
  }

  /** An empty text for a step's result from the code points `[from, to)`. */
  derive(from: number, to: number): NormalizedText {
    const made = new NormalizedText(to - from + 16)
    made.begin(this, from, to)
    return made
  }

  /** Empties this text for a step's result from the code points `[from, to)` of another. */
  begin(source: NormalizedText, from: number, to: number): void {
    this.length = 0
    this.#work = source.#work
    this.spend(to - from + 1)
    this.#bound(from < to ? Math.max(1, source.ends[to - 1]! - source.starts[from]!) : 0)
  }

  /**
   * Counts code points that a step reads, or comparisons that its pattern makes.
   *
   * @throws {ModelFormatError} UnsupportedConfig if a tokenizer's steps do more than any model asks for
   */
  spend(work: number): void {
    this.#work.left -= work
    if (this.#work.left >= 0) return
    throw new ModelFormatError(
      'UnsupportedConfig',
      `The steps of tokenizer.json read or compare each character more than ${MOST_WORK_TIMES} times; no model asks for that: the file is damaged`,
    )
  }

  /**
   * Counts comparisons with the pieces of a vocabulary, or with added tokens.
   *
   * @throws {ModelFormatError} UnsupportedConfig if there are more of them than in any model's tokenizer
   */
  look(comparisons: number): void {
    this.#work.looks -= comparisons
    if (this.#work.looks >= 0) return
    throw new ModelFormatError(
      'UnsupportedConfig',
      `The tokenizer compares each character more than ${MOST_LOOKS_TIMES} times with its pieces and added tokens, since its steps make a text much longer; no model asks for that: tokenizer.json is damaged`,
    )
  }

  /**
   * Says how many code points a step holds before it pushes them.
   *
   * @throws {ModelFormatError} UnsupportedConfig as `push` does
   */
  hold(count: number): void {
    if (count > this.#most) throw tooLong()
  }

  #bound(units: number): void {
    this.#most = mostOf(units)
    this.#room = Math.min(this.codePoints.length, this.#most)
  }

  /**
   * @throws {ModelFormatError} UnsupportedConfig if a tokenizer makes a text grow without bound
   */
  push(codePoint: number, start: number, end: number): void {
    const index = this.length
    if (index === this.#room) this.#grow()
    this.codePoints[index] = codePoint
    this.starts[index] = start
    this.ends[index] = end
    this.length = index + 1
  }

  /** Adds code point `index` of another text, with its place there. */
  pushFrom(other: NormalizedText, index: number): void {
    this.push(other.codePoints[index]!, other.starts[index]!, other.ends[index]!)
  }

  /** The code points `[from, to)` as a string. */
  slice(from: number = 0, to: number = this.length): string {
    return codePointsAsText(this.codePoints, from, to)
  }

  #grow(): void {
    if (this.length === this.#most) throw tooLong()
    const capacity = this.codePoints.length * 2 + 16
    const grown = (from: Int32Array): Int32Array => {
      const to = new Int32Array(capacity)
      to.set(from)
      return to
    }
    this.codePoints = grown(this.codePoints)
    this.starts = grown(this.starts)
    this.ends = grown(this.ends)
    this.#room = Math.min(capacity, this.#most)
  }
}

/** Maximum number of code points, or pieces, of so many UTF-16 units of the source. */
export function mostOf(units: number): number {
  return MOST_TIMES * units + MOST_MORE
}

export function tooLong(): ModelFormatError {
  return new ModelFormatError(
    'UnsupportedConfig',
    `The steps of tokenizer.json make more than ${MOST_TIMES} characters of one; no model asks for that: the file is damaged`,
  )
}
