/**
 * The text of a JSON document, or of lines of JSON: its strings and the names of its members, or the strings of the fields that are
 * named. A name and the string that it is of are one line, since rules and models read the one with the other.
 */
import { didYouMean } from '../../check/nearest.ts'
import { isWithin, type JsonString, stringsAndNamesIn } from './json-strings.ts'
import { PlainText } from './plain-text.ts'

/** What is written with a backslash, and what is not. */
const WRITTEN = /\\u[\dA-Fa-f]{4}|\\.|[^\\]+/gsu

function isJson(source: string): boolean {
  try {
    JSON.parse(source)
    return true
  } catch {
    return false
  }
}

/**
 * @param fields  paths of members, `a.b`; all strings if undefined
 * @returns the strings, or why there are none: the source is no JSON, or has no such field
 */
export function readJson(source: string, fields: readonly string[] | undefined): PlainText | Error {
  if (!isJson(source)) {
    const lines = source.split('\n')
    const wrong = lines.findIndex((line) => line.trim() !== '' && !isJson(line))
    // The engine's own message quotes the text.
    if (wrong >= 0) {
      return new TypeError(
        `it is no JSON, nor lines of JSON: line ${wrong + 1} is none; to read it as text give --input text`,
      )
    }
  }
  const plain = new PlainText(source, (placeholder) => JSON.stringify(placeholder).slice(1, -1))
  const strings = [...stringsAndNamesIn(source)]
  const known = new Set(strings.filter(({ isName }) => !isName).map(({ path }) => path))
  for (const field of fields ?? []) {
    if (Array.from(known).some((path) => isWithin(path, field))) continue
    return new RangeError(`it has no string at ${field}${didYouMean(field, known)}`)
  }
  let last: JsonString | undefined
  for (const string of strings) {
    const { isName, path, start, end } = string
    if (fields !== undefined && !fields.some((field) => isWithin(path, field))) continue
    const isOfLast = !isName && last?.isName === true && /^\s*:\s*$/u.test(source.slice(last.end, start))
    // What stands between the two is no text, so that nothing that is found covers both.
    if (isOfLast) plain.addObject(last!.end - 1, start + 1, '\t')
    else plain.separate('\n\n')
    for (const { 0: written, index } of source.slice(start + 1, end - 1).matchAll(WRITTEN)) {
      const from = start + 1 + index
      const to = from + written.length
      if (written.startsWith('\\')) plain.addFor(JSON.parse(`"${written}"`) as string, from, to)
      else plain.addWritten(from, to, true)
    }
    last = string
  }
  return plain
}
