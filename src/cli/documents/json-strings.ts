/** Where the strings of a JSON text stand: what is changed in them leaves the rest as it is written. */

/** A string that is a value, or the name of a member. */
export interface JsonString {
  readonly isName: boolean
  /**
   * Names of the members that lead to it, parted by dots; elements of an array have the path of the array, and a
   * name has that of its object.
   */
  readonly path: string
  /** Of its opening quote. */
  readonly start: number
  /** After its closing quote. */
  readonly end: number
}

interface Level {
  readonly isObject: boolean
  readonly path: string
  /** The name of the member that is being read. */
  name: string | undefined
}

/**
 * The strings of a JSON text that are values, in order.
 *
 * @param json  what JSON.parse accepts
 *
 * @example
 * [...stringsIn('{"a": {"b": ["x"]}}')] // [{ isName: false, path: 'a.b', start: 13, end: 16 }]
 */
export function* stringsIn(json: string): Generator<JsonString> {
  for (const string of stringsAndNamesIn(json)) if (!string.isName) yield string
}

/** All strings of a JSON text, in order. */
export function* stringsAndNamesIn(json: string): Generator<JsonString> {
  const levels: Level[] = []
  const pathOf = (level: Level | undefined): string =>
    level === undefined ? '' : level.isObject ? joined(level.path, level.name!) : level.path
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    const level = levels.at(-1)
    if (character === '{' || character === '[') {
      levels.push({ isObject: character === '{', path: pathOf(level), name: undefined })
    } else if (character === '}' || character === ']') levels.pop()
    else if (character === ',' && level!.isObject) level!.name = undefined
    else if (character === '"') {
      const end = endOfString(json, at) + 1
      const isName = level?.isObject === true && level.name === undefined
      yield { isName, path: isName ? level.path : pathOf(level), start: at, end }
      if (isName) level.name = JSON.parse(json.slice(at, end)) as string
      at = end - 1
    }
  }
}

/** Where a string's closing quote is. */
export function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}

/** Whether a path is a field, or leads through it. */
export function isWithin(path: string, field: string): boolean {
  return path === field || path.startsWith(`${field}.`)
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}
