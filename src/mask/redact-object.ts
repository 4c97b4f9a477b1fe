/** Takes names out of the strings of an object, and puts them back: a ticket, a record of a database, the body of a request. */
import { kindOf, wrongKind } from '../check/kind.ts'
import { didYouMean } from '../check/nearest.ts'
import type { Rows } from '../check/option-rows.ts'
import { checkOptions } from '../check/options.ts'
import { capability } from '../format/capability.ts'
import type { Redactor } from '../markup/redact.ts'
import type { Recognizer } from '../recognizer.ts'
import { A_RECOGNIZER, type MaskOptions, maskRows, readMaskOptions } from './options.ts'

/** What finds the names of an object, and where they are looked for. */
export interface RedactObjectOptions extends MaskOptions {
  /** What finds the names: a recognizer. */
  ner: Pick<Recognizer, 'recognizeAll'>
  /**
   * Members whose strings are redacted, with all that is in them: `body`, or a path, `user.name`; elements of an array have the
   * path of the array. Default: all strings.
   */
  keys?: readonly string[]
  /** Ends the work. */
  signal?: AbortSignal
}

/** A redacted object, and the way back. */
export interface ObjectRedaction<Value> {
  /** A copy with placeholders in place of names. */
  readonly value: Value
  /** Knows the names: `JSON.stringify(redactor)` saves them. */
  readonly redactor: Redactor
  /** A copy of that value, or of another with the same placeholders, with the names in all its strings. */
  restore<Edited = Value>(edited?: Edited): Edited
}

const rows: Rows<RedactObjectOptions> = {
  ...maskRows,
  keys: { type: 'strings' },
  signal: { type: 'signal' },
}

/**
 * Replaces the names in the strings of a value by numbered placeholders, or stand-ins; a name has one number in all of them, and one that
 * was found in one string is replaced in all. Numbers, dates and the names of members stay as they are.
 *
 * @param value  objects and arrays as JSON has them, and what else they hold
 * @throws {TypeError} for a cycle, and for bytes, a `Map`, a `Set` or an object of a class, whose text would not be seen
 * @throws {RangeError} for a key that is nowhere in the value
 *
 * @example
 * (await redactObject({ id: 7, by: 'Tim Cook' }, { ner })).value // { id: 7, by: '[PER_1]' }
 * const { restore } = await redactObject({ by: 'Tim Cook' }, { ner })
 * restore({ answer: 'Ask [PER_1].' }) // answer: 'Ask Tim Cook.'
 */
export async function redactObject<Value>(
  value: Value,
  options: RedactObjectOptions,
): Promise<ObjectRedaction<Value>> {
  const { ner, keys, signal, ...masking } = checkOptions<RedactObjectOptions>(options, rows)
  if (ner === undefined) throw wrongKind(ner, 'ner', A_RECOGNIZER)
  const { names, asked } = await readMaskOptions(masking)
  const found = new Set<string>()
  const texts: string[] = []
  const collect = new Copier(keys, found, (text) => {
    texts.push(text)
    return text
  })
  // The copy is what is read, whatever happens to the value meanwhile.
  const copy = collect.copy(value)
  for (const key of keys ?? []) {
    if (collect.met.has(key)) continue
    throw new RangeError(`keys has '${key}', which is nowhere in the value${didYouMean(key, found)}`)
  }
  const { Masker } = await capability('names of objects', () => import('./masker.ts'))
  const masker = new Masker(ner, names, asked)
  const { masked } = await masker.mask(texts, signal)
  let next = 0
  const redacted = new Copier(keys, found, () => masked[next++]!).copy(copy) as Value
  return {
    value: redacted,
    redactor: names,
    restore: <Edited = Value>(edited: Edited = redacted as unknown as Edited): Edited =>
      new Copier(undefined, found, (text) => names.restore(text)).copy(edited) as Edited,
  }
}

/** Deeper values are a mistake, and would exhaust the stack. */
const MOST_DEPTH = 1000

/** Copies a value, with other strings under some of its keys. */
class Copier {
  readonly #keys: readonly string[] | undefined
  readonly #paths: Set<string>
  readonly #change: (text: string) => string
  /** The objects that hold the one being copied. */
  readonly #holders: object[] = []
  /** Keys that lead somewhere. */
  readonly met = new Set<string>()

  /** @param paths  takes the paths of all members */
  constructor(keys: readonly string[] | undefined, paths: Set<string>, change: (text: string) => string) {
    this.#keys = keys
    this.#paths = paths
    this.#change = change
  }

  /** @param wanted  whether the strings in it are changed, whatever their path */
  copy(value: unknown, path: string = '', wanted: boolean = this.#keys === undefined): unknown {
    if (typeof value === 'string') return wanted ? this.#change(value) : value
    if (typeof value !== 'object' || value === null || value instanceof Date) return value
    // Bytes may be a text, which is not seen; other numbers are none.
    if (ArrayBuffer.isView(value) && !(wanted && bytesEach(value) === 1)) return value
    const name = path === '' ? 'the value' : path
    if (this.#holders.includes(value))
      throw new TypeError(`${name} is an object that holds it: a cycle cannot be copied`)
    if (this.#holders.length >= MOST_DEPTH) {
      throw new RangeError(`${name} lies more than ${MOST_DEPTH} objects deep`)
    }
    this.#holders.push(value)
    const copied = Array.isArray(value)
      ? value.map((item) => this.copy(item, path, wanted))
      : this.#copyMembers(value, name, path, wanted)
    this.#holders.pop()
    return copied
  }

  #copyMembers(value: object, name: string, path: string, wanted: boolean): object {
    const prototype: unknown = Object.getPrototypeOf(value)
    // An object of another window has another Object.prototype, which has none either.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw new TypeError(
        `${name} is a ${value.constructor?.name ?? kindOf(value)}, expected objects and arrays as JSON has them, whose strings can be seen`,
      )
    }
    const members = Object.entries(value).map(([key, item]) => {
      const own = path === '' ? key : `${path}.${key}`
      this.#paths.add(own)
      const isKey = this.#keys?.includes(own) === true
      if (isKey) this.met.add(own)
      return [key, this.copy(item, own, wanted || isKey)] as const
    })
    const copied = Object.fromEntries(members)
    for (const symbol of Object.getOwnPropertySymbols(value)) {
      const { enumerable = false } = Object.getOwnPropertyDescriptor(value, symbol)!
      const member: unknown = this.copy(Reflect.get(value, symbol), path, wanted)
      Object.defineProperty(copied, symbol, {
        ...{ value: member, enumerable, writable: true, configurable: true },
      })
    }
    return prototype === null ? Object.setPrototypeOf(copied, null) : copied
  }
}

/** Bytes of an element of an array of numbers; of a DataView, which has none, 1. */
function bytesEach(view: ArrayBufferView): number {
  return 'BYTES_PER_ELEMENT' in view ? Number(view.BYTES_PER_ELEMENT) : 1
}
