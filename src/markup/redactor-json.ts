/**
 * Saves a redactor as JSON and reads it back: for the next turn of a conversation, another process, or a
 * file. The JSON holds the names themselves, so anyone who can read it can undo the redaction.
 */
import { isObject, wrongKind } from '../check/kind.ts'
import type { Rows } from '../check/option-rows.ts'
import { checkOptions, checkStrings } from '../check/options.ts'
import type { Name } from './name.ts'
import { keyOf } from './names.ts'
import { placeholderOf } from './placeholders.ts'
import type { Title } from './titles.ts'

const FORMAT = 'iobert-redactor-1'

/** What `Redactor.toJSON` returns. */
export interface RedactorJson {
  /** Identifies the kind of file. */
  readonly format: typeof FORMAT
  /** As in `RedactOptions`, where it is not 'numbered'. */
  readonly placeholder?: 'fake'
  /** As in `RedactOptions`. */
  readonly labels?: readonly string[]
  /** As in `RedactOptions`. */
  readonly aliases?: boolean
  /** In the order the placeholders were assigned. The first form replaces the placeholder. */
  readonly names: readonly NameJson[]
  /** Placeholders, without brackets, or stand-ins that occur in the texts themselves and are never assigned. */
  readonly reserved?: readonly string[]
  /** No number up to this one is assigned. */
  readonly reservedTo?: number
}

/** One placeholder and its name. */
export interface NameJson {
  /** `[PER_1]`, or a stand-in */
  readonly placeholder: string
  /** Type of the entity. */
  readonly type: string
  /** The name as written in the texts; several forms only where names of one person are joined. */
  readonly forms: readonly string[]
  /** Of a person whom some text calls so, where names of one person are joined: `ms` or `mr`. */
  readonly title?: 'ms' | 'mr'
}

const rows: Rows<RedactorJson> = {
  format: { type: 'word', words: { [FORMAT]: '' } },
  placeholder: { type: 'word', words: { fake: '' } },
  labels: { type: 'strings' },
  aliases: { type: 'boolean' },
  names: { type: 'other', fits: Array.isArray, wanted: 'an array' },
  reserved: { type: 'strings' },
  reservedTo: { type: 'number', integer: true, from: 0 },
}

export function toRedactorJson(
  names: Iterable<Name>,
  rest: Omit<RedactorJson, 'format' | 'names'>,
): RedactorJson {
  const list = [...names].map(({ placeholder, type, forms, title }) => ({
    ...{ placeholder, type, forms: [...forms] },
    ...(title === undefined ? {} : { title }),
  }))
  return { format: FORMAT, ...rest, names: list }
}

/** What `fromRedactorJson` returns. */
export interface SavedRedactor extends Omit<RedactorJson, 'names' | 'format' | 'reserved'> {
  readonly names: readonly Name[]
  readonly reserved: readonly string[]
}

/**
 * Reads and checks a saved redactor; the JSON may come from anywhere.
 *
 * @param json what `toJSON` returned, as an object or as text
 * @throws {TypeError} {RangeError} naming what is wrong
 */
export function fromRedactorJson(json: unknown): SavedRedactor {
  const value = typeof json === 'string' ? parseRedactorJson(json) : json
  if (!isObject(value)) throw wrongKind(value, 'a saved redactor', 'an object, as toJSON() gives it')
  if (value['format'] !== FORMAT) {
    throw new RangeError(
      `a saved redactor has the format ${JSON.stringify(value['format'])}, expected '${FORMAT}'`,
    )
  }
  const {
    placeholder,
    names,
    reserved = [],
    labels,
    aliases,
    reservedTo,
  } = checkOptions<RedactorJson>(value, rows)
  if (names === undefined) throw wrongKind(names, 'names of a saved redactor', 'an array')
  return {
    ...(placeholder === undefined ? {} : { placeholder }),
    ...(labels === undefined ? {} : { labels }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(reservedTo === undefined ? {} : { reservedTo }),
    names: names.map((name, index) => readName(name, index, placeholder === 'fake')),
    reserved,
  }
}

function readName(value: unknown, index: number, isStandIn: boolean): Name {
  const name = `names[${index}]`
  if (!isObject(value)) throw wrongKind(value, name, 'an object')
  const { placeholder, type, forms, title } = value
  if (typeof type !== 'string') throw wrongKind(type, `${name}.type`, 'a string')
  if (typeof placeholder !== 'string') throw wrongKind(placeholder, `${name}.placeholder`, 'a string')
  const number = isStandIn ? index + 1 : numberOf(placeholder, type, name)
  if (title !== undefined && title !== 'ms' && title !== 'mr') {
    throw new RangeError(`${name}.title is ${JSON.stringify(title)}, expected 'ms' or 'mr'`)
  }
  checkStrings(forms, `${name}.forms`)
  const all = forms as readonly string[]
  if (all.length === 0 || all.includes(''))
    throw new RangeError(`${name}.forms are none, or hold an empty one`)
  const titled = title === undefined ? {} : { title: title as Title }
  const key = isStandIn ? String(number) : keyOf(type, number)
  return { placeholder, key, type, number, forms: [...all], ...titled }
}

function numberOf(placeholder: string, type: string, name: string): number {
  const number = Number(/_([1-9]\d{0,15})\]$/u.exec(placeholder)?.[1] ?? 0)
  if (number >= 1 && Number.isSafeInteger(number) && placeholder === placeholderOf(type, number))
    return number
  throw new RangeError(
    `${name}.placeholder is '${placeholder}', expected one as '${placeholderOf(type, 1)}', with a number from 1`,
  )
}

/** @throws {TypeError} for what is no JSON */
export function parseRedactorJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new TypeError(`a saved redactor is no JSON: ${(error as Error).message}`, { cause: error })
  }
}
