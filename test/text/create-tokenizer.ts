import { loadWordCharacters } from '#dist/text/added-tokens.js'
import { bertTokenizer } from '#dist/text/bert-tokenizer.js'
import { parseTokenFiles, readBertFiles, type TokenizerFiles } from '#dist/text/settings.js'
import type { Tokenizer } from '#dist/text/tokenizer.js'
import { loadLetterTables } from '#dist/text/unicode.js'

await loadLetterTables()
await loadWordCharacters()

/** What readTokenizer makes of files of a BERT that were read. */
export function createTokenizer(
  files: TokenizerFiles,
  options: { lowercase?: boolean | undefined } = {},
): Tokenizer {
  const { settings, vocabulary } = readBertFiles(parseTokenFiles(files), files.vocab, options.lowercase)
  return bertTokenizer(settings, vocabulary)
}
