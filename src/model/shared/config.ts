/** What config.json says of layers that share their weights. */
import { ModelFormatError } from '../../format/errors.ts'
import { type JsonRecord, shown } from '../../format/json-file.ts'
import type { FamilyConfig } from '../config/family-file.ts'
import type { Family } from '../family.ts'
import type { SharedLayers } from './shape.ts'

/** The most layers that are computed, or stored, of a model. */
const MOST = 1_024

/**
 * The L layers are `num_hidden_layers` passes, each over the `inner_group_num` layers of a group; there are
 * `num_hidden_groups`, that follow one another (Lan et al. 2020, arXiv 1909.11942). transformers' AlbertConfig has one group of
 * one layer where it is not said, and gelu_new.
 *
 * @throws {ModelFormatError} InvalidConfig for a broken value, UnsupportedConfig for embeddings as wide as the layers
 */
export function readShared(
  config: JsonRecord,
  family: Family,
  { hiddenSize }: { readonly hiddenSize: number },
): FamilyConfig {
  const passes = integer(config, 'num_hidden_layers', 12)
  const groups = integer(config, 'num_hidden_groups', 1)
  const inner = integer(config, 'inner_group_num', 1)
  for (const [what, count] of [
    ['num_hidden_layers', passes],
    ['num_hidden_groups', groups],
  ] as const) {
    if (count * inner <= MOST) continue
    throw new ModelFormatError(
      'InvalidConfig',
      `config.json: ${what} ${count} and inner_group_num ${inner} make more than ${MOST} layers`,
    )
  }
  if ((config['embedding_size'] ?? 128) === hiddenSize) {
    throw new ModelFormatError(
      'UnsupportedConfig',
      `config.json has embedding_size ${hiddenSize}, as hidden_size: only narrower embeddings can be computed`,
    )
  }
  const sharedLayers = layersOf(passes, groups, inner)
  return {
    family,
    sharedLayers,
    numLayers: sharedLayers.order.length,
    ...((config['hidden_act'] ?? undefined) === undefined ? { hiddenActivation: 'gelu_new' } : {}),
  }
}

/** Pass i goes over group ⌊i / (passes / groups)⌋, in float64 as transformers has it. */
function layersOf(passes: number, groups: number, inner: number): SharedLayers {
  const ofGroup = (group: number): number[] => Array.from({ length: inner }, (_, k) => group * inner + k)
  const order = Array.from({ length: passes }, (_, i) => ofGroup(Math.trunc(i / (passes / groups))))
  const names = Array.from({ length: groups * inner }, (_, layer) => {
    return `${Math.trunc(layer / inner)}.albert_layers.${layer % inner}`
  })
  return { order: order.flat(), names }
}

function integer(config: JsonRecord, key: string, otherwise: number): number {
  const value = config[key] ?? otherwise
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST) return value
  throw new ModelFormatError(
    'InvalidConfig',
    `config.json: ${key} must be a whole number from 1 to ${MOST}, not ${shown(value)}`,
  )
}
