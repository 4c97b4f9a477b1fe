/** From a model's name to its tokenizer alone. */
import { ModelFormatError } from '../format/errors.ts'
import { startWatch } from '../format/load-watch.ts'
import type { ModelFiles } from '../format/source.ts'
import { type Platform, tokenizerFacts } from '../load.ts'
import { checkLoadArguments } from '../load-arguments.ts'
import type { LoadOptions, ModelName } from '../load-options.ts'
import { loadConfig } from '../model/plain-config.ts'
import { readTokenizer } from '../text/plain-tokenizer.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import type { TokenizerFacts } from '../text/tokenizer-facts.ts'

export async function loadTokenizer(
  platform: Platform,
  model: ModelName | LoadOptions | undefined,
  given: LoadOptions | undefined,
): Promise<Tokenizer> {
  const [name, options] = checkLoadArguments(model, given)
  const { watch, end } = startWatch(options)
  try {
    watch.signal?.throwIfAborted()
    const locator = await platform.locate(name, options, watch, undefined)
    const files = await platform.openFiles(locator, watch)
    // It may list the folder's files, so that no other is asked for; the tokenizer's own reading asks for it later in any case.
    if (locator.kind === 'url') await (await files.open('config.json'))?.close()
    const tokenizer = await readTokenizerOf(files, options)
    watch.signal?.throwIfAborted()
    return tokenizer
  } finally {
    end()
  }
}

/** The tokenizer of a model whose config.json may not be there: a tokenizer may come by itself. */
export function readTokenizerOf(
  files: ModelFiles,
  { lowercase, paddedVocabulary }: LoadOptions = {},
): Promise<Tokenizer> {
  const model = (): Promise<TokenizerFacts> =>
    loadConfig(files).then(tokenizerFacts, (error: unknown) => {
      if (error instanceof ModelFormatError) return {}
      throw error
    })
  return readTokenizer(files, { lowercase, paddedVocabulary, model })
}
