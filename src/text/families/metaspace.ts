/** SentencePiece's spaces: each becomes a character of its own (U+2581) that begins a word. */

import type { Decoder, PreTokenizer, VisitWord } from '../steps.ts'
import { NormalizedText } from '../text-with-offsets.ts'

export interface MetaspaceSettings {
  /** The character that stands for a space. */
  readonly replacement: string
  /**
   * Where a word that does not begin with a replacement gets one: in every part of a text, only in the first,
   * or nowhere.
   */
  readonly prepend: 'always' | 'first' | 'never'
  /** Whether each replacement begins a word; otherwise a part stays whole. */
  readonly split: boolean
}

const SPACE = 0x20

export class Metaspace implements PreTokenizer {
  readonly #settings: MetaspaceSettings
  readonly #replacement: number
  readonly #replaced = NormalizedText.reusable()

  constructor(settings: MetaspaceSettings) {
    this.#settings = settings
    this.#replacement = settings.replacement.codePointAt(0)!
  }

  split(text: NormalizedText, from: number, to: number, word: VisitWord): void {
    if (from === to) return
    const { prepend, split } = this.#settings
    const replacement = this.#replacement
    const made = this.#replaced
    made.begin(text, from, to)
    const first = text.codePoints[from]
    const begins = first === SPACE || first === replacement
    if (!begins && (prepend === 'always' || (prepend === 'first' && text.starts[from] === text.dropped))) {
      made.push(replacement, text.starts[from]!, text.ends[from]!)
    }
    for (let index = from; index < to; index++) {
      if (text.codePoints[index] === SPACE) made.push(replacement, text.starts[index]!, text.ends[index]!)
      else made.pushFrom(text, index)
    }
    let start = 0
    for (let index = 1; split && index < made.length; index++) {
      if (made.codePoints[index] !== replacement) continue
      word(made, start, index)
      start = index
    }
    word(made, start, made.length)
  }
}

/** Decodes pieces to text, without the replacement that was added to the first one. */
export function metaspaceDecoder({ replacement, prepend }: MetaspaceSettings): Decoder {
  return (tokens) =>
    tokens.map((token, index) => token.replaceAll(replacement, index === 0 && prepend !== 'never' ? '' : ' '))
}
