/** The smaller normalizers of a tokenizer.json, and sequences of them. */

import { letterTables } from '../character-tables.ts'
import type { Normalizer, Pattern } from '../steps.ts'
import type { NormalizedText } from '../text-with-offsets.ts'
import type { LetterTables } from '../unicode/letters.ts'
import { isWhiteSpace } from '../white-space.ts'

/** Applies normalizers one after the other. */
export class NormalizerSequence implements Normalizer {
  readonly #steps: readonly Normalizer[]

  constructor(steps: readonly Normalizer[]) {
    this.#steps = steps
  }

  normalize(source: NormalizedText, from: number, to: number): NormalizedText {
    let text = copy(source, from, to)
    for (const step of this.#steps) {
      const { dropped } = text
      text = step.normalize(text, 0, text.length)
      text.dropped += dropped
    }
    return text
  }
}

function copy(source: NormalizedText, from: number, to: number): NormalizedText {
  const made = source.derive(from, to)
  for (let index = from; index < to; index++) made.pushFrom(source, index)
  return made
}

/** Removes white space from the ends. */
export class Strip implements Normalizer {
  readonly #left: boolean
  readonly #right: boolean

  constructor(left: boolean, right: boolean) {
    this.#left = left
    this.#right = right
  }

  normalize(source: NormalizedText, from: number, to: number): NormalizedText {
    const { codePoints } = source
    while (this.#left && from < to && isWhiteSpace(codePoints[from]!)) from++
    while (this.#right && from < to && isWhiteSpace(codePoints[to - 1]!)) to--
    return copy(source, from, to)
  }
}

export class Replace implements Normalizer {
  readonly #pattern: Pattern
  readonly #content: readonly number[]

  constructor(pattern: Pattern, content: string) {
    this.#pattern = pattern
    this.#content = Array.from(content, (character) => character.codePointAt(0)!)
  }

  normalize(source: NormalizedText, from: number, to: number): NormalizedText {
    const made = source.derive(from, to)
    made.spend(this.#pattern.comparisons * (to - from))
    while (from < to) {
      const end = this.#pattern.endOf(source.codePoints, from, to)
      if (end === from) made.pushFrom(source, from++)
      else {
        // A replacement has the place of the last character it replaces.
        for (const code of this.#content) made.push(code, source.starts[end - 1]!, source.ends[end - 1]!)
        from = end
      }
    }
    return made
  }
}

/** Puts a string before a text that is not empty, with the place of its first character. */
export class Prepend implements Normalizer {
  readonly #content: readonly number[]

  constructor(content: string) {
    this.#content = Array.from(content, (character) => character.codePointAt(0)!)
  }

  normalize(source: NormalizedText, from: number, to: number): NormalizedText {
    const made = source.derive(from, to)
    for (const code of from < to ? this.#content : [])
      made.push(code, source.starts[from]!, source.ends[from]!)
    for (let index = from; index < to; index++) made.pushFrom(source, index)
    return made
  }
}

/** Changes or deletes single code points. */
export class MapCodePoints implements Normalizer {
  readonly #change: (code: number) => number

  /**
   * @param change maps a code point; -1 deletes it
   */
  constructor(change: (code: number) => number) {
    this.#change = change
  }

  normalize(source: NormalizedText, from: number, to: number): NormalizedText {
    const made = source.derive(from, to)
    for (let index = from; index < to; index++) {
      const code = this.#change(source.codePoints[index]!)
      if (code >= 0) made.push(code, source.starts[index]!, source.ends[index]!)
    }
    return made
  }
}

/** SentencePiece's nmt: deletes some controls, and turns others and space-like characters into spaces. */
export const nmt: Normalizer = new MapCodePoints((code) => {
  if (code > 0 && code < 0x20) {
    return code === 0x09 || code === 0x0a || code === 0x0c || code === 0x0d ? 0x20 : -1
  }
  if (code === 0x7f || code === 0x8f || code === 0x9f) return -1
  const space =
    code === 0x1680 ||
    (code >= 0x200b && code <= 0x200f) ||
    code === 0x2028 ||
    code === 0x2029 ||
    code === 0x2581 ||
    code === 0xfeff ||
    code === 0xfffd
  return space ? 0x20 : code
})

const DOTTED_CAPITAL_I = 0x130
const DOT_ABOVE = 0x307

/** Lower case, code point by code point, without the final sigma. */
export class Lowercase implements Normalizer {
  readonly #lowercase: LetterTables['lowercase'] = letterTables().lowercase

  normalize(source: NormalizedText, from: number, to: number): NormalizedText {
    const made = source.derive(from, to)
    for (let index = from; index < to; index++) {
      const code = source.codePoints[index]!
      made.push(this.#lowercase.get(code) ?? code, source.starts[index]!, source.ends[index]!)
      if (code === DOTTED_CAPITAL_I) made.push(DOT_ABOVE, source.starts[index]!, source.ends[index]!)
    }
    return made
  }
}
