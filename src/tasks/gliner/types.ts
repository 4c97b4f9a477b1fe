/** What a call looks for: types or labels in plain words, alone or with what is known about them. */
import { isObject, wrongKind } from '../../check/kind.ts'

/** A type of entities that a call looks for. */
export interface EntityType {
  /** What it is called, in plain words: `'person'`, `'contract number'`. */
  readonly type: string
  /** What is meant by it, in a sentence; only GLiNER2 reads it. */
  readonly description?: string
  /** The threshold of this type; default: that of the call. */
  readonly threshold?: number
}

/** A label that a text may get. */
export interface TextLabel {
  /** What it is called, in plain words: `'positive'`, `'request for a refund'`. */
  readonly label: string
  /** What is meant by it, in a sentence; the model reads it. */
  readonly description?: string
  /** With `multiLabel`, the threshold of this label; default: that of the call. */
  readonly threshold?: number
}

/** How a kind of what is asked for is called in messages. */
interface Wording {
  readonly one: 'type' | 'label'
  /** One alone, and one as an object. */
  readonly name: string
  readonly object: string
  readonly wanted: string
}

const TYPE: Wording = {
  one: 'type',
  name: "'person'",
  object: "{ type: 'dose', description: 'how much' }",
  wanted: 'what to look for',
}

const LABEL: Wording = {
  one: 'label',
  name: "'positive'",
  object: "{ label: 'refund', description: 'money is wanted back' }",
  wanted: 'what a text may be',
}

/**
 * Checks types and removes duplicates; the first of them counts.
 *
 * @throws {TypeError} for what is no array of strings and objects, {RangeError} for no type, or an empty one
 */
export function checkTypes(types: readonly (string | EntityType)[]): EntityType[] {
  return checkAsked(types, TYPE).map(([type, more]) => ({ ...more, type }))
}

/** The same for labels. */
export function checkLabels(labels: readonly (string | TextLabel)[]): TextLabel[] {
  return checkAsked(labels, LABEL).map(([label, more]) => ({ ...more, label }))
}

/** What may be said of either. */
type More = Pick<EntityType, 'description' | 'threshold'>

function checkAsked(asked: unknown, wording: Wording): (readonly [name: string, more: More])[] {
  const { one, name, wanted } = wording
  if (!Array.isArray(asked))
    throw wrongKind(asked, `${one}s`, `an array of strings, or of objects with more about a ${one}`)
  if (asked.length === 0)
    throw new RangeError(`${one}s has no ${one}, expected one or more, such as [${name}]`)
  const found = new Map<string, More>()
  for (const [index, given] of asked.entries()) {
    const place = `${one}s[${index}]`
    const { [one]: called, ...more } =
      typeof given === 'string' ? { [one]: given } : checkObject(given, place, wording)
    const text = called as string
    if (text.trim() === '') throw new RangeError(`${place} is empty, expected ${wanted}, such as ${name}`)
    if (!found.has(text)) found.set(text, more)
  }
  return [...found]
}

function checkObject(
  given: unknown,
  place: string,
  { one, object }: Wording,
): Readonly<Record<string, unknown>> {
  if (!isObject(given)) throw wrongKind(given, place, `a string, or an object such as ${object}`)
  const { [one]: name, description, threshold } = given
  const keys = [one, 'description', 'threshold']
  for (const key of Object.keys(given))
    if (!keys.includes(key))
      throw new TypeError(`${place} has ${JSON.stringify(key)}: only ${keys.join(', ')} are read`)
  if (typeof name !== 'string') throw wrongKind(name, `${place}.${one}`, 'a string')
  if (description !== undefined && typeof description !== 'string')
    throw wrongKind(description, `${place}.description`, 'a string')
  if (threshold !== undefined && typeof threshold !== 'number')
    throw wrongKind(threshold, `${place}.threshold`, 'a number')
  if (threshold !== undefined && !(threshold >= 0 && threshold <= 1))
    throw new RangeError(`${place}.threshold is ${threshold}, expected a number from 0 to 1`)
  return given
}
