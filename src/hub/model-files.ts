/** The names of the files of a model's repository. */
import { ModelFormatError } from '../format/errors.ts'
import { largestWhole } from '../format/file-limits.ts'
import { glinerFiles } from '../format/gliner-files.ts'
import { noModel } from '../format/other-models.ts'
import {
  CONFIG,
  ENCODER_CONFIG,
  GLINER_CONFIG,
  INDEX,
  PYTORCH_INDEX,
  PYTORCH_WEIGHTS,
  WEIGHTS,
} from '../format/shards.ts'
import type { ModelFiles } from '../format/source.ts'

export { CONFIG, INDEX, WEIGHTS } from '../format/shards.ts'

/** A kind of repository, which determines the files it must have. */
export interface RepositoryKind {
  /** Files of which it has one; they are requested first, in this order. */
  readonly configs: readonly string[]
  /** Whether it may lack a tokenizer. */
  readonly tokenizerElsewhere: boolean
  /** The names of more files that it may have, from those there are. */
  readonly moreFiles?: (files: ModelFiles) => Promise<readonly string[]>
}

/** A model of transformers. */
export const TRANSFORMERS: RepositoryKind = { configs: [CONFIG], tokenizerElsewhere: false }
/** A model of GLiNER, or of GLiNER2. */
export const GLINER: RepositoryKind = {
  configs: [GLINER_CONFIG, ENCODER_CONFIG],
  tokenizerElsewhere: true,
  moreFiles: glinerFiles,
}
/** Forms of weights on a disk, the best first: the single file, the index of shards, and their extension. */
export const WEIGHT_FORMS: readonly (readonly [whole: string, index: string, extension: string])[] = [
  [WEIGHTS, INDEX, '.safetensors'],
  [PYTORCH_WEIGHTS, PYTORCH_INDEX, '.bin'],
]
/** sentence-transformers' list of the steps after the encoder; the files that it names are read too. */
export const SENTENCE_MODULES: string = 'modules.json'
export const SMALL_FILES: readonly string[] = [
  'tokenizer_config.json',
  'vocab.txt',
  'tokenizer.json',
  'special_tokens_map.json',
  'added_tokens.json',
  SENTENCE_MODULES,
]
/** RoBERTa's and SentencePiece's vocabularies, requested if there is no other. */
export const OTHER_VOCABULARIES: readonly string[] = [
  'vocab.json',
  'merges.txt',
  'sentencepiece.bpe.model',
  'spm.model',
  'spiece.model',
]

export async function hasVocabulary(has: (fileName: string) => Promise<boolean>): Promise<boolean> {
  const whole = OTHER_VOCABULARIES.filter((fileName) => fileName.endsWith('.model'))
  for (const fileName of ['vocab.txt', 'tokenizer.json', ...whole]) {
    if (await has(fileName)) return true
  }
  return (await has('vocab.json')) && (await has('merges.txt'))
}

export function noVocabulary(repository: string): ModelFormatError {
  return new ModelFormatError(
    'MissingFile',
    `The model ${repository} has neither vocab.txt nor tokenizer.json, nor vocab.json with merges.txt, nor sentencepiece.bpe.model, spm.model or spiece.model: it has no tokenizer that can be read; save it with save_pretrained of its fast tokenizer`,
  )
}

export function noSafetensors(
  repository: string,
  has: (fileName: string) => Promise<boolean>,
): Promise<ModelFormatError> {
  const otherwise = ' and no other weights that are known: see its files at the Hub'
  return noModel({ name: `The model ${repository}`, has }, WEIGHTS, otherwise)
}

/** Models that fit WebAssembly as int8 have at most 16 GiB in float32. */
const LARGEST_WEIGHTS = 2 ** 34
/** The limit if no size is announced. BERT-large in float32 has 1.3 GB. */
const LARGEST_UNSIZED = 2 ** 32

/**
 * Maximum number of bytes accepted for a file: the announced size, or a limit if there is none.
 *
 * @throws {ModelFormatError} InvalidConfig if more is announced than is ever read of such a file
 */
export function mostBytes(repository: string, fileName: string, announced: number | undefined): number {
  const whole = largestWhole(fileName)
  if (announced === undefined) return whole ?? LARGEST_UNSIZED
  const most = whole ?? LARGEST_WEIGHTS
  if (announced <= most) return announced
  throw new ModelFormatError(
    'InvalidConfig',
    `${fileName} of ${repository} has ${announced} bytes: at most ${most} are read`,
  )
}
