import { isObject, kindOf } from '../check/kind.ts'
import { type ModelFormatCode, ModelFormatError, quoted } from './errors.ts'
import { type ByteSource, readAll } from './source.ts'

/** What is taken of a JSON file: its bytes, and the values in it, each of which takes up to 100 bytes in memory. */
export interface JsonLimits {
  readonly bytes: number
  readonly values: number
}

/** Parsed, even the most wasteful text of this size stays under 64 MB. */
const SMALL: JsonLimits = { bytes: 2 ** 20, values: 2 ** 20 }

export type JsonObject = Readonly<Record<string, unknown>>

export { isObject }

/**
 * Reads the object that one of a model's small JSON files holds.
 *
 * @throws {ModelFormatError} InvalidConfig when it is too large, not UTF-8, not JSON, or not an object
 */
export async function readJsonObject(source: ByteSource): Promise<JsonObject> {
  checkLength(source.byteLength, source.name, SMALL)
  return parseJsonObject(await readAll(source), source.name)
}

/** As `readJsonObject`, of a text or bytes in memory. */
export function parseJsonObject(
  json: string | Uint8Array,
  fileName: string,
  limits: JsonLimits = SMALL,
): JsonObject {
  checkLength(json.length, fileName, limits)
  const text = decodeUtf8(json, fileName)
  checkValues(text, fileName, limits)
  if (text.startsWith('\ufeff')) {
    throw invalid(`${fileName} starts with a byte order mark, which JSON does not allow: save it without`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw invalid(`${fileName} is not JSON: ${(error as Error).message}`, { cause: error })
  }
  if (!isObject(value)) throw invalid(`${fileName} must hold a JSON object, not ${kind(value)}`)
  return value
}

/** What a JSON value is, for errors. */
export function kind(value: unknown): string {
  return value === undefined ? 'missing' : kindOf(value)
}

/** A JSON value as errors show it: short ones as they are, the others by kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kind(value)
}

/** Bytes of UTF-8 as text, a byte order mark kept as a character. */
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

/** Counts what begins or ends a value, before memory is taken for them; in strings too, where there are few. */
function checkValues(text: string, fileName: string, { values }: JsonLimits): void {
  if (text.length <= values) return
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === COMMA || code === BRACKET || code === BRACE) count++
  }
  if (count > values) throw invalid(`${fileName} holds ${count} values: at most ${values} are read`)
}

const [COMMA, BRACKET, BRACE] = [0x2c, 0x5b, 0x7b]

function invalid(message: string, options?: ErrorOptions): ModelFormatError {
  return new ModelFormatError('InvalidConfig', message, options)
}
