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
export const MAX_TENSORS: number = 32_768
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
      shape: draft.shape.map(Number),
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
  const tensor = `${fileName}: tensor ${quoted(name)}`
  // Numbers and bigints of one value are equal by `<` and `>`, not by `===`
  if (begin < previousEnd || begin > previousEnd || end < begin) {
    throw new ModelFormatError(
      'InvalidOffset',
      `${tensor} has data_offsets [${begin}, ${end}], but the tensor before it ends at ${previousEnd}: tensors must follow one another without hole or overlap`,
    )
  }
  const overflow = (): never => {
    throw new ModelFormatError(
      'ValidationOverflow',
      `${tensor} has shape [${shape.join(', ')}]: too large for any file`,
    )
  }
  let elements = 1n
  for (const size of shape) {
    elements *= BigInt(size)
    if (elements >= 1n << 64n) overflow()
  }
  const bits = elements * BigInt(DTYPE_BITS.get(dtype)!)
  if (bits >= 1n << 64n) overflow()
  if (bits % 8n !== 0n) {
    throw new ModelFormatError(
      'MisalignedSlice',
      `${tensor} of ${dtype} with shape [${shape.join(', ')}] takes ${bits} bits, which is no whole number of bytes`,
    )
  }
  if (BigInt(end) - BigInt(begin) !== bits / 8n) {
    throw new ModelFormatError(
      'TensorInvalidInfo',
      `${tensor} of ${dtype} with shape [${shape.join(', ')}] takes ${bits / 8n} bytes, but its data_offsets [${begin}, ${end}] span ${BigInt(end) - BigInt(begin)}`,
    )
  }
}

/** The grammar: `{ "__metadata__"?: { key: text }, name: { dtype, shape, data_offsets, ... }, ... }`. */
class HeaderReader {
  readonly #fileName: string
  readonly #scanner: JsonScanner
  readonly #names = new Set<string>()
  readonly #drafts: Draft[] = []
  #keptBytes = 0

  constructor(header: Uint8Array, fileName: string) {
    this.#fileName = fileName
    this.#scanner = new JsonScanner(header, (what, position) => {
      throw new ModelFormatError(
        'InvalidHeaderDeserialization',
        `${fileName}: cannot read the header: ${what} at byte ${LENGTH_BYTES + position} of the file`,
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
      this.#scanner.scanString(`the metadata of ${quoted(key)}`)
      metadata[key] = this.#kept()
    })
    return metadata
  }

  #tensor(name: string): Draft {
    const scanner: JsonScanner = this.#scanner
    const tensor = `tensor ${quoted(name)}`
    let dtype: Dtype | undefined
    let shape: (number | bigint)[] | undefined
    let offsets: (number | bigint)[] | undefined
    scanner.expect('{', `after ${quoted(name)}`)
    if (!scanner.take('}')) {
      do {
        scanner.scanString(`a field of ${tensor}`)
        const field = scanner.shortText()
        scanner.expect(':', `after a field of ${tensor}`)
        if (field === 'dtype') {
          if (dtype !== undefined) this.#duplicate(field, tensor)
          dtype = this.#dtype(tensor)
        } else if (field === 'shape') {
          if (shape !== undefined) this.#duplicate(field, tensor)
          shape = this.#numbers(`the shape of ${tensor}`, MAX_RANK)
        } else if (field === 'data_offsets') {
          if (offsets !== undefined) this.#duplicate(field, tensor)
          offsets = this.#numbers(`the data_offsets of ${tensor}`, 2)
        } else scanner.skipValue(2)
      } while (scanner.take(','))
      scanner.expect('}', `or , in ${tensor}`)
    }
    if (dtype === undefined) scanner.fail(`expected a dtype in ${tensor}`)
    if (shape === undefined) scanner.fail(`expected a shape in ${tensor}`)
    if (offsets?.length !== 2) scanner.fail(`expected two data_offsets in ${tensor}`)
    return { name, dtype, shape, begin: offsets[0]!, end: offsets[1]! }
  }

  #dtype(tensor: string): Dtype {
    this.#scanner.scanString(`the dtype of ${tensor}`)
    const text = this.#scanner.shortText()
    if (!isDtype(text)) this.#scanner.fail(`found the unknown dtype ${quoted(text)} in ${tensor}`)
    return text
  }

  #numbers(what: string, most: number): (number | bigint)[] {
    const scanner = this.#scanner
    const numbers: (number | bigint)[] = []
    scanner.expect('[', `at the start of ${what}`)
    if (scanner.take(']')) return numbers
    do {
      if (numbers.length === most) scanner.fail(`found more than ${most} numbers in ${what}`)
      this.#count(16)
      numbers.push(scanner.unsigned(`a number in ${what}`))
    } while (scanner.take(','))
    scanner.expect(']', `or , in ${what}`)
    return numbers
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
      `${this.#fileName}: ${where} has the key ${quoted(key)} twice; which one is meant cannot be known`,
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
