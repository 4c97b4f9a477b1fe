/**
 * Reads the tokenizer of a BERT that comes as a vocab.txt and a tokenizer_config.json with nothing unusual in it. Any other goes
 * to read-tokenizer.ts of files/, which reads every kind, and says what is wrong with a file; what is taken here is taken there
 * for the same.
 */
import { isObject } from '../check/kind.ts'
import { type ByteSource, bytesSource, type ModelFiles, readAll } from '../format/source.ts'
import { bertTokenizer } from './bert-tokenizer.ts'
import { loadLetterTables } from './character-tables.ts'
import type { Tokenizer } from './tokenizer.ts'
import type { ReadOptions } from './tokenizer-facts.ts'
import { MAX_SIZE, packLines, Vocabulary } from './vocabulary.ts'

const CONFIG = 'tokenizer_config.json'
const VOCABULARY = 'vocab.txt'
/** A model with one of these says more in it. */
const OTHERS = ['tokenizer.json', 'special_tokens_map.json', 'added_tokens.json']
const MOST_BYTES = 2 ** 16
const MOST_VOCABULARY_BYTES = 2 ** 23
/** Above this a length means that none is set. */
const NO_LENGTH = 1e9

/** BERT's special tokens, in the order of the library. */
const SPECIAL = ['[UNK]', '[SEP]', '[PAD]', '[CLS]', '[MASK]'] as const
const CLASSES: readonly unknown[] = [undefined, 'BertTokenizer', 'BertTokenizerFast']
/** What a tokenizer_config.json says that is read here. */
const KNOWN: readonly string[] = ['do_lower_case', 'model_max_length', 'tokenizer_class']

/**
 * Builds the tokenizer of a model from its files, as `readTokenizer` of read-tokenizer.ts.
 *
 * @param options `lowercase` holds over what the files say; `model` is what config.json says
 * @throws {ModelFormatError} `MissingFile`, `InvalidVocabulary`, `InvalidConfig`, `UnsupportedConfig`
 */
export async function readTokenizer(
  files: ModelFiles,
  { lowercase, paddedVocabulary, model }: ReadOptions = {},
): Promise<Tokenizer> {
  const facts = (await model?.()) ?? {}
  const [config, ...others] = await Promise.all([CONFIG, ...OTHERS].map((name) => files.open(name)))
  /** What was opened here, for who reads on. */
  const opened = new Map([CONFIG, ...OTHERS].map((name, index) => [name, [config, ...others][index]]))
  const read = async (name: string, source: ByteSource): Promise<Uint8Array> => {
    const bytes = await readAll(source).finally(() => source.close())
    opened.set(name, bytesSource(source.name, bytes))
    return bytes
  }
  const isAlone = config !== undefined && others.every((source) => source === undefined)
  if (isAlone && config.byteLength <= MOST_BYTES && CLASSES.includes(facts.tokenizerClass)) {
    const settings = plainSettings(await read(CONFIG, config))
    const vocabulary = settings && (await files.open(VOCABULARY))
    opened.set(VOCABULARY, vocabulary)
    if (vocabulary !== undefined && vocabulary.byteLength <= MOST_VOCABULARY_BYTES) {
      const bytes = await read(VOCABULARY, vocabulary)
      const tokenizer = await plainTokenizer(bytes, lowercase ?? settings!.lowercase, settings!.maxLength)
      // A vocabulary of another size than the model's is judged there.
      const fits = facts.rows === undefined || tokenizer?.vocabularySize === facts.rows
      if (tokenizer !== undefined && fits) return tokenizer
    }
    if (settings === undefined) opened.delete(VOCABULARY)
  }
  const { readTokenizer: readAny } = await import('./files/read-tokenizer.ts')
  const open = async (name: string): Promise<ByteSource | undefined> => {
    if (!opened.has(name)) return files.open(name)
    const source = opened.get(name)
    opened.delete(name)
    return source
  }
  return readAny({ ...files, open }, { lowercase, paddedVocabulary, model: async () => facts })
}

/** @returns undefined where there is more in it, or something else */
export function plainSettings(
  bytes: Uint8Array,
): { lowercase: boolean; maxLength: number | undefined } | undefined {
  let config: unknown
  try {
    config = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch {
    return undefined
  }
  if (!isObject(config) || Object.keys(config).some((key) => !KNOWN.includes(key))) return undefined
  const { do_lower_case: lowercase = true, model_max_length: length, tokenizer_class: name } = config
  if (typeof lowercase !== 'boolean' || !CLASSES.includes(name)) return undefined
  if (length === undefined) return { lowercase, maxLength: undefined }
  if (typeof length !== 'number' || !(length >= 3)) return undefined
  if (length > NO_LENGTH) return { lowercase, maxLength: undefined }
  return Number.isInteger(length) ? { lowercase, maxLength: length } : undefined
}

/** @returns undefined for a vocabulary that is no UTF-8, has white space in its lines, or lacks a special token */
async function plainTokenizer(
  bytes: Uint8Array,
  lowercase: boolean,
  maxLength: number | undefined,
): Promise<Tokenizer | undefined> {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
  // White space at a line's end would not count.
  if (/[^\S\n]|\x85/.test(text)) return undefined
  const pieces = packLines(text)
  if (pieces.ends.length > MAX_SIZE) return undefined
  const vocabulary = new Vocabulary(pieces)
  const addedTokens = SPECIAL.map((content) => ({
    content,
    id: vocabulary.idOf(content) ?? -1,
    singleWord: false,
    stripLeft: false,
    stripRight: false,
    normalized: false,
    special: true,
  }))
  if (addedTokens.some(({ id }) => id < 0)) return undefined
  if (lowercase) await loadLetterTables()
  const [unkToken, sepToken, padToken, clsToken, maskToken] = SPECIAL
  const settings = {
    ...{ unkToken, sepToken, padToken, clsToken, maskToken, addedTokens, maxLength },
    normalizer: { cleanText: true, chineseCharacters: true, stripAccents: lowercase, lowercase },
    continuingPrefix: '##',
    maxWordLength: 100,
  }
  return bertTokenizer(settings, vocabulary)
}
