/** CRC-32 as zip archives have it: reflected, polynomial 0xEDB88320. */
export function crc32(bytes: Uint8Array): number {
  return crc(bytes, 0xedb88320)
}

/** CRC-32C (Castagnoli) as LevelDB tables and TensorFlow bundles have it. */
export function crc32c(bytes: Uint8Array): number {
  return crc(bytes, 0x82f63b78)
}

function crc(bytes: Uint8Array, polynomial: number): number {
  const table = crcTable(polynomial)
  let value = 0xffffffff
  for (let i = 0; i < bytes.length; i++) {
    value = (table[(value ^ (bytes[i] as number)) & 0xff] as number) ^ (value >>> 8)
  }
  return (value ^ 0xffffffff) >>> 0
}

function crcTable(polynomial: number): Uint32Array {
  const table = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = (value & 1) !== 0 ? (value >>> 1) ^ polynomial : value >>> 1
    table[byte] = value
  }
  return table
}
