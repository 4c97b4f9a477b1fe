/**
 * The value of an object's member as it stands in its JSON: JavaScript would round a number of more than 53 bits, and
 * write 1.0 as 1. Of several with the name the last, as JSON.parse takes it.
 *
 * @param json an object that has the member, and that JSON.parse takes
 */
export function memberAsWritten(json: string, name: string): string {
  let found = ''
  let key: unknown
  let depth = 0
  let start = 0
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '"') at = endOfString(json, at)
    else if (character === '{' || character === '[') {
      if (depth++ === 0) start = at + 1
    } else if (character === ':' && depth === 1) {
      key = JSON.parse(json.slice(start, at))
      start = at + 1
    } else if (character === ',' || character === '}' || character === ']') {
      if (depth === 1) {
        // Space inside may be carriage returns, which end a line for some readers.
        if (key === name) found = json.slice(start, at).trim().replaceAll('\r', ' ')
        start = at + 1
      }
      if (character !== ',') depth--
    }
  }
  return found
}

function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
