import { DTYPE_BITS, type Dtype, isDtype } from './dtypes.ts'
import { ModelFormatError, quoted } from './errors.ts'
import { JsonScanner } from './json-scanner.ts'
import { isUtf8 } from './utf8.ts'

/**
 * The header of a safetensors file: 8 bytes with its length N, then N bytes of JSON. The checks are those of the
 * reference (safetensors/src/tensor.rs at 24b0b28), in its order, and what JavaScript adds. Besides the file's bytes
 * the reader takes at most 64 MB, whatever a header says, so it has limits of its own, far above any model:
 */

/** The largest header, in bytes: the reference's own limit. */
export const MAX_HEADER_BYTES: number = 100_000_000
/** The most tensors of one file. */
export const MAX_TENSORS: number = 16_384
/** The most dimensions of one tensor. */
export const MAX_RANK: number = 32
/** What one file's header may leave in memory: its names and metadata as written, 32 bytes each more, and 16 a number. */
export const MAX_KEPT_BYTES: number = 8 * 2 ** 20

/** Bytes before the header: its length as u64. */
export const LENGTH_BYTES: number = 8

/** One tensor: its place in the file counts from the file's first byte. */
export interface SafetensorsEntry {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly start: number
  /** Exclusive. */
  readonly end: number
}

export interface SafetensorsHeader {
  /** In the order of the data. */
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>
  /** What `__metadata__` says; an object without prototype, so that any key is safe. */
  readonly metadata: Readonly<Record<string, string>>
}

/** A tensor as the header states it: nothing checked but the kinds of its values. Offsets count from the data. */
interface Draft {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly (number | bigint)[]
  readonly begin: number | bigint
  readonly end: number | bigint
}

/**
 * Reads N, the header's length, from a file's first 8 bytes.
 *
 * @param prefix the file's first 8 bytes, or all of it where it is shorter
 * @param byteLength the length of the whole file
 * @throws {ModelFormatError} HeaderTooSmall, HeaderTooLarge, InvalidHeaderLength
 */
export function headerLength(prefix: Uint8Array, byteLength: number, fileName: string): number {
  if (byteLength < LENGTH_BYTES) {
    throw new ModelFormatError(
      'HeaderTooSmall',
      `${fileName} has ${byteLength} bytes: a safetensors file has at least ${LENGTH_BYTES}; it was cut short or is something else`,
    )
  }
  // As a bigint, since a length of 2^53 + 1 must not become one that passes
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
      // Numbers all: what is a bigint still ends the reading below
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
    // Possible only beside a dimension of 0, where all checks of bytes have passed
    const size = shape.find((each) => typeof each === 'bigint')
    if (size === undefined) continue
    throw new ModelFormatError(
      'ValidationOverflow',
      `${fileName}: tensor ${quoted(name)} has a dimension of ${size}: at most 2^53 - 1 can be held`,
    )
  }
  return { tensors, metadata }
}

/** By begin, then end: mixed comparisons of numbers and bigints are exact. */
function byOffsets(a: Draft, b: Draft): number {
  if (a.begin < b.begin) return -1
  if (a.begin > b.begin) return 1
  return a.end < b.end ? -1 : a.end > b.end ? 1 : 0
}

/** The reference's checks of one tensor against the one before it. */
function checkDraft(draft: Draft, previousEnd: number | bigint, fileName: string): void {
  const { name, dtype, shape, begin, end } = draft
  const place = (): string => `${fileName}: tensor ${quoted(name)}`
  // Numbers and bigints of one value are equal by `<` and `>`, not by `===`
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

/** Bits of a tensor, or undefined where they, or the elements on the way, do not fit 64 bits. */
function elementBits(shape: readonly (number | bigint)[], width: number): number | bigint | undefined {
  let elements: number | bigint = 1
  for (const size of shape) {
    const product = exactProduct(elements, size)
    if (product === undefined) return undefined
    elements = product
  }
  return exactProduct(elements, width)
}

/** a·b below 2^64: a number while that is exact, which it is in all but hostile files, since bigints take memory. */
function exactProduct(a: number | bigint, b: number | bigint): number | bigint | undefined {
  const rounded = Number(a) * Number(b)
  if (rounded <= Number.MAX_SAFE_INTEGER) return rounded
  const exact = BigInt(a) * BigInt(b)
  return exact < 1n << 64n ? exact : undefined
}

/** The grammar: `{ "__metadata__"?: { key: text }, name: { dtype, shape, data_offsets, ... }, ... }`. */
class HeaderReader {
  readonly #fileName: string
  readonly #scanner: JsonScanner
  readonly #names = new Set<string>()
  readonly #drafts: Draft[] = []
  #keptBytes = 0
  /** The tensor being read, for errors. */
  #tensorName: string | undefined

  constructor(header: Uint8Array, fileName: string) {
    this.#fileName = fileName
    this.#scanner = new JsonScanner(header, (what, position) => {
      throw new ModelFormatError(
        'InvalidHeaderDeserialization',
        `${fileName}: cannot read the header: ${what} at byte ${LENGTH_BYTES + position} of the file${this.#inTensor()}`,
      )
    })
  }

  read(): { drafts: Draft[]; metadata: Record<string, string> } {
    const scanner = this.#scanner
    let metadata: Record<string, string> | undefined
    this.#object('at the start of the header', (name) => {
      if (this.#names.has(name)) this.#duplicate(name, 'the header')
      this.#names.add(name)
      if (name === '__metadata__') metadata = this.#metadata()
      else {
        if (this.#drafts.length === MAX_TENSORS) this.#tooMany()
        this.#drafts.push(this.#tensor(name))
      }
    })
    scanner.expectEnd()
    return { drafts: this.#drafts, metadata: metadata ?? Object.create(null) }
  }

  /** An object whose keys are kept; `member` reads the value. */
  #object(where: string, member: (key: string) => void): void {
    const scanner = this.#scanner
    scanner.expect('{', where)
    if (scanner.take('}')) return
    do {
      scanner.scanString('a name')
      const key = this.#kept()
      scanner.expect(':', 'after a name')
      member(key)
    } while (scanner.take(','))
    scanner.expect('}', 'or , after a value')
  }

  #metadata(): Record<string, string> {
    const metadata: Record<string, string> = Object.create(null)
    // The reference takes null as no metadata
    if (this.#scanner.takeNull()) return metadata
    this.#object('after "__metadata__"', (key) => {
      if (key in metadata) this.#duplicate(key, '"__metadata__"')
      this.#scanner.scanString('metadata')
      metadata[key] = this.#kept()
    })
    return metadata
  }

  #tensor(name: string): Draft {
    const scanner: JsonScanner = this.#scanner
    let dtype: Dtype | undefined
    let shape: (number | bigint)[] | undefined
    let offsets: (number | bigint)[] | undefined
    this.#tensorName = name
    scanner.expect('{', 'after a name')
    if (!scanner.take('}')) {
      do {
        scanner.scanString('a field')
        const field = scanner.shortText()
        scanner.expect(':', 'after a field')
        if (field === 'dtype') {
          if (dtype !== undefined) this.#duplicate(field, 'an entry')
          dtype = this.#dtype()
        } else if (field === 'shape') {
          if (shape !== undefined) this.#duplicate(field, 'an entry')
          shape = this.#numbers(MAX_RANK)
        } else if (field === 'data_offsets') {
          if (offsets !== undefined) this.#duplicate(field, 'an entry')
          offsets = this.#numbers(2)
        } else scanner.skipValue(2)
      } while (scanner.take(','))
      scanner.expect('}', 'or , after a field')
    }
    if (dtype === undefined) scanner.fail('expected a dtype')
    if (shape === undefined) scanner.fail('expected a shape')
    if (offsets?.length !== 2) scanner.fail('expected two data_offsets')
    this.#tensorName = undefined
    return { name, dtype, shape, begin: offsets[0]!, end: offsets[1]! }
  }

  #dtype(): Dtype {
    this.#scanner.scanString('a dtype')
    const text = this.#scanner.shortText()
    if (!isDtype(text)) this.#scanner.fail(`found the unknown dtype ${quoted(text)}`)
    return text
  }

  #numbers(most: number): (number | bigint)[] {
    const scanner = this.#scanner
    const numbers: (number | bigint)[] = []
    scanner.expect('[', 'before numbers')
    if (scanner.take(']')) return numbers
    do {
      if (numbers.length === most) scanner.fail(`found more than ${most} numbers`)
      this.#count(16)
      numbers.push(scanner.unsigned('a size or offset'))
    } while (scanner.take(','))
    scanner.expect(']', 'or , after a number')
    return numbers
  }

  #inTensor(): string {
    return this.#tensorName === undefined ? '' : `, in tensor ${quoted(this.#tensorName)}`
  }

  /** The string just scanned. */
  #kept(): string {
    this.#count(this.#scanner.stringLength + 32)
    return this.#scanner.text()
  }

  #count(bytes: number): void {
    this.#keptBytes += bytes
    if (this.#keptBytes <= MAX_KEPT_BYTES) return
    throw new ModelFormatError(
      'HeaderTooLarge',
      `${this.#fileName}: names, metadata and shapes take more than ${MAX_KEPT_BYTES} bytes, the most this reader takes`,
    )
  }

  #duplicate(key: string, where: string): never {
    throw new ModelFormatError(
      'DuplicateKey',
      `${this.#fileName}: ${where} has the key ${quoted(key)} twice${this.#inTensor()}; which one is meant cannot be known`,
    )
  }

  /** The usual reason for so many tensors is an attack by overlap, which is told apart. */
  #tooMany(): never {
    let previousEnd: number | bigint = 0
    for (const draft of this.#drafts.sort(byOffsets)) {
      if (draft.begin < previousEnd || draft.end < draft.begin) {
        throw new ModelFormatError(
          'InvalidOffset',
          `${this.#fileName}: tensor ${quoted(draft.name)} at data_offsets [${draft.begin}, ${draft.end}] overlaps the one before it, which ends at ${previousEnd}`,
        )
      }
      previousEnd = draft.end
    }
    throw new ModelFormatError(
      'HeaderTooLarge',
      `${this.#fileName} has more than ${MAX_TENSORS} tensors, the most this reader takes`,
    )
  }
}
