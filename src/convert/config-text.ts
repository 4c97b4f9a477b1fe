/**
 * Changes members of a config.json and keeps the others as they are spelled. transformers reads `2.0` as a float and
 * `2` as an int, and some of its configurations (ModernBERT's `initializer_cutoff_factor`) refuse the one for the other;
 * in JavaScript both are one number.
 */
import { ModelFormatError } from '../format/errors.ts'
import { parseJsonObject } from '../format/json-file.ts'
import { JsonScanner } from '../format/json-scanner.ts'

/**
 * The text of an object in which each member of `changes` has its new value, in its old place or at the end, and those
 * that are undefined there are gone.
 *
 * @throws {ModelFormatError} InvalidConfig where the text is no JSON object
 */
export function withMembers(text: string, changes: Readonly<Record<string, unknown>>): string {
  parseJsonObject(text, 'config.json')
  const members = membersOf(text)
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) members.delete(key)
    else members.set(key, JSON.stringify(value, null, 2).replaceAll('\n', '\n  '))
  }
  const lines = Array.from(members, ([key, value]) => `  ${JSON.stringify(key)}: ${value}`)
  return lines.length === 0 ? '{}\n' : `{\n${lines.join(',\n')}\n}\n`
}

/** The values of an object as they are spelled. Of two members of one name the last counts, as JSON.parse has it. */
function membersOf(text: string): Map<string, string> {
  const bytes = new TextEncoder().encode(text)
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const scanner = new JsonScanner(bytes, (what, position) => {
    throw new ModelFormatError('InvalidConfig', `config.json: ${what}, at byte ${position}`)
  })
  const members = new Map<string, string>()
  scanner.expect('{', 'at the beginning')
  while (!scanner.take('}')) {
    if (members.size > 0) scanner.expect(',', 'between two members')
    scanner.scanString('a name')
    const name = scanner.text()
    scanner.expect(':', 'after a name')
    scanner.peek()
    const start = scanner.position
    scanner.skipValue(1)
    members.set(name, decoder.decode(bytes.subarray(start, scanner.position)))
  }
  return members
}
