/** Reads the values of a Hadoop SequenceFile. */
import { quoted } from '../../format/errors.ts'
import type { ByteReader } from './byte-reader.ts'
import { brokenContainer, unsupportedContainer } from './refuse.ts'

const VERSION = 6
const SYNC_BYTES = 16
/** Spark puts ten objects in a record. */
const LARGEST_RECORD = 1024 * 1024

/**
 * Yields the values of a Hadoop SequenceFile of BytesWritable, as Spark's `saveAsObjectFile` writes (the format:
 * https://hadoop.apache.org/docs/stable/api/org/apache/hadoop/io/SequenceFile.html).
 *
 * @throws {ModelFormatError} if it is another kind of file, contains other values, or is compressed or
 *   damaged
 */
export function* sequenceFileValues(reader: ByteReader): Generator<Uint8Array> {
  const { file } = reader
  const magic = reader.take(4)
  if (magic[0] !== 0x53 || magic[1] !== 0x45 || magic[2] !== 0x51 || magic[3] !== VERSION) {
    throw unsupportedContainer(file, 'it is no Hadoop SequenceFile of version 6')
  }
  shortText(reader)
  const valueClass = shortText(reader)
  if (valueClass !== 'org.apache.hadoop.io.BytesWritable') {
    throw unsupportedContainer(file, `its values are of class ${quoted(valueClass)}`)
  }
  if (reader.uint8() !== 0 || reader.uint8() !== 0) throw unsupportedContainer(file, 'it is compressed')
  if (reader.int32BigEndian() !== 0) throw unsupportedContainer(file, 'it has metadata')
  reader.skip(SYNC_BYTES)
  while (reader.remaining > 0) {
    const length = reader.int32BigEndian()
    if (length === -1) {
      reader.skip(SYNC_BYTES)
      continue
    }
    const keyLength = reader.int32BigEndian()
    if (length < 4 || keyLength < 0 || keyLength > length - 4)
      throw brokenContainer(file, 'a record has an impossible length')
    if (length > LARGEST_RECORD)
      throw unsupportedContainer(file, `a record of ${length} bytes; at most ${LARGEST_RECORD}`)
    reader.skip(keyLength)
    const valueLength = reader.int32BigEndian()
    if (valueLength !== length - keyLength - 4) throw brokenContainer(file, 'a record has two lengths')
    yield reader.take(valueLength)
  }
}

/** A text of less than 128 bytes, whose length takes one byte. */
function shortText(reader: ByteReader): string {
  const length = reader.uint8()
  if (length > 127) throw unsupportedContainer(reader.file, 'a class name of more than 127 bytes')
  return reader.text(length)
}
