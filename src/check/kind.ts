/** Says what kind a value is (`a string`, `null`, `an array`), for checks and for the messages of errors; leaves out what is undefined. */

/** An object that is no array: its values are of any kind. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * The kind of a value in words, for a message.
 *
 * @example
 * kindOf([1]) // 'an array'
 */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** @throws {TypeError} for what is no string */
export function requireString(value: unknown, name: string): void {
  if (typeof value !== 'string') throw wrongKind(value, name, 'a string')
}

/** @param wanted what it must be: 'a string' */
export function wrongKind(value: unknown, name: string, wanted: string): TypeError {
  return new TypeError(`${name} is ${kindOf(value)}, expected ${wanted}`)
}

/**
 * The fields that are not undefined, where one that is missing means something else than one that is undefined.
 *
 * @example
 * defined({ id: 'a', pair: undefined }) // { id: 'a' }
 */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(kept) as Defined<Fields>
}

type Defined<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name]
} & {
  [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined>
}
