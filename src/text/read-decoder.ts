/** The decoder of a tokenizer.json. */

import { ModelFormatError } from '../format/errors.ts'
import { shown } from '../format/json-file.ts'
import { wordPieceDecoder } from './bert-tokenizer.ts'
import type { JsonObject } from './json-object.ts'
import { readMetaspace } from './read-pre-tokenizer.ts'
import type { Decoder } from './steps.ts'

/** A model can be used without one: a decoder that is not known is an error where it is called. */
export async function readDecoder(part: JsonObject | undefined): Promise<Decoder> {
  if (!part) return (tokens) => tokens.join(' ')
  const kind = part.string('type')
  switch (kind) {
    case 'WordPiece':
      return wordPieceDecoder(part.string('prefix') ?? '##', part.boolean('cleanup') ?? true)
    case 'ByteLevel':
      return (await import('./byte-level.ts')).decodeByteLevel
    case 'Metaspace':
      return (await import('./metaspace.ts')).metaspaceDecoder(readMetaspace(part))
    default:
      return () => {
        throw new ModelFormatError(
          'UnsupportedConfig',
          `${part.name} has a decoder of type ${shown(kind)}, which is not known: decode() cannot be used`,
        )
      }
  }
}
