/** The pattern of a tokenizer.json's Replace or Split. */

import { ModelFormatError } from '../format/errors.ts'
import { shown } from '../format/json-file.ts'
import type { JsonObject } from './json-object.ts'
import { literalPattern, type Pattern, parsePattern } from './patterns.ts'

/** UTF-16 units: a pattern is tried at every character of a text. */
const LONGEST = 256

/** @throws {ModelFormatError} `UnsupportedConfig` for a pattern that is not understood */
export async function readPattern(part: JsonObject): Promise<Pattern> {
  const pattern = part.object('pattern')
  const text = pattern?.string('String')
  const regex = pattern?.string('Regex')
  if ((text ?? regex ?? '').length <= LONGEST) {
    if (text) return literalPattern(text)
    const read = regex === undefined ? undefined : await readRegex(regex)
    if (read) return read
  }
  throw new ModelFormatError(
    'UnsupportedConfig',
    `${part.name} has a ${part.string('type')} of the pattern ${shown(regex ?? text ?? part.value['pattern'])}; of patterns, alternatives of characters and classes a number of times are understood, as in "\\\\s+|[0-9]{1,3}", and GPT-2's`,
  )
}

/** UTF-16 units that are put in for one: more would make a text of any length of a short one. */
const LONGEST_CONTENT = 32

/**
 * What is put in a text.
 *
 * @throws {ModelFormatError} `InvalidConfig` where it is long
 */
export function readContent(part: JsonObject, key: string): string {
  const content = part.string(key) ?? ''
  if (content.length <= LONGEST_CONTENT) return content
  throw part.wrong(key, `of at most ${LONGEST_CONTENT} characters`)
}

async function readRegex(regex: string): Promise<Pattern | undefined> {
  const parsed = await parsePattern(regex)
  if (parsed || !regex.startsWith("'s|")) return parsed
  const { GPT2_PATTERN, gpt2Words } = await import('./byte-level.ts')
  return regex === GPT2_PATTERN ? gpt2Words() : undefined
}
