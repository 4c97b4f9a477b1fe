/** Reads a LevelDB table, the format of a TensorFlow checkpoint's index. */
import { ByteReader } from './byte-reader.ts'
import { crc32c, masked } from './crc32.ts'
import { brokenContainer, unsupportedContainer } from './refuse.ts'

const FOOTER_BYTES = 48
const TRAILER_BYTES = 5
const LARGEST_KEY = 1024
const MAGIC_LOW = 0x8b80fb57
const MAGIC_HIGH = 0xdb477524

/**
 * Yields the keys and values of a LevelDB table, which is what a TensorFlow bundle's index is (the format:
 * https://github.com/google/leveldb/blob/main/doc/table_format.md): data blocks of sorted keys that each share a prefix
 * with the one before, an index block of where they are, and a footer of where that is.
 *
 * @throws {ModelFormatError} if it is not such a table, is damaged (blocks carry a CRC-32C), or is compressed
 */
export function* tableEntries(
  file: string,
  table: Uint8Array,
): Generator<[key: Uint8Array, value: Uint8Array]> {
  if (table.length < FOOTER_BYTES)
    throw brokenContainer(file, `it has ${table.length} bytes, less than a table's footer`)
  const footer = new ByteReader(file, table.subarray(table.length - FOOTER_BYTES))
  footer.position = FOOTER_BYTES - 8
  if (footer.uint32() !== MAGIC_LOW || footer.uint32() !== MAGIC_HIGH) {
    throw brokenContainer(
      file,
      'it does not end as the index of a TensorFlow checkpoint does; it was cut short or is none',
    )
  }
  footer.position = 0
  footer.varint()
  footer.varint()
  const index = block(file, table, footer)
  let last = 0
  for (const [, handle] of blockEntries(file, index)) {
    const reader = new ByteReader(file, handle)
    const start = reader.varint()
    // Blocks come one after another; if blocks could share bytes, a small table could expand to a huge one.
    if (start < last) throw brokenContainer(file, 'its blocks are not in order')
    reader.position = 0
    const data = block(file, table, reader)
    last = start + data.length + TRAILER_BYTES
    yield* blockEntries(file, data)
  }
}

/** The block whose offset and size are next in the reader. */
function block(file: string, table: Uint8Array, handle: ByteReader): Uint8Array {
  const offset = handle.varint()
  const size = handle.varint()
  if (offset + size + TRAILER_BYTES > table.length)
    throw brokenContainer(file, `a block at byte ${offset} passes its end`)
  const type = table[offset + size]
  if (type !== 0)
    throw unsupportedContainer(
      file,
      `a block is compressed (type ${type}), which TensorFlow's checkpoints are not`,
    )
  const trailer = new ByteReader(file, table.subarray(offset + size + 1, offset + size + TRAILER_BYTES))
  const stated = trailer.uint32()
  const found = masked(crc32c(table.subarray(offset, offset + size + 1)))
  if (stated !== found)
    throw brokenContainer(file, `the block at byte ${offset} is damaged: its CRC-32C does not match`)
  return table.subarray(offset, offset + size)
}

function* blockEntries(file: string, bytes: Uint8Array): Generator<[Uint8Array, Uint8Array]> {
  const tail = new ByteReader(file, bytes)
  tail.position = Math.max(0, bytes.length - 4)
  const end = bytes.length - 4 - 4 * tail.uint32()
  if (end < 0) throw brokenContainer(file, 'a block has more restart points than bytes')
  const reader = new ByteReader(file, bytes.subarray(0, end))
  let key: Uint8Array = new Uint8Array(0)
  while (reader.remaining > 0) {
    const shared = reader.varint()
    const unshared = reader.varint()
    const length = reader.varint()
    if (shared > key.length) throw brokenContainer(file, 'a key shares more than the key before it has')
    // A chain of shared prefixes must not make keys ever longer.
    if (shared + unshared > LARGEST_KEY)
      throw unsupportedContainer(file, `a key of ${shared + unshared} bytes`)
    const next = new Uint8Array(shared + unshared)
    next.set(key.subarray(0, shared))
    next.set(reader.take(unshared), shared)
    key = next
    yield [key, reader.take(length)]
  }
}
