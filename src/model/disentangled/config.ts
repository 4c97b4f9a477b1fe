/** What config.json says of disentangled attention. */
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { type JsonRecord, kind, shown } from '../../format/json-file.ts'
import type { RelativeShape } from '../../kernels/layout.ts'
import type { Family } from '../families/family.ts'
import { type Buckets, rowOf } from './buckets.ts'

/** Disentangled attention of a model; `rows` are those of its relative embeddings that its distances lead to. */
export interface Disentangled extends RelativeShape, Buckets {
  /** Whether relative positions go through the projections of the tokens. */
  readonly shared: boolean
  /** Whether a LayerNorm stands behind the relative embeddings. */
  readonly normalized: boolean
  /** Whether absolute positions are added to the embeddings too. */
  readonly absolute: boolean
}

/** The largest distance and number of buckets taken. */
const MOST = 2 ** 15

/** What differs between models of a family. */
export interface DisentangledModel {
  readonly disentangled: Disentangled
  readonly family: Family
}

/**
 * @param maxPositions  of a sequence
 * @throws {ModelFormatError} InvalidConfig for a broken value, UnsupportedConfig for what is not computed
 */
export function readDisentangled(
  config: JsonRecord,
  family: Family,
  { maxPositions, hiddenSize }: { maxPositions: number; hiddenSize: number },
): DisentangledModel {
  if (!flag(config, 'relative_attention', false)) {
    throw unsupported('has no relative_attention: DeBERTa is computed with it alone')
  }
  if ((config['embedding_size'] ?? hiddenSize) !== hiddenSize) {
    throw unsupported(
      `has embedding_size ${shown(config['embedding_size'])}: only hidden_size can be computed`,
    )
  }
  if ((integer(config, 'conv_kernel_size', 0) ?? 0) > 0) {
    throw unsupported(
      'has conv_kernel_size, the convolution of the xlarge models, which is not computed: take a smaller DeBERTa',
    )
  }
  const written = integer(config, 'max_relative_positions', -1) ?? -1
  const maxDistance = written < 1 ? maxPositions : written
  const buckets = Math.max(0, integer(config, 'position_buckets', -1) ?? -1)
  const places: Buckets = { span: buckets > 0 ? buckets : maxDistance, buckets, maxDistance }
  const farthest = maxPositions - 1
  const types = readTypes(config)
  const rows = rowOf(farthest, places) - rowOf(-farthest, places) + 1
  const normalized = readNorm(config)
  return {
    disentangled: {
      ...places,
      ...{ rows, farthest, normalized },
      keys: types.includes('c2p'),
      queries: types.includes('p2c'),
      shared: flag(config, 'share_att_key', false),
      absolute: flag(config, 'position_biased_input', true),
    },
    family,
  }
}

/** `pos_att_type`: a list, or its items with bars between them. */
function readTypes(config: JsonRecord): string[] {
  const value = config['pos_att_type'] ?? []
  const types: unknown[] = typeof value === 'string' ? value.toLowerCase().split('|') : (value as unknown[])
  if (!Array.isArray(types)) throw invalid(`pos_att_type must be an array, not ${kind(value)}`)
  return types.map((type) => {
    const name = typeof type === 'string' ? type.trim() : undefined
    if (name === 'c2p' || name === 'p2c') return name
    throw unsupported(`has ${shown(type)} in pos_att_type: c2p and p2c can be computed`)
  })
}

function readNorm(config: JsonRecord): boolean {
  const value = config['norm_rel_ebd'] ?? 'none'
  if (typeof value !== 'string') throw invalid(`norm_rel_ebd must be a text, not ${kind(value)}`)
  const names = value
    .toLowerCase()
    .split('|')
    .map((name) => name.trim())
  const other = names.find((name) => name !== 'layer_norm' && name !== 'none')
  if (other !== undefined) {
    throw unsupported(`has norm_rel_ebd ${quoted(other)}: layer_norm and none can be computed`)
  }
  return names.includes('layer_norm')
}

function flag(config: JsonRecord, key: string, otherwise: boolean): boolean {
  const value = config[key] ?? otherwise
  if (typeof value === 'boolean') return value
  throw invalid(`${key} must be true or false, not ${shown(value)}`)
}

function integer(config: JsonRecord, key: string, least: number): number | undefined {
  const value = config[key] ?? undefined
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MOST) return value
  throw invalid(`${key} must be a whole number from ${least} to ${MOST}, not ${shown(value)}`)
}

function invalid(what: string): ModelFormatError {
  return new ModelFormatError('InvalidConfig', `config.json: ${what}`)
}

function unsupported(what: string): ModelFormatError {
  return new ModelFormatError('UnsupportedConfig', `config.json ${what}`)
}
