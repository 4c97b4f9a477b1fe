/** What config.json says of ModernBERT. */
import { quoted } from '../../format/errors.ts'
import { isObject, type JsonRecord, kind, shown } from '../../format/json-file.ts'
import type { FamilyConfig } from '../config/family-file.ts'
import { flag, integer, invalid, text, unsupported } from '../config/values.ts'
import type { Family, HiddenActivation } from '../family.ts'
import type { Modern } from './shape.ts'

/** Values of `layer_types`. */
const GLOBAL = 'full_attention'
const LOCAL = 'sliding_attention'

/** The largest window and θ taken. */
const MOST_WINDOW = 2 ** 24
const MOST_THETA = 1e12

const GLOBAL_THETA = 160_000
const LOCAL_THETA = 10_000

/**
 * Reads what transformers' ModernBertConfig has, of version 4 (`global_attn_every_n_layers`, `global_rope_theta`) and of 5
 * (`layer_types`, `rope_parameters`).
 *
 * @throws {ModelFormatError} InvalidConfig for a broken value, UnsupportedConfig for what is not computed
 */
export function readModern(
  config: JsonRecord,
  family: Family,
  { numLayers, hiddenSize, numHeads }: { numLayers: number; hiddenSize: number; numHeads: number },
  activationOf: (value: string) => HiddenActivation | undefined,
): FamilyConfig {
  const headDim = hiddenSize / numHeads
  if (headDim % 2 !== 0) {
    throw unsupported(
      `has heads of ${headDim} numbers, hidden_size ${hiddenSize} by num_attention_heads ${numHeads}: rotary positions turn pairs, so it must be an even number`,
    )
  }
  if ((config['rope_scaling'] ?? undefined) !== undefined) {
    throw unsupported(`has rope_scaling ${shown(config['rope_scaling'])}: only plain angles can be computed`)
  }
  const window = Math.floor(integer(config, 'local_attention', 1, MOST_WINDOW, 128) / 2) + 1
  const windows = readLayerTypes(config, numLayers).map((type) => (type === GLOBAL ? 0 : window))
  const globalTheta = readTheta(config, GLOBAL, 'global_rope_theta', GLOBAL_THETA)
  // Version 4 took the global one where the local one was null
  const unsaid = config['local_rope_theta'] === null ? globalTheta : LOCAL_THETA
  const headActivation = readHeadActivation(config, activationOf)
  return {
    family: { ...family, wordHead: { ...family.wordHead, activation: headActivation } },
    modern: {
      windows,
      globalTheta,
      localTheta: readTheta(config, LOCAL, 'local_rope_theta', unsaid),
      pooling: readPooling(config),
      headActivation,
      biases: {
        attention: flag(config, 'attention_bias', false),
        feedForward: flag(config, 'mlp_bias', false),
        norm: flag(config, 'norm_bias', false),
        head: flag(config, 'classifier_bias', false),
        decoder: flag(config, 'decoder_bias', true),
      },
    },
    positionRows: 0,
  }
}

/** Of each layer: `layer_types`, or the first of every `global_attn_every_n_layers` global. */
function readLayerTypes(config: JsonRecord, numLayers: number): string[] {
  const given = config['layer_types'] ?? undefined
  if (given === undefined) {
    const every = integer(config, 'global_attn_every_n_layers', 1, MOST_WINDOW, 3)
    return Array.from({ length: numLayers }, (_, layer) => (layer % every === 0 ? GLOBAL : LOCAL))
  }
  if (!Array.isArray(given)) throw invalid(`layer_types must be an array, not ${kind(given)}`)
  if (given.length !== numLayers) {
    throw invalid(`layer_types has ${given.length} entries, and num_hidden_layers is ${numLayers}`)
  }
  const other: unknown = given.find((type) => type !== GLOBAL && type !== LOCAL)
  if (other === undefined) return given as string[]
  throw unsupported(`has ${shown(other)} in layer_types: ${GLOBAL} and ${LOCAL} can be computed`)
}

/** θ of one kind of layers: in `rope_parameters`, or under a key of its own. */
function readTheta(config: JsonRecord, type: string, key: string, otherwise: number): number {
  const parameters = config['rope_parameters'] ?? {}
  if (!isObject(parameters)) throw invalid(`rope_parameters must be an object, not ${kind(parameters)}`)
  const own = parameters[type] ?? {}
  if (!isObject(own)) throw invalid(`rope_parameters.${type} must be an object, not ${kind(own)}`)
  const [flat] = Object.keys(parameters)
  // Beside these, transformers writes others that it does not read where all layers are of one kind
  if (flat !== undefined && !(GLOBAL in parameters || LOCAL in parameters)) {
    throw unsupported(`has rope_parameters.${flat}: they must be under ${GLOBAL} and ${LOCAL}`)
  }
  const ropeType = own['rope_type'] ?? 'default'
  if (ropeType !== 'default') {
    throw unsupported(`has rope_type ${shown(ropeType)} for ${type}: only default can be computed`)
  }
  const name = 'rope_theta' in own ? `rope_parameters.${type}.rope_theta` : key
  const value = own['rope_theta'] ?? config[key] ?? otherwise
  if (typeof value === 'number' && value >= 1 && value <= MOST_THETA) return value
  throw invalid(`${name} must be a number from 1 to ${MOST_THETA}, not ${shown(value)}`)
}

function readPooling(config: JsonRecord): Modern['pooling'] {
  const value = config['classifier_pooling'] ?? 'cls'
  if (value === 'cls' || value === 'mean') return value
  throw unsupported(`has classifier_pooling ${shown(value)}: cls and mean can be computed`)
}

function readHeadActivation(
  config: JsonRecord,
  activationOf: (value: string) => HiddenActivation | undefined,
): HiddenActivation {
  const value = text(config, 'classifier_activation') ?? 'gelu'
  const activation = activationOf(value)
  if (activation !== undefined) return activation
  throw unsupported(`has classifier_activation ${quoted(value)}, which is not computed`)
}
