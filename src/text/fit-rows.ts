/**
 * Handles a vocabulary whose size differs from the model's number of rows: truncated, another model's, or
 * with spare rows.
 */
import { ModelFormatError } from '../format/errors.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Rows without a piece that a model may have: its makers filled the matrix up, as to a multiple of 64. */
const MOST_UNUSED = 127

/**
 * The tokenizer for a model of V rows: without added tokens that have no row, which are then read as plain text.
 * A vocabulary that is too small is most likely another model's or cut off: transformers takes it, and what it finds is
 * nothing or wrong. A vocab.txt, which may be cut at any line, must have all pieces, but for less than a multiple of
 * 8, 16, ... 128 that V is filled up to. Files whose end is told (JSON, SentencePiece's) are not cut off: they may lack 127, or
 * less than any power of two that V is a multiple of, or any number where V is a multiple of 100, as people choose it.
 *
 * @param padded whether rows without a piece are meant, however many
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

/** Rows that may lack a piece, by what can be known of the vocabulary's end. */
function mostUnused(source: string, rows: number): number {
  const multiple = rows & -rows
  if (source === 'vocab.txt') return multiple < 8 ? 0 : Math.min(multiple - 1, MOST_UNUSED)
  if (!/\.(?:json|model)$/.test(source)) return MOST_UNUSED
  return rows % 100 === 0 ? rows : Math.max(multiple - 1, MOST_UNUSED)
}
