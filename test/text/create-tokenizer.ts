import { loadWordCharacters } from '#dist/text/added-tokens.js'
import { readTokenizerFiles, type TokenizerFiles } from '#dist/text/settings.js'
import { Tokenizer } from '#dist/text/tokenizer.js'
import { loadLetterTables } from '#dist/text/unicode.js'

await loadLetterTables()
await loadWordCharacters()

/** What readTokenizer makes of files that were read. */
export function createTokenizer(
  files: TokenizerFiles,
  options: { lowercase?: boolean | undefined } = {},
): Tokenizer {
  const { settings, vocabulary } = readTokenizerFiles(files, options.lowercase)
  return new Tokenizer(settings, vocabulary)
}
