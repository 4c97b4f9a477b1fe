/**
 * SentencePiece's normalizer. A table in the tokenizer's file (`precompiled_charsmap`) says which string
 * replaces which. It consists of the size of a trie, the trie itself (Darts' double array over UTF-8, 32-bit
 * units), and the replacements, each ended by a zero. A normalizer trained with nmt_nfkc, like XLM-R's, does
 * roughly what NFKC does, and also normalizes white space.
 */

import { ModelFormatError } from '../../format/errors.ts'
import type { Normalizer } from '../steps.ts'
import type { NormalizedText } from '../text-with-offsets.ts'
import { graphemeEnd } from '../unicode/graphemes.ts'
import { eachByte } from './byte-pieces.ts'

/** A cluster of at least this many bytes is looked up code point by code point. */
const SHORT_CLUSTER = 6
/** Maximum number of bytes in a result, which are kept once they were read; U+FDFA becomes 33. */
const LONGEST_RESULT = 512

export class Precompiled implements Normalizer {
  readonly #units: Uint32Array
  readonly #results: Uint8Array
  readonly #decoder = new TextDecoder()
  /** Entries of `results` that were read, by place. */
  readonly #known = new Map<number, readonly number[]>()
  /**
   * For code points below 2^16: 1 + the place of the replacement, 0 if there is none, -1 if not looked up
   * yet.
   */
  readonly #single = new Int32Array(0x10000).fill(-1)

  /**
   * @throws {ModelFormatError} `InvalidConfig` if it is not such a table
   */
  constructor(charsmap: string, name: string) {
    const bytes = fromBase64(charsmap, name)
    const view = new DataView(bytes.buffer)
    const size = bytes.length < 4 ? -1 : view.getUint32(0, true)
    if (size < 4 || size % 4 !== 0 || 4 + size > bytes.length) {
      throw new ModelFormatError(
        'InvalidConfig',
        `precompiled_charsmap in ${name} has ${bytes.length} bytes and says its trie has ${size}; it is damaged: download the file again`,
      )
    }
    this.#units = new Uint32Array(size / 4)
    for (let index = 0; index < this.#units.length; index++) {
      this.#units[index] = view.getUint32(4 + 4 * index, true)
    }
    this.#results = bytes.subarray(4 + size)
    let length = 0
    for (const byte of this.#results) {
      length = byte === 0 ? 0 : length + 1
      if (length <= LONGEST_RESULT) continue
      throw new ModelFormatError(
        'InvalidConfig',
        `precompiled_charsmap in ${name} replaces a string by more than ${LONGEST_RESULT} bytes; it is damaged: download the file again`,
      )
    }
  }

  normalize(source: NormalizedText, from: number, to: number): NormalizedText {
    const made = source.derive(from, to)
    const { codePoints } = source
    const begin = source.starts[from]!
    while (from < to) {
      const end = graphemeEnd(codePoints, from, to)
      const whole = end - from > 1 && bytesOf(codePoints, from, end) < SHORT_CLUSTER
      const result = whole ? this.#find(codePoints, from, end) : -1
      if (result >= 0) this.#replace(source, from, end, result, made)
      else {
        for (let index = from; index < end; index++) {
          const single = this.#findOne(codePoints, index)
          if (single < 0) made.pushFrom(source, index)
          else this.#replace(source, index, index + 1, single, made)
        }
      }
      from = end
    }
    if (made.length > 0) made.dropped = made.starts[0]! - begin
    return made
  }

  /**
   * Replaces `source[from, to)`, code point by code point at the places there; extra ones get the place of
   * the last.
   */
  #replace(source: NormalizedText, from: number, to: number, result: number, made: NormalizedText): void {
    for (const code of this.#read(result)) {
      made.push(code, source.starts[from]!, source.ends[from]!)
      if (from + 1 < to) from++
    }
  }

  #findOne(codePoints: Int32Array, index: number): number {
    const code = codePoints[index]!
    if (code > 0xffff) return this.#find(codePoints, index, index + 1)
    if (this.#single[code] === -1) this.#single[code] = 1 + this.#find(codePoints, index, index + 1)
    return this.#single[code]! - 1
  }

  /** The place of the replacement for the shortest entry that `codePoints[from, to)` begins with, or -1. */
  #find(codePoints: Int32Array, from: number, to: number): number {
    let node = offsetOf(this.#units[0]!)
    let found = -1
    const step = (byte: number): boolean => {
      node ^= byte
      const unit = this.#units[node]
      if (byte === 0 || unit === undefined || (unit & 0x800000ff) !== byte) return false
      node ^= offsetOf(unit)
      if ((unit & 0x100) !== 0) found = (this.#units[node] ?? 0) & 0x7fffffff
      return found < 0
    }
    for (let index = from; index < to; index++) {
      if (!eachByte(codePoints[index]!, step)) break
    }
    return found
  }

  #read(place: number): readonly number[] {
    const known = this.#known.get(place)
    if (known) return known
    const end = this.#results.indexOf(0, place)
    const text = this.#decoder.decode(this.#results.subarray(place, end < 0 ? undefined : end))
    const codes = Array.from(text, (character) => character.codePointAt(0)!)
    this.#known.set(place, codes)
    return codes
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6)
}

function bytesOf(codePoints: Int32Array, from: number, to: number): number {
  let bytes = 0
  for (let index = from; index < to && bytes < SHORT_CLUSTER; index++) {
    const code = codePoints[index]!
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

function fromBase64(text: string, name: string): Uint8Array {
  try {
    const binary = atob(text)
    const bytes = new Uint8Array(binary.length)
    for (let index = 0; index < bytes.length; index++) bytes[index] = binary.charCodeAt(index)
    return bytes
  } catch (error) {
    throw new ModelFormatError('InvalidConfig', `precompiled_charsmap in ${name} is not base64`, {
      cause: error,
    })
  }
}
