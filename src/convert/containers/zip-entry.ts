/** Opens one file of a zip archive, and checks its bytes by their CRC-32. */
import { quoted } from '../../format/errors.ts'
import { type ByteSource, bytesSource, checkRange } from '../../format/source.ts'
import { ByteReader } from './byte-reader.ts'
import { crc32 } from './crc32.ts'
import { inflate } from './inflate.ts'
import { brokenContainer, unsupportedContainer } from './refuse.ts'

/** An open file of an archive. */
export interface EntrySource extends ByteSource {
  /** Where its bytes begin in the archive, in packed form. */
  readonly start: number
  /** Reads all of it once, unless that was already done. */
  check(): Promise<void>
}

/** One file of an archive. */
export interface ZipEntry {
  readonly name: string
  readonly byteLength: number
  readonly compressedLength: number
  /** 0: stored. 8: deflated. */
  readonly method: number
  readonly crc32: number
  readonly headerOffset: number
}

export const LOCAL_HEADER_BYTES = 30

/** Number of bytes checked at a time. */
const CHUNK_BYTES = 2 ** 18

/**
 * Buffers that no check is using, by archive: a model's file has hundreds of entries, and checks may overlap.
 */
const idleBuffers = new WeakMap<ByteSource, Uint8Array[]>()

/**
 * Opens an archive's file. Its bytes are checked by their CRC-32 when the first of them is read, not before:
 * stored bytes by reading them twice, deflated ones by inflating them into memory, where they stay until the
 * file is closed.
 *
 * @throws {ModelFormatError} here for an invalid header; on reading, for bytes that differ from those that
 *   were packed
 */
export async function openEntry(source: ByteSource, entry: ZipEntry): Promise<EntrySource> {
  const { byteLength } = entry
  const name = `${entry.name} in ${source.name}`
  const header = new Uint8Array(LOCAL_HEADER_BYTES)
  await source.read(entry.headerOffset, header)
  const packed = packedSource(source, name, entry, new ByteReader(name, header))
  let checked: Promise<ByteSource> | undefined
  const check = (): Promise<ByteSource> => {
    checked ??= entry.method === 0 ? checkStored(packed, source, entry) : checkDeflated(packed, source, entry)
    return checked
  }
  return {
    name,
    start: packed.start,
    byteLength,
    async read(offset: number, target: Uint8Array): Promise<void> {
      checkRange(name, offset, target.length, byteLength)
      await (await check()).read(offset, target)
    },
    async check(): Promise<void> {
      await check()
    },
    async close(): Promise<void> {
      checked = undefined
    },
  }
}

/** Reads a small file completely. */
export async function readEntry(source: ByteSource, entry: ZipEntry, largest: number): Promise<Uint8Array> {
  if (entry.byteLength > largest) {
    throw unsupportedContainer(
      source.name,
      `its file ${quoted(entry.name)} has ${entry.byteLength} bytes; at most ${largest}`,
    )
  }
  const opened = await openEntry(source, entry)
  const bytes = new Uint8Array(entry.byteLength)
  await opened.read(0, bytes)
  await opened.close()
  return bytes
}

/** The bytes as stored in the archive, after the file's own header. */
function packedSource(
  source: ByteSource,
  name: string,
  { headerOffset, compressedLength }: ZipEntry,
  header: ByteReader,
): ByteSource & Pick<EntrySource, 'start'> {
  if (header.uint32() !== 0x04034b50) throw brokenContainer(name, `it has no header at byte ${headerOffset}`)
  header.position = 26
  const start = headerOffset + LOCAL_HEADER_BYTES + header.uint16() + header.uint16()
  if (start + compressedLength > source.byteLength)
    throw brokenContainer(name, 'it passes the end of the archive')
  return {
    name,
    start,
    byteLength: compressedLength,
    async read(offset: number, target: Uint8Array): Promise<void> {
      checkRange(name, offset, target.length, compressedLength)
      await source.read(start + offset, target)
    },
    async close(): Promise<void> {},
  }
}

async function checkStored(packed: ByteSource, archive: ByteSource, entry: ZipEntry): Promise<ByteSource> {
  // Not stated: torch.serialization.set_crc32_options(False)
  if (entry.crc32 === 0) return packed
  const idle = idleBuffers.get(archive) ?? []
  idleBuffers.set(archive, idle)
  const chunk = idle.pop() ?? new Uint8Array(CHUNK_BYTES)
  let crc = 0
  for (let at = 0; at < packed.byteLength; at += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, packed.byteLength - at))
    await packed.read(at, part)
    crc = crc32(part, crc)
  }
  idle.push(chunk)
  compare(archive, entry, crc)
  return packed
}

async function checkDeflated(packed: ByteSource, archive: ByteSource, entry: ZipEntry): Promise<ByteSource> {
  const bytes = await inflate(packed, packed.name, entry.byteLength)
  compare(archive, entry, crc32(bytes))
  return bytesSource(packed.name, bytes)
}

function compare(archive: ByteSource, entry: ZipEntry, found: number): void {
  if (found === entry.crc32) return
  throw brokenContainer(
    archive.name,
    `its file ${quoted(entry.name)} is damaged: CRC-32 ${found} where ${entry.crc32} is stated; fetch or save it again`,
  )
}
