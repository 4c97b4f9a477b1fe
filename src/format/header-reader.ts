/** Reads the JSON of a safetensors header, with a bound on the memory it may occupy. */
import { type Dtype, isDtype } from './dtypes.ts'
import { ModelFormatError, quoted } from './errors.ts'
import { JsonScanner } from './json-scanner.ts'

/** Maximum number of tensors in one file. */
export const MAX_TENSORS: number = 16_384
/** Maximum number of dimensions of one tensor. */
export const MAX_RANK: number = 32
/**
 * Maximum memory for one header: names and metadata as written, plus 32 bytes for each, and 16 for each
 * number.
 */
export const MAX_KEPT_BYTES: number = 8 * 2 ** 20

/** Bytes before the header: its length as u64. */
export const LENGTH_BYTES: number = 8

/**
 * A tensor as stated in the header; only the kinds of its values are checked. Offsets are relative to the
 * data.
 */
export interface Draft {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly (number | bigint)[]
  readonly begin: number | bigint
  readonly end: number | bigint
}

/** Compares by begin, then end; comparisons between numbers and bigints are exact. */
export function byOffsets(a: Draft, b: Draft): number {
  if (a.begin < b.begin) return -1
  if (a.begin > b.begin) return 1
  return a.end < b.end ? -1 : a.end > b.end ? 1 : 0
}

/** The grammar: `{ "__metadata__"?: { key: text }, name: { dtype, shape, data_offsets, ... }, ... }`. */
export class HeaderReader {
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

  /** Reads an object whose keys are stored; `member` reads each value. */
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

  /**
   * The usual reason for so many tensors is an attack with overlapping data, which has an error of its own.
   */
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
