/** The two checksums that the containers use: CRC-32 and CRC-32C. */

/**
 * CRC-32 as in zip archives and Hadoop: reflected, polynomial 0xEDB88320. @param before the CRC of the bytes
 * before
 */
export function crc32(bytes: Uint8Array, before: number = 0): number {
  zipTables ??= crcTables(0xedb88320)
  return crc(zipTables, bytes, before)
}

/**
 * CRC-32C (Castagnoli) as in LevelDB tables and TensorFlow bundles. @param before the CRC of the bytes before
 */
export function crc32c(bytes: Uint8Array, before: number = 0): number {
  castagnoliTables ??= crcTables(0x82f63b78)
  return crc(castagnoliTables, bytes, before)
}

/** The form in which LevelDB and TensorFlow store a CRC-32C, so that no CRC is taken of a CRC. */
export function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0
}

let zipTables: Int32Array | undefined
let castagnoliTables: Int32Array | undefined

const SLICES = 8

/**
 * Eight bytes at a time, with a table for each (Kounavis and Berry, 2005): 1.3 GB/s in Node 20, compared with
 * 0.5 byte by byte.
 */
function crc(tables: Int32Array, bytes: Uint8Array, before: number): number {
  let value = ~before
  const whole = bytes.length - (bytes.length % SLICES)
  let at = 0
  for (; at < whole; at += SLICES) {
    const low = value ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24))
    value =
      tables[1792 + (low & 0xff)]! ^
      tables[1536 + ((low >>> 8) & 0xff)]! ^
      tables[1280 + ((low >>> 16) & 0xff)]! ^
      tables[1024 + (low >>> 24)]! ^
      tables[768 + bytes[at + 4]!]! ^
      tables[512 + bytes[at + 5]!]! ^
      tables[256 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) value = tables[(value ^ bytes[at]!) & 0xff]! ^ (value >>> 8)
  return ~value >>> 0
}

/** [8, 256]: the effect of a byte on a CRC if n more bytes follow it. */
function crcTables(polynomial: number): Int32Array {
  const tables = new Int32Array(256 * SLICES)
  for (let byte = 0; byte < 256; byte++) {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? (value >>> 1) ^ polynomial : value >>> 1
    tables[byte] = value
  }
  for (let at = 256; at < tables.length; at++) {
    const shorter = tables[at - 256]!
    tables[at] = tables[shorter & 0xff]! ^ (shorter >>> 8)
  }
  return tables
}
