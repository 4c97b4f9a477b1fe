/** Reads the small JSON files that come with a model. Their values are checked by those who use them. */

import { ModelFormatError } from '../format/errors.ts'
import { isObject, parseJsonObject, shown } from '../format/json-file.ts'

/** LaBSE's vocabulary (BERT) has 500,000 pieces in 10 MB; RoBERTa's has 50,000 pieces and as many merges. */
const LARGEST_TOKENIZER = { bytes: 2 ** 25, values: 2 ** 20 }

/**
 * Maximum number of steps in a sequence of normalizers, pre-tokenizers or decoders: each goes over the whole
 * text.
 */
const MOST_STEPS = 64

/** A JSON object from a named file. Values are checked when they are read; null counts as missing. */
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
    if (!isObject(value)) throw this.wrong(key, 'an object')
    return new JsonObject(this.name, value)
  }

  objects(key: string): JsonObject[] {
    const value = this.#get(key) ?? []
    if (!Array.isArray(value) || !value.every(isObject)) throw this.wrong(key, 'an array of objects')
    return value.map((entry) => new JsonObject(this.name, entry))
  }

  /**
   * The steps of a `Sequence`, with nested sequences flattened; an object of another type is a single step.
   */
  steps(key: string): JsonObject[] {
    const steps: JsonObject[] = []
    const add = (part: JsonObject): void => {
      if (part.string('type') === 'Sequence') for (const step of part.objects(key)) add(step)
      else if (steps.push(part) > MOST_STEPS)
        throw this.wrong(key, `a sequence of at most ${MOST_STEPS} steps`)
    }
    add(this)
    return steps
  }

  wrong(key: string, wanted: string): ModelFormatError {
    const found = Object.hasOwn(this.value, key) ? shown(this.value[key]) : 'missing'
    return new ModelFormatError('InvalidConfig', `${key} in ${this.name} is ${found}; it must be ${wanted}`)
  }

  #get(key: string): unknown {
    return Object.hasOwn(this.value, key) ? (this.value[key] ?? undefined) : undefined
  }
}

/**
 * Reads one of a tokenizer's files; `undefined` if it is missing.
 *
 * @throws {ModelFormatError} InvalidConfig as for `parseJsonObject`, and for more values than a vocabulary
 *   has pieces
 */
export function readJson(file: string | Uint8Array | undefined, name: string): JsonObject | undefined {
  return file === undefined ? undefined : new JsonObject(name, parseJsonObject(file, name, LARGEST_TOKENIZER))
}
