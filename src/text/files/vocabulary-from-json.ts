/** The pieces that a tokenizer.json lists. */
import { ModelFormatError, quoted } from '../../format/errors.ts'
import { shown } from '../../format/json-file.ts'
import { MAX_SIZE, packPieces, Vocabulary } from '../vocabulary.ts'

/**
 * Reads `model.vocab` of a tokenizer.json: an object from piece to id.
 *
 * @throws {ModelFormatError} `InvalidVocabulary` where it is no such object, is empty, or an id is no whole number
 */
export function vocabularyFromJson(vocab: unknown, name: string = 'tokenizer.json'): Vocabulary {
  const wrong = (what: string): ModelFormatError =>
    new ModelFormatError('InvalidVocabulary', `model.vocab in ${name} ${what}`)
  if (typeof vocab !== 'object' || vocab === null || Array.isArray(vocab)) {
    throw wrong('must be an object from piece to id')
  }
  const pieces: string[] = []
  for (const [piece, id] of Object.entries(vocab)) {
    if (!Number.isSafeInteger(id) || id < 0 || id >= MAX_SIZE) {
      throw wrong(`gives ${quoted(piece)} the id ${shown(id)}, not a whole number below ${MAX_SIZE}`)
    }
    if (pieces[id] !== undefined) {
      throw wrong(`gives the id ${id} to both ${quoted(pieces[id])} and ${quoted(piece)}`)
    }
    pieces[id] = piece
  }
  if (pieces.length === 0) throw wrong('is empty')
  return new Vocabulary(packPieces(pieces, name))
}
