/** Reads the part of config.json that describes the quantization of the weights. */
import { isObject, type JsonRecord, kind, shown } from '../format/json-file.ts'
import type { Quantization } from './bert-config.ts'
import { invalid, unsupportedConfig } from './config-values.ts'

/**
 * Required settings of the weights; the rest of the convention concerns activations or layouts that do not
 * occur here.
 */
export const QUANTIZED_WEIGHTS: readonly (readonly [string, unknown])[] = [
  ['num_bits', 8],
  ['type', 'int'],
  ['symmetric', true],
  ['strategy', 'channel'],
]

/**
 * Checks `quantization_config` of config.json against the compressed-tensors convention
 * (https://github.com/vllm-project/compressed-tensors): format int-quantized, 8 bits, symmetric, per channel.
 *
 * @returns undefined if there is none
 * @throws {ModelFormatError} InvalidConfig for a broken value, UnsupportedConfig for another kind of
 *   quantization
 */
export function readQuantization(value: unknown): Quantization | undefined {
  if (value === undefined || value === null) return undefined
  if (!isObject(value)) throw invalid(`quantization_config must be an object, not ${kind(value)}`)
  expect(value, 'quant_method', 'compressed-tensors')
  expect(value, 'format', 'int-quantized')
  expect(value, 'quantization_status', 'compressed')
  const groups = value['config_groups']
  if (!isObject(groups))
    throw invalid(`quantization_config.config_groups must be an object, not ${kind(groups)}`)
  const weights = Object.values(groups).map((group) => (isObject(group) ? group['weights'] : undefined))
  if (weights.length === 0) throw invalid('quantization_config.config_groups has no group')
  for (const settings of weights) {
    if (!isObject(settings)) throw invalid('quantization_config.config_groups has a group without weights')
    for (const [key, wanted] of QUANTIZED_WEIGHTS) expect(settings, key, wanted)
  }
  const ignore: unknown = value['ignore'] ?? []
  if (!Array.isArray(ignore) || !ignore.every((name) => typeof name === 'string')) {
    throw invalid('quantization_config.ignore must be an array of names')
  }
  return { bits: 8, strategy: 'channel', ignore }
}

function expect(settings: JsonRecord, key: string, wanted: unknown): void {
  const found = settings[key]
  if (found === wanted) return
  throw unsupportedConfig(
    `has a quantization_config with ${key} ${shown(found)}: only ${wanted} can be loaded; ` +
      'take the model before it was quantised',
  )
}
