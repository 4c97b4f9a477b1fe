/**
 * Reads the settings of BERT's tokenizer from a model's files. `tokenizer_config.json`, including its
 * defaults, takes precedence over `tokenizer.json`, as in Hugging Face transformers: without `do_lower_case`
 * in it, text is lower-cased.
 */

import { ModelFormatError } from '../format/errors.ts'
import { decodeUtf8 } from '../format/json-file.ts'
import type { TokenizerSettings } from './bert-tokenizer.ts'
import { JsonObject, readJson } from './json-object.ts'
import type { NormalizerSettings } from './normalize.ts'
import { BERT_TOKENS, readAddedTokens, specialToken, type TokenFiles } from './read-added-tokens.ts'
import { parseVocabulary, vocabularyFromJson } from './read-vocabulary.ts'
import type { Vocabulary } from './vocabulary.ts'

/** The files, as text or UTF-8 bytes; each may be missing, but not both `vocab` and `tokenizerJson`. */
export interface TokenizerFiles {
  /** vocab.txt */
  readonly vocab?: string | Uint8Array | undefined
  /** tokenizer.json */
  readonly tokenizerJson?: string | Uint8Array | undefined
  /** tokenizer_config.json */
  readonly tokenizerConfig?: string | Uint8Array | undefined
  /** special_tokens_map.json */
  readonly specialTokensMap?: string | Uint8Array | undefined
  /** added_tokens.json */
  readonly addedTokens?: string | Uint8Array | undefined
}

/** What is known about a model in addition to its tokenizer's files. */
export interface TokenizerFacts {
  /** V: rows of the word embeddings, `vocab_size` of config.json. */
  readonly rows?: number | undefined
  /** `tokenizer_class` of config.json. */
  readonly tokenizerClass?: string | undefined
  /** How its family uses SentencePiece's own file. */
  readonly sentencePiece?: SentencePieceOrder | undefined
  /** Whether words that are given apart are byte-level text with a space before each; default: where it classifies tokens. */
  readonly spacesWords?: boolean | undefined
}

/** The pieces that a family's tokenizer puts in place of the first ones in the file. */
export interface SentencePieceOrder {
  /** How many of them it drops. */
  readonly dropped: number
  readonly first: readonly (readonly [piece: string, score: number])[]
  /** Whether `<mask>` includes the white space before it. */
  readonly maskTakesSpace: boolean
  /** The family whose tokenizer has the file's own order, and special tokens with BERT's names. */
  readonly own?: 'albert' | 'deberta'
}

export interface ReadOptions {
  /** Takes precedence over the files. */
  lowercase?: boolean | undefined
  /** As in `fitRows`. */
  paddedVocabulary?: boolean | undefined
  /** The facts in config.json. */
  model?: () => Promise<TokenizerFacts>
}

/** A length above this means that none is set: Python writes 1e30. */
const NO_LENGTH = 1e9

/** These classes use tokenizer.json as it is; all others build their steps from tokenizer_config.json. */
const TAKES_JSON_AS_IT_IS = ['PreTrainedTokenizerFast', 'TokenizersBackend']

/** The settings of a tokenizer.json without a normalizer. */
const NOTHING_DONE = {
  lowercase: false,
  clean_text: false,
  handle_chinese_chars: false,
  strip_accents: false,
}

/**
 * Parses a tokenizer's files as JSON.
 *
 * @throws {ModelFormatError} `InvalidConfig` if one is not an object
 */
export function parseTokenFiles(files: TokenizerFiles): TokenFiles {
  const config =
    readJson(files.tokenizerConfig, 'tokenizer_config.json') ?? new JsonObject('tokenizer_config.json', {})
  // These files predate added_tokens_decoder: they count only if that is missing.
  const legacy = config.value['added_tokens_decoder'] == null
  return {
    json: readJson(files.tokenizerJson, 'tokenizer.json'),
    config,
    map: legacy ? readJson(files.specialTokensMap, 'special_tokens_map.json') : undefined,
    added: legacy ? readJson(files.addedTokens, 'added_tokens.json') : undefined,
  }
}

/** Whether the steps of tokenizer.json apply unchanged, whatever tokenizer_config.json says. */
export function takesJsonAsItIs({ json, config }: TokenFiles): boolean {
  return json !== undefined && TAKES_JSON_AS_IT_IS.includes(config.string('tokenizer_class') ?? '')
}

/** Whether a tokenizer.json is BERT's, step by step. */
export function isBertJson(files: TokenFiles): boolean {
  const kind = (key: string): string | undefined => files.json!.object(key)?.string('type')
  // Of a file that is taken as it is, a text without a pre_tokenizer is one word.
  const split = takesJsonAsItIs(files) ? undefined : 'BertPreTokenizer'
  return (
    (kind('model') ?? 'WordPiece') === 'WordPiece' &&
    (kind('normalizer') ?? 'BertNormalizer') === 'BertNormalizer' &&
    (kind('pre_tokenizer') ?? split) === 'BertPreTokenizer'
  )
}

/**
 * Reads BERT's vocabulary and settings from a model's files.
 *
 * @param vocab vocab.txt, if there is no tokenizer.json
 * @param lowercase takes precedence over the files
 * @throws {ModelFormatError} `MissingFile`, `InvalidVocabulary`, `InvalidConfig`
 */
export function readBertFiles(
  files: TokenFiles,
  vocab: string | Uint8Array | undefined,
  lowercase?: boolean,
): { vocabulary: Vocabulary; settings: TokenizerSettings } {
  const { json } = files
  const model = json?.object('model')
  if (json && !model) throw json.wrong('model', 'an object with the vocabulary')
  const vocabulary = readVocabulary(vocab, model)
  const special = (name: 'cls' | 'sep' | 'unk' | 'mask' | 'pad'): string =>
    specialToken(files, BERT_TOKENS, name)!
  return {
    vocabulary,
    settings: {
      normalizer: readNormalizer(files, lowercase),
      clsToken: special('cls'),
      sepToken: special('sep'),
      unkToken: special('unk'),
      maskToken: special('mask'),
      padToken: special('pad'),
      addedTokens: readAddedTokens(vocabulary, files, BERT_TOKENS),
      continuingPrefix: model?.string('continuing_subword_prefix') ?? '##',
      maxWordLength: model?.count('max_input_chars_per_word', 1) ?? 100,
      maxLength: readMaxLength(files.config),
    },
  }
}

function readVocabulary(vocab: string | Uint8Array | undefined, model: JsonObject | undefined): Vocabulary {
  if (model) return vocabularyFromJson(model.value['vocab'])
  if (vocab !== undefined) return parseVocabulary(decodeUtf8(vocab, 'vocab.txt', 'InvalidVocabulary'))
  throw new ModelFormatError(
    'MissingFile',
    'There is neither a tokenizer.json nor a vocab.txt; a BERT model has one of them',
  )
}

function readNormalizer(files: TokenFiles, override: boolean | undefined): NormalizerSettings {
  const { json, config } = files
  const part = takesJsonAsItIs(files)
    ? (json!.object('normalizer') ?? new JsonObject(json!.name, NOTHING_DONE))
    : undefined
  const lowercase = override ?? (part ? part.boolean('lowercase') : config.boolean('do_lower_case')) ?? true
  return {
    cleanText: part?.boolean('clean_text') ?? true,
    chineseCharacters:
      (part ? part.boolean('handle_chinese_chars') : config.boolean('tokenize_chinese_chars')) ?? true,
    stripAccents: (part ?? config).boolean('strip_accents') ?? lowercase,
    lowercase,
  }
}

/** The maximum length in tokenizer_config.json. */
export function readMaxLength(config: JsonObject): number | undefined {
  const key = config.value['model_max_length'] == null ? 'max_len' : 'model_max_length'
  return (config.number(key) ?? 0) > NO_LENGTH ? undefined : config.count(key, 3)
}
