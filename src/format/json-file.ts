import { ModelFormatError, quoted } from './errors.ts'
import { type ByteSource, readAll } from './source.ts'

/** The largest JSON file read whole: parsed, even the most wasteful text of this size stays under 64 MB. */
export const MAX_JSON_BYTES: number = 2 ** 20

export type JsonObject = Readonly<Record<string, unknown>>

/**
 * Reads the object that one of a model's small JSON files holds.
 *
 * @throws {ModelFormatError} InvalidConfig when it is too large, not UTF-8, not JSON, or not an object
 */
export async function readJsonObject(source: ByteSource): Promise<JsonObject> {
  checkJsonLength(source.byteLength, source.name)
  return parseJsonObject(await readAll(source), source.name)
}

/** As `readJsonObject`, of a text or bytes in memory. */
export function parseJsonObject(json: string | Uint8Array, fileName: string): JsonObject {
  checkJsonLength(json.length, fileName)
  const text = typeof json === 'string' ? json : decodeUtf8(json, fileName)
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

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What a JSON value is, for errors. */
export function kind(value: unknown): string {
  if (value === null || value === undefined) return value === null ? 'null' : 'missing'
  return Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A JSON value as errors show it: short ones as they are, the others by kind. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kind(value)
}

/** Bytes of UTF-8 as text, a byte order mark kept as a character. */
function decodeUtf8(bytes: Uint8Array, fileName: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw invalid(`${fileName} is not UTF-8`, { cause: error })
  }
}

function checkJsonLength(length: number, fileName: string): void {
  if (length <= MAX_JSON_BYTES) return
  throw invalid(`${fileName} has ${length} bytes: at most ${MAX_JSON_BYTES} are read`)
}

function invalid(message: string, options?: ErrorOptions): ModelFormatError {
  return new ModelFormatError('InvalidConfig', message, options)
}
