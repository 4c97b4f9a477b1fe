/**
 * Handles a vocabulary whose size differs from the model's number of rows: truncated, another model's, or
 * with spare rows.
 */
import { ModelFormatError } from '../format/errors.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Maximum number of rows without a piece, as added by padding the matrix to a multiple of 64 or the like. */
const MOST_UNUSED = 127

/**
 * Fits a tokenizer to a model of V rows: added tokens without a row are removed, and then read as plain text.
 * A vocabulary that is too small is most likely another model's or truncated; transformers accepts it and
 * then finds nothing or wrong things. A vocab.txt may be truncated at any line, so it must have all pieces,
 * except for fewer than 8, 16, ... or 128 if V is a multiple of that. Files with a detectable end (JSON,
 * SentencePiece's) cannot be truncated: they may lack 127 pieces, fewer than any power of two that divides V,
 * or any number if V is a multiple of 100, as chosen by people.
 * less than any power of two that V is a multiple of, or any number where V is a multiple of 100, as people choose it.
 *
 * @param padded whether any number of rows without a piece is intended
 * @throws {ModelFormatError} `InvalidVocabulary`
 */
export function fitRows(
  tokenizer: Tokenizer,
  source: string,
  rows: number,
  padded: boolean = false,
): Tokenizer {
  const { vocabularySize } = tokenizer
  const wrong = (what: string): ModelFormatError =>
    new ModelFormatError('InvalidVocabulary', `${source} ${what}`)
  if (vocabularySize > rows) {
    throw wrong(
      `has ${vocabularySize} pieces and config.json has vocab_size ${rows}: the vocabulary is another model's`,
    )
  }
  const unused = padded ? rows : mostUnused(source, rows)
  const fitted = tokenizer.withRows(rows)
  if (fitted.idCount < rows - unused) {
    throw wrong(
      `and the added tokens give ${fitted.idCount} pieces, and config.json has vocab_size ${rows}: the file is cut off, or another model's. Download it again; if the model does have rows without a piece, say paddedVocabulary: true (--padded-vocabulary)`,
    )
  }
  const lost = [tokenizer.clsId, tokenizer.sepId, tokenizer.unkId].find((id) => id >= rows)
  if (lost === undefined) return fitted
  throw wrong(`begins or ends texts with the id ${lost}, for which vocab_size ${rows} has no row`)
}

/** Maximum number of rows without a piece, given what is known about the vocabulary's end. */
function mostUnused(source: string, rows: number): number {
  const multiple = rows & -rows
  if (source === 'vocab.txt') return multiple < 8 ? 0 : Math.min(multiple - 1, MOST_UNUSED)
  if (!/\.(?:json|model)$/.test(source)) return MOST_UNUSED
  return rows % 100 === 0 ? rows : Math.max(multiple - 1, MOST_UNUSED)
}
