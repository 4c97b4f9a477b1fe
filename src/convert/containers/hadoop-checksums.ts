/** Checks a file against the checksum file that Hadoop writes for it. */
import { ByteReader } from './byte-reader.ts'
import { crc32 } from './crc32.ts'
import { brokenContainer } from './refuse.ts'

/** `crc` and a zero byte */
const MAGIC = 0x63726300
const HEADER_BYTES = 8

/** Where Hadoop puts the checksums of a file: `.part-00000.crc` next to `part-00000`. */
export function checksumName(fileName: string): string {
  return fileName.replace(/[^/]*$/, '.$&.crc')
}

/**
 * Compares a file with the checksums that Hadoop's local file system wrote for it: four bytes `crc\0`, the
 * number of bytes in a block, and a CRC-32 for each block, big-endian (the class:
 * org.apache.hadoop.fs.ChecksumFileSystem).
 *
 * @throws {ModelFormatError} if they differ, as in Spark
 */
export function checkHadoopChecksums(file: string, bytes: Uint8Array, checksums: Uint8Array): void {
  const name = checksumName(file)
  const reader = new ByteReader(name, checksums)
  if (reader.int32BigEndian() !== MAGIC) throw brokenContainer(name, 'it holds no checksums of Hadoop')
  const step = reader.int32BigEndian()
  const count = Math.ceil(bytes.length / step)
  if (step < 1 || checksums.length !== HEADER_BYTES + 4 * count) {
    throw brokenContainer(
      file,
      `${name} has checksums of another file; where the file was changed on purpose, remove it`,
    )
  }
  for (let at = 0; at < bytes.length; at += step) {
    if (reader.int32BigEndian() >>> 0 === crc32(bytes.subarray(at, at + step))) continue
    throw brokenContainer(
      file,
      `it is damaged between bytes ${at} and ${Math.min(at + step, bytes.length)}: ${name} has another CRC-32; ` +
        'where the file was changed on purpose, remove that',
    )
  }
}
