/** ALBERT's tokenizer, built from SentencePiece's own file, spiece.model. */

import { packPieces } from '../vocabulary.ts'
import {
  METASPACE,
  PIECE_TYPES,
  type SentencePieceModel,
  type sentencePieceTokenizer,
  toBase64,
} from './sentencepiece.ts'

/** The settings of tokenizer_config.json. */
export interface AlbertOptions {
  readonly lowercase: boolean
  readonly keepAccents: boolean
}

const MASK = '[MASK]'
/** Pieces that end in a digit and a comma, which Google's code cuts in two. */
const NUMBER_AND_COMMA = /\p{Nd},$/u
const LOWERED = 100

/**
 * Like `sentencePieceTokenizer`, for ALBERT: the file's own order and special tokens, the steps of
 * transformers' AlbertTokenizer, and the scores of its AlbertConverter, as in the tokenizer.json of Google's
 * models. (The AlbertTokenizer of version 5 leaves the scores of pieces such as `▁1,` unchanged, which gives
 * other pieces than the models were trained with, and than their tokenizer.json gives.)
 */
export function albertTokenizer(
  { pieces, scores, types, charsmap }: SentencePieceModel,
  { lowercase, keepAccents }: AlbertOptions,
  name: string,
): ReturnType<typeof sentencePieceTokenizer> {
  const added = pieces.flatMap((content, id) => {
    const type = types[id]!
    if (type < PIECE_TYPES.unknown || type > PIECE_TYPES.userDefined) return []
    const special = type !== PIECE_TYPES.userDefined || content === MASK
    return [{ id, content, special, normalized: false, lstrip: content === MASK }]
  })
  const normalizers = [
    { type: 'Replace', pattern: { String: '``' }, content: '"' },
    { type: 'Replace', pattern: { String: "''" }, content: '"' },
    ...(keepAccents ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
    ...(lowercase ? [{ type: 'Lowercase' }] : []),
    { type: 'Precompiled', precompiled_charsmap: toBase64(charsmap) },
  ]
  return {
    json: {
      added_tokens: added,
      normalizer: { type: 'Sequence', normalizers },
      pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, METASPACE] },
      decoder: METASPACE,
      model: { type: 'Unigram', unk_id: types.indexOf(PIECE_TYPES.unknown), vocab: [] },
    },
    vocabulary: {
      pieces: packPieces(pieces, name),
      scores: Float64Array.from(scores, (score, id) =>
        NUMBER_AND_COMMA.test(pieces[id]!) ? score - LOWERED : score,
      ),
    },
  }
}
