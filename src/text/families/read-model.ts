/** Reads the model of a tokenizer.json, which says how words become pieces. */

import { ModelFormatError, quoted } from '../../format/errors.ts'
import type { JsonObject } from '../json-object.ts'
import { vocabularyFromJson } from '../read-vocabulary.ts'
import type { PieceModel } from '../steps.ts'
import { Vocabulary } from '../vocabulary.ts'
import { WordPiece } from '../wordpiece.ts'
import { Bpe } from './bpe.ts'
import { readContent } from './patterns.ts'
import { Unigram } from './unigram.ts'
import type { UnigramVocabulary } from './unigram-vocabulary.ts'

/** The vocabulary, if it was read apart from the rest of the JSON. */
export interface VocabularyFile {
  readonly unigram?: Omit<UnigramVocabulary, 'rest'> | undefined
  /** The lines of merges.txt. */
  readonly merges?: readonly string[] | undefined
}

export interface ModelPart {
  readonly kind: 'WordPiece' | 'BPE' | 'Unigram'
  readonly vocabulary: Vocabulary
  /** The model's name for an unknown piece. */
  readonly unkToken: string | undefined
  /**
   * @param idOf the id of a token, added ones included; throws if there is none
   */
  build(idOf: (token: string) => number): PieceModel
}

/**
 * Maximum number of bytes in a unigram piece: at each character of a text, all pieces that begin there are
 * tried.
 */
const LONGEST_PIECE = 1000

/**
 * @throws {ModelFormatError} `UnsupportedConfig` for another kind of model, `InvalidVocabulary`,
 *   `InvalidConfig`
 */
export function readModel(part: JsonObject, file: VocabularyFile): ModelPart {
  const kind = part.string('type') ?? (part.value['merges'] === undefined ? 'WordPiece' : 'BPE')
  if (kind === 'WordPiece') return readWordPiece(part)
  if (kind === 'BPE') return readBpe(part, file.merges)
  if (kind === 'Unigram') return readUnigram(part, file.unigram)
  throw new ModelFormatError(
    'UnsupportedConfig',
    `${part.name} has a model of type ${quoted(kind)}; WordPiece, BPE and Unigram can be read`,
  )
}

function readWordPiece(part: JsonObject): ModelPart {
  const vocabulary = vocabularyFromJson(part.value['vocab'], part.name)
  const unkToken = part.string('unk_token') ?? '[UNK]'
  return {
    kind: 'WordPiece',
    vocabulary,
    unkToken,
    build: (idOf) =>
      new WordPiece(vocabulary, {
        unkId: idOf(unkToken),
        continuingPrefix: part.string('continuing_subword_prefix') ?? '##',
        maxWordLength: part.count('max_input_chars_per_word', 1) ?? 100,
      }),
  }
}

function readBpe(part: JsonObject, lines: readonly string[] | undefined): ModelPart {
  const vocabulary = vocabularyFromJson(part.value['vocab'], part.name)
  if ((part.number('dropout') ?? 0) > 0) throw randomly(part)
  const continuingPrefix = readContent(part, 'continuing_subword_prefix')
  const merges = readMerges(lines ?? part.value['merges'], vocabulary, continuingPrefix, part.name)
  const unkToken = part.string('unk_token')
  return {
    kind: 'BPE',
    vocabulary,
    unkToken,
    build: (idOf) =>
      new Bpe(vocabulary, merges, {
        unkId: unkToken === undefined ? undefined : idOf(unkToken),
        fuseUnk: part.boolean('fuse_unk') ?? false,
        ignoreMerges: part.boolean('ignore_merges') ?? false,
        continuingPrefix,
        endSuffix: readContent(part, 'end_of_word_suffix'),
        byteIds: part.boolean('byte_fallback') ? byteIdsOf(vocabulary) : undefined,
      }),
  }
}

/** [first id, second id, merged id] of each merge, written `"a b"` or `["a", "b"]`. */
function readMerges(merges: unknown, vocabulary: Vocabulary, prefix: string, name: string): Int32Array {
  const invalid = (what: string): ModelFormatError =>
    new ModelFormatError('InvalidVocabulary', `${what} in ${name}; the file is damaged, or another model's`)
  if (!Array.isArray(merges)) throw invalid('model.merges is no list of merges')
  const ids = new Int32Array(3 * merges.length)
  const idOf = (piece: string, index: number): number => {
    const id = vocabulary.idOf(piece)
    if (id === undefined) throw invalid(`merge ${index} has ${quoted(piece)}, which the vocabulary lacks,`)
    return id
  }
  merges.forEach((merge: unknown, index) => {
    const pair: unknown = typeof merge === 'string' ? merge.split(' ') : merge
    if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((piece) => typeof piece === 'string')) {
      throw invalid(`merge ${index} is no pair of pieces`)
    }
    const [first, second] = pair as [string, string]
    ids[3 * index] = idOf(first, index)
    ids[3 * index + 1] = idOf(second, index)
    ids[3 * index + 2] = idOf(first + second.slice(prefix.length), index)
  })
  return ids
}

function readUnigram(part: JsonObject, read: VocabularyFile['unigram']): ModelPart {
  if (!read) {
    throw new ModelFormatError(
      'InvalidVocabulary',
      `model.vocab in ${part.name} must be an array of pieces and their scores`,
    )
  }
  const vocabulary = new Vocabulary(read.pieces)
  if (vocabulary.longest > LONGEST_PIECE) {
    throw new ModelFormatError(
      'InvalidVocabulary',
      `The vocabulary in ${part.name} has a piece of ${vocabulary.longest} bytes, expected at most ${LONGEST_PIECE}: the file is damaged`,
    )
  }
  const unkId = part.count('unk_id', 0)
  const unkToken = unkId === undefined ? undefined : vocabulary.pieceOf(unkId)
  if (unkId === undefined || unkToken === undefined) {
    throw part.wrong('unk_id', `the id of the unknown piece, below ${vocabulary.size}`)
  }
  const byteIds = part.boolean('byte_fallback') ? byteIdsOf(vocabulary) : undefined
  const build = (): PieceModel => new Unigram(vocabulary, read.scores, unkId, byteIds)
  return { kind: 'Unigram', vocabulary, unkToken, build }
}

/** The pieces for bytes, by byte: `<0x00>` and on; -1 if the vocabulary lacks one. */
function byteIdsOf(vocabulary: Vocabulary): Int32Array {
  return Int32Array.from(
    { length: 256 },
    (_, byte) => vocabulary.idOf(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`) ?? -1,
  )
}

function randomly(part: JsonObject): ModelFormatError {
  return new ModelFormatError(
    'UnsupportedConfig',
    `${part.name} has dropout ${part.number('dropout')} in its BPE model, which cuts words at random; set it to null`,
  )
}
