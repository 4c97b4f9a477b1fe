/**
 * What a model's files say about its tokenizer. `tokenizer_config.json` holds over `tokenizer.json`, its defaults
 * included, as in Hugging Face transformers: without `do_lower_case` in it, text is lower-cased.
 */

import { ModelFormatError, quoted } from '../format/errors.ts'
import { decodeUtf8, isObject } from '../format/json-file.ts'
import { JsonObject, readJson } from './json-object.ts'
import type { NormalizerSettings } from './normalize.ts'
import { parseVocabulary, type Vocabulary, vocabularyFromJson } from './vocabulary.ts'

/** The files, as text or UTF-8 bytes; each may be missing, but for one of `vocab` and `tokenizerJson`. */
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

/** A token that is cut out of the text as it stands, before anything else is done to it. */
export interface AddedToken {
  readonly content: string
  readonly id: number
  /** Met only where no letter or digit is next to it. */
  readonly singleWord: boolean
  /** Takes the white space before it. */
  readonly stripLeft: boolean
  /** Takes the white space after it. */
  readonly stripRight: boolean
  /** Looked for in the normalised text, not in the text as it stands. */
  readonly normalized: boolean
  /** Left out where ids are made text. */
  readonly special: boolean
}

export interface TokenizerSettings {
  readonly normalizer: NormalizerSettings
  readonly clsToken: string
  readonly sepToken: string
  readonly unkToken: string
  readonly addedTokens: readonly AddedToken[]
  readonly continuingPrefix: string
  readonly maxWordLength: number
  /** Pieces a sequence may have, `[CLS]` and `[SEP]` included, where the files say. */
  readonly maxLength: number | undefined
}

/** `UNK` and the others, in the keys of every file: `unk_token`. */
const SPECIAL = { unk: '[UNK]', sep: '[SEP]', pad: '[PAD]', cls: '[CLS]', mask: '[MASK]' } as const

/** Above this a length means that none is set: Python writes 1e30. */
const NO_LENGTH = 1e9

/** UTF-16 units of an added token: longer than any that is met in text, and short enough to be looked for everywhere. */
const LONGEST_TOKEN = 1000

/** These take tokenizer.json as it is; every other class builds its normaliser from tokenizer_config.json. */
const TAKES_JSON_AS_IT_IS = ['PreTrainedTokenizerFast', 'TokenizersBackend']

/** What a tokenizer.json without a normaliser says. */
const NOTHING_DONE = {
  lowercase: false,
  clean_text: false,
  handle_chinese_chars: false,
  strip_accents: false,
}

/**
 * Reads vocabulary and settings from a model's files.
 *
 * @param lowercase holds over what the files say
 * @throws {ModelFormatError} `MissingFile`, `InvalidVocabulary`, `InvalidConfig`, or `UnsupportedConfig` for a tokenizer
 *   that is not BERT's
 */
export function readTokenizerFiles(
  files: TokenizerFiles,
  lowercase?: boolean,
): { vocabulary: Vocabulary; settings: TokenizerSettings } {
  const json = readJson(files.tokenizerJson, 'tokenizer.json')
  const config =
    readJson(files.tokenizerConfig, 'tokenizer_config.json') ?? new JsonObject('tokenizer_config.json', {})
  // Files of before added_tokens_decoder: they hold where it is missing, and do not count where it is there.
  const legacy = config.value['added_tokens_decoder'] == null
  const map = legacy ? readJson(files.specialTokensMap, 'special_tokens_map.json') : undefined
  const added = legacy ? readJson(files.addedTokens, 'added_tokens.json') : undefined

  const model = json?.object('model')
  if (json) checkKinds(json, model)
  const vocabulary = readVocabulary(files, model)
  const special = (name: keyof typeof SPECIAL): string =>
    (map && tokenContent(map, `${name}_token`)) ?? tokenContent(config, `${name}_token`) ?? SPECIAL[name]
  return {
    vocabulary,
    settings: {
      normalizer: readNormalizer(json, config, lowercase),
      clsToken: special('cls'),
      sepToken: special('sep'),
      unkToken: special('unk'),
      addedTokens: readAddedTokens(vocabulary, json, config, map, added),
      continuingPrefix: model?.string('continuing_subword_prefix') ?? '##',
      maxWordLength: model?.count('max_input_chars_per_word', 1) ?? 100,
      maxLength: readMaxLength(config),
    },
  }
}

function readVocabulary(files: TokenizerFiles, model: JsonObject | undefined): Vocabulary {
  if (model) return vocabularyFromJson(model.value['vocab'])
  if (files.vocab !== undefined)
    return parseVocabulary(decodeUtf8(files.vocab, 'vocab.txt', 'InvalidVocabulary'))
  throw new ModelFormatError(
    'MissingFile',
    'There is neither a tokenizer.json nor a vocab.txt; a BERT model has one of them',
  )
}

/** Tells BERT's tokenizer from the others that a tokenizer.json may hold. */
function checkKinds(json: JsonObject, model: JsonObject | undefined): void {
  if (!model) throw json.wrong('model', 'an object with the vocabulary')
  const kinds: [string, JsonObject | undefined, string][] = [
    ['model', model, 'WordPiece'],
    ['normalizer', json.object('normalizer'), 'BertNormalizer'],
    ['pre_tokenizer', json.object('pre_tokenizer'), 'BertPreTokenizer'],
  ]
  for (const [key, part, wanted] of kinds) {
    const kind = part?.string('type') ?? wanted
    if (kind === wanted) continue
    throw new ModelFormatError(
      'UnsupportedConfig',
      `tokenizer.json has a ${key} of type ${kind}, not ${wanted}; only BERT tokenizers can be read`,
    )
  }
}

function readNormalizer(
  json: JsonObject | undefined,
  config: JsonObject,
  override: boolean | undefined,
): NormalizerSettings {
  const asItIs = json !== undefined && TAKES_JSON_AS_IT_IS.includes(config.string('tokenizer_class') ?? '')
  const part = asItIs ? (json.object('normalizer') ?? new JsonObject(json.name, NOTHING_DONE)) : undefined
  const lowercase = override ?? (part ? part.boolean('lowercase') : config.boolean('do_lower_case')) ?? true
  return {
    cleanText: part?.boolean('clean_text') ?? true,
    chineseCharacters:
      (part ? part.boolean('handle_chinese_chars') : config.boolean('tokenize_chinese_chars')) ?? true,
    stripAccents: (part ?? config).boolean('strip_accents') ?? lowercase,
    lowercase,
  }
}

function readMaxLength(config: JsonObject): number | undefined {
  const key = config.value['model_max_length'] == null ? 'max_len' : 'model_max_length'
  return (config.number(key) ?? 0) > NO_LENGTH ? undefined : config.count(key, 3)
}

/** Every token that is met in text as a whole, each content once; what comes later in the files' order holds. */
function readAddedTokens(
  vocabulary: Vocabulary,
  json: JsonObject | undefined,
  config: JsonObject,
  map: JsonObject | undefined,
  added: JsonObject | undefined,
): AddedToken[] {
  const tokens = new Map<string, AddedToken>()
  const add = (entry: JsonObject, id: number | undefined, isSpecial: boolean): void => {
    const content = entry.string('content')
    if (content === undefined) throw entry.wrong('content', 'the text of the token')
    if (content.length > LONGEST_TOKEN) {
      throw new ModelFormatError(
        'InvalidConfig',
        `${entry.name} has an added token of ${content.length} characters, ${quoted(content.slice(0, 50))}...; it may have at most ${LONGEST_TOKEN}`,
      )
    }
    const known = vocabulary.idOf(content) ?? tokens.get(content)?.id ?? id
    // A token without an id (a [MASK] that the vocabulary does not have) has no row in the model.
    if (content === '' || known === undefined) return
    if (!Number.isSafeInteger(known) || known < 0) throw entry.wrong('id', 'a whole number')
    const special = entry.boolean('special') ?? isSpecial
    tokens.set(content, {
      content,
      id: known,
      singleWord: entry.boolean('single_word') ?? false,
      stripLeft: entry.boolean('lstrip') ?? false,
      stripRight: entry.boolean('rstrip') ?? false,
      normalized: entry.boolean('normalized') ?? !special,
      special,
    })
  }
  const specials = specialTokens(config, map)
  const specialContents = new Set(specials.map((entry) => entry.value['content']))
  for (const entry of json?.objects('added_tokens') ?? []) add(entry, entry.number('id'), false)
  for (const content of Object.keys(added?.value ?? {})) {
    const special = specialContents.has(content)
    add(new JsonObject('added_tokens.json', { content }), added?.number(content), special)
  }
  const decoder = config.object('added_tokens_decoder')
  for (const id of Object.keys(decoder?.value ?? {})) {
    const entry = decoder?.object(id)
    if (entry) add(entry, Number(id), false)
  }
  for (const entry of specials) {
    const plain = Object.keys(entry.value).length === 1
    if (!plain || !tokens.has(entry.string('content') ?? '')) add(entry, undefined, true)
  }
  return [...tokens.values()]
}

/** The named special tokens and the additional ones, each as an object with its content. */
function specialTokens(config: JsonObject, map: JsonObject | undefined): JsonObject[] {
  const found: JsonObject[] = []
  const add = (name: string, value: unknown): void => {
    if (typeof value === 'string') found.push(new JsonObject(name, { content: value }))
    else if (isObject(value)) found.push(new JsonObject(name, value))
  }
  for (const [name, content] of Object.entries(SPECIAL)) {
    const key = `${name}_token`
    const file = map?.value[key] == null ? config : map
    add(file.name, file.value[key] ?? content)
  }
  for (const file of map ? [config, map] : [config]) {
    for (const key of ['additional_special_tokens', 'extra_special_tokens']) {
      const list = file.value[key]
      if (Array.isArray(list)) for (const value of list) add(file.name, value)
    }
  }
  return found
}

/** A special token is written as a string or as an object with its content. */
function tokenContent(file: JsonObject, key: string): string | undefined {
  const value = file.value[key]
  return typeof value === 'object' ? file.object(key)?.string('content') : file.string(key)
}
