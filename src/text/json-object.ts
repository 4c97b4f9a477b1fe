/** The small JSON files beside a model, whose values are checked where they are read. */

import { ModelFormatError } from '../format/errors.ts'

/** A JSON object of a named file, whose values are checked where they are read; null counts as missing. */
export class JsonObject {
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>

  constructor(name: string, value: Readonly<Record<string, unknown>>) {
    this.name = name
    this.value = value
  }

  boolean(key: string): boolean | undefined {
    const value = this.#get(key)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.wrong(key, 'true or false')
  }

  number(key: string): number | undefined {
    const value = this.#get(key)
    if (value === undefined || typeof value === 'number') return value
    throw this.wrong(key, 'a number')
  }

  /** A whole number of at least `least`. */
  count(key: string, least: number): number | undefined {
    const value = this.number(key)
    if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return value
    throw this.wrong(key, `a whole number of at least ${least}`)
  }

  string(key: string): string | undefined {
    const value = this.#get(key)
    if (value === undefined || typeof value === 'string') return value
    throw this.wrong(key, 'a string')
  }

  object(key: string): JsonObject | undefined {
    const value = this.#get(key)
    if (value === undefined) return undefined
    if (!isRecord(value)) throw this.wrong(key, 'an object')
    return new JsonObject(this.name, value)
  }

  objects(key: string): JsonObject[] {
    const value = this.#get(key) ?? []
    if (!Array.isArray(value) || !value.every(isRecord)) throw this.wrong(key, 'an array of objects')
    return value.map((entry) => new JsonObject(this.name, entry))
  }

  wrong(key: string, wanted: string): ModelFormatError {
    const found = JSON.stringify(this.value[key])?.slice(0, 80) ?? 'missing'
    return new ModelFormatError('InvalidConfig', `${key} in ${this.name} is ${found}; it must be ${wanted}`)
  }

  #get(key: string): unknown {
    return Object.hasOwn(this.value, key) ? (this.value[key] ?? undefined) : undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function readJson(file: string | Uint8Array | undefined, name: string): JsonObject | undefined {
  if (file === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(decodeText(file, name, 'InvalidConfig'))
  } catch (cause) {
    if (cause instanceof ModelFormatError) throw cause
    throw new ModelFormatError('InvalidConfig', `${name} is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (!isRecord(value)) throw new ModelFormatError('InvalidConfig', `${name} must hold a JSON object`)
  return new JsonObject(name, value)
}

export function decodeText(
  file: string | Uint8Array,
  name: string,
  code: 'InvalidConfig' | 'InvalidVocabulary',
): string {
  if (typeof file === 'string') return file
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file)
  } catch (cause) {
    throw new ModelFormatError(code, `${name} is not UTF-8 text; download it again`, { cause })
  }
}
