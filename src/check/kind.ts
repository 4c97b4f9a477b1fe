/**
 * Names the kind of a value (`a string`, `null`, `an array`) for checks and error messages; drops undefined
 * fields.
 */

/** Whether a value is an object other than an array; the object's values may be of any kind. */
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

/**
 * @throws {TypeError} if the value is not a string
 */
export function requireString(value: unknown, name: string): void {
  if (typeof value !== 'string') throw wrongKind(value, name, 'a string')
}

/**
 * @param wanted the expected kind: 'a string'
 */
export function wrongKind(value: unknown, name: string, wanted: string): TypeError {
  return new TypeError(`${name} is ${kindOf(value)}, expected ${wanted}`)
}

/**
 * The fields that are not undefined, for cases where a missing field and an undefined one differ in meaning.
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
