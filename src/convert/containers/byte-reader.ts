/** Reads numbers and bytes of an untrusted file in sequence. */
import { brokenContainer } from './refuse.ts'

/**
 * Walks through untrusted bytes: every step is checked against the end. Numbers are little-endian unless
 * stated otherwise.
 */
export class ByteReader {
  readonly file: string
  readonly bytes: Uint8Array
  readonly #view: DataView
  position: number = 0

  constructor(file: string, bytes: Uint8Array) {
    this.file = file
    this.bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get remaining(): number {
    return this.bytes.length - this.position
  }

  /**
   * @throws {ModelFormatError} if fewer than `length` bytes are left
   */
  skip(length: number): number {
    const start = this.position
    if (!(length >= 0 && length <= this.remaining)) {
      throw brokenContainer(
        this.file,
        `it ends at byte ${this.bytes.length}, where byte ${start + length} is needed`,
      )
    }
    this.position = start + length
    return start
  }

  take(length: number): Uint8Array {
    const start = this.skip(length)
    return this.bytes.subarray(start, start + length)
  }

  uint8(): number {
    return this.bytes[this.skip(1)] as number
  }

  uint16(): number {
    return this.#view.getUint16(this.skip(2), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4), true)
  }

  int32(): number {
    return this.#view.getInt32(this.skip(4), true)
  }

  uint16BigEndian(): number {
    return this.#view.getUint16(this.skip(2), false)
  }

  int32BigEndian(): number {
    return this.#view.getInt32(this.skip(4), false)
  }

  /** A 64-bit size or offset, which must be at most 2^53 - 1. */
  size64(): number {
    const at = this.skip(8)
    const value = this.#view.getBigUint64(at, true)
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw brokenContainer(this.file, `the size at byte ${at} is ${value}, which no file has`)
    }
    return Number(value)
  }

  /** A base-128 varint of at most 2^53 - 1, as protocol buffers and LevelDB tables write sizes. */
  varint(): number {
    const start = this.position
    let value = 0
    let unit = 1
    for (let count = 0; count < 8; count++) {
      const byte = this.uint8()
      value += (byte & 0x7f) * unit
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      unit *= 128
    }
    throw brokenContainer(this.file, `the number at byte ${start} is too large for a size`)
  }

  /**
   * @throws {ModelFormatError} if the bytes are not UTF-8
   */
  text(length: number): string {
    const start = this.position
    return decodeText(this.file, this.take(length), start)
  }
}

/**
 * @throws {ModelFormatError} if the bytes are not UTF-8
 */
export function decodeText(file: string, bytes: Uint8Array, at: number = 0): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw brokenContainer(file, `the text at byte ${at} is not UTF-8`, { cause })
  }
}
