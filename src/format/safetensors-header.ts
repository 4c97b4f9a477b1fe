/**
 * The header of a safetensors file: 8 bytes with its length N, then N bytes of JSON. The checks are those of
 * the reference (safetensors/src/tensor.rs at 24b0b28), in its order, plus those that JavaScript needs. In
 * addition to the file's bytes the reader takes at most 64 MB, whatever a header says; its limits for that
 * are far above any model (header-reader.ts).
 */
import { DTYPE_BITS, type Dtype } from './dtypes.ts'
import { ModelFormatError, quoted } from './errors.ts'
import { refuseLfsPointer } from './git-lfs.ts'
import { byOffsets, type Draft, HeaderReader, LENGTH_BYTES } from './header-reader.ts'
import type { ByteSource } from './source.ts'

/** Maximum size of a header in bytes: the reference's own limit. */
export const MAX_HEADER_BYTES: number = 100_000_000

/** One tensor; its position is relative to the file's first byte. */
export interface SafetensorsEntry {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

export interface SafetensorsHeader {
  /** Tensors by name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>
  /** The contents of `__metadata__`; an object without prototype, so that any key is safe. */
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Reads and checks the header of a file of any size; its data is not read.
 *
 * @throws {ModelFormatError} with a code for each way in which such a file can be invalid
 */
export async function readSafetensorsHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const prefix = new Uint8Array(Math.min(LENGTH_BYTES, source.byteLength))
  await source.read(0, prefix)
  const header = new Uint8Array(headerLength(prefix, source.byteLength, source.name))
  await source.read(LENGTH_BYTES, header)
  return parseHeader(header, source.byteLength, source.name)
}

/**
 * Reads N, the header's length, from a file's first 8 bytes.
 *
 * @param prefix the file's first 8 bytes, or the whole file if it is shorter
 * @param byteLength the length of the whole file
 * @throws {ModelFormatError} HeaderTooSmall, HeaderTooLarge, InvalidHeaderLength; MissingFile for a pointer of Git LFS
 */
export function headerLength(prefix: Uint8Array, byteLength: number, fileName: string): number {
  if (byteLength < LENGTH_BYTES) {
    throw new ModelFormatError(
      'HeaderTooSmall',
      `${fileName} has ${byteLength} bytes: a safetensors file has at least ${LENGTH_BYTES}; it was cut short or is something else`,
    )
  }
  refuseLfsPointer(prefix, fileName)
  // As a bigint, since a length of 2^53 + 1 must not be rounded to one that passes.
  const length = new DataView(prefix.buffer, prefix.byteOffset, LENGTH_BYTES).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER_BYTES)) {
    throw new ModelFormatError(
      'HeaderTooLarge',
      `${fileName} states a header of ${length} bytes: at most ${MAX_HEADER_BYTES} are allowed; it is probably not a safetensors file`,
    )
  }
  if (LENGTH_BYTES + Number(length) > byteLength) {
    throw new ModelFormatError(
      'InvalidHeaderLength',
      `${fileName} states a header of ${length} bytes but has ${byteLength} in all; it was cut short or is something else`,
    )
  }
  return Number(length)
}

/**
 * Reads and checks a header.
 *
 * @param header the N bytes of JSON
 * @param byteLength the length of the whole file
 * @throws {ModelFormatError} with the reference's codes, and DuplicateKey
 */
export function parseHeader(header: Uint8Array, byteLength: number, fileName: string): SafetensorsHeader {
  if (!isUtf8(header)) {
    throw new ModelFormatError(
      'InvalidHeader',
      `${fileName} has a header that is not UTF-8; it is probably not safetensors`,
    )
  }
  const { drafts, metadata } = new HeaderReader(header, fileName).read()
  const dataStart = LENGTH_BYTES + header.length
  drafts.sort(byOffsets)
  const tensors = new Map<string, SafetensorsEntry>()
  let previousEnd: number | bigint = 0
  for (const draft of drafts) {
    checkDraft(draft, previousEnd, fileName)
    previousEnd = draft.end
    tensors.set(draft.name, {
      dtype: draft.dtype,
      // Typed as numbers; a bigint among them is refused below.
      shape: draft.shape as readonly number[],
      start: dataStart + Number(draft.begin),
      end: dataStart + Number(draft.end),
    })
  }
  if (BigInt(previousEnd) + BigInt(dataStart) !== BigInt(byteLength)) {
    throw new ModelFormatError(
      'MetadataIncompleteBuffer',
      `${fileName} has ${byteLength - dataStart} bytes of data but its header accounts for ${previousEnd}; ` +
        'the file was cut short or something was added; download it again',
    )
  }
  for (const { name, shape } of drafts) {
    // Possible only together with a dimension of 0, which passes all checks of bytes.
    const size = shape.find((each) => typeof each === 'bigint')
    if (size === undefined) continue
    throw new ModelFormatError(
      'ValidationOverflow',
      `${fileName}: tensor ${quoted(name)} has a dimension of ${size}: at most 2^53 - 1 can be held`,
    )
  }
  return { tensors, metadata }
}

/** The reference's checks of a tensor against the one before it. */
function checkDraft(draft: Draft, previousEnd: number | bigint, fileName: string): void {
  const { name, dtype, shape, begin, end } = draft
  const place = (): string => `${fileName}: tensor ${quoted(name)}`
  // Numbers and bigints of the same value are equal by `<` and `>`, not by `===`.
  if (begin < previousEnd || begin > previousEnd || end < begin) {
    throw new ModelFormatError(
      'InvalidOffset',
      `${place()} has data_offsets [${begin}, ${end}], but the tensor before it ends at ${previousEnd}: tensors must follow one another without hole or overlap`,
    )
  }
  const bits = elementBits(shape, DTYPE_BITS.get(dtype)!)
  if (bits === undefined) {
    throw new ModelFormatError(
      'ValidationOverflow',
      `${place()} has shape [${shape.join(', ')}]: too large for any file`,
    )
  }
  const bytes = typeof bits === 'number' ? bits / 8 : bits / 8n
  if (typeof bits === 'number' ? bits % 8 !== 0 : bits % 8n !== 0n) {
    throw new ModelFormatError(
      'MisalignedSlice',
      `${place()} of ${dtype} with shape [${shape.join(', ')}] takes ${bits} bits, which is no whole number of bytes`,
    )
  }
  const span =
    typeof begin === 'number' && typeof end === 'number' ? end - begin : BigInt(end) - BigInt(begin)
  if (span < bytes || span > bytes) {
    throw new ModelFormatError(
      'TensorInvalidInfo',
      `${place()} of ${dtype} with shape [${shape.join(', ')}] takes ${bytes} bytes, but its data_offsets [${begin}, ${end}] span ${span}`,
    )
  }
}

/** Bits of a tensor, or undefined if the bits, or the number of elements on the way, exceed 64 bits. */
function elementBits(shape: readonly (number | bigint)[], width: number): number | bigint | undefined {
  let elements: number | bigint = 1
  for (const size of shape) {
    const product = exactProduct(elements, size)
    if (product === undefined) return undefined
    elements = product
  }
  return exactProduct(elements, width)
}

/**
 * a·b below 2^64: a number while that is exact, as in all files except hostile ones, since bigints take
 * memory.
 */
function exactProduct(a: number | bigint, b: number | bigint): number | bigint | undefined {
  const rounded = Number(a) * Number(b)
  if (rounded <= Number.MAX_SAFE_INTEGER) return rounded
  const exact = BigInt(a) * BigInt(b)
  return exact < 1n << 64n ? exact : undefined
}

/**
 * Whether bytes are UTF-8 (Unicode standard, table 3-7), without decoding them: nothing is allocated, and
 * shared memory works too.
 */
export function isUtf8(bytes: Uint8Array): boolean {
  let at = 0
  while (at < bytes.length) {
    const lead = bytes[at++]!
    if (lead < 0x80) continue
    if (lead < 0xc2 || lead > 0xf4) return false
    const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3
    if (at + more > bytes.length) return false
    // The second byte has a narrower range if it could encode an overlong form, a surrogate, or more than
    // 10FFFF.
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (bytes[at]! < low || bytes[at]! > high) return false
    for (let index = 1; index < more; index++) if ((bytes[at + index]! & 0xc0) !== 0x80) return false
    at += more
  }
  return true
}
