/** What config.json says of disentangled attention. */
import { quoted } from '../../format/errors.ts'
import { type JsonRecord, kind, shown } from '../../format/json-file.ts'
import { flag, integer, invalid, text, unsupported } from '../config/values.ts'
import type { Family, HiddenActivation } from '../family.ts'
import { type Buckets, rowOf } from './buckets.ts'
import type { ConvolutionShape, Disentangled } from './shape.ts'

/** The largest distance and number of buckets taken. */
const MOST = 2 ** 15
const MOST_NEIGHBOURS = 9

/** What differs between models of a family, and what is so whatever config.json says. */
export interface DisentangledModel {
  readonly disentangled: Disentangled
  readonly family: Family
  readonly tiesWordEmbeddings?: true
}

/** The head that guesses words as Microsoft wrote it; that of transformers is the family's. */
const OWN_WORD_HEAD: Family['wordHead'] = {
  dense: 'lm_predictions.lm_head.dense',
  norm: 'lm_predictions.lm_head.LayerNorm',
  decoder: 'lm_predictions.lm_head',
  bias: ['lm_predictions.lm_head.bias'],
}

/**
 * @param maxPositions  of a sequence
 * @throws {ModelFormatError} InvalidConfig for a broken value, UnsupportedConfig for what is not computed
 */
export function readDisentangled(
  config: JsonRecord,
  family: Family,
  { maxPositions, hiddenSize }: { maxPositions: number; hiddenSize: number },
  activationOf: (value: string) => HiddenActivation | undefined,
): DisentangledModel {
  if (!flag(config, 'relative_attention', false)) {
    throw unsupported('has no relative_attention: DeBERTa is computed with it alone')
  }
  for (const key of ['embedding_size', 'pooler_hidden_size']) {
    if ((config[key] ?? hiddenSize) === hiddenSize) continue
    throw unsupported(`has ${key} ${shown(config[key])}: only hidden_size, ${hiddenSize}, can be computed`)
  }
  if (flag(config, 'talking_head', false)) throw unsupported('has talking_head, which is not computed')
  const isFirst = family.fusedAttention === true
  const written = integer(config, 'max_relative_positions', -1, MOST, -1)
  const maxDistance = written < 1 ? maxPositions : written
  const buckets = isFirst ? 0 : Math.max(0, integer(config, 'position_buckets', -1, MOST, -1))
  const places: Buckets = { span: buckets > 0 ? buckets : maxDistance, buckets, maxDistance }
  const farthest = maxPositions - 1
  const middle = Math.floor(buckets / 2)
  if (buckets > 0 && farthest > middle && (middle < 1 || maxDistance - 1 <= middle)) {
    throw invalid(
      `position_buckets ${buckets} are not for distances up to ${maxDistance}: half of them must be fewer than these, and one at least`,
    )
  }
  const types = readTypes(config)
  const rows = rowOf(farthest, places) - rowOf(-farthest, places) + 1
  const normalized = !isFirst && readNorm(config)
  const convolution = isFirst ? undefined : readConvolution(config, activationOf)
  const own = !flag(config, 'legacy', true)
  return {
    disentangled: {
      ...places,
      ...{ rows, farthest, normalized },
      keys: types.includes('c2p'),
      queries: types.includes('p2c'),
      shared: !isFirst && flag(config, 'share_att_key', false),
      absolute: flag(config, 'position_biased_input', true),
      ...(convolution === undefined ? {} : { convolution }),
    },
    family: {
      ...family,
      textHead: { ...family.textHead, activation: readPoolerActivation(config) },
      ...(own ? { wordHead: OWN_WORD_HEAD } : {}),
    },
    ...(own ? { tiesWordEmbeddings: true } : {}),
  }
}

function readPoolerActivation(config: JsonRecord): Family['textHead']['activation'] {
  const value = config['pooler_hidden_act'] ?? 'gelu'
  if (value === 'gelu' || value === 'relu' || value === 'tanh') return value
  throw unsupported(`has pooler_hidden_act ${shown(value)}: gelu, relu and tanh can be computed`)
}

/** transformers takes tanh where it is not said. */
function readConvolution(
  config: JsonRecord,
  activationOf: (value: string) => HiddenActivation | undefined,
): ConvolutionShape | undefined {
  const size = integer(config, 'conv_kernel_size', 0, MOST, 0)
  if (size === 0) return undefined
  if (size % 2 === 0 || size > MOST_NEIGHBOURS) {
    throw unsupported(`has conv_kernel_size ${size}: odd ones up to ${MOST_NEIGHBOURS} can be computed`)
  }
  const groups = integer(config, 'conv_groups', 1, MOST, 1)
  if (groups !== 1) throw unsupported(`has conv_groups ${groups}: only 1 can be computed`)
  const value = text(config, 'conv_act') ?? 'tanh'
  const activation = value === 'tanh' ? value : activationOf(value)
  if (activation !== undefined) return { size, activation }
  throw unsupported(`has conv_act ${quoted(value)}, which is not computed`)
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
  const names = (text(config, 'norm_rel_ebd') ?? 'none')
    .toLowerCase()
    .split('|')
    .map((name) => name.trim())
  const other = names.find((name) => name !== 'layer_norm' && name !== 'none')
  if (other !== undefined) {
    throw unsupported(`has norm_rel_ebd ${quoted(other)}: layer_norm and none can be computed`)
  }
  return names.includes('layer_norm')
}
