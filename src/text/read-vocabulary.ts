/** Reads the pieces of a vocabulary from a vocab.txt or a tokenizer.json. */
import { ModelFormatError, quoted } from '../format/errors.ts'
import { shown } from '../format/json-file.ts'
import { MAX_SIZE, MAX_VOCABULARY_BYTES, packLines, packPieces, tooLong, Vocabulary } from './vocabulary.ts'
import { isWhiteSpace } from './white-space.ts'

/**
 * Reads a vocab.txt: one piece on each line, whose id is the line number from 0; white space at the end of a
 * line is ignored.
 *
 * @throws {ModelFormatError} `InvalidVocabulary` if it is empty, or has more than 524,288 lines or 8,388,608
 *   bytes
 *
 * @example
 * parseVocabulary('[PAD]\n[UNK]\n[CLS]\n[SEP]\n##s\n').idOf('##s') // 4
 */
export function parseVocabulary(text: string, name: string = 'vocab.txt'): Vocabulary {
  // Few files contain white space other than newlines.
  const isTrimmed = !/[^\S\n]|\x85/.test(text)
  const pieces = packLines(
    isTrimmed
      ? text
      : text
          .split('\n', MAX_SIZE + 2)
          .map(trimmed)
          .join('\n'),
  )
  if (pieces.ends.length > MAX_SIZE) {
    throw new ModelFormatError(
      'InvalidVocabulary',
      `${name} has more than ${MAX_SIZE} lines; it must hold one piece a line`,
    )
  }
  if (pieces.text.length === 0) {
    throw new ModelFormatError(
      'InvalidVocabulary',
      `${name} holds no pieces; it must hold one a line, such as [UNK]`,
    )
  }
  if (pieces.text.length > MAX_VOCABULARY_BYTES) throw tooLong(name)
  return new Vocabulary(pieces)
}

/** Unlike this, `trimEnd` would also remove U+FEFF, and keep U+0085. */
function trimmed(line: string): string {
  let end = line.length
  while (end > 0 && isWhiteSpace(line.charCodeAt(end - 1))) end--
  return line.slice(0, end)
}

/**
 * Reads `model.vocab` of a tokenizer.json: an object from piece to id.
 *
 * @throws {ModelFormatError} `InvalidVocabulary` if it is not such an object, is empty, or an id is not a
 *   whole number
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
