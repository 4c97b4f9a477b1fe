/** Reads a model's small JSON files, with a bound on their size and on the memory they take. */
import { isObject, kindOf } from '../check/kind.ts'
import { type ModelFormatCode, ModelFormatError, quoted } from './errors.ts'
import { MAX_DEPTH } from './file-limits.ts'
import { type ByteSource, type ModelFiles, readAll, withFile } from './source.ts'

/**
 * Limits for a JSON file: its bytes, and the number of its values, each of which takes up to 100 bytes in
 * memory.
 */
export interface JsonLimits {
  readonly bytes: number
  readonly values: number
}

/** Even the most wasteful text of this size takes less than 64 MB once parsed. */
const SMALL: JsonLimits = { bytes: 2 ** 20, values: 2 ** 20 }

/** A parsed JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>

export { isObject }

/**
 * Reads one of a model's small JSON files, which must contain an object.
 *
 * @throws {ModelFormatError} InvalidConfig if it is too large, not UTF-8, not JSON, or not an object
 */
export async function readJsonObject(source: ByteSource): Promise<JsonRecord> {
  checkLength(source.byteLength, source.name, SMALL)
  return parseJsonObject(await readAll(source), source.name)
}

/** Like `readJsonObject`, from a model's file of that name; undefined if there is none. */
export function readJsonFile(files: ModelFiles, fileName: string): Promise<JsonRecord | undefined> {
  return withFile(files, fileName, readJsonObject)
}

/** Like `readJsonObject`, from a text or bytes in memory. */
export function parseJsonObject(
  json: string | Uint8Array,
  fileName: string,
  limits: JsonLimits = SMALL,
): JsonRecord {
  const value = parseJson(json, fileName, limits)
  if (!isObject(value)) throw invalid(`${fileName} must hold a JSON object, not ${kind(value)}`)
  return value
}

/**
 * Parses any JSON value; the limits are checked before memory is allocated for it.
 *
 * @throws {ModelFormatError} InvalidConfig if it is too large or too deep, not UTF-8, or not JSON
 */
export function parseJson(json: string | Uint8Array, fileName: string, limits: JsonLimits = SMALL): unknown {
  checkLength(json.length, fileName, limits)
  const text = decodeUtf8(json, fileName)
  if (text.startsWith('\ufeff')) {
    throw invalid(`${fileName} starts with a byte order mark, which JSON does not allow: save it without`)
  }
  checkValues(text, fileName, limits)
  try {
    return JSON.parse(text)
  } catch (error) {
    // The parser's message may quote the file, whatever it contains.
    const said = (error as Error).message.replace(/\p{Cc}/gu, '\ufffd')
    throw invalid(`${fileName} is not JSON: ${said}`, { cause: error })
  }
}

/** The kind of a JSON value, for errors. */
export function kind(value: unknown): string {
  return value === undefined ? 'missing' : kindOf(value)
}

/** A JSON value for an error: short ones literally, others by kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kind(value)
}

/** Decodes UTF-8; a byte order mark is kept as a character. */
export function decodeUtf8(
  file: string | Uint8Array,
  fileName: string,
  code: ModelFormatCode = 'InvalidConfig',
): string {
  if (typeof file === 'string') return file
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file)
  } catch (error) {
    throw new ModelFormatError(code, `${fileName} is not UTF-8 text; download it again`, { cause: error })
  }
}

function checkLength(length: number, fileName: string, { bytes }: JsonLimits): void {
  if (length <= bytes) return
  throw invalid(`${fileName} has ${length} bytes: at most ${bytes} are read`)
}

/**
 * Counts values and their depth before memory is allocated for them and before anything recurses into them.
 * No file of a model is nested deeper than the reference's own parser allows.
 */
function checkValues(text: string, fileName: string, { values }: JsonLimits): void {
  let count = 0
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === COMMA) count++
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      count++
      if (++depth > MAX_DEPTH) throw invalid(`${fileName} is nested deeper than ${MAX_DEPTH} levels`)
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth--
  }
  if (count > values) throw invalid(`${fileName} holds ${count} values: at most ${values} are read`)
}

/** The end of the string that begins at `start`, or the end of the text if the string is not closed. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at
    if (code === BACKSLASH) at++
  }
  return text.length
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c]
const [OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

function invalid(message: string, options?: ErrorOptions): ModelFormatError {
  return new ModelFormatError('InvalidConfig', message, options)
}
