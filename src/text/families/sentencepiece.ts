/**
 * SentencePiece's own file (sentencepiece_model.proto): a protocol buffer with the pieces, their scores and the table of
 * the normaliser. The tokenizers of XLM-R and CamemBERT are made of it as transformers makes them.
 */

import { ModelFormatError } from '../../format/errors.ts'
import { MAX_SIZE, type PieceList, packPieces } from '../vocabulary.ts'

export interface SentencePieceModel {
  readonly pieces: readonly string[]
  readonly scores: readonly number[]
  /** The normaliser's table; empty where there is none. */
  readonly charsmap: Uint8Array
}

/** What a family's tokenizer puts in place of the first pieces of the file. */
export interface SentencePieceOrder {
  /** How many of them it leaves out. */
  readonly dropped: number
  readonly first: readonly (readonly [piece: string, score: number])[]
  /** Whether white space before `<mask>` is part of it. */
  readonly maskTakesSpace: boolean
}

/** Fields of ModelProto, SentencePiece, TrainerSpec and NormalizerSpec. */
const [PIECES, TRAINER, NORMALIZER] = [1, 2, 3]
const [PIECE, SCORE] = [1, 2]
const [MODEL_TYPE, CHARSMAP] = [3, 2]
const UNIGRAM = 1

/** @throws {ModelFormatError} `InvalidVocabulary` where it is no such file, `UnsupportedConfig` where it is no unigram model */
export function parseSentencePiece(file: Uint8Array, name: string): SentencePieceModel {
  const pieces: string[] = []
  const scores: number[] = []
  let charsmap = new Uint8Array(0)
  let modelType = UNIGRAM
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  eachField(file, name, (field, value) => {
    if (field === PIECES && typeof value !== 'number') {
      let piece: string | undefined
      let score = 0
      eachField(value, name, (inner, found) => {
        if (inner === PIECE && typeof found !== 'number') piece = decoder.decode(found)
        if (inner === SCORE && typeof found === 'number') score = found
      })
      if (pieces.length === MAX_SIZE) throw damaged(name, `it has more than ${MAX_SIZE} pieces`)
      if (piece === undefined || !Number.isFinite(score))
        throw damaged(name, `piece ${pieces.length} is none`)
      pieces.push(piece)
      scores.push(score)
    } else if (field === TRAINER && typeof value !== 'number') {
      eachField(value, name, (inner, found) => {
        if (inner === MODEL_TYPE && typeof found === 'number') modelType = found
      })
    } else if (field === NORMALIZER && typeof value !== 'number') {
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
  return { pieces, scores, charsmap }
}

/** A tokenizer.json without its vocabulary, and that. `<mask>` stands behind the file's pieces. */
export function sentencePieceTokenizer(
  { pieces, scores, charsmap }: SentencePieceModel,
  { dropped, first, maskTakesSpace }: SentencePieceOrder,
  name: string,
): { json: Record<string, unknown>; vocabulary: { pieces: PieceList; scores: Float64Array } } {
  const all = [...first.map(([piece]) => piece), ...pieces.slice(dropped), MASK]
  const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true }
  return {
    json: {
      added_tokens: [{ id: all.length - 1, content: MASK, special: true, lstrip: maskTakesSpace }],
      normalizer: { type: 'Precompiled', precompiled_charsmap: toBase64(charsmap) },
      pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'WhitespaceSplit' }, metaspace] },
      decoder: metaspace,
      model: { type: 'Unigram', unk_id: all.indexOf('<unk>'), vocab: [] },
    },
    vocabulary: {
      pieces: packPieces(all, name),
      scores: Float64Array.of(...first.map(([, score]) => score), ...scores.slice(dropped), 0),
    },
  }
}

const MASK = '<mask>'

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * Calls `visit` with each field of a message: a number for 32 bits and varints (of which 53 bits count), bytes for the rest.
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
