/**
 * Reads the vocabulary of a unigram tokenizer.json from the bytes of the file, since as objects XLM-R's
 * 250,002 pieces and scores would take 60 MB. The rest of the file is left to a JSON parser.
 */

import { ModelFormatError } from '../../format/errors.ts'
import { MAX_SIZE, MAX_VOCABULARY_BYTES, type PieceList } from '../vocabulary.ts'

export interface UnigramVocabulary {
  readonly pieces: PieceList
  /** The log probability of each piece, by id. */
  readonly scores: Float64Array
  /** The file with `[]` in place of the vocabulary. */
  readonly rest: Uint8Array
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/**
 * Extracts the array `model.vocab` from a JSON file; undefined if there is none.
 *
 * @throws {ModelFormatError} `InvalidVocabulary` if an entry is not a piece and a number, or there are too
 *   many
 */
export function takeUnigramVocabulary(json: Uint8Array, name: string): UnigramVocabulary | undefined {
  const reader = new Reader(json, name)
  if (!reader.findMember('model') || !reader.findMember('vocab') || reader.peek() !== OPEN_ARRAY) {
    return undefined
  }
  const start = reader.at
  const { pieces, scores } = reader.readVocabulary()
  const rest = new Uint8Array(start + 2 + json.length - reader.at)
  rest.set(json.subarray(0, start))
  rest.set([OPEN_ARRAY, CLOSE_ARRAY], start)
  rest.set(json.subarray(reader.at), start + 2)
  return { pieces, scores, rest }
}

/** Numbers are decoded to text in chunks of this many bytes, which also limits a single number. */
const WINDOW = 1 << 16
const LONGEST_NUMBER = 64

/** Scans JSON. If it is malformed, the scan stops somewhere, and the parser of the rest reports the error. */
class Reader {
  at = 0
  readonly #json: Uint8Array
  readonly #name: string
  /** The pieces so far. */
  #text = new Uint8Array(1 << 16)
  #length = 0
  /** The bytes of numbers not decoded yet, end to end, and where each ends. */
  readonly #digits = new Uint8Array(WINDOW)
  readonly #digitEnds: number[] = []
  readonly #decoder = new TextDecoder()

  constructor(json: Uint8Array, name: string) {
    this.#json = json
    this.#name = name
  }

  /** The next byte that is no white space; NaN at the end. */
  peek(): number {
    const json = this.#json
    let byte = json[this.at]
    while (byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d)) byte = json[++this.at]
    return byte ?? Number.NaN
  }

  /**
   * Goes to the value of a member of the object that begins here; false if there is no such object or member.
   */
  findMember(key: string): boolean {
    if (!this.#take(OPEN_OBJECT)) return false
    while (this.peek() === QUOTE) {
      const start = this.at + 1
      this.#skipString()
      const end = this.at - 1
      if (!this.#take(COLON)) return false
      const found = end - start === key.length && this.#isAt(start, key)
      if (found) return true
      this.#skipValue()
      if (!this.#take(COMMA)) return false
    }
    return false
  }

  /** Reads `[["piece", -1.5], ...]`. */
  readVocabulary(): { pieces: PieceList; scores: Float64Array } {
    let ends = new Int32Array(1 << 12)
    let scores = new Float64Array(1 << 12)
    let count = 0
    this.#take(OPEN_ARRAY)
    while (this.peek() !== CLOSE_ARRAY) {
      if (count > 0 && !this.#take(COMMA)) throw this.#wrong(count)
      if (count === MAX_SIZE) {
        throw this.#invalid(`has more than ${MAX_SIZE} pieces`)
      }
      if (count === ends.length) {
        const [oldEnds, oldScores] = [ends, scores]
        ends = new Int32Array(2 * count)
        ends.set(oldEnds)
        scores = new Float64Array(2 * count)
        scores.set(oldScores)
      }
      if (!this.#take(OPEN_ARRAY) || !this.#readString() || !this.#take(COMMA)) throw this.#wrong(count)
      if (!this.#takeNumber() || !this.#take(CLOSE_ARRAY)) throw this.#wrong(count)
      if (this.#length > MAX_VOCABULARY_BYTES)
        throw this.#invalid(`has pieces of more than ${MAX_VOCABULARY_BYTES} bytes in all`)
      ends[count++] = this.#length
      if (this.#digitEnds.at(-1)! > WINDOW - LONGEST_NUMBER) this.#readNumbers(scores, count)
    }
    this.#readNumbers(scores, count)
    this.at++
    if (count === 0) throw this.#invalid('is empty')
    return {
      pieces: { text: this.#text.slice(0, this.#length), ends: ends.slice(0, count) },
      scores: scores.slice(0, count),
    }
  }

  #take(byte: number): boolean {
    if (this.peek() !== byte) return false
    this.at++
    return true
  }

  #isAt(start: number, text: string): boolean {
    for (let index = 0; index < text.length; index++) {
      if (this.#json[start + index] !== text.charCodeAt(index)) return false
    }
    return true
  }

  /** Skips the string that begins here. */
  #skipString(): void {
    const json = this.#json
    let at = this.at + 1
    while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1
    this.at = at + 1
  }

  #skipValue(): void {
    const json = this.#json
    let depth = 0
    for (let byte = this.peek(); this.at < json.length; byte = this.peek()) {
      if (byte === QUOTE) this.#skipString()
      else {
        if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) depth++
        if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) depth--
        // A number, or true, false, null, ends before what follows it.
        if (depth < 0 || (depth === 0 && byte === COMMA)) return
        this.at++
      }
      const next = this.peek()
      if (depth === 0 && (next === COMMA || next === CLOSE_OBJECT || next === CLOSE_ARRAY)) return
    }
  }

  /** Adds the string that begins here to the pieces as UTF-8; false if there is none. */
  #readString(): boolean {
    if (!this.#take(QUOTE)) return false
    const json = this.#json
    for (;;) {
      const start = this.at
      let end = start
      let byte = json[end]!
      while (byte !== QUOTE && byte !== BACKSLASH && byte >= 0x20) byte = json[++end]!
      this.#reserve(end - start)
      const text = this.#text
      let length = this.#length
      for (let at = start; at < end; at++) text[length++] = json[at]!
      this.#length = length
      this.at = end + 1
      if (byte === QUOTE) return true
      if (byte !== BACKSLASH || !this.#readEscape()) return false
    }
  }

  /** Reads what follows a backslash. */
  #readEscape(): boolean {
    const letter = String.fromCharCode(this.#json[this.at++] ?? 0)
    const plain = ESCAPES[letter]
    if (plain !== undefined) {
      this.#push(plain)
      return true
    }
    if (letter !== 'u') return false
    let code = this.#readHex()
    if (code >= 0xd800 && code <= 0xdbff && this.#isAt(this.at, '\\u')) {
      const before = this.at
      this.at += 2
      const low = this.#readHex()
      if (low >= 0xdc00 && low <= 0xdfff) code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
      else this.at = before
    }
    if (code < 0) return false
    for (const byte of new TextEncoder().encode(String.fromCodePoint(code))) this.#push(byte)
    return true
  }

  /** Reads four hexadecimal digits; -1 if they are not. */
  #readHex(): number {
    const digits = String.fromCharCode(...this.#json.subarray(this.at, this.at + 4))
    this.at += 4
    return /^[\da-f]{4}$/iu.test(digits) ? Number.parseInt(digits, 16) : -1
  }

  #push(byte: number): void {
    this.#reserve(1)
    this.#text[this.#length++] = byte
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#text.length) return
    const grown = new Uint8Array(2 * (this.#length + bytes))
    grown.set(this.#text)
    this.#text = grown
  }

  /** Stores the bytes of the number that begins here; false if there is none. */
  #takeNumber(): boolean {
    this.peek()
    const json = this.#json
    const digits = this.#digits
    const start = this.at
    while (isNumeric(json[this.at]!)) this.at++
    if (this.at === start || this.at - start > LONGEST_NUMBER) return false
    let end = this.#digitEnds.at(-1) ?? 0
    for (let at = start; at < this.at; at++) digits[end++] = json[at]!
    this.#digitEnds.push(end)
    return true
  }

  /**
   * Decodes the stored numbers as the scores before `count`, all at once, since making a string for each
   * would take longer.
   */
  #readNumbers(scores: Float64Array, count: number): void {
    const ends = this.#digitEnds
    const text = this.#decoder.decode(this.#digits.subarray(0, ends.at(-1) ?? 0))
    for (let index = 0, start = 0; index < ends.length; start = ends[index++]!) {
      const place = count - ends.length + index
      scores[place] = Number(text.slice(start, ends[index]))
      if (!Number.isFinite(scores[place])) throw this.#wrong(place)
    }
    ends.length = 0
  }

  #wrong(count: number): ModelFormatError {
    return this.#invalid(`has an entry ${count} that is no pair of a piece and a score, as in ["▁the", -3.5]`)
  }

  #invalid(what: string): ModelFormatError {
    return new ModelFormatError('InvalidVocabulary', `model.vocab in ${this.#name} ${what}`)
  }
}

/** What a letter after a backslash stands for. */
const ESCAPES: Readonly<Record<string, number>> = {
  '"': 0x22,
  '\\': 0x5c,
  '/': 0x2f,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
}

/** Whether a byte may be part of a number: digits, signs, the point and the exponent's letter. */
function isNumeric(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x2b ||
    byte === 0x65 ||
    byte === 0x45
  )
}
