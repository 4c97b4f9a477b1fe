import { ModelFormatError } from '../format/errors.ts'
import { checkFileName } from '../format/file-name.ts'
import { isObject, parseJsonObject } from '../format/json-file.ts'

/** The files of a model's repository that are read; see "5.4 Files of a model repo" for what each is for. */
export const CONFIG: string = 'config.json'
export const WEIGHTS: string = 'model.safetensors'
export const INDEX: string = 'model.safetensors.index.json'
/** sentence-transformers' list of the steps after the encoder, and how it pools. */
export const SENTENCE_MODULES: string = 'modules.json'
export const POOLING: string = '1_Pooling/config.json'
/** Its longest sequence, and whether it lower-cases. */
export const SENTENCE_SETTINGS: string = 'sentence_bert_config.json'
export const SMALL_FILES: readonly string[] = [
  'tokenizer_config.json',
  'vocab.txt',
  'tokenizer.json',
  'special_tokens_map.json',
  'added_tokens.json',
  SENTENCE_MODULES,
]
/** Weights that have to be converted first. */
export const OTHER_WEIGHTS: readonly string[] = [
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'tf_model.h5',
]

export async function hasVocabulary(has: (fileName: string) => Promise<boolean>): Promise<boolean> {
  return (await has('vocab.txt')) || (await has('tokenizer.json'))
}

export function noVocabulary(repository: string): ModelFormatError {
  return new ModelFormatError(
    'MissingFile',
    `The model ${repository} has neither vocab.txt nor tokenizer.json: it is no BERT with a WordPiece vocabulary`,
  )
}

export function noSafetensors(repository: string, other: string | undefined): ModelFormatError {
  return new ModelFormatError(
    'MissingFile',
    `The model ${repository} has no ${WEIGHTS}${
      other === undefined
        ? ' and no other weights: it is not a model of transformers'
        : `, only ${other}: download the repository and run 'iobert convert FOLDER OUT', which reads it without running anything in it`
    }`,
  )
}

/**
 * The files that an index of shards names, each once, in the order of their first use.
 *
 * @throws {ModelFormatError} `InvalidConfig` where the index is none, or names a path outside the model
 */
export function shardNames(bytes: Uint8Array): readonly string[] {
  const { weight_map: map } = parseJsonObject(bytes, INDEX)
  const invalid = (what: string): ModelFormatError =>
    new ModelFormatError(
      'InvalidConfig',
      `${INDEX} ${what}: it must hold {"weight_map": {"tensor": "file", ...}}`,
    )
  if (!isObject(map)) throw invalid('has no weight_map')
  const names = new Set<string>()
  for (const name of Object.values(map)) {
    if (typeof name !== 'string') throw invalid('maps a tensor to something that is no file name')
    names.add(checkFileName(name))
  }
  if (names.size === 0) throw invalid('names no file')
  return [...names]
}
