/** Values of config.json, each checked where it is read; null counts as missing. */
import { ModelFormatError } from '../../format/errors.ts'
import { type JsonRecord, kind, shown } from '../../format/json-file.ts'

/** @throws {ModelFormatError} InvalidConfig for what is no whole number from `least` to `most`, or missing without a default */
export function integer(
  config: JsonRecord,
  key: string,
  least: number,
  most: number,
  otherwise?: number,
): number {
  const value = config[key] ?? otherwise
  if (value === undefined) throw invalid(`${key} is missing`)
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw invalid(`${key} must be a whole number from ${least} to ${most}, not ${shown(value)}`)
}

/** @throws {ModelFormatError} InvalidConfig */
export function flag(config: JsonRecord, key: string, otherwise: boolean): boolean {
  const value = config[key] ?? otherwise
  if (typeof value === 'boolean') return value
  throw invalid(`${key} must be true or false, not ${shown(value)}`)
}

/** @throws {ModelFormatError} InvalidConfig */
export function text(config: JsonRecord, key: string): string | undefined {
  const value = config[key] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${key} must be a text, not ${kind(value)}`)
}

/** What is broken. */
export function invalid(what: string): ModelFormatError {
  return new ModelFormatError('InvalidConfig', `config.json: ${what}`)
}

/** What may be right, and is not computed. */
export function unsupported(what: string): ModelFormatError {
  return new ModelFormatError('UnsupportedConfig', `config.json ${what}`)
}
