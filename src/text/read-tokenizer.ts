/** Builds a model's tokenizer from whichever files the model has. */
import { capability } from '../format/capability.ts'
import { ModelFormatError } from '../format/errors.ts'
import { type ModelFiles, readAll } from '../format/source.ts'
import { bertTokenizer } from './bert-tokenizer.ts'
import { loadCharacterTables } from './character-tables.ts'
import { fitRows } from './fit-rows.ts'
import type { Tokenizer } from './tokenizer.ts'
import { checkClass, checkKind } from './tokenizer-class.ts'
import type { ReadOptions, TokenizerFacts } from './tokenizer-files.ts'
import { isBertJson, parseTokenFiles, readBertFiles, takesJsonAsItIs } from './tokenizer-files.ts'

/**
 * Maximum size of a file in bytes. The largest tokenizer.json of these models (bge-m3) has 17 MB, the largest
 * vocab.txt (LaBSE) 5 MB.
 */
const MAX_BYTES = 2 ** 25
const MAX_VOCABULARY_BYTES = 2 ** 23

/**
 * Builds the tokenizer of a model from its files, wherever they are: a tokenizer.json, BERT's vocab.txt, RoBERTa's
 * vocab.json and merges.txt, the sentencepiece.bpe.model of XLM-R and CamemBERT, DeBERTa's spm.model or ALBERT's
 * spiece.model.
 *
 * The vocabulary must match the model: see `fitRows`. An added token without a row in the model is read as
 * plain text.
 *
 * @param options `lowercase` takes precedence over the files; `paddedVocabulary` as in `fitRows`; `model`
 *   holds facts from config.json
 * @throws {ModelFormatError} `MissingFile`, `InvalidVocabulary`, `InvalidConfig`, `UnsupportedConfig`
 *
 * @example
 * const tokenizer = await readTokenizer(mapFiles(new Map([['vocab.txt', bytes]])))
 */
export async function readTokenizer(
  files: ModelFiles,
  { lowercase, paddedVocabulary, model }: ReadOptions = {},
): Promise<Tokenizer> {
  const facts = (await model?.()) ?? {}
  const [source, tokenizer] = await readSource(files, lowercase, facts)
  const { rows } = facts
  const fits = rows === tokenizer.vocabularySize && rows === tokenizer.idCount
  if (rows === undefined || fits) return tokenizer
  return fitRows(tokenizer, source, rows, paddedVocabulary)
}

/** The tokenizer, and the name of the file with its vocabulary. */
async function readSource(
  files: ModelFiles,
  lowercase: boolean | undefined,
  facts: TokenizerFacts,
): Promise<[source: string, tokenizer: Tokenizer]> {
  const [tokenizerJson, tokenizerConfig, specialTokensMap, addedTokens] = await Promise.all([
    read(files, 'tokenizer.json'),
    read(files, 'tokenizer_config.json'),
    read(files, 'special_tokens_map.json'),
    read(files, 'added_tokens.json'),
  ])
  const beside = { tokenizerConfig, specialTokensMap, addedTokens }
  const open = { files, facts, beside, lowercase, read: (name: string) => read(files, name) }
  // A unigram vocabulary is too large to be parsed with the rest.
  const isJson = tokenizerJson !== undefined && !includes(tokenizerJson, 'Unigram')
  const parsed = parseTokenFiles(isJson ? { tokenizerJson, ...beside } : beside)
  const named = takesJsonAsItIs(parsed) ? undefined : parsed.config.string('tokenizer_class')
  const tokenizerClass = named ?? facts.tokenizerClass ?? ''
  // MPNet has BERT's steps and RoBERTa's special tokens.
  const isBert = !tokenizerClass.startsWith('MPNet')
  if (isBert && isJson && isBertJson(parsed)) {
    checkKind(parsed.config, 'WordPiece')
    return ['tokenizer.json', await loaded(readBertFiles(parsed, undefined, lowercase))]
  }
  const vocab = tokenizerJson || !isBert ? undefined : await read(files, 'vocab.txt')
  if (vocab) {
    checkClass(tokenizerClass, 'vocab.txt')
    return ['vocab.txt', await loaded(readBertFiles(parsed, vocab, lowercase))]
  }
  const { readOtherFiles } = await capability(
    "tokenizers other than BERT's",
    () => import('./families/other-files.ts'),
  )
  return readOtherFiles(open, tokenizerJson, parsed, isBert)
}

/** BERT's tokenizer, once its tables are loaded. */
async function loaded({ settings, vocabulary }: ReturnType<typeof readBertFiles>): Promise<Tokenizer> {
  const { lowercase, stripAccents } = settings.normalizer
  if (lowercase || stripAccents || settings.addedTokens.some(({ singleWord }) => singleWord)) {
    await loadCharacterTables()
  }
  return bertTokenizer(settings, vocabulary)
}

/** Whether bytes contain an ASCII text. */
function includes(bytes: Uint8Array, text: string): boolean {
  const codes = Array.from(text, (character) => character.charCodeAt(0))
  for (let at = bytes.indexOf(codes[0]!); at >= 0; at = bytes.indexOf(codes[0]!, at + 1)) {
    if (codes.every((code, index) => bytes[at + index] === code)) return true
  }
  return false
}

async function read(files: ModelFiles, fileName: string): Promise<Uint8Array | undefined> {
  const source = await files.open(fileName)
  if (!source) return undefined
  try {
    const vocabulary = fileName === 'vocab.txt'
    const most = vocabulary ? MAX_VOCABULARY_BYTES : MAX_BYTES
    if (source.byteLength > most) {
      throw new ModelFormatError(
        vocabulary ? 'InvalidVocabulary' : 'InvalidConfig',
        `${source.name} has ${source.byteLength} bytes; such a file has at most ${most}`,
      )
    }
    return await readAll(source)
  } finally {
    await source.close()
  }
}
