/** Where the strings of a JSON text stand: what is changed in them leaves the rest as it is written. */

/** A string that is a value, not the name of a member. */
export interface JsonString {
  /** Names of the members that lead to it, parted by dots; elements of an array have the path of the array. */
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
 * The strings of a JSON text, in order.
 *
 * @param json  what JSON.parse accepts
 *
 * @example
 * [...stringsIn('{"a": {"b": ["x"]}}')] // [{ path: 'a.b', start: 13, end: 16 }]
 */
export function* stringsIn(json: string): Generator<JsonString> {
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
      if (level?.isObject && level.name === undefined) level.name = JSON.parse(json.slice(at, end)) as string
      else yield { path: pathOf(level), start: at, end }
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
