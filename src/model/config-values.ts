/** Reads values of config.json, or of a similar file, and checks each of them; null counts as missing. */

import { ModelFormatError, quoted } from '../format/errors.ts'
import { type JsonRecord, kind, shown } from '../format/json-file.ts'
import { CONFIG } from '../format/shards.ts'
import type { Activation } from '../kernels/kernels.ts'
import type { HiddenActivation } from './bert-config.ts'

/**
 * Spellings in config.json; transformers' gelu_fast and gelu_accurate are gelu_new with its terms in another
 * order.
 */
const SPELLINGS: Readonly<Record<string, HiddenActivation>> = {
  __proto__: null as never,
  gelu: 'gelu',
  gelu_python: 'gelu',
  gelu_new: 'gelu_new',
  gelu_fast: 'gelu_new',
  gelu_accurate: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_pytorch_tanh',
  relu: 'relu',
  silu: 'silu',
  swish: 'silu',
}

/** The kernels' name of each activation. */
export const ACTIVATION: Readonly<Record<HiddenActivation, Activation>> = {
  gelu: 'gelu',
  gelu_new: 'gelu_tanh',
  gelu_pytorch_tanh: 'gelu_tanh',
  relu: 'relu',
  silu: 'silu',
}

/**
 * @throws {ModelFormatError} InvalidConfig unless it is a whole number from `least` to `most`, or missing
 *   with a default
 */
export function integer(
  config: JsonRecord,
  key: string,
  least: number,
  most: number,
  otherwise?: number,
  fileName?: string,
): number {
  const value = config[key] ?? otherwise
  if (value === undefined) throw invalid(`${key} is missing`, fileName)
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw invalid(`${key} must be a whole number from ${least} to ${most}, not ${shown(value)}`, fileName)
}

/** @throws {ModelFormatError} InvalidConfig */
export function flag(config: JsonRecord, key: string, otherwise: boolean, fileName?: string): boolean {
  const value = config[key] ?? otherwise
  if (typeof value === 'boolean') return value
  throw invalid(`${key} must be true or false, not ${shown(value)}`, fileName)
}

/** @throws {ModelFormatError} InvalidConfig */
export function text(config: JsonRecord, key: string, fileName?: string): string | undefined {
  const value = config[key] ?? undefined
  if (value === undefined || typeof value === 'string') return value
  throw invalid(`${key} must be a text, not ${kind(value)}`, fileName)
}

/**
 * @throws {ModelFormatError} UnsupportedConfig for an activation that is not implemented
 */
export function activation(config: JsonRecord, key: string, otherwise: HiddenActivation): HiddenActivation {
  const value = text(config, key) ?? otherwise
  const known = SPELLINGS[value]
  if (known !== undefined) return known
  throw unsupportedConfig(`has ${key} ${quoted(value)}: known are ${Object.keys(SPELLINGS).join(', ')}`)
}

/** The error for an invalid value. */
export function invalid(what: string, fileName: string = CONFIG): ModelFormatError {
  return new ModelFormatError('InvalidConfig', `${fileName}: ${what}`)
}

/** The error for a value that may be valid but is not supported. */
export function unsupportedConfig(what: string): ModelFormatError {
  return new ModelFormatError('UnsupportedConfig', `config.json ${what}`)
}
