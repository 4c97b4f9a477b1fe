/**
 * Byte-level text (Radford et al. 2019, GPT-2). A pattern splits a text into words, then each UTF-8 byte
 * becomes a printable character, so that 256 symbols spell everything. The pattern is
 *
 *     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *
 * It is matched by our own code, since a regular expression would use the runtime's character classes.
 */

import type { Decoder, Pattern, PreTokenizer, TrimOffsets, VisitWord } from '../steps.ts'
import { NormalizedText } from '../text-with-offsets.ts'
import { letterRuns, numberRuns } from '../unicode/byte-level-tables.ts'
import { CodePointSet } from '../unicode.ts'
import { isWhiteSpace } from '../white-space.ts'
import { eachByte } from './byte-pieces.ts'

/** The pattern as written in a tokenizer.json with separate steps for words and bytes. */
export const GPT2_PATTERN: string = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

const SPACE = 0x20
const APOSTROPHE = 0x27

/** The character of each byte: itself if printable, else one from U+0100 on, in order. */
const characters: Int32Array = new Int32Array(256)
/** The byte of each character below U+0144, or -1. */
const bytes: Int32Array = new Int32Array(0x144).fill(-1)

function fillCharacters(): void {
  if (characters[0] !== 0) return
  let next = 0x100
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad)
    const character = printable ? byte : next++
    characters[byte] = character
    bytes[character] = byte
  }
}

export interface ByteLevelSettings {
  /** Whether a text that does not begin with a space gets one. */
  readonly addPrefixSpace: boolean
  /** Whether to split into words by the pattern; otherwise the text is one word. */
  readonly useRegex: boolean
}

export class ByteLevelPreTokenizer implements PreTokenizer {
  readonly #settings: ByteLevelSettings
  readonly #words: Pattern = gpt2Words()
  readonly #bytes = NormalizedText.reusable()

  constructor(settings: ByteLevelSettings) {
    this.#settings = settings
    fillCharacters()
  }

  split(text: NormalizedText, from: number, to: number, word: VisitWord): void {
    const { addPrefixSpace, useRegex } = this.#settings
    if (addPrefixSpace && from < to && text.codePoints[from] !== SPACE) {
      const spaced = text.derive(from, to)
      // The added space has the place of the first character.
      spaced.push(SPACE, text.starts[from]!, text.ends[from]!)
      for (let index = from; index < to; index++) spaced.pushFrom(text, index)
      ;[text, from, to] = [spaced, 0, spaced.length]
    }
    while (from < to) {
      const end = useRegex ? this.#words.endOf(text.codePoints, from, to) : to
      this.#encode(text, from, end)
      word(this.#bytes, 0, this.#bytes.length)
      from = end
    }
  }

  /** Converts the UTF-8 bytes of a word to characters, each with the place of its code point. */
  #encode(text: NormalizedText, from: number, to: number): void {
    const made = this.#bytes
    made.begin(text, from, to)
    for (let index = from; index < to; index++) {
      const code = text.codePoints[index]!
      const start = text.starts[index]!
      const end = text.ends[index]!
      eachByte(code, (byte) => {
        made.push(characters[byte]!, start, end)
        return true
      })
    }
  }
}

export const OTHER = 0
export const LETTER = 1
export const NUMBER = 2
export const WHITE = 3

/** The kind of a character in the patterns of words: LETTER, NUMBER, WHITE or OTHER. */
export function characterKinds(): (code: number) => number {
  const letters = new CodePointSet(letterRuns)
  const numbers = new CodePointSet(numberRuns)
  return (code) => {
    if (letters.has(code)) return LETTER
    if (numbers.has(code)) return NUMBER
    return isWhiteSpace(code) ? WHITE : OTHER
  }
}

/** Finds where a word of GPT-2's pattern ends. */
export function gpt2Words(): Pattern {
  const kindOf = characterKinds()
  const endOf: Pattern['endOf'] = (codes, at, to) => {
    const code = codes[at]!
    if (code === APOSTROPHE) {
      const end = contractionEnd(codes, at, to)
      if (end > at) return end
    }
    const first = code === SPACE && at + 1 < to && kindOf(codes[at + 1]!) !== WHITE ? at + 1 : at
    const kind = kindOf(codes[first]!)
    let end = first + 1
    while (end < to && kindOf(codes[end]!) === kind) end++
    // The last character of white space before something else joins what follows, or is a word of its own.
    return kind === WHITE && end < to && end - at > 1 ? end - 1 : end
  }
  // Each word is a match.
  return { comparisons: 1, endOf }
}

/** The end of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d`, or `at`. */
function contractionEnd(codes: Int32Array, at: number, to: number): number {
  if (at + 1 >= to) return at
  const next = String.fromCharCode(codes[at + 1]!)
  if (codes[at + 1]! < 0x80 && 'stmd'.includes(next)) return at + 2
  const second = at + 2 < to ? codes[at + 2]! : -1
  if ((next === 'r' || next === 'v') && second === 0x65) return at + 3
  return next === 'l' && second === 0x6c ? at + 3 : at
}

/** Decodes byte-level pieces to text. A piece with other characters (an added token) stands for itself. */
export const decodeByteLevel: Decoder = (tokens) => {
  fillCharacters()
  const encoder = new TextEncoder()
  let joined = new Uint8Array(64)
  let length = 0
  for (const token of tokens) {
    // At most three bytes for each UTF-16 unit.
    if (length + 3 * token.length > joined.length) {
      const grown = new Uint8Array(2 * (length + 3 * token.length))
      grown.set(joined)
      joined = grown
    }
    const start = length
    for (let at = 0; at < token.length; at++) {
      const byte = bytes[token.charCodeAt(at)] ?? -1
      if (byte < 0) {
        length = start + encoder.encodeInto(token, joined.subarray(start)).written
        break
      }
      joined[length++] = byte
    }
  }
  return [new TextDecoder('utf-8', { ignoreBOM: true }).decode(joined.subarray(0, length))]
}

/** The character for a space. */
const SPACE_CHARACTER = 0x120

/**
 * Removes the spaces at a piece's ends from its place, as the library's byte-level post-processor does; with
 * prefix spaces, one space before the first piece of a text is excepted. Unlike there, a space added
 * elsewhere (after an added token) does not remove any of the text.
 */
export function byteLevelTrim(addPrefixSpace: boolean): TrimOffsets {
  return ({ codePoints, starts, ends, length }, from, to, first) => {
    const isSpace = (code: number): boolean => code === SPACE_CHARACTER || isWhiteSpace(code)
    let left = from
    let right = to
    while (left < to && isSpace(codePoints[left]!)) left++
    while (right > from && isSpace(codePoints[right - 1]!)) right--
    // An added space shares the place of the character after it.
    const added = left > from && from + 1 < length && starts[from] === starts[from + 1]
    const kept = first && addPrefixSpace && left === from + 1
    if (right === from) {
      const place = added || kept ? starts[from]! : ends[to - 1]!
      return [place, place]
    }
    return [starts[kept || added ? from : left]!, ends[right - 1]!]
  }
}
