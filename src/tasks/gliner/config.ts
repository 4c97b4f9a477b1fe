/**
 * Reads and checks `gliner_config.json`, with the keys and defaults of the package gliner (BaseGLiNERConfig); GLiNER2 has none,
 * and is read by gliner2-config.ts. A setting that would need another computation is refused by name.
 */
import { defined } from '../../check/kind.ts'
import { isObject, type JsonRecord, kind, readJsonFile, shown } from '../../format/json-file.ts'
import { CONFIG, ENCODER_CONFIG, GLINER_CONFIG } from '../../format/shards.ts'
import { type ModelFiles, missingFile } from '../../format/source.ts'
import { flag, integer, invalid, text } from '../../model/config-values.ts'
import type { WordPooling } from '../../model/spec.ts'
import { checkFixed, type FixedKeys } from './fixed-keys.ts'
import { type Gliner2Config, isGliner2, readGliner2Config } from './gliner2-config.ts'
import type { EncoderSource } from './prepare-encoder.ts'

export type GlinerConfig = Gliner1Config | Gliner2Config

export interface Gliner1Config {
  readonly kind: 'gliner'
  readonly encoder: EncoderSource
  /** The encoder of types, if the model is a bi-encoder. */
  readonly typeEncoder?: EncoderSource
  /** D: the width of words, spans and types after the encoder. */
  readonly hiddenSize: number
  /** K: number of words in the longest span; undefined with `span_mode: token_level`, which scores words. */
  readonly maxWidth: number | undefined
  /** Maximum number of words that the model reads at once. */
  readonly maxWords: number
  /** Layers of the bidirectional LSTM over the words; 0 for none. */
  readonly rnnLayers: number
  /** Id of the token before each type; undefined if the file leaves it to the tokenizer. */
  readonly classToken?: number
  /** V, if the file states it. */
  readonly vocabSize?: number
  /** The token before each type in the prompt, `<<ENT>>`. */
  readonly entToken: string
  /** The token between the prompt and the text, `<<SEP>>`. */
  readonly sepToken: string
  /** Whether a type is represented by the token before it, or otherwise by its own first piece. */
  readonly embedsEntToken: boolean
  readonly wordPooling: WordPooling
  /** Whether the spans that words make are scored once more, as spans; only with `span_mode: token_level`. */
  readonly representsSpans: boolean
}

/** Far above any model, yet small enough that products of two stay exact. */
const MOST = 65_536
const MOST_TOKENS = 2 ** 24
/** Words of the longest span: of every word so many spans are scored. Models have 12, a few 100. */
const MOST_WIDE = 512

/** Layers of the LSTM: each reads the whole text word by word. Models have one, or two. */
const MOST_LSTMS = 64

/** The `span_mode` that scores words as ends of entities. */
const TOKEN_LEVEL = 'token_level'

/**
 * Values of `model_type` for models that find entities; older files have none. Whether they score spans or words is
 * for `span_mode` to say, and whether they have two encoders for `labels_encoder`, as in the package, which does not
 * read this key.
 */
const MODEL_TYPES: readonly unknown[] = [
  undefined,
  'gliner',
  'gliner_uni_encoder',
  'gliner_uni_encoder_span',
  'gliner_uni_encoder_token',
  'gliner_bi_encoder',
  'gliner_bi_encoder_span',
  'gliner_bi_encoder_token',
]

const POOLINGS: readonly WordPooling[] = ['first', 'last', 'mean', 'max']

/** Keys that select other architectures: the values that do not, and what the others mean. */
const FIXED: FixedKeys = [
  ['model_type', MODEL_TYPES, 'another architecture'],
  ['span_mode', ['markerV0', TOKEN_LEVEL], 'spans represented in another way'],
  ['labels_decoder', [undefined], 'a decoder that writes the types'],
  ['relations_layer', [undefined], 'relations between entities'],
  ['fuse_layers', [undefined, false], 'hidden states of all layers in one'],
  ['post_fusion_schema', [undefined, ''], 'layers of attention between types and words'],
  ['span_encoder_config', [undefined], 'an encoder of its own before the spans'],
  ['words_splitter_type', [undefined, 'whitespace'], 'words told apart by another program'],
  ['precomputed_prompts_mode', [undefined, false], 'types that were fixed when it was saved'],
]

/**
 * Reads the configuration of a model's folder.
 *
 * @throws {ModelFormatError} MissingFile if there is none, InvalidConfig for a broken file or value,
 *   UnsupportedConfig for another architecture
 */
export async function loadGlinerConfig(files: ModelFiles): Promise<GlinerConfig> {
  const json = await readJsonFile(files, GLINER_CONFIG)
  if (json) return readConfig(json)
  const second = await readJsonFile(files, CONFIG)
  if (second && isGliner2(second)) return readGliner2Config(second, await readJsonFile(files, ENCODER_CONFIG))
  throw missingFile(
    files,
    [GLINER_CONFIG],
    `${files.name} has no ${GLINER_CONFIG}${second ? `, and its ${CONFIG} is not one of GLiNER2 (model_type "extractor")` : ''}: it is not a model of GLiNER; for one with labels of its own use loadRecognizer`,
  )
}

function readConfig(config: JsonRecord): Gliner1Config {
  // Without a span_mode, the package's default applies, markerV0.
  checkFixed({ ...config, span_mode: config['span_mode'] ?? 'markerV0' }, FIXED, GLINER_CONFIG)
  const scoresWords = config['span_mode'] === TOKEN_LEVEL
  const classToken = tokenCount(config, 'class_token_index', 0)
  const vocabSize = tokenCount(config, 'vocab_size', 1)
  const whole = (key: string, least: number, otherwise: number, most: number = MOST): number =>
    integer(config, key, least, most, otherwise, GLINER_CONFIG)
  const hiddenSize = whole('hidden_size', 2, 512)
  if (hiddenSize % 2 !== 0)
    throw invalid(
      `hidden_size is ${hiddenSize}, which is odd: an LSTM of two directions has half of it each`,
      GLINER_CONFIG,
    )
  const wordPooling = (config['subtoken_pooling'] ?? 'first') as WordPooling
  if (!POOLINGS.includes(wordPooling))
    throw invalid(`subtoken_pooling is ${shown(wordPooling)}, expected ${POOLINGS.join(', ')}`, GLINER_CONFIG)
  const hasTypeEncoder = (config['labels_encoder'] ?? undefined) !== undefined
  return {
    kind: 'gliner',
    encoder: sourceOf(config, 'model_name', 'encoder_config', 'microsoft/deberta-v3-small'),
    ...(hasTypeEncoder && { typeEncoder: sourceOf(config, 'labels_encoder', 'labels_encoder_config', '') }),
    hiddenSize,
    maxWidth: scoresWords ? undefined : whole('max_width', 1, 12, MOST_WIDE),
    maxWords: whole('max_len', 1, 384),
    rnnLayers: whole('num_rnn_layers', 0, 1, MOST_LSTMS),
    ...defined({ classToken, vocabSize }),
    entToken: string(config, 'ent_token', '<<ENT>>'),
    sepToken: string(config, 'sep_token', '<<SEP>>'),
    embedsEntToken: flag(config, 'embed_ent_token', true, GLINER_CONFIG),
    wordPooling,
    representsSpans: scoresWords && flag(config, 'represent_spans', false, GLINER_CONFIG),
  }
}

function sourceOf(json: JsonRecord, nameKey: string, configKey: string, otherwise: string): EncoderSource {
  const config = json[configKey] ?? undefined
  if (config !== undefined && !isObject(config))
    throw invalid(`${configKey} must be an object, not ${kind(config)}`, GLINER_CONFIG)
  return { name: string(json, nameKey, otherwise), ...(config && { config }) }
}

/** -1 leaves it to the tokenizer. */
function tokenCount(config: JsonRecord, key: string, least: number): number | undefined {
  return (config[key] ?? -1) === -1
    ? undefined
    : integer(config, key, least, MOST_TOKENS, undefined, GLINER_CONFIG)
}

function string(config: JsonRecord, key: string, otherwise: string): string {
  const value = text(config, key, GLINER_CONFIG) ?? otherwise
  if (value !== '') return value
  throw invalid(`${key} is empty`, GLINER_CONFIG)
}
