/** Reads what config.json says of rotary positions, for the families that have them. */
import { type JsonRecord, shown } from '../format/json-file.ts'
import type { BertConfig } from './bert-config.ts'
import { invalid, unsupportedConfig } from './config-values.ts'

/** Maximum θ. */
const MOST_THETA = 1e12

/** @throws {ModelFormatError} UnsupportedConfig for heads of an odd size, and angles that are scaled */
export function checkRotation(json: JsonRecord, { hiddenSize, numHeads }: BertConfig): void {
  const headDim = hiddenSize / numHeads
  if (headDim % 2 !== 0) {
    throw unsupportedConfig(
      `has heads of ${headDim} numbers, hidden_size ${hiddenSize} by num_attention_heads ${numHeads}: rotary positions turn pairs, so it must be an even number`,
    )
  }
  if ((json['rope_scaling'] ?? undefined) !== undefined) {
    throw unsupportedConfig(
      `has rope_scaling ${shown(json['rope_scaling'])}: only plain angles can be computed`,
    )
  }
}

/**
 * θ: `rope_theta` of the parameters called `name` (transformers 5), or a key of config.json itself (version 4).
 *
 * @throws {ModelFormatError} InvalidConfig, or UnsupportedConfig for another kind of angles
 */
export function readTheta(
  parameters: JsonRecord,
  name: string,
  json: JsonRecord,
  { key, otherwise }: { readonly key: string; readonly otherwise: number },
): number {
  const ropeType = parameters['rope_type'] ?? 'default'
  if (ropeType !== 'default') {
    throw unsupportedConfig(`has rope_type ${shown(ropeType)} in ${name}: only default can be computed`)
  }
  const written = 'rope_theta' in parameters ? `${name}.rope_theta` : key
  const value = parameters['rope_theta'] ?? json[key] ?? otherwise
  if (typeof value === 'number' && value >= 1 && value <= MOST_THETA) return value
  throw invalid(`${written} must be a number from 1 to ${MOST_THETA}, not ${shown(value)}`)
}
