// A line of JSON as a row: {"id"?, "text"}, or a string. An id is kept as it is written, for a number may have more digits than
// JavaScript holds, and 1, 1.0 and "1" are three ids.

/**
 * @param line a line of the input, its line feed taken off
 * @param number of the line, from 1
 * @returns { key, id?, number, text?, error? }: `key` tells the row from all others of its run: its id's JSON, or `#` and its
 *   number where it has none
 */
export function readRow(line, number) {
  let value
  try {
    value = JSON.parse(line)
  } catch (error) {
    return { key: `#${number}`, number, error: `Line ${number} is not JSON: ${error.message}` }
  }
  if (typeof value === 'string') return { key: `#${number}`, number, text: value }
  if (kind(value) !== 'an object') {
    return { key: `#${number}`, number, error: `Line ${number} is ${kind(value)}, expected {"id", "text"}` }
  }
  const id = Object.hasOwn(value, 'id') ? memberAsWritten(line, 'id') : undefined
  const row = id === undefined ? { key: `#${number}`, number } : { key: id, id, number }
  const text = Object.hasOwn(value, 'text') ? value.text : undefined
  if (typeof text === 'string') return { ...row, text }
  return { ...row, error: `The text is ${kind(text)}, expected a string` }
}

/** An answer as a line of JSON: with the row's id as it was written, or with its number where it has none. */
export function writeAnswer({ id, number }, answer) {
  return `{${id === undefined ? `"row":${number}` : `"id":${id}`},${JSON.stringify(answer).slice(1)}`
}

function kind(value) {
  if (value === null || value === undefined) return value === null ? 'null' : 'missing'
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** The value of an object's member as it stands in its JSON, the last of that name, as JSON.parse takes it. */
function memberAsWritten(json, name) {
  let found
  let key
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

function endOfString(json, start) {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
