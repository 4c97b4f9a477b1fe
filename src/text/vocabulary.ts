/** The pieces a model knows, by id: `vocab.txt`, or `model.vocab` of a tokenizer.json. */

import { ModelFormatError } from '../format/errors.ts'

/** More pieces than any vocabulary has (LaBSE's 501,153): a bound on what a file can make us allocate. */
const MAX_SIZE = 2 ** 19

/** White space as Rust has it (\p{White_Space}): trimEnd would also take U+FEFF, and leave U+0085. */
const WHITE_SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u

export class Vocabulary {
  /** Ids run from 0 to `size - 1`; a tokenizer.json may leave some of them out. */
  readonly size: number
  readonly #pieces: readonly string[]
  readonly #ids: ReadonlyMap<string, number>

  /** @param pieces by id; of a piece that stands there twice, the last counts */
  constructor(pieces: readonly string[]) {
    this.#pieces = pieces
    this.size = pieces.length
    const ids = new Map<string, number>()
    pieces.forEach((piece, id) => {
      ids.set(piece, id)
    })
    this.#ids = ids
  }

  /** The id of a piece, `##` included where it continues a word. */
  idOf(piece: string): number | undefined {
    return this.#ids.get(piece)
  }

  pieceOf(id: number): string | undefined {
    return this.#pieces[id]
  }

  /** Piece and id, one entry a piece. */
  entries(): IterableIterator<[piece: string, id: number]> {
    return this.#ids.entries()
  }
}

/**
 * Reads a vocab.txt: one piece a line, its id the line's number from 0; white space at a line's end does not count.
 *
 * @throws {ModelFormatError} `InvalidVocabulary` where it is empty, or has more than 524,288 lines
 *
 * @example
 * parseVocabulary('[PAD]\n[UNK]\n[CLS]\n[SEP]\n##s\n').idOf('##s') // 4
 */
export function parseVocabulary(text: string, name: string = 'vocab.txt'): Vocabulary {
  const lines = text.split('\n', MAX_SIZE + 2)
  if (lines.at(-1) === '') lines.pop()
  if (lines.length > MAX_SIZE) {
    throw new ModelFormatError(
      'InvalidVocabulary',
      `${name} has more than ${MAX_SIZE} lines; it must hold one piece a line`,
    )
  }
  const pieces = lines.map(trimmed)
  if (pieces.every((piece) => piece === '')) {
    throw new ModelFormatError(
      'InvalidVocabulary',
      `${name} holds no pieces; it must hold one a line, such as [UNK]`,
    )
  }
  return new Vocabulary(pieces)
}

function trimmed(line: string): string {
  let end = line.length
  while (end > 0 && WHITE_SPACE.test(line[end - 1]!)) end--
  return line.slice(0, end)
}

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
      throw wrong(
        `gives ${JSON.stringify(piece)} the id ${JSON.stringify(id)}, not a whole number below ${MAX_SIZE}`,
      )
    }
    if (pieces[id] !== undefined) {
      throw wrong(`gives the id ${id} to both ${JSON.stringify(pieces[id])} and ${JSON.stringify(piece)}`)
    }
    pieces[id] = piece
  }
  if (pieces.length === 0) throw wrong('is empty')
  return new Vocabulary(pieces)
}
