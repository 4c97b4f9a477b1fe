/** Reads the decoder of a tokenizer.json, and implements the smaller ones. */

import { ModelFormatError } from '../../format/errors.ts'
import { shown } from '../../format/json-file.ts'
import { wordPieceDecoder } from '../bert-tokenizer.ts'
import type { JsonObject } from '../json-object.ts'
import type { Decoder, Pattern } from '../steps.ts'
import { NormalizedText } from '../text-with-offsets.ts'
import { decodeByteLevel } from './byte-level.ts'
import { metaspaceDecoder } from './metaspace.ts'
import { Replace } from './normalizer-steps.ts'
import { readContent, readPattern } from './patterns.ts'
import { readMetaspace } from './read-pre-tokenizer.ts'

/**
 * One decoder of a sequence.
 *
 * @param most maximum number of UTF-16 units in all resulting pieces
 */
type DecoderStep = (tokens: readonly string[], most: number) => readonly string[]

/** Maximum growth by decoders: of one piece, and of all pieces together. */
const MOST_TIMES = 64
const MOST_MORE = 64

/** A model can be used without a decoder, so an unknown one is an error only when it is called. */
export function readDecoder(part: JsonObject | undefined): Decoder {
  if (!part) return (tokens) => [tokens.join(' ')]
  const steps = part.steps('decoders').map(readStep)
  return (tokens) => {
    const most = MOST_TIMES * tokens.reduce((sum, token) => sum + token.length, 0) + MOST_MORE
    return steps.reduce((changed, step) => step(changed, most), tokens)
  }
}

function readStep(part: JsonObject): DecoderStep {
  const kind = part.string('type')
  switch (kind) {
    case 'WordPiece':
      return wordPieceDecoder(part.string('prefix') ?? '##', part.boolean('cleanup') ?? true)
    case 'ByteLevel':
      return decodeByteLevel
    case 'Metaspace':
      return metaspaceDecoder(readMetaspace(part))
    case 'BPEDecoder':
      return bpeDecoder(part.string('suffix') ?? '</w>')
    case 'ByteFallback':
      return decodeByteFallback
    case 'Fuse':
      return fuse
    case 'Strip':
      return stripDecoder(
        part.string('content') ?? ' ',
        part.count('start', 0) ?? 0,
        part.count('stop', 0) ?? 0,
      )
    case 'Replace':
      return replaceDecoder(readPattern(part), readContent(part, 'content'))
    default:
      return () => {
        throw new ModelFormatError(
          'UnsupportedConfig',
          `${part.name} has a decoder of type ${shown(kind)}, which is not known: decode() cannot be used`,
        )
      }
  }
}

/** Joins all pieces into one. */
const fuse: Decoder = (tokens) => [tokens.join('')]

function replaceDecoder(pattern: Pattern, content: string): DecoderStep {
  const replace = new Replace(pattern, content)
  return (tokens, most) => {
    let length = 0
    // A text has few distinct pieces, each many times.
    const known = new Map<string, string>()
    return tokens.map((token) => {
      let replaced = known.get(token)
      if (replaced === undefined) {
        const text = NormalizedText.of(token)
        replaced = replace.normalize(text, 0, text.length).slice()
        known.set(token, replaced)
      }
      length += replaced.length
      if (length <= most) return replaced
      throw new ModelFormatError(
        'UnsupportedConfig',
        `The decoders of tokenizer.json make more than ${MOST_TIMES} characters of one; no model asks for that: the file is damaged`,
      )
    })
  }
}

/** Removes a character from the ends of each piece, at most a number of times. */
function stripDecoder(content: string, start: number, stop: number): Decoder {
  return (tokens) =>
    tokens.map((token) => {
      const characters = [...token]
      let from = 0
      while (from < start && characters[from] === content) from++
      let to = characters.length
      while (characters.length - to < stop && to > 0 && characters[to - 1] === content) to--
      return characters.slice(from, to).join('')
    })
}

/** Pieces at the end of words have a suffix, which becomes a space, except in the last piece. */
function bpeDecoder(suffix: string): Decoder {
  return (tokens) =>
    tokens.map((token, index) =>
      suffix === '' ? token : token.replaceAll(suffix, index === tokens.length - 1 ? '' : ' '),
    )
}

/** The name of a piece that stands for a byte: `<0x0A>`. */
const BYTE = /^<0x([\dA-Fa-f]{2})>$/

/** Decodes pieces that stand for bytes; each byte of a run that is not UTF-8 becomes U+FFFD. */
const decodeByteFallback: Decoder = (tokens) => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const texts: string[] = []
  let bytes: number[] = []
  const flush = (): void => {
    if (bytes.length === 0) return
    try {
      texts.push(decoder.decode(new Uint8Array(bytes)))
    } catch {
      for (let count = bytes.length; count > 0; count--) texts.push('\ufffd')
    }
    bytes = []
  }
  for (const token of tokens) {
    const digits = BYTE.exec(token)?.[1]
    if (digits !== undefined) bytes.push(Number.parseInt(digits, 16))
    else {
      flush()
      texts.push(token)
    }
  }
  flush()
  return texts
}
