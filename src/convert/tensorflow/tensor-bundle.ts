/** Reads a TensorFlow checkpoint, which consists of an index and data files. */
import type { Dtype } from '../../format/dtypes.ts'
import { elementCount } from '../../format/dtypes.ts'
import { quoted } from '../../format/errors.ts'
import { type ByteSource, readAll } from '../../format/source.ts'
import { ByteReader, decodeText } from '../containers/byte-reader.ts'
import { crc32c, masked } from '../containers/crc32.ts'
import { tableEntries } from '../containers/leveldb-table.ts'
import { messageOf, protobufFields, protobufSize } from '../containers/protobuf.ts'
import { brokenContainer, unsupportedContainer } from '../containers/refuse.ts'
import { elementBytes, MAX_RANK } from '../foreign-tensor.ts'

/** The location of a bundle's tensor. */
export interface BundleEntry {
  /** `undefined` for types that weights never have: strings, resources. */
  readonly dtype: Dtype | undefined
  readonly shape: readonly number[]
  readonly shard: number
  readonly offset: number
  readonly byteLength: number
  /** Masked; `undefined` if none is stated. */
  readonly crc32c: number | undefined
}

/** A TensorFlow checkpoint: named tensors in one or more data files. */
export interface TensorBundle {
  readonly name: string
  readonly entries: ReadonlyMap<string, BundleEntry>
  /** The data file that contains the entry. */
  source(entry: BundleEntry): ByteSource
  close(): Promise<void>
}

/** Opens the files of a bundle: `open('variables.index')`. */
export type OpenFile = (fileName: string) => Promise<ByteSource | undefined>

/** BERT-large's index has 14 kB; with an optimizer's slots 50 kB. */
const LARGEST_INDEX = 16 * 1024 * 1024
/** Maximum number of tensors: BERT-large with an optimizer's slots has 1,200. */
const LARGEST_COUNT = 65_536
const LARGEST_SHARDS = 1000
/** The object graph of BERT-large has 200 kB. */
const LARGEST_TEXT = 4 * 1024 * 1024

/** TensorFlow's DataType (tensorflow/core/framework/types.proto). */
const DTYPES: ReadonlyMap<number, Dtype> = /* @__PURE__ */ new Map<number, Dtype>([
  [1, 'F32'],
  [2, 'F64'],
  [3, 'I32'],
  [4, 'U8'],
  [5, 'I16'],
  [6, 'I8'],
  [9, 'I64'],
  [10, 'BOOL'],
  [14, 'BF16'],
  [19, 'F16'],
])

/**
 * Opens a TensorFlow checkpoint in its second format, the "tensor bundle" (tensorflow/core/protobuf/tensor_bundle.proto):
 * `PREFIX.index` and `PREFIX.data-00000-of-0000N`. Every tensor is checked to lie inside its data file.
 *
 * @returns `undefined` if there is no `PREFIX.index`
 * @throws {ModelFormatError} if it is damaged, a data file is missing, or it needs a feature that no BERT
 *   checkpoint uses
 */
export async function openTensorBundle(open: OpenFile, prefix: string): Promise<TensorBundle | undefined> {
  const index = await open(`${prefix}.index`)
  if (index === undefined) return undefined
  const { name } = index
  if (index.byteLength > LARGEST_INDEX) {
    throw unsupportedContainer(
      name,
      `it has ${index.byteLength} bytes; an index of at most ${LARGEST_INDEX} is read`,
    )
  }
  const bytes = await readAll(index)
  await index.close()
  const { shards, entries } = readIndex(name, bytes)
  const sources: ByteSource[] = []
  const close = async (): Promise<void> => {
    await Promise.all(sources.splice(0).map((source) => source.close()))
  }
  try {
    for (let shard = 0; shard < shards; shard++) {
      const fileName = `${prefix}.data-${digits(shard)}-of-${digits(shards)}`
      const source = await open(fileName)
      if (source === undefined) throw brokenContainer(name, `its data file ${fileName} is missing`)
      sources.push(source)
    }
    for (const [key, entry] of entries) checkEntry(name, key, entry, sources)
  } catch (error) {
    await close()
    throw error
  }
  return { name, entries, close, source: (entry) => sources[entry.shard] as ByteSource }
}

function digits(number: number): string {
  return String(number).padStart(5, '0')
}

function readIndex(file: string, bytes: Uint8Array): { shards: number; entries: Map<string, BundleEntry> } {
  const entries = new Map<string, BundleEntry>()
  let shards = 0
  for (const [name, value] of tableEntries(file, bytes)) {
    // The keys of slices begin with a zero byte.
    if (name[0] === 0) throw unsupportedContainer(file, 'it has variables saved in slices; save them whole')
    const key = decodeText(file, name)
    if (key === '') shards = readHeader(file, value)
    else if (entries.has(key)) throw brokenContainer(file, `it has ${quoted(key)} twice`)
    else if (entries.size === LARGEST_COUNT)
      throw unsupportedContainer(file, `it has more than ${LARGEST_COUNT} tensors`)
    else entries.set(key, readEntry(file, key, value))
  }
  if (shards < 1) throw brokenContainer(file, 'it does not say how many data files it has')
  return { shards, entries }
}

/** BundleHeaderProto: num_shards = 1, endianness = 2 (0: little). */
function readHeader(file: string, message: Uint8Array): number {
  let shards = 0
  for (const field of protobufFields(file, message)) {
    if (field.number === 1) shards = protobufSize(file, field)
    if (field.number === 2 && protobufSize(file, field) !== 0)
      throw unsupportedContainer(file, 'its numbers are big-endian')
  }
  if (shards > LARGEST_SHARDS)
    throw unsupportedContainer(file, `it has ${shards} data files; at most ${LARGEST_SHARDS}`)
  return shards
}

/** BundleEntryProto: dtype = 1, shape = 2, shard_id = 3, offset = 4, size = 5, crc32c = 6, slices = 7. */
function readEntry(file: string, key: string, message: Uint8Array): BundleEntry {
  let dtype: Dtype | undefined
  let shape: number[] = []
  let shard = 0
  let offset = 0
  let byteLength = 0
  let crc: number | undefined
  for (const field of protobufFields(file, message)) {
    if (field.number === 1) dtype = DTYPES.get(protobufSize(file, field))
    else if (field.number === 2) shape = readShape(file, messageOf(file, field))
    else if (field.number === 3) shard = protobufSize(file, field)
    else if (field.number === 4) offset = protobufSize(file, field)
    else if (field.number === 5) byteLength = protobufSize(file, field)
    else if (field.number === 6) crc = protobufSize(file, field)
    else if (field.number === 7)
      throw unsupportedContainer(file, `${quoted(key)} is saved in slices; save it whole`)
  }
  return { dtype, shape, shard, offset, byteLength, crc32c: crc }
}

/** TensorShapeProto: dim = 2, each with size = 1. */
function readShape(file: string, message: Uint8Array): number[] {
  const shape: number[] = []
  for (const field of protobufFields(file, message)) {
    if (field.number !== 2) continue
    let size = 0
    for (const part of protobufFields(file, messageOf(file, field))) {
      if (part.number === 1) size = protobufSize(file, part)
    }
    if (shape.push(size) > MAX_RANK)
      throw unsupportedContainer(file, `a tensor of more than ${MAX_RANK} dimensions`)
  }
  return shape
}

function checkEntry(file: string, key: string, entry: BundleEntry, sources: readonly ByteSource[]): void {
  const source = sources[entry.shard]
  if (source === undefined)
    throw brokenContainer(file, `it puts ${quoted(key)} in data file ${entry.shard} of ${sources.length}`)
  if (entry.offset + entry.byteLength > source.byteLength) {
    throw brokenContainer(
      file,
      `${quoted(key)} lies at bytes ${entry.offset} to ${entry.offset + entry.byteLength} of ${source.name}, which has ` +
        `${source.byteLength}; the data file is cut short or of another checkpoint`,
    )
  }
  const { dtype, shape, byteLength } = entry
  if (dtype !== undefined && elementCount(shape) * elementBytes(dtype) !== byteLength) {
    throw brokenContainer(file, `${quoted(key)}, ${dtype} [${shape}], has ${byteLength} bytes`)
  }
}

/**
 * Refuses a tensor whose bytes differ from those that were saved.
 *
 * @param found the CRC-32C of its bytes
 */
export function checkCrc(
  bundle: TensorBundle,
  key: string,
  { crc32c: stated }: BundleEntry,
  found: number,
): void {
  if (stated === undefined || stated === masked(found)) return
  throw brokenContainer(
    bundle.name,
    `the bytes of ${quoted(key)} are damaged: their CRC-32C does not match; fetch or save the checkpoint again`,
  )
}

/**
 * A scalar text: its length as a varint, a masked CRC-32C of the length in 4 bytes, its bytes. The entry's own CRC-32C is of
 * the length in 4 bytes, that checksum and the bytes (ReadStringTensor in tensorflow/core/util/tensor_bundle).
 */
export async function readTextEntry(bundle: TensorBundle, key: string): Promise<Uint8Array | undefined> {
  const entry = bundle.entries.get(key)
  if (entry === undefined) return undefined
  if (entry.dtype !== undefined || entry.shape.length > 0)
    throw brokenContainer(bundle.name, `${quoted(key)} is no text`)
  if (entry.byteLength > LARGEST_TEXT)
    throw unsupportedContainer(bundle.name, `${quoted(key)} has ${entry.byteLength} bytes`)
  const bytes = new Uint8Array(entry.byteLength)
  await bundle.source(entry).read(entry.offset, bytes)
  const reader = new ByteReader(bundle.name, bytes)
  const length = reader.varint()
  const lengthBytes = new Uint8Array(4)
  new DataView(lengthBytes.buffer).setUint32(0, length, true)
  const crc = crc32c(lengthBytes)
  const stated = reader.take(4)
  if (new ByteReader(bundle.name, stated).uint32() !== masked(crc))
    throw brokenContainer(bundle.name, `the length of ${quoted(key)} is damaged`)
  const text = reader.take(length)
  checkCrc(bundle, key, entry, crc32c(text, crc32c(stated, crc)))
  return text
}
