/**
 * Reads and checks the settings that config.json has for any model: sizes, labels and the like. families/
 * builds on it.
 */
import { quoted } from '../format/errors.ts'
import { isObject, type JsonRecord, kind, shown } from '../format/json-file.ts'
import type { BertConfig, HeadKind, HiddenActivation, ProblemType } from './bert-config.ts'
import { activation, flag, integer, invalid, text, unsupportedConfig } from './config-values.ts'
import { crfOfConfig } from './crf.ts'
import { readQuantization } from './quantization-config.ts'

const PROBLEM_TYPES: readonly ProblemType[] = [
  'single_label_classification',
  'multi_label_classification',
  'regression',
]

/**
 * Classes with a head that predicts words. ELECTRA's discriminator in pre-training has none; its tensors show
 * that.
 */
const WORD_HEAD = /For(MaskedLM|PreTraining)$/
/** Classes whose heads are not supported; their tensors are ignored. */
const OTHER_HEAD = /For(MultipleChoice|QuestionAnswering|NextSentencePrediction)$/

/** Maximum sizes: far above any BERT, yet small enough that products of two stay exact. */
const MAX_HIDDEN = 65_536
export const MAX_LAYERS = 1_024
export const MAX_ROWS: number = 2 ** 24
const MAX_LABELS = 65_536

/** Settings that change what the encoder computes; each must be missing, null, or what this engine does. */
const FIXED: readonly (readonly [string, string | boolean])[] = [
  ['position_embedding_type', 'absolute'],
  ['is_decoder', false],
  ['is_encoder_decoder', false],
  ['add_cross_attention', false],
]

/** A key of config.json and its default. */
interface KeyWithDefault {
  readonly key: string
  readonly otherwise: number
  /** The smallest allowed value; default 1. */
  readonly least?: 0
}

/** The keys of config.json for the sizes that every family has. */
export type SizeKeys = Readonly<
  Record<'hiddenSize' | 'numLayers' | 'numHeads' | 'intermediateSize' | 'hiddenActivation', string>
>

/** The keys of Google's BERT and of all that is based on its code. */
export const BERT_KEYS: SizeKeys = {
  hiddenSize: 'hidden_size',
  numLayers: 'num_hidden_layers',
  numHeads: 'num_attention_heads',
  intermediateSize: 'intermediate_size',
  hiddenActivation: 'hidden_act',
}

/** How a family writes its configuration; defaults are those of its configuration class in transformers. */
export interface ConfigStyle {
  readonly keys: SizeKeys
  /** ε: a key, or a number if the family's code fixes it, whatever config.json says. */
  readonly layerNormEps: KeyWithDefault | number
  /** Rows of the token type embeddings; undefined if the family has none. */
  readonly tokenTypes?: KeyWithDefault
  /** Width of the embeddings, if it may differ from H. */
  readonly embeddingSize?: KeyWithDefault
  /**
   * Present if positions begin after the id of padding, as in fairseq: its key, or the id if the family's
   * code fixes it.
   */
  readonly padding?: KeyWithDefault | number
  readonly activation?: HiddenActivation
  /** Whether positions have embeddings; default true. */
  readonly embedsPositions?: boolean
}

/** BERT's own style. */
export const BERT_STYLE: ConfigStyle = {
  keys: BERT_KEYS,
  layerNormEps: { key: 'layer_norm_eps', otherwise: 1e-12 },
  tokenTypes: { key: 'type_vocab_size', otherwise: 2 },
}

/** Reads the settings that any model has. */
export function readConfig(json: JsonRecord, style: ConfigStyle): BertConfig {
  checkFixed(json)
  const { keys } = style
  const hiddenSize = integer(json, keys.hiddenSize, 1, MAX_HIDDEN)
  const numHeads = integer(json, keys.numHeads, 1, MAX_HIDDEN)
  if (hiddenSize % numHeads !== 0) {
    throw invalid(`${keys.numHeads} ${numHeads} does not divide ${keys.hiddenSize} ${hiddenSize}`)
  }
  const architecture = readArchitecture(json)
  // The class of the tokenizer, if tokenizer_config.json does not name it.
  const tokenizerClass = text(json, 'tokenizer_class')
  const labelScheme = text(json, 'label_scheme')
  const problemType = readProblemType(json)
  const written = json['sentence_transformers']
  const score = activationOf(
    (isObject(written) ? written['activation_fn'] : undefined) ??
      json['sbert_ce_default_activation_function'],
  )
  const positions = readPositions(json, style)
  const quantization = readQuantization(json['quantization_config'])
  const labels = readLabels(json)
  const headKind = headOf(architecture)
  const crf = headKind === 'tokens' ? crfOfConfig(json, labels.length) : undefined
  return {
    modelType: json['model_type'] as string,
    ...(architecture === undefined ? {} : { architecture }),
    headKind,
    ...(tokenizerClass === undefined ? {} : { tokenizerClass }),
    ...(problemType === undefined ? {} : { problemType }),
    ...(score === undefined ? {} : { activation: score }),
    hiddenSize,
    embeddingSize: sizeOr(json, style.embeddingSize, hiddenSize),
    numLayers: integer(json, keys.numLayers, 1, MAX_LAYERS),
    numHeads,
    intermediateSize: integer(json, keys.intermediateSize, 1, MAX_HIDDEN),
    hiddenActivation: activation(json, keys.hiddenActivation, style.activation ?? 'gelu'),
    layerNormEps: readLayerNormEps(json, style),
    vocabSize: integer(json, 'vocab_size', 1, MAX_ROWS),
    ...positions,
    typeVocabSize: sizeOr(json, style.tokenTypes, 0),
    tiesWordEmbeddings: flag(json, 'tie_word_embeddings', true),
    labels,
    ...(crf === undefined ? {} : { crf }),
    ...(labelScheme === undefined ? {} : { labelScheme }),
    ...(quantization === undefined ? {} : { quantization }),
  }
}

function checkFixed(json: JsonRecord): void {
  for (const [key, wanted] of FIXED) {
    const value = json[key] ?? wanted
    if (typeof value !== typeof wanted) throw invalid(`${key} must be a ${typeof wanted}, not ${kind(value)}`)
    if (value !== wanted)
      throw unsupportedConfig(`has ${key} ${shown(value)}: only ${wanted} can be computed`)
  }
  const pruned = json['pruned_heads']
  if (isObject(pruned) && Object.keys(pruned).length > 0) {
    throw unsupportedConfig('has pruned_heads: only models with all their attention heads can be loaded')
  }
}

/** Positions start at 0, or after the id of padding: RoBERTa uses 512 of its 514 rows. */
function readPositions(
  json: JsonRecord,
  { padding, embedsPositions = true }: ConfigStyle,
): Pick<BertConfig, 'maxPositions' | 'firstPosition' | 'positionRows'> {
  const rows = integer(json, 'max_position_embeddings', 1, MAX_ROWS)
  const positionRows = embedsPositions ? rows : 0
  if (padding === undefined) return { maxPositions: rows, firstPosition: 0, positionRows }
  const isFixed = typeof padding === 'number'
  const firstPosition = (isFixed ? padding : integer(json, padding.key, 0, MAX_ROWS, padding.otherwise)) + 1
  if (firstPosition >= rows) {
    const key = isFixed ? 'padding' : padding.key
    throw invalid(`max_position_embeddings ${rows} leaves no position behind ${key} ${firstPosition - 1}`)
  }
  return { maxPositions: rows - firstPosition, firstPosition, positionRows }
}

function sizeOr(json: JsonRecord, key: KeyWithDefault | undefined, otherwise: number): number {
  return key === undefined ? otherwise : integer(json, key.key, key.least ?? 1, MAX_ROWS, key.otherwise)
}

/** The class from which the weights were saved. */
export function readArchitecture(json: JsonRecord): string | undefined {
  const architectures = json['architectures'] ?? []
  if (!Array.isArray(architectures))
    throw invalid(`architectures must be an array, not ${kind(architectures)}`)
  const first: unknown = architectures[0]
  if (first === undefined || first === null) return undefined
  if (typeof first !== 'string') throw invalid(`architectures must hold texts, not ${kind(first)}`)
  return first
}

function readLayerNormEps(json: JsonRecord, { layerNormEps }: ConfigStyle): number {
  if (typeof layerNormEps === 'number') return layerNormEps
  const { key, otherwise } = layerNormEps
  const value = json[key] ?? otherwise
  if (typeof value === 'number' && value > 0 && value < 1) return value
  throw invalid(`${key} must be a number between 0 and 1, not ${shown(value)}`)
}

/**
 * Labels by number: from `id2label`, whose keys are strings in any order, else LABEL_i for `num_labels`
 * labels.
 */
function readLabels(json: JsonRecord): string[] {
  const named = json['id2label'] ?? undefined
  if (named === undefined) {
    // Configurations of 2019 have num_labels or _num_labels; transformers' default is two.
    const key = (json['num_labels'] ?? undefined) === undefined ? '_num_labels' : 'num_labels'
    return Array.from({ length: integer(json, key, 1, MAX_LABELS, 2) }, (_, index) => `LABEL_${index}`)
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
  // There are as many keys as places, all different and in range, so no place is empty.
  return labels as string[]
}

/** The kind of head of a class. */
function headOf(architecture = ''): HeadKind | undefined {
  if (architecture.endsWith('ForSequenceClassification')) return 'text'
  if (WORD_HEAD.test(architecture)) return 'words'
  return OTHER_HEAD.test(architecture) ? undefined : 'tokens'
}

function readProblemType(json: JsonRecord): ProblemType | undefined {
  const value = json['problem_type'] ?? undefined
  if (value === undefined) return undefined
  const known = PROBLEM_TYPES.find((each) => each === value)
  if (known !== undefined) return known
  throw invalid(`problem_type must be one of ${PROBLEM_TYPES.join(', ')}, not ${shown(value)}`)
}

/** The last part of a Python class name, which is how sentence-transformers states an activation. */
export function activationOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(value.lastIndexOf('.') + 1) : undefined
}
