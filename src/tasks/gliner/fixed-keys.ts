/** Refuses settings of a configuration that would need another computation. */
import { ModelFormatError } from '../../format/errors.ts'
import { type JsonRecord, shown } from '../../format/json-file.ts'

/** Keys that select other architectures: the values that do not, and what the others mean. */
export type FixedKeys = readonly (readonly [key: string, allowed: readonly unknown[], what: string])[]

/** @throws {ModelFormatError} UnsupportedConfig, naming the key, the value, and what it means */
export function checkFixed(config: JsonRecord, keys: FixedKeys, fileName: string): void {
  for (const [key, allowed, what] of keys) {
    const value = config[key] ?? undefined
    if (allowed.includes(value)) continue
    const known = allowed.filter((one) => one !== undefined && one !== '').map(shown)
    throw new ModelFormatError(
      'UnsupportedConfig',
      `${fileName} has ${key} ${shown(value)}: ${what}, which is not computed here; ${
        known.length > 0 ? `only ${known.join(' or ')} is` : 'it must be null'
      }`,
    )
  }
}
