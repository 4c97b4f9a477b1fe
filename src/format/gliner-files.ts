/** Which files a model of GLiNER or GLiNER2 may have beside the one that tells which it is. */
import { TOKENIZER_FILES } from './file-limits.ts'
import { readJsonFile } from './json-file.ts'
import { CONFIG, GLINER_CONFIG } from './shards.ts'
import type { ModelFiles } from './source.ts'

/** The folder in which the package gliner saves the tokenizer of a bi-encoder's encoder of types. */
export const TYPE_TOKENIZER = 'labels_tokenizer'

/** Their names; without the tokenizer and the weights that any model has. */
export async function glinerFiles(files: ModelFiles): Promise<readonly string[]> {
  const config = await readJsonFile(files, GLINER_CONFIG)
  const hasTypeEncoder = (config?.['labels_encoder'] ?? undefined) !== undefined
  return [CONFIG, ...(hasTypeEncoder ? TOKENIZER_FILES.map((name) => `${TYPE_TOKENIZER}/${name}`) : [])]
}
