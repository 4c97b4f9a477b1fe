/** Where a model of GLiNER has the tokenizer of its encoder of types, if it is a bi-encoder. */
import { TOKENIZER_FILES } from './file-limits.ts'
import { readJsonFile } from './json-file.ts'
import { GLINER_CONFIG } from './shards.ts'
import type { ModelFiles } from './source.ts'

/** The folder in which the package gliner saves it. */
export const TYPE_TOKENIZER = 'labels_tokenizer'

/** The names that its files may have; none for a model of one encoder. */
export async function typeTokenizerFiles(files: ModelFiles): Promise<readonly string[]> {
  const config = await readJsonFile(files, GLINER_CONFIG)
  const hasTypeEncoder = (config?.['labels_encoder'] ?? undefined) !== undefined
  return hasTypeEncoder ? TOKENIZER_FILES.map((name) => `${TYPE_TOKENIZER}/${name}`) : []
}
