/** Reads the decoder of a tokenizer.json. */

import { ModelFormatError } from '../../format/errors.ts'
import { shown } from '../../format/json-file.ts'
import { wordPieceDecoder } from '../bert-tokenizer.ts'
import type { JsonObject } from '../files/json-object.ts'
import type { Decoder } from '../steps.ts'
import { readContent, readPattern } from './patterns.ts'
import { readMetaspace } from './read-pre-tokenizer.ts'

/** A model can be used without one: a decoder that is not known is an error where it is called. */
export async function readDecoder(part: JsonObject | undefined): Promise<Decoder> {
  if (!part) return (tokens) => [tokens.join(' ')]
  const steps = await import('./decoders.ts')
  const kind = part.string('type')
  switch (kind) {
    case 'Sequence': {
      const inner: Decoder[] = []
      for (const step of part.objects('decoders')) inner.push(await readDecoder(step))
      return (tokens) => inner.reduce((changed, step) => step(changed), tokens)
    }
    case 'WordPiece':
      return wordPieceDecoder(part.string('prefix') ?? '##', part.boolean('cleanup') ?? true)
    case 'ByteLevel':
      return (await import('./byte-level.ts')).decodeByteLevel
    case 'Metaspace':
      return (await import('./metaspace.ts')).metaspaceDecoder(readMetaspace(part))
    case 'BPEDecoder':
      return steps.bpeDecoder(part.string('suffix') ?? '</w>')
    case 'ByteFallback':
      return steps.decodeByteFallback
    case 'Fuse':
      return steps.fuse
    case 'Strip':
      return steps.stripDecoder(
        part.string('content') ?? ' ',
        part.count('start', 0) ?? 0,
        part.count('stop', 0) ?? 0,
      )
    case 'Replace':
      return steps.replaceDecoder(await readPattern(part), readContent(part, 'content'))
    default:
      return () => {
        throw new ModelFormatError(
          'UnsupportedConfig',
          `${part.name} has a decoder of type ${shown(kind)}, which is not known: decode() cannot be used`,
        )
      }
  }
}
