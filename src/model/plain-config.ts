/**
 * Reads config.json of a BERT whose settings are all of the usual kind. Any other goes to read-config.ts of config/, which reads every
 * family, and says what is wrong with a file; what is taken here is taken there for the same.
 */
import { isObject } from '../check/kind.ts'
import { bytesSource, type ModelFiles, readAll } from '../format/source.ts'
import type { BertConfig, Quantization } from './bert-config.ts'
import { family } from './bert-family.ts'

const FILE = 'config.json'
/** Bytes of a file that is read here: with a thousand labels it has less. */
const MOST_BYTES = 2 ** 16
/** The largest sizes, as read-config.ts has them. */
const MOST_WIDE = 65_536
const MOST_LAYERS = 1_024
const MOST_ROWS = 2 ** 24

/** Settings with the value that they must have, where they are there. */
const USUAL: Readonly<Record<string, unknown>> = {
  hidden_act: 'gelu',
  position_embedding_type: 'absolute',
  is_decoder: false,
  is_encoder_decoder: false,
  add_cross_attention: false,
  tie_word_embeddings: true,
  pruned_heads: undefined,
  problem_type: undefined,
  tokenizer_class: undefined,
  sentence_transformers: undefined,
  sbert_ce_default_activation_function: undefined,
}

/**
 * Reads the configuration of a model's folder.
 *
 * @throws {ModelFormatError} as `loadConfig` of read-config.ts
 */
export async function loadConfig(files: ModelFiles): Promise<BertConfig> {
  const opened = await files.open(FILE)
  let source = opened
  if (opened !== undefined && opened.byteLength <= MOST_BYTES) {
    const bytes = await readAll(opened).finally(() => opened.close())
    const config = plainConfig(bytes)
    if (config !== undefined) return config
    source = bytesSource(opened.name, bytes)
  }
  const { loadConfig: loadAny } = await import('./config/read-config.ts')
  return loadAny({ ...files, open: async (name) => (name === FILE ? source : files.open(name)) })
}

/** @returns undefined where it is not all as usual */
export function plainConfig(bytes: Uint8Array): BertConfig | undefined {
  let config: unknown
  try {
    config = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
  if (!isObject(config) || config['model_type'] !== 'bert') return undefined
  for (const [key, usual] of Object.entries(USUAL)) if ((config[key] ?? usual) !== usual) return undefined
  const { architectures, id2label, label_scheme: labelScheme, layer_norm_eps: layerNormEps } = config
  const architecture: unknown = Array.isArray(architectures) ? architectures[0] : undefined
  if (typeof architecture !== 'string' || !architecture.endsWith('ForTokenClassification')) return undefined
  const sizes = {
    hiddenSize: countOf(config['hidden_size'], MOST_WIDE),
    numLayers: countOf(config['num_hidden_layers'], MOST_LAYERS),
    numHeads: countOf(config['num_attention_heads'], MOST_WIDE),
    intermediateSize: countOf(config['intermediate_size'], MOST_WIDE),
    vocabSize: countOf(config['vocab_size'], MOST_ROWS),
    maxPositions: countOf(config['max_position_embeddings'], MOST_ROWS),
    typeVocabSize: countOf(config['type_vocab_size'], MOST_ROWS),
  }
  // NaN for what is no such number, which nothing is a part of.
  if (Object.values(sizes).includes(Number.NaN) || sizes.hiddenSize % sizes.numHeads !== 0) return undefined
  if (!(typeof layerNormEps === 'number' && layerNormEps > 0 && layerNormEps < 1)) return undefined
  if (!(labelScheme === undefined || typeof labelScheme === 'string') || !isObject(id2label)) return undefined
  const labels = Object.values(id2label) as string[]
  const numbered = Object.keys(id2label).every((key, index) => key === String(index))
  if (!numbered || labels.length === 0 || !labels.every((label) => typeof label === 'string'))
    return undefined
  const quantization = plainQuantization(config['quantization_config'])
  if (quantization === undefined) return undefined
  return {
    modelType: 'bert',
    family,
    architecture,
    headKind: 'tokens',
    ...sizes,
    embeddingSize: sizes.hiddenSize,
    hiddenActivation: 'gelu',
    layerNormEps,
    firstPosition: 0,
    positionRows: sizes.maxPositions,
    tiesWordEmbeddings: true,
    labels,
    ...(labelScheme === undefined ? {} : { labelScheme }),
    ...quantization,
  }
}

function countOf(value: unknown, most: number): number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most
    ? (value as number)
    : Number.NaN
}

/** int8 weights with a scale for each output channel, or none that are quantised. */
function plainQuantization(value: unknown): { quantization?: Quantization } | undefined {
  if (value === undefined) return {}
  if (!isObject(value) || !isObject(value['config_groups'])) return undefined
  const { quant_method: method, format, quantization_status: status, config_groups: groups, ignore } = value
  const weights = Object.values(groups).map((group) => (isObject(group) ? group['weights'] : undefined))
  const isPlain =
    method === 'compressed-tensors' &&
    format === 'int-quantized' &&
    status === 'compressed' &&
    weights.length > 0 &&
    weights.every(isPlainWeights) &&
    Array.isArray(ignore) &&
    ignore.every((name) => typeof name === 'string')
  return isPlain ? { quantization: { bits: 8, strategy: 'channel', ignore: ignore as string[] } } : undefined
}

function isPlainWeights(weights: unknown): boolean {
  return (
    isObject(weights) &&
    weights['num_bits'] === 8 &&
    weights['type'] === 'int' &&
    weights['symmetric'] === true &&
    weights['strategy'] === 'channel'
  )
}
