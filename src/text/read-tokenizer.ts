import { ModelFormatError } from '../format/errors.ts'
import { type ModelFiles, missingFile, readAll } from '../format/source.ts'
import { loadWordCharacters } from './added-tokens.ts'
import { readTokenizerFiles } from './settings.ts'
import { Tokenizer } from './tokenizer.ts'
import { loadLetterTables } from './unicode.ts'

/** Bytes of a file. The largest tokenizer of BERT models, LaBSE's, has 500,000 pieces in 10 MB of JSON, 5 MB of text. */
const MAX_BYTES = 2 ** 24
const MAX_VOCABULARY_BYTES = 2 ** 23

/**
 * Builds the tokenizer of a model from its files, wherever they are.
 *
 * @param options `lowercase` holds over what the files say
 * @throws {ModelFormatError} `MissingFile`, `InvalidVocabulary`, `InvalidConfig`, `UnsupportedConfig`
 *
 * @example
 * const tokenizer = await readTokenizer(mapFiles(new Map([['vocab.txt', bytes]])))
 */
export async function readTokenizer(
  files: ModelFiles,
  options: { lowercase?: boolean | undefined } = {},
): Promise<Tokenizer> {
  const [tokenizerJson, tokenizerConfig, specialTokensMap, addedTokens] = await Promise.all([
    read(files, 'tokenizer.json'),
    read(files, 'tokenizer_config.json'),
    read(files, 'special_tokens_map.json'),
    read(files, 'added_tokens.json'),
  ])
  const vocab = tokenizerJson ? undefined : await read(files, 'vocab.txt')
  if (!tokenizerJson && !vocab) {
    throw missingFile(
      files,
      ['tokenizer.json', 'vocab.txt'],
      `${files.name} has neither a tokenizer.json nor a vocab.txt; a BERT model has one of them`,
    )
  }
  const { settings, vocabulary } = readTokenizerFiles(
    { vocab, tokenizerJson, tokenizerConfig, specialTokensMap, addedTokens },
    options.lowercase,
  )
  const { lowercase, stripAccents } = settings.normalizer
  if (lowercase || stripAccents) await loadLetterTables()
  if (settings.addedTokens.some(({ singleWord }) => singleWord)) await loadWordCharacters()
  return new Tokenizer(settings, vocabulary)
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
