/**
 * What a model's files say about its tokenizer. `tokenizer_config.json` holds over `tokenizer.json`, its defaults
 * included, as in Hugging Face transformers: without `do_lower_case` in it, text is lower-cased.
 */

import { ModelFormatError } from '../format/errors.ts'
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

/** These take tokenizer.json as it is; every other class builds its normaliser from tokenizer_config.json. */
const TAKES_JSON_AS_IT_IS = ['PreTrainedTokenizerFast', 'TokenizersBackend']

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
  const map = readJson(files.specialTokensMap, 'special_tokens_map.json')
  const added = readJson(files.addedTokens, 'added_tokens.json')

  const model = json?.object('model')
  if (json) checkKinds(json, model)
  const vocabulary = readVocabulary(files, model)
  const special = (name: keyof typeof SPECIAL): string =>
    tokenContent(config, `${name}_token`) ?? (map && tokenContent(map, `${name}_token`)) ?? SPECIAL[name]
  return {
    vocabulary,
    settings: {
      normalizer: readNormalizer(json, config, lowercase),
      clsToken: special('cls'),
      sepToken: special('sep'),
      unkToken: special('unk'),
      addedTokens: readAddedTokens(vocabulary, json, config, map, added),
      continuingPrefix: model?.string('continuing_subword_prefix') ?? '##',
      maxWordLength: model?.number('max_input_chars_per_word') ?? 100,
      maxLength: readMaxLength(config),
    },
  }
}

function readVocabulary(files: TokenizerFiles, model: JsonObject | undefined): Vocabulary {
  if (model) return vocabularyFromJson(model.value['vocab'])
  if (files.vocab !== undefined) return parseVocabulary(decode(files.vocab, 'vocab.txt', 'InvalidVocabulary'))
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
  const part = asItIs ? json.object('normalizer') : undefined
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
  const length = config.number(key)
  if (length === undefined || length > NO_LENGTH) return undefined
  if (!Number.isInteger(length) || length < 3) throw config.wrong(key, 'a whole number of at least 3')
  return length
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
  const add = (entry: JsonObject, id: number | undefined, special: boolean): void => {
    const content = entry.string('content')
    if (content === undefined) throw entry.wrong('content', 'the text of the token')
    const known = vocabulary.idOf(content) ?? tokens.get(content)?.id ?? id
    // A token without an id (a [MASK] that the vocabulary does not have) has no row in the model.
    if (content === '' || known === undefined) return
    if (!Number.isSafeInteger(known) || known < 0) throw entry.wrong('id', 'a whole number')
    tokens.set(content, {
      content,
      id: known,
      singleWord: entry.boolean('single_word') ?? false,
      stripLeft: entry.boolean('lstrip') ?? false,
      stripRight: entry.boolean('rstrip') ?? false,
      normalized: entry.boolean('normalized') ?? !(entry.boolean('special') ?? special),
    })
  }
  for (const entry of json?.objects('added_tokens') ?? []) add(entry, entry.number('id'), false)
  if (added) {
    for (const content of Object.keys(added.value)) {
      add(new JsonObject(added.name, { content }), added.number(content), false)
    }
  }
  const decoder = config.object('added_tokens_decoder')
  for (const id of Object.keys(decoder?.value ?? {})) {
    const entry = decoder?.object(id)
    if (entry) add(entry, Number(id), false)
  }
  const addSpecial = (file: JsonObject, value: unknown): void => {
    if (typeof value === 'string') {
      if (!tokens.has(value)) add(new JsonObject(file.name, { content: value }), undefined, true)
    } else if (typeof value === 'object' && value !== null) {
      add(new JsonObject(file.name, value as Record<string, unknown>), undefined, true)
    }
  }
  for (const name of Object.keys(SPECIAL) as (keyof typeof SPECIAL)[]) {
    const key = `${name}_token`
    const file = config.value[key] == null && map?.value[key] != null ? map : config
    addSpecial(file, file.value[key] ?? SPECIAL[name])
  }
  for (const file of [map, config]) {
    for (const key of ['additional_special_tokens', 'extra_special_tokens']) {
      const list = file?.value[key]
      if (file && Array.isArray(list)) for (const value of list) addSpecial(file, value)
    }
  }
  return [...tokens.values()]
}

/** A special token is written as a string or as an object with its content. */
function tokenContent(file: JsonObject, key: string): string | undefined {
  const value = file.value[key]
  return typeof value === 'object' ? file.object(key)?.string('content') : file.string(key)
}

/** A JSON object of a named file, whose values are checked where they are read; null counts as missing. */
class JsonObject {
  readonly name: string
  readonly value: Readonly<Record<string, unknown>>

  constructor(name: string, value: Readonly<Record<string, unknown>>) {
    this.name = name
    this.value = value
  }

  boolean(key: string): boolean | undefined {
    const value = this.#get(key)
    if (value === undefined || typeof value === 'boolean') return value
    throw this.wrong(key, 'true or false')
  }

  number(key: string): number | undefined {
    const value = this.#get(key)
    if (value === undefined || typeof value === 'number') return value
    throw this.wrong(key, 'a number')
  }

  string(key: string): string | undefined {
    const value = this.#get(key)
    if (value === undefined || typeof value === 'string') return value
    throw this.wrong(key, 'a string')
  }

  object(key: string): JsonObject | undefined {
    const value = this.#get(key)
    if (value === undefined) return undefined
    if (!isRecord(value)) throw this.wrong(key, 'an object')
    return new JsonObject(this.name, value)
  }

  objects(key: string): JsonObject[] {
    const value = this.#get(key) ?? []
    if (!Array.isArray(value) || !value.every(isRecord)) throw this.wrong(key, 'an array of objects')
    return value.map((entry) => new JsonObject(this.name, entry))
  }

  wrong(key: string, wanted: string): ModelFormatError {
    const found = JSON.stringify(this.value[key])?.slice(0, 80) ?? 'missing'
    return new ModelFormatError('InvalidConfig', `${key} in ${this.name} is ${found}; it must be ${wanted}`)
  }

  #get(key: string): unknown {
    return Object.hasOwn(this.value, key) ? (this.value[key] ?? undefined) : undefined
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readJson(file: string | Uint8Array | undefined, name: string): JsonObject | undefined {
  if (file === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(decode(file, name, 'InvalidConfig'))
  } catch (cause) {
    if (cause instanceof ModelFormatError) throw cause
    throw new ModelFormatError('InvalidConfig', `${name} is not JSON: ${(cause as Error).message}`, { cause })
  }
  if (!isRecord(value)) throw new ModelFormatError('InvalidConfig', `${name} must hold a JSON object`)
  return new JsonObject(name, value)
}

function decode(
  file: string | Uint8Array,
  name: string,
  code: 'InvalidConfig' | 'InvalidVocabulary',
): string {
  if (typeof file === 'string') return file
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file)
  } catch (cause) {
    throw new ModelFormatError(code, `${name} is not UTF-8 text; download it again`, { cause })
  }
}
