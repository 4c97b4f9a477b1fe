/** The text of a JSON document: its strings, each by itself, or those of the fields that are named. */
import { didYouMean } from '../../check/nearest.ts'
import { isWithin, stringsIn } from './json-strings.ts'
import { PlainText } from './plain-text.ts'

/** What is written with a backslash, and what is not. */
const WRITTEN = /\\u[\dA-Fa-f]{4}|\\.|[^\\]+/gsu

/**
 * @param fields  paths of members, `a.b`; all strings if undefined
 * @returns the strings, or why there are none: the source is no JSON, or has no such field
 */
export function readJson(source: string, fields: readonly string[] | undefined): PlainText | Error {
  try {
    JSON.parse(source)
  } catch {
    // The engine's own message quotes the text.
    return new TypeError('it is no JSON; for lines of JSON give --jsonl, to read it as text --input text')
  }
  const plain = new PlainText(source, (placeholder) => JSON.stringify(placeholder).slice(1, -1))
  const strings = [...stringsIn(source)]
  for (const field of fields ?? []) {
    if (strings.some(({ path }) => isWithin(path, field))) continue
    const known = new Set(strings.map(({ path }) => path))
    return new RangeError(`it has no string at ${field}${didYouMean(field, known)}`)
  }
  for (const { path, start, end } of strings) {
    if (fields !== undefined && !fields.some((field) => isWithin(path, field))) continue
    plain.separate('\n\n')
    for (const { 0: written, index } of source.slice(start + 1, end - 1).matchAll(WRITTEN)) {
      const from = start + 1 + index
      const to = from + written.length
      if (written.startsWith('\\')) plain.addFor(JSON.parse(`"${written}"`) as string, from, to)
      else plain.addWritten(from, to, true)
    }
  }
  return plain
}
