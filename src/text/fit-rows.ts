/** Fits a vocabulary to the rows of a model. */
import { ModelFormatError } from '../format/errors.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Rows without a piece that a model may have: its makers filled the matrix up, as to a multiple of 64. */
const MOST_UNUSED = 127

/**
 * The tokenizer for a model of V rows: without added tokens that have no row, which are then read as plain text.
 * A vocabulary that is too small is most likely another model's or cut off: transformers takes it, and what it finds is
 * nothing or wrong. A vocab.txt, which may be cut at any line, must have all pieces, but for less than a multiple of
 * 8, 16, ... 128 that V is filled up to; files whose end is told (JSON, SentencePiece's) may lack 127.
 *
 * @throws {ModelFormatError} `InvalidVocabulary`
 */
export function fitRows(tokenizer: Tokenizer, source: string, rows: number): Tokenizer {
  const { vocabularySize } = tokenizer
  const wrong = (what: string): ModelFormatError =>
    new ModelFormatError('InvalidVocabulary', `${source} ${what}`)
  if (vocabularySize > rows) {
    throw wrong(
      `has ${vocabularySize} pieces and config.json has vocab_size ${rows}: the vocabulary is another model's`,
    )
  }
  const multiple = rows & -rows
  const unused = source !== 'vocab.txt' ? MOST_UNUSED : multiple < 8 ? 0 : Math.min(multiple - 1, MOST_UNUSED)
  const fitted = tokenizer.withRows(rows)
  if (fitted.idCount < rows - unused) {
    throw wrong(
      `and the added tokens give ${fitted.idCount} pieces, and config.json has vocab_size ${rows}: the file is cut off, or another model's. Download it again; where the model does have rows without a piece, name them in it ([unused0], [unused1] ...)`,
    )
  }
  const lost = [tokenizer.clsId, tokenizer.sepId, tokenizer.unkId].find((id) => id >= rows)
  if (lost === undefined) return fitted
  throw wrong(`begins or ends texts with the id ${lost}, for which vocab_size ${rows} has no row`)
}
