import { ModelFormatError } from '../format/errors.ts'
import { type ModelFiles, readAll } from '../format/source.ts'
import { readTokenizerFiles } from './settings.ts'
import { Tokenizer } from './tokenizer.ts'
import { loadLetterTables } from './unicode.ts'

/** The largest tokenizer of BERT models, LaBSE's, has 500,000 pieces in 10 MB of JSON. */
const MAX_BYTES = 2 ** 24

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
    throw new ModelFormatError(
      'MissingFile',
      `${files.name} has neither a tokenizer.json nor a vocab.txt; a BERT model has one of them`,
    )
  }
  const { settings, vocabulary } = readTokenizerFiles(
    { vocab, tokenizerJson, tokenizerConfig, specialTokensMap, addedTokens },
    options.lowercase,
  )
  const { lowercase, stripAccents } = settings.normalizer
  if (lowercase || stripAccents) await loadLetterTables()
  return new Tokenizer(settings, vocabulary)
}

async function read(files: ModelFiles, fileName: string): Promise<Uint8Array | undefined> {
  const source = await files.open(fileName)
  if (!source) return undefined
  try {
    if (source.byteLength > MAX_BYTES) {
      throw new ModelFormatError(
        fileName === 'vocab.txt' ? 'InvalidVocabulary' : 'InvalidConfig',
        `${source.name} has ${source.byteLength} bytes; a tokenizer's file has at most ${MAX_BYTES}`,
      )
    }
    return await readAll(source)
  } finally {
    await source.close()
  }
}
