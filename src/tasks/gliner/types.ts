/** What a call looks for: types in plain words, alone or with what is known about them. */
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

const KEYS = ['type', 'description', 'threshold']

/**
 * Checks types and removes duplicates; the first of them counts.
 *
 * @throws {TypeError} for what is no array of strings and objects, {RangeError} for no type, or an empty one
 */
export function checkTypes(types: readonly (string | EntityType)[]): EntityType[] {
  if (!Array.isArray(types))
    throw wrongKind(types, 'types', 'an array of strings, or of objects with more about a type')
  if (types.length === 0) throw new RangeError("types has no type, expected one or more, such as ['person']")
  const found = new Map<string, EntityType>()
  for (const [index, given] of types.entries()) {
    const name = `types[${index}]`
    const type = typeof given === 'string' ? { type: given } : checkType(given, name)
    if (type.type.trim() === '')
      throw new RangeError(`${name} is empty, expected what to look for, such as 'person'`)
    if (!found.has(type.type)) found.set(type.type, type)
  }
  return [...found.values()]
}

function checkType(given: unknown, name: string): EntityType {
  if (!isObject(given))
    throw wrongKind(given, name, "a string, or an object such as { type: 'dose', description: 'how much' }")
  const { type, description, threshold } = given
  for (const key of Object.keys(given))
    if (!KEYS.includes(key))
      throw new TypeError(`${name} has ${JSON.stringify(key)}: only ${KEYS.join(', ')} are read`)
  if (typeof type !== 'string') throw wrongKind(type, `${name}.type`, 'a string')
  if (description !== undefined && typeof description !== 'string')
    throw wrongKind(description, `${name}.description`, 'a string')
  if (threshold !== undefined && typeof threshold !== 'number')
    throw wrongKind(threshold, `${name}.threshold`, 'a number')
  if (threshold !== undefined && !(threshold >= 0 && threshold <= 1))
    throw new RangeError(`${name}.threshold is ${threshold}, expected a number from 0 to 1`)
  return given as unknown as EntityType
}
