/**
 * SentencePiece's own file (sentencepiece_model.proto): a protocol buffer with the pieces, their scores and
 * the table of the normalizer. The tokenizers of XLM-R and CamemBERT are built from it as transformers builds
 * them.
 */

import { ModelFormatError } from '../../format/errors.ts'
import type { SentencePieceOrder } from '../tokenizer-files.ts'
import { MAX_SIZE, type PieceList, packPieces } from '../vocabulary.ts'

export interface SentencePieceModel {
  readonly pieces: readonly string[]
  readonly scores: readonly number[]
  /** The type of each piece: `PIECE_TYPES`. */
  readonly types: readonly number[]
  /** The normalizer's table; empty if there is none. */
  readonly charsmap: Uint8Array
}

/** Fields of ModelProto, SentencePiece, TrainerSpec and NormalizerSpec. */
const [PIECES, TRAINER, NORMALIZER] = [1, 2, 3]
const [PIECE, SCORE, TYPE] = [1, 2, 3]
const [MODEL_TYPE, CHARSMAP] = [3, 2]
const UNIGRAM = 1
export const PIECE_TYPES = { normal: 1, unknown: 2, control: 3, userDefined: 4 }

/**
 * @throws {ModelFormatError} `InvalidVocabulary` if it is not such a file, `UnsupportedConfig` if it is not a
 *   unigram model
 */
export function parseSentencePiece(file: Uint8Array, name: string): SentencePieceModel {
  const pieces: string[] = []
  const scores: number[] = []
  const types: number[] = []
  let charsmap = new Uint8Array(0)
  let hasNormalizer = false
  let modelType = UNIGRAM
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  eachField(file, name, (field, value) => {
    if (field === PIECES && typeof value !== 'number') {
      let piece: string | undefined
      let score = 0
      let type = PIECE_TYPES.normal
      eachField(value, name, (inner, found) => {
        if (inner === PIECE && typeof found !== 'number') piece = decoder.decode(found)
        if (inner === SCORE && typeof found === 'number') score = found
        if (inner === TYPE && typeof found === 'number') type = found
      })
      if (pieces.length === MAX_SIZE) throw damaged(name, `it has more than ${MAX_SIZE} pieces`)
      if (piece === undefined || !Number.isFinite(score))
        throw damaged(name, `piece ${pieces.length} is none`)
      pieces.push(piece)
      scores.push(score)
      types.push(type)
    } else if (field === TRAINER && typeof value !== 'number') {
      eachField(value, name, (inner, found) => {
        if (inner === MODEL_TYPE && typeof found === 'number') modelType = found
      })
    } else if (field === NORMALIZER && typeof value !== 'number') {
      hasNormalizer = true
      eachField(value, name, (inner, found) => {
        if (inner === CHARSMAP && typeof found !== 'number') charsmap = found.slice()
      })
    }
  })
  if (modelType !== UNIGRAM) {
    throw new ModelFormatError(
      'UnsupportedConfig',
      `${name} holds a model of type ${modelType}, expected ${UNIGRAM} (unigram)`,
    )
  }
  // The normalizer comes after the pieces, so a file truncated between two pieces has none.
  if (!hasNormalizer) throw damaged(name, 'it ends too soon, before its normaliser')
  return { pieces, scores, types, charsmap }
}

/** A tokenizer.json without its vocabulary, and the vocabulary. `<mask>` comes after the file's pieces. */
export function sentencePieceTokenizer(
  { pieces, scores, charsmap }: SentencePieceModel,
  { dropped, first, maskTakesSpace }: SentencePieceOrder,
  name: string,
): { json: Record<string, unknown>; vocabulary: { pieces: PieceList; scores: Float64Array } } {
  const all = [...first.map(([piece]) => piece), ...pieces.slice(dropped), MASK]
  return {
    json: {
      added_tokens: [{ id: all.length - 1, content: MASK, special: true, lstrip: maskTakesSpace }],
      normalizer: { type: 'Precompiled', precompiled_charsmap: toBase64(charsmap) },
      pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, METASPACE] },
      decoder: METASPACE,
      model: { type: 'Unigram', unk_id: all.indexOf('<unk>'), vocab: [] },
    },
    vocabulary: {
      pieces: packPieces(all, name),
      scores: Float64Array.from([...first.map(([, score]) => score), ...scores.slice(dropped), 0]),
    },
  }
}

const MASK = '<mask>'
export const METASPACE = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
const BERT_MASK = '[MASK]'

/** DeBERTa's settings in tokenizer_config.json. */
export interface DebertaOptions {
  readonly lowercase: boolean
  /** Whether each punctuation character is a word. */
  readonly splitPunctuation: boolean
}

/**
 * Like `sentencePieceTokenizer`, for DeBERTa: the file's own order and special tokens, followed by `[MASK]`,
 * and the file's normalizer, with which the models were trained, as in transformers' DebertaV2Converter. (The
 * DebertaV2Tokenizer of version 5 omits that table and composes characters instead: \uff21 is A here and a
 * separate character there.)
 */
export function debertaTokenizer(
  { pieces, scores, types, charsmap }: SentencePieceModel,
  { lowercase, splitPunctuation }: DebertaOptions,
  name: string,
): ReturnType<typeof sentencePieceTokenizer> {
  const hasMask = pieces.includes(BERT_MASK)
  const all = hasMask ? pieces : [...pieces, BERT_MASK]
  const added = all.flatMap((content, id) => {
    const type = id < pieces.length ? types[id]! : PIECE_TYPES.control
    if (type < PIECE_TYPES.unknown || type > PIECE_TYPES.userDefined) return []
    return [{ id, content, special: type !== PIECE_TYPES.userDefined, normalized: false }]
  })
  const table = { type: 'Precompiled', precompiled_charsmap: toBase64(charsmap) }
  const normalizers = [
    ...(lowercase ? [{ type: 'Lowercase' }] : []),
    { type: 'Strip', strip_left: true, strip_right: true },
    table,
    { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' },
  ]
  const punctuation = splitPunctuation ? [{ type: 'Punctuation', behavior: 'Isolated' }] : []
  return {
    json: {
      added_tokens: added,
      normalizer: { type: 'Sequence', normalizers },
      pre_tokenizer: { type: 'Sequence', pretokenizers: [...punctuation, METASPACE] },
      decoder: METASPACE,
      model: { type: 'Unigram', unk_id: types.indexOf(PIECE_TYPES.unknown), vocab: [] },
    },
    vocabulary: {
      pieces: packPieces(all, name),
      scores: Float64Array.from([...scores, ...(hasMask ? [] : [0])]),
    },
  }
}

/** Bytes that are made a string at once: one by one they would take 32 times their size. */
const CHUNK = 4096

export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  }
  return btoa(binary)
}

/**
 * Calls `visit` with each field of a message: a number for 32 bits and varints (with 53 significant bits),
 * else bytes.
 * The wire format: https://protobuf.dev/programming-guides/encoding
 */
function eachField(
  message: Uint8Array,
  name: string,
  visit: (field: number, value: number | Uint8Array) => void,
): void {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  let at = 0
  const varint = (): number => {
    let number = 0
    for (let unit = 1; ; unit *= 128) {
      const byte = message[at++]
      if (byte === undefined || unit > 2 ** 63) throw damaged(name, 'a number in it does not end')
      number += (byte & 0x7f) * unit
      if (byte < 0x80) return number
    }
  }
  const take = (length: number): Uint8Array => {
    if (length > message.length - at) throw damaged(name, 'it ends too soon')
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = varint()
    const [field, kind] = [Math.floor(tag / 8), tag % 8]
    if (kind === 0) visit(field, varint())
    else if (kind === 1) visit(field, take(8))
    else if (kind === 2) visit(field, take(varint()))
    else if (kind === 5) {
      take(4)
      visit(field, view.getFloat32(at - 4, true))
    } else throw damaged(name, `a field in it is of kind ${kind}`)
  }
}

function damaged(name: string, what: string): ModelFormatError {
  return new ModelFormatError(
    'InvalidVocabulary',
    `${name} is no SentencePiece model: ${what}; download it again`,
  )
}
