/** Opens a zip archive: reads and checks its directory. */
import { quoted } from '../../format/errors.ts'
import type { ByteSource } from '../../format/source.ts'
import { ByteReader, decodeText } from './byte-reader.ts'
import { brokenContainer, unsupportedContainer } from './refuse.ts'
import { type EntrySource, LOCAL_HEADER_BYTES, openEntry, readEntry, type ZipEntry } from './zip-entry.ts'

/** An archive whose directory has been read and checked. */
export interface ZipArchive {
  readonly name: string
  readonly entries: ReadonlyMap<string, ZipEntry>
  /** The entry's bytes, checked by their CRC-32: see `openEntry`. */
  open(entry: ZipEntry): Promise<EntrySource>
  /** Reads a small entry completely, with the same check. */
  readAll(entry: ZipEntry, largest: number): Promise<Uint8Array>
}

const END_BYTES = 22
const LOCATOR_BYTES = 20
const LARGEST_COMMENT = 65_535
/** That of BERT-large has 400 files and 32 kB. */
const LARGEST_DIRECTORY = 4 * 1024 * 1024
/**
 * Weights hardly deflate, and what does (graphs, indexes) is small. A larger ratio, for one file or for the
 * whole archive, is an attack.
 * together, is an attack.
 */
const LARGEST_RATIO = 4
const LARGEST_SMALL = 64 * 1024 * 1024

/**
 * @returns whether the file begins like a zip archive
 */
export async function isZip(source: ByteSource): Promise<boolean> {
  if (source.byteLength < END_BYTES) return false
  const start = new Uint8Array(4)
  await source.read(0, start)
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 0x03 && start[3] === 0x04
}

/**
 * Reads a zip archive's directory (the format: PKWARE's APPNOTE.TXT, with zip64), and checks it against the file: every
 * entry inside it, none over another, no name twice or outside the archive.
 *
 * @throws {ModelFormatError} if anything is inconsistent, or an entry is encrypted or uses a method other
 *   than deflate
 */
export async function openZip(source: ByteSource): Promise<ZipArchive> {
  const { name } = source
  const directory = await findDirectory(source)
  const bytes = new Uint8Array(directory.byteLength)
  await source.read(directory.offset, bytes)
  const reader = new ByteReader(`the directory of ${name}`, bytes)
  const entries = new Map<string, ZipEntry>()
  for (let i = 0; i < directory.count; i++) {
    const entry = readDirectoryEntry(reader, name)
    if (entries.has(entry.name)) throw brokenContainer(name, `it has two files named ${quoted(entry.name)}`)
    entries.set(entry.name, entry)
  }
  checkPlaces([...entries.values()], name, directory.offset)
  checkSizes([...entries.values()], name)
  return {
    name,
    entries,
    open: (entry) => openEntry(source, entry),
    readAll: (entry, largest) => readEntry(source, entry, largest),
  }
}

interface Directory {
  readonly offset: number
  readonly byteLength: number
  readonly count: number
}

async function findDirectory(source: ByteSource): Promise<Directory> {
  const { name, byteLength } = source
  const tailLength = Math.min(byteLength, END_BYTES + LARGEST_COMMENT + LOCATOR_BYTES)
  const tail = new Uint8Array(tailLength)
  const tailOffset = byteLength - tailLength
  await source.read(tailOffset, tail)
  const at = findEnd(tail)
  if (at < 0)
    throw brokenContainer(name, 'it has no end record of a zip archive; the file was cut short or is none')
  const reader = new ByteReader(name, tail)
  reader.position = at + 4
  const disk = reader.uint16()
  const directoryDisk = reader.uint16()
  reader.uint16()
  let count = reader.uint16()
  let size = reader.uint32()
  let offset = reader.uint32()
  let end = tailOffset + at
  const isZip64 = count === 0xffff || size === 0xffffffff || offset === 0xffffffff
  const locator = at - LOCATOR_BYTES
  if (locator >= 0 && signature(tail, locator) === 0x07064b50) {
    reader.position = locator + 8
    end = reader.size64()
    const record = await readZip64End(source, end)
    count = record.count
    size = record.byteLength
    offset = record.offset
  } else if (isZip64) throw brokenContainer(name, 'its zip64 record is missing; the file was cut short')
  if ((disk !== 0 && disk !== 0xffff) || (directoryDisk !== 0 && directoryDisk !== 0xffff)) {
    throw unsupportedContainer(name, 'it is one part of a zip archive in several parts')
  }
  if (offset + size > end)
    throw brokenContainer(name, `its directory of ${size} bytes at ${offset} passes its end at ${end}`)
  if (size > LARGEST_DIRECTORY)
    throw unsupportedContainer(name, `its directory has ${size} bytes; at most ${LARGEST_DIRECTORY}`)
  if (count * 46 > size)
    throw brokenContainer(name, `its directory of ${size} bytes cannot hold ${count} entries`)
  return { offset, byteLength: size, count }
}

async function readZip64End(source: ByteSource, offset: number): Promise<Directory> {
  if (offset + 56 > source.byteLength)
    throw brokenContainer(source.name, `its zip64 record at ${offset} passes the end`)
  const bytes = new Uint8Array(56)
  await source.read(offset, bytes)
  const reader = new ByteReader(source.name, bytes)
  if (reader.uint32() !== 0x06064b50)
    throw brokenContainer(source.name, `it has no zip64 record at ${offset}`)
  reader.position = 32
  return { count: reader.size64(), byteLength: reader.size64(), offset: reader.size64() }
}

/** The last end record whose comment ends with the file. */
function findEnd(tail: Uint8Array): number {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (signature(tail, at) !== 0x06054b50) continue
    const comment = (tail[at + 20] as number) + 256 * (tail[at + 21] as number)
    if (at + END_BYTES + comment === tail.length) return at
  }
  return -1
}

function signature(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true)
}

function readDirectoryEntry(reader: ByteReader, archive: string): ZipEntry {
  if (reader.uint32() !== 0x02014b50)
    throw brokenContainer(archive, `its directory is damaged at byte ${reader.position - 4}`)
  reader.skip(4)
  const flags = reader.uint16()
  const method = reader.uint16()
  reader.skip(4)
  const crc = reader.uint32()
  let compressedLength = reader.uint32()
  let byteLength = reader.uint32()
  const nameLength = reader.uint16()
  const extraLength = reader.uint16()
  const commentLength = reader.uint16()
  reader.skip(8)
  let headerOffset = reader.uint32()
  const name = decodeText(archive, reader.take(nameLength), reader.position - nameLength)
  const extra = new ByteReader(archive, reader.take(extraLength))
  reader.skip(commentLength)
  while (extra.remaining >= 4) {
    const id = extra.uint16()
    const field = new ByteReader(archive, extra.take(extra.uint16()))
    if (id !== 1) continue
    // zip64: only the sizes that did not fit, in this order.
    if (byteLength === 0xffffffff) byteLength = field.size64()
    if (compressedLength === 0xffffffff) compressedLength = field.size64()
    if (headerOffset === 0xffffffff) headerOffset = field.size64()
  }
  checkName(name, archive)
  if ((flags & 1) !== 0) throw unsupportedContainer(archive, `its file ${quoted(name)} is encrypted`)
  if (method !== 0 && method !== 8) {
    throw unsupportedContainer(
      archive,
      `its file ${quoted(name)} is packed by method ${method}; stored and deflated are read`,
    )
  }
  if (method === 0 && byteLength !== compressedLength) {
    throw brokenContainer(
      archive,
      `its stored file ${quoted(name)} has two sizes, ${byteLength} and ${compressedLength}`,
    )
  }
  return { name, byteLength, compressedLength, method, crc32: crc, headerOffset }
}

function checkName(name: string, archive: string): void {
  const parts = name.split('/')
  if (parts[0] === '' || parts.includes('..') || name.includes('\\') || name.includes('\0')) {
    throw brokenContainer(archive, `its file name ${quoted(name)} leads out of the archive`)
  }
}

/**
 * Entries come one after another before the directory: sharing bytes is a known way to make a small archive
 * expand hugely.
 */
function checkPlaces(entries: ZipEntry[], archive: string, directoryOffset: number): void {
  entries.sort((a, b) => a.headerOffset - b.headerOffset)
  let previous = 0
  for (const entry of entries) {
    if (entry.headerOffset < previous)
      throw brokenContainer(archive, `its file ${quoted(entry.name)} lies over another`)
    previous = entry.headerOffset + LOCAL_HEADER_BYTES + entry.compressedLength
    if (previous > directoryOffset) {
      throw brokenContainer(
        archive,
        `its file ${quoted(entry.name)} of ${entry.compressedLength} bytes passes the end`,
      )
    }
  }
}

/** Deflated files are inflated into memory, so neither one nor all together may claim to be huge. */
function checkSizes(entries: readonly ZipEntry[], archive: string): void {
  let bytes = 0
  let packed = 0
  for (const { name, method, byteLength, compressedLength } of entries) {
    if (method === 0) continue
    bytes += byteLength
    packed += compressedLength
    if (byteLength > compressedLength * LARGEST_RATIO + LARGEST_SMALL) {
      throw brokenContainer(
        archive,
        `its file ${quoted(name)} claims ${byteLength} bytes out of ${compressedLength}, which no weights deflate to`,
      )
    }
  }
  if (bytes > packed * LARGEST_RATIO + LARGEST_SMALL) {
    throw brokenContainer(
      archive,
      `its files claim ${bytes} bytes out of ${packed}, which no weights deflate to`,
    )
  }
}
