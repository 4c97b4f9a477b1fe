/** Text to pieces: added tokens cut out, then normalize, preTokenize, WordPiece; every step carries its place in the text. */

import { kindOf } from '../check/kind.ts'
import { ModelFormatError } from '../format/errors.ts'
import { AddedTokenMatcher } from './added-tokens.ts'
import type { Encoding } from './encoding.ts'
import { type NormalizerSettings, normalize } from './normalize.ts'
import { NormalizedText } from './normalized-text.ts'
import { preTokenize } from './pre-tokenize.ts'
import type { TokenizerSettings } from './settings.ts'
import type { Vocabulary } from './vocabulary.ts'
import { WordPiece } from './wordpiece.ts'

/**
 * BERT's tokenizer, equal to the Rust tokenizers library piece for piece; offsets are UTF-16.
 *
 * @example
 * const tokenizer = await readTokenizer(files)
 * const { ids, tokens, offsets } = tokenizer.encode('Angela Merkel')
 */
export class Tokenizer {
  /** Id of `[CLS]`, which begins every sequence. */
  readonly clsId: number
  /** Id of `[SEP]`, which ends it. */
  readonly sepId: number
  /** Id of `[UNK]`. */
  readonly unkId: number
  /** V: ids run from 0 to one less. */
  readonly vocabularySize: number
  /** Pieces a sequence may have, `[CLS]` and `[SEP]` included, where the model's files say. */
  readonly maxLength: number | undefined
  readonly #vocabulary: Vocabulary
  readonly #settings: TokenizerSettings
  readonly #wordPiece: WordPiece
  /** Tokens looked for in the text as it stands, and in the normalised text. */
  readonly #rawTokens: AddedTokenMatcher
  readonly #normalizedTokens: AddedTokenMatcher
  /** Added tokens by id: those of the vocabulary are there too. */
  readonly #addedContents: ReadonlyMap<number, string>

  /** @throws {ModelFormatError} `InvalidVocabulary` where it lacks a special token */
  constructor(settings: TokenizerSettings, vocabulary: Vocabulary) {
    const { normalizer, addedTokens } = settings
    const addedIds = new Map(addedTokens.map(({ content, id }) => [content, id]))
    const idOf = (token: string): number => {
      const id = vocabulary.idOf(token) ?? addedIds.get(token)
      if (id !== undefined) return id
      throw new ModelFormatError(
        'InvalidVocabulary',
        `The vocabulary (${vocabulary.size} pieces) lacks ${token}; a BERT vocabulary has it: is this the file of another model?`,
      )
    }
    this.unkId = idOf(settings.unkToken)
    this.clsId = idOf(settings.clsToken)
    this.sepId = idOf(settings.sepToken)
    this.vocabularySize = vocabulary.size
    this.maxLength = settings.maxLength
    this.#settings = settings
    this.#vocabulary = vocabulary
    this.#wordPiece = new WordPiece(vocabulary, { ...settings, unkId: this.unkId })
    this.#addedContents = new Map(addedTokens.map(({ content, id }) => [id, content]))
    this.#rawTokens = new AddedTokenMatcher(addedTokens.filter((token) => !token.normalized))
    const normalized = addedTokens.filter((token) => token.normalized)
    this.#normalizedTokens = new AddedTokenMatcher(
      normalized,
      normalized.map(({ content }) => normalizedContent(content, normalizer)),
    )
  }

  /** The id and the text of an added token whose id is `rows` or more: a model of so many rows has none for it. */
  addedTokenFrom(rows: number): [id: number, content: string] | undefined {
    return [...this.#addedContents].find(([id]) => id >= rows)
  }

  /**
   * Encodes a text of any length, without cutting it.
   *
   * @throws {TypeError} when `text` is not a string
   */
  encode(text: string): Encoding {
    if (typeof text !== 'string')
      throw new TypeError(`The text to encode must be a string, not ${kindOf(text)}`)
    const encoding = this.#begin()
    this.#append(encoding, text, 0, undefined)
    return this.#finish(encoding)
  }

  /**
   * Encodes words that are already told apart: `wordIds` are indices into `words`, offsets are into the words joined by
   * single spaces. A word of which nothing is left has no pieces.
   *
   * @throws {TypeError} when a word is not a string
   */
  encodeWords(words: readonly string[]): Encoding {
    if (!Array.isArray(words))
      throw new TypeError(`The words to encode must be an array, not ${kindOf(words)}`)
    const encoding = this.#begin()
    let offset = 0
    words.forEach((word, index) => {
      if (typeof word !== 'string') throw new TypeError(`Word ${index} must be a string, not ${kindOf(word)}`)
      this.#append(encoding, word, offset, index)
      offset += word.length + 1
    })
    return this.#finish(encoding)
  }

  #begin(): Encoding {
    return { ids: [this.clsId], tokens: [this.#settings.clsToken], offsets: [[0, 0]], wordIds: [null] }
  }

  #finish(encoding: Encoding): Encoding {
    encoding.ids.push(this.sepId)
    encoding.tokens.push(this.#settings.sepToken)
    encoding.offsets.push([0, 0])
    encoding.wordIds.push(null)
    return encoding
  }

  /** @param wordId given where the whole text is one word; else its words are counted */
  #append(encoding: Encoding, text: string, offset: number, wordId: number | undefined): void {
    let words = 0
    const push = (id: number, token: string, start: number, end: number): void => {
      encoding.ids.push(id)
      encoding.tokens.push(token)
      encoding.offsets.push([offset + start, offset + end])
      encoding.wordIds.push(wordId ?? words)
    }
    let normalized: NormalizedText
    const piece = (id: number, from: number, to: number): void => {
      push(id, this.#tokenOf(id), normalized.starts[from]!, normalized.ends[to - 1]!)
    }
    const word = (from: number, to: number): void => {
      this.#wordPiece.tokenize(normalized.codePoints, from, to, piece)
      words++
    }
    const source = NormalizedText.of(text)
    this.#rawTokens.split(source, 0, source.length, (from, to, token) => {
      if (token) {
        push(token.id, token.content, source.starts[from]!, source.ends[to - 1]!)
        words++
        return
      }
      normalized = normalize(source, from, to, this.#settings.normalizer)
      this.#normalizedTokens.split(normalized, 0, normalized.length, (start, end, found) => {
        if (found) {
          piece(found.id, start, end)
          words++
        } else {
          preTokenize(normalized, start, end, word)
        }
      })
    })
  }

  #tokenOf(id: number): string {
    return this.#vocabulary.pieceOf(id) ?? this.#addedContents.get(id) ?? ''
  }
}

function normalizedContent(content: string, settings: NormalizerSettings): string {
  const source = NormalizedText.of(content)
  return normalize(source, 0, source.length, settings).slice()
}
