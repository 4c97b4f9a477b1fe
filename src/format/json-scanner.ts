/**
 * Scans JSON byte by byte, for untrusted headers: linear in the bytes, without recursion, and allocating only
 * the strings a caller requests. It is as strict as the parser of the safetensors reference: no lone
 * surrogate escapes, no control characters in strings, nesting at most `MAX_DEPTH`. The range of a number is
 * checked only when the number is used.
 */
import { MAX_DEPTH } from './file-limits.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d
const ZERO = 0x30
const NINE = 0x39

const LITERALS: readonly string[] = ['true', 'false', 'null']

/** A cursor over bytes that are known to be UTF-8. `fail` receives what was expected, and where. */
export class JsonScanner {
  readonly #bytes: Uint8Array
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #fail: (what: string, position: number) => never
  #position = 0
  /** The contents of the last string scanned, quotes excluded. */
  #stringStart = 0
  #stringEnd = 0
  #escaped = false

  constructor(bytes: Uint8Array, fail: (what: string, position: number) => never) {
    this.#bytes = bytes
    this.#fail = fail
  }

  get position(): number {
    return this.#position
  }

  /** Length of the last string in bytes, with escapes as written. */
  get stringLength(): number {
    return this.#stringEnd - this.#stringStart
  }

  /** Ends the scan with an error at the cursor. */
  fail(what: string): never {
    return this.#fail(what, this.#position)
  }

  /** The next byte that is not white space, or -1 at the end. */
  peek(): number {
    const bytes = this.#bytes
    while (this.#position < bytes.length) {
      const byte = bytes[this.#position]!
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte
      this.#position++
    }
    return -1
  }

  /** Skips `character` if it comes next. */
  take(character: string): boolean {
    if (this.peek() !== character.charCodeAt(0)) return false
    this.#position++
    return true
  }

  expect(character: string, where: string): void {
    if (!this.take(character)) this.fail(`expected ${character} ${where}`)
  }

  /** Skips `null` if it comes next. */
  takeNull(): boolean {
    if (this.peek() !== 0x6e) return false
    this.#skipLiteral()
    return true
  }

  expectEnd(): void {
    if (this.peek() !== -1) this.fail('expected nothing but white space after the closing }')
  }

  /** Skips a string, and stores its position for `text` and `stringLength`. */
  scanString(what: string): void {
    if (this.peek() !== QUOTE) this.fail(`expected ${what}, a string`)
    const bytes = this.#bytes
    let position = this.#position + 1
    this.#stringStart = position
    this.#escaped = false
    for (;;) {
      if (position >= bytes.length) {
        this.#position = position
        this.fail(`expected the end of ${what}`)
      }
      const byte = bytes[position]!
      if (byte === QUOTE) break
      if (byte === BACKSLASH) {
        this.#escaped = true
        position = this.#scanEscape(position)
      } else if (byte < 0x20) {
        this.#position = position
        this.fail('found a control character in a string: it must be escaped')
      } else position++
    }
    this.#stringEnd = position
    this.#position = position + 1
  }

  /** The last string scanned. */
  text(): string {
    const raw = this.#bytes.subarray(this.#stringStart, this.#stringEnd)
    // Decoders do not accept views of shared memory.
    const text = this.#decoder.decode(raw.buffer instanceof ArrayBuffer ? raw : raw.slice())
    return this.#escaped ? (JSON.parse(`"${text}"`) as string) : text
  }

  /** The last string scanned if it is short enough to be a keyword, else the empty string. */
  shortText(): string {
    return this.stringLength <= 6 * 16 ? this.text() : ''
  }

  /** A whole number from 0 to 2^64 - 1 written without sign, fraction or exponent; a bigint above 2^53 - 1. */
  unsigned(what: string): number | bigint {
    const first = this.peek()
    if (first === MINUS || first < ZERO || first > NINE) this.fail(`expected ${what}, a whole number`)
    const start = this.#position
    this.#skipNumber()
    const end = this.#position
    let value = 0
    for (let at = start; at < end; at++) {
      const digit = this.#bytes[at]! - ZERO
      if (digit < 0 || digit > 9) this.fail(`expected ${what}, a whole number without fraction or exponent`)
      value = value * 10 + digit
    }
    // If the last step was exact, so were all before it.
    if (value <= Number.MAX_SAFE_INTEGER) return value
    const exact =
      end - start > 20 ? 1n << 64n : BigInt(String.fromCharCode(...this.#bytes.subarray(start, end)))
    if (exact >= 1n << 64n) this.fail(`expected ${what} below 2^64`)
    return exact
  }

  /** Skips any value; `depth` counts the arrays and objects that contain the cursor. */
  skipValue(depth: number): void {
    // One flag for each open container: whether it is an object
    const objects: boolean[] = []
    for (;;) {
      const byte = this.peek()
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        this.#position++
        objects.push(byte === OPEN_OBJECT)
        if (depth + objects.length > MAX_DEPTH) this.fail(`found values nested deeper than ${MAX_DEPTH}`)
        const next = this.peek()
        if (byte === OPEN_OBJECT && next !== CLOSE_OBJECT) {
          this.#skipKey()
          continue
        }
        if (byte === OPEN_ARRAY && next !== CLOSE_ARRAY) continue
      } else if (byte === QUOTE) this.scanString('a value')
      else if (byte === MINUS || (byte >= ZERO && byte <= NINE)) this.#skipNumber()
      else this.#skipLiteral()
      if (!this.#skipToNextValue(objects)) return
    }
  }

  /** After a value: closes what ends here and steps to the next value; false when the outermost value is over. */
  #skipToNextValue(objects: boolean[]): boolean {
    while (objects.length > 0) {
      const isObject = objects[objects.length - 1]!
      const byte = this.peek()
      if (byte === COMMA) {
        this.#position++
        if (isObject) this.#skipKey()
        return true
      }
      if (byte !== (isObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        this.fail(isObject ? 'expected , or } in an object' : 'expected , or ] in an array')
      }
      this.#position++
      objects.pop()
    }
    return false
  }

  #skipKey(): void {
    this.scanString('a key')
    if (this.peek() !== COLON) this.fail('expected : after a key')
    this.#position++
  }

  #skipLiteral(): void {
    const bytes = this.#bytes
    for (const word of LITERALS) {
      let length = 0
      while (length < word.length && bytes[this.#position + length] === word.charCodeAt(length)) length++
      if (length < word.length) continue
      this.#position += length
      return
    }
    this.fail('expected a JSON value')
  }

  #skipNumber(): void {
    const bytes = this.#bytes
    if (bytes[this.#position] === MINUS) this.#position++
    if (bytes[this.#position] === ZERO) {
      this.#position++
      const next = bytes[this.#position]
      if (next !== undefined && next >= ZERO && next <= NINE) this.fail('found a number with a leading zero')
    } else this.#skipDigits()
    if (bytes[this.#position] === 0x2e) {
      this.#position++
      this.#skipDigits()
    }
    const exponent = bytes[this.#position]
    if (exponent !== 0x65 && exponent !== 0x45) return
    this.#position++
    const sign = bytes[this.#position]
    if (sign === 0x2b || sign === MINUS) this.#position++
    this.#skipDigits()
  }

  #skipDigits(): void {
    const start = this.#position
    for (;;) {
      const byte = this.#bytes[this.#position]
      if (byte === undefined || byte < ZERO || byte > NINE) break
      this.#position++
    }
    if (this.#position === start) this.fail('expected a digit')
  }

  /** Checks the escape at `position`; returns the position after it. */
  #scanEscape(position: number): number {
    this.#position = position
    switch (this.#bytes[position + 1]) {
      case QUOTE:
      case BACKSLASH:
      case 0x2f: // /
      case 0x62: // b
      case 0x66: // f
      case 0x6e: // n
      case 0x72: // r
      case 0x74: // t
        return position + 2
      case 0x75: // u
        break
      default:
        this.fail('found an escape that JSON does not have')
    }
    const unit = this.#hexUnit(position + 2)
    if (unit >= 0xdc00 && unit <= 0xdfff)
      this.fail('found a low surrogate escape without a high one before it')
    if (unit < 0xd800 || unit > 0xdfff) return position + 6
    const isPair = this.#bytes[position + 6] === BACKSLASH && this.#bytes[position + 7] === 0x75
    const low = isPair ? this.#hexUnit(position + 8) : 0
    if (low < 0xdc00 || low > 0xdfff) this.fail('found a high surrogate escape without a low one after it')
    return position + 12
  }

  #hexUnit(position: number): number {
    let unit = 0
    for (let at = position; at < position + 4; at++) {
      const byte = this.#bytes[at] ?? 0
      const letter = byte | 0x20
      if (byte >= ZERO && byte <= NINE) unit = unit * 16 + byte - ZERO
      else if (letter >= 0x61 && letter <= 0x66) unit = unit * 16 + letter - 0x61 + 10
      else this.fail('expected four hexadecimal digits after \\u')
    }
    return unit
  }
}
