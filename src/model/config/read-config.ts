/** Reads config.json: the sizes of a model, its activation, its labels. Everything is checked here, once. */
import { quoted } from '../../format/errors.ts'
import {
  isObject,
  type JsonRecord,
  kind,
  parseJsonObject,
  readJsonObject,
  shown,
} from '../../format/json-file.ts'
import { noModelIn } from '../../format/other-models.ts'
import type { ModelFiles } from '../../format/source.ts'
import type { BertConfig, ProblemType } from '../bert-config.ts'
import type { Family, HeadKind, HiddenActivation, KeyWithDefault } from '../family.ts'
import { loadFamily, modelTypes } from './families.ts'
import type { FamilyFile } from './family-file.ts'
import { readQuantization } from './quantization-config.ts'
import { flag, integer, invalid, text, unsupported } from './values.ts'

const PROBLEM_TYPES: readonly ProblemType[] = [
  'single_label_classification',
  'multi_label_classification',
  'regression',
]

/** Heads that guess words: of ELECTRA's two in pre-training the discriminator has none, which its tensors tell. */
const WORD_HEAD = /For(MaskedLM|PreTraining)$/
/** Heads that are not read: what they hold is left alone. */
const OTHER_HEAD = /For(MultipleChoice|QuestionAnswering|NextSentencePrediction)$/

const FILE = 'config.json'

/** Spellings in config.json; transformers' gelu_fast and gelu_accurate are gelu_new with its terms in another order. */
const ACTIVATIONS: Readonly<Record<string, HiddenActivation>> = {
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

/** The largest values taken: far above any BERT, and small enough that products of two stay exact. */
const MAX_HIDDEN = 65_536
const MAX_LAYERS = 1_024
const MAX_ROWS = 2 ** 24
const MAX_LABELS = 65_536

/** Settings that change what the encoder computes; each must be absent, null, or what this engine does. */
const FIXED: readonly (readonly [string, string | boolean])[] = [
  ['position_embedding_type', 'absolute'],
  ['is_decoder', false],
  ['is_encoder_decoder', false],
  ['add_cross_attention', false],
]

/**
 * Reads `config.json` of a model of BERT's family, with the keys and defaults of transformers.
 *
 * @param json the file's text or bytes, at most 1 MB
 * @throws {ModelFormatError} InvalidConfig for a broken file or value, UnsupportedConfig for a model of another kind
 *
 * @example
 * const { hiddenSize, labels } = await parseConfig(await readFile('config.json'))
 */
export async function parseConfig(json: string | Uint8Array): Promise<BertConfig> {
  return readConfig(parseJsonObject(json, FILE))
}

async function readConfig(config: JsonRecord): Promise<BertConfig> {
  const { modelType, family: found, readMore } = await familyOf(config)
  checkFixed(config, found)
  const { keys } = found
  const hiddenSize = integer(config, keys.hiddenSize, 1, MAX_HIDDEN)
  const numHeads = integer(config, keys.numHeads, 1, MAX_HIDDEN)
  if (hiddenSize % numHeads !== 0) {
    throw invalid(`${keys.numHeads} ${numHeads} does not divide ${keys.hiddenSize} ${hiddenSize}`)
  }
  const architecture = readArchitecture(config)
  const labelScheme = text(config, 'label_scheme')
  // Which tokenizer reads the files, where they are not told by tokenizer_config.json.
  const tokenizerClass = text(config, 'tokenizer_class')
  const problemType = readProblemType(config)
  const written = config['sentence_transformers']
  const activation = activationOf(
    (isObject(written) ? written['activation_fn'] : undefined) ??
      config['sbert_ce_default_activation_function'],
  )
  const positions = readPositions(config, found)
  const numLayers = integer(config, keys.numLayers, 1, MAX_LAYERS)
  const { family, ...more } = readMore?.(
    config,
    found,
    { ...positions, hiddenSize, numHeads, numLayers },
    (name) => ACTIVATIONS[name],
  ) ?? { family: found }
  const quantization = readQuantization(config['quantization_config'])
  return {
    modelType,
    family,
    ...(architecture === undefined ? {} : { architecture }),
    headKind: headOf(architecture),
    ...(tokenizerClass === undefined ? {} : { tokenizerClass }),
    ...(problemType === undefined ? {} : { problemType }),
    ...(activation === undefined ? {} : { activation }),
    hiddenSize,
    embeddingSize: sizeOr(config, family.embeddingSize, hiddenSize),
    numLayers,
    numHeads,
    intermediateSize: integer(config, keys.intermediateSize, 1, MAX_HIDDEN),
    hiddenActivation: readActivation(config, keys.hiddenActivation),
    layerNormEps: readLayerNormEps(config, family),
    vocabSize: integer(config, 'vocab_size', 1, MAX_ROWS),
    ...positions,
    positionRows:
      more.disentangled?.absolute === false ? 0 : positions.maxPositions + positions.firstPosition,
    typeVocabSize: sizeOr(config, family.tokenTypes, 0),
    tiesWordEmbeddings: flag(config, 'tie_word_embeddings', true),
    labels: readLabels(config),
    ...(labelScheme === undefined ? {} : { labelScheme }),
    ...more,
    ...(quantization === undefined ? {} : { quantization }),
  }
}

/**
 * Reads the configuration of a model's folder.
 *
 * @throws {ModelFormatError} MissingFile when there is no `config.json`, else as `parseConfig`
 */
export async function loadConfig(files: ModelFiles): Promise<BertConfig> {
  const source = await files.open(FILE)
  if (source === undefined) {
    throw await noModelIn(files, FILE, ': a model is config.json, vocab.txt and model.safetensors')
  }
  try {
    return await readConfig(await readJsonObject(source))
  } finally {
    await source.close()
  }
}

/** `model_type`; the first BERT configurations had none. */
function readModelType(config: JsonRecord): string | undefined {
  const written = text(config, 'model_type')
  if (written !== undefined) return written
  const architecture = readArchitecture(config)
  const isBert = architecture === undefined || architecture.startsWith('Bert')
  return isBert && 'hidden_size' in config ? 'bert' : undefined
}

/**
 * The family that a configuration says it is of.
 *
 * @throws {ModelFormatError} UnsupportedConfig for one that is not known
 */
export async function familyOf(config: JsonRecord): Promise<FamilyFile & { modelType: string }> {
  const modelType = readModelType(config)
  if (modelType !== undefined) {
    const file = await loadFamily(modelType)
    if (file !== undefined) return { ...file, modelType }
  }
  const found =
    modelType === undefined
      ? `no model_type (architecture ${quoted(readArchitecture(config) ?? 'unknown')})`
      : `model_type ${quoted(modelType)}`
  throw unsupported(
    `has ${found}: only models of ${modelTypes.join(', ')} can be loaded; choose one that was fine-tuned from one of these`,
  )
}

/** Positions start at 0, or one behind the id of padding, as fairseq's did: 512 of RoBERTa's 514 rows are used. */
function readPositions(
  config: JsonRecord,
  { padding }: Family,
): { maxPositions: number; firstPosition: number } {
  const rows = integer(config, 'max_position_embeddings', 1, MAX_ROWS)
  if (padding === undefined) return { maxPositions: rows, firstPosition: 0 }
  const isFixed = typeof padding === 'number'
  const firstPosition = (isFixed ? padding : integer(config, padding.key, 0, MAX_ROWS, padding.otherwise)) + 1
  if (firstPosition >= rows) {
    const key = isFixed ? 'padding' : padding.key
    throw invalid(`max_position_embeddings ${rows} leaves no position behind ${key} ${firstPosition - 1}`)
  }
  return { maxPositions: rows - firstPosition, firstPosition }
}

function sizeOr(config: JsonRecord, key: KeyWithDefault | undefined, otherwise: number): number {
  return key === undefined ? otherwise : integer(config, key.key, key.least ?? 1, MAX_ROWS, key.otherwise)
}

/** The class that the weights were saved from. */
export function readArchitecture(config: JsonRecord): string | undefined {
  const architectures = config['architectures'] ?? []
  if (!Array.isArray(architectures))
    throw invalid(`architectures must be an array, not ${kind(architectures)}`)
  const first: unknown = architectures[0]
  if (first === undefined || first === null) return undefined
  if (typeof first !== 'string') throw invalid(`architectures must hold texts, not ${kind(first)}`)
  return first
}

function checkFixed(config: JsonRecord, { modern }: Family): void {
  for (const [key, wanted] of FIXED) {
    // Others than BERT may say it of something else, as "sans_pos"
    if (modern && key === 'position_embedding_type') continue
    const value = config[key] ?? wanted
    if (typeof value !== typeof wanted) throw invalid(`${key} must be a ${typeof wanted}, not ${kind(value)}`)
    if (value !== wanted) throw unsupported(`has ${key} ${shown(value)}: only ${wanted} can be computed`)
  }
  const pruned = config['pruned_heads']
  if (isObject(pruned) && Object.keys(pruned).length > 0) {
    throw unsupported('has pruned_heads: only models with all their attention heads can be loaded')
  }
}

function readActivation(config: JsonRecord, key: string): HiddenActivation {
  const value = text(config, key) ?? 'gelu'
  const activation = ACTIVATIONS[value]
  if (activation !== undefined) return activation
  throw unsupported(`has ${key} ${quoted(value)}: known are ${Object.keys(ACTIVATIONS).join(', ')}`)
}

function readLayerNormEps(config: JsonRecord, { layerNormEps }: Family): number {
  if (typeof layerNormEps === 'number') return layerNormEps
  const { key, otherwise } = layerNormEps
  const value = config[key] ?? otherwise
  if (typeof value === 'number' && value > 0 && value < 1) return value
  throw invalid(`${key} must be a number between 0 and 1, not ${shown(value)}`)
}

/** Labels by number: `id2label`, whose keys are texts in any order, else `num_labels` times LABEL_i. */
function readLabels(config: JsonRecord): string[] {
  const named = config['id2label'] ?? undefined
  if (named === undefined) {
    // Configurations of 2019 say num_labels or _num_labels; transformers' default is two
    const key = (config['num_labels'] ?? undefined) === undefined ? '_num_labels' : 'num_labels'
    return Array.from({ length: integer(config, key, 1, MAX_LABELS, 2) }, (_, index) => `LABEL_${index}`)
  }
  if (!isObject(named)) throw invalid(`id2label must be an object, not ${kind(named)}`)
  const entries = Object.entries(named)
  if (entries.length === 0) throw invalid('id2label has no label')
  if (entries.length > MAX_LABELS)
    throw invalid(`id2label has ${entries.length} labels: at most ${MAX_LABELS} are taken`)
  const labels = new Array<string | undefined>(entries.length).fill(undefined)
  for (const [key, label] of entries) {
    const index = /^(0|[1-9]\d{0,8})$/.test(key) ? Number(key) : Number.NaN
    if (!(index < entries.length)) {
      throw invalid(
        `id2label has the key ${quoted(key)}: its ${entries.length} keys must be 0 to ${entries.length - 1}`,
      )
    }
    if (typeof label !== 'string') throw invalid(`id2label ${key} must be a text, not ${kind(label)}`)
    labels[index] = label
  }
  // As many keys as places, all different and in range: none is left over
  return labels as string[]
}

/** What the head of a class is of. */
export function headOf(architecture = ''): HeadKind | undefined {
  if (architecture.endsWith('ForSequenceClassification')) return 'text'
  if (WORD_HEAD.test(architecture)) return 'words'
  return OTHER_HEAD.test(architecture) ? undefined : 'tokens'
}

function readProblemType(config: JsonRecord): ProblemType | undefined {
  const value = config['problem_type'] ?? undefined
  if (value === undefined) return undefined
  const known = PROBLEM_TYPES.find((each) => each === value)
  if (known !== undefined) return known
  throw invalid(`problem_type must be one of ${PROBLEM_TYPES.join(', ')}, not ${shown(value)}`)
}

/** The last part of a Python class's name, in which sentence-transformers writes an activation. */
export function activationOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(value.lastIndexOf('.') + 1) : undefined
}
