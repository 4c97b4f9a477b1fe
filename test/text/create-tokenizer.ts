/** Makes a tokenizer from given files, for tests. */
import { bertTokenizer } from '#dist/text/bert-tokenizer.js'
import { loadCharacterTables } from '#dist/text/character-tables.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { parseTokenFiles, readBertFiles, type TokenizerFiles } from '#dist/text/tokenizer-files.js'

await loadCharacterTables()

/** What readTokenizer makes of files of a BERT that were read. */
export function createTokenizer(
  files: TokenizerFiles,
  options: { lowercase?: boolean | undefined } = {},
): Tokenizer {
  const { settings, vocabulary } = readBertFiles(parseTokenFiles(files), files.vocab, options.lowercase)
  return bertTokenizer(settings, vocabulary)
}
