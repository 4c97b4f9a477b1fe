/** Builds BERT's tokenizer from its parts. */

import { ModelFormatError } from '../format/errors.ts'
import type { AddedToken } from './added-tokens.ts'
import { bertNormalizer, type NormalizerSettings } from './normalize.ts'
import { bertPreTokenizer } from './pre-tokenize.ts'
import type { Decoder, Template } from './steps.ts'
import { Tokenizer } from './tokenizer.ts'
import type { Vocabulary } from './vocabulary.ts'
import { WordPiece } from './wordpiece.ts'

export interface TokenizerSettings {
  readonly normalizer: NormalizerSettings
  readonly clsToken: string
  readonly sepToken: string
  readonly unkToken: string
  readonly maskToken: string
  readonly padToken: string
  readonly addedTokens: readonly AddedToken[]
  readonly continuingPrefix: string
  readonly maxWordLength: number
  /** Maximum number of pieces in a sequence, `[CLS]` and `[SEP]` included, if the files state it. */
  readonly maxLength: number | undefined
}

/**
 * @throws {ModelFormatError} `InvalidVocabulary` if it lacks a special token
 */
export function bertTokenizer(settings: TokenizerSettings, vocabulary: Vocabulary): Tokenizer {
  const { addedTokens, clsToken, sepToken, continuingPrefix, maxLength } = settings
  const addedIds = new Map(addedTokens.map(({ content, id }) => [content, id]))
  const idOf = (token: string): number => {
    const id = vocabulary.idOf(token) ?? addedIds.get(token)
    if (id !== undefined) return id
    throw new ModelFormatError(
      'InvalidVocabulary',
      `The vocabulary (${vocabulary.size} pieces) lacks ${token}; a BERT vocabulary has it: is this the file of another model?`,
    )
  }
  const unkId = idOf(settings.unkToken)
  return new Tokenizer({
    vocabulary,
    addedTokens,
    normalizer: bertNormalizer(settings.normalizer),
    preTokenizer: bertPreTokenizer,
    model: new WordPiece(vocabulary, { ...settings, unkId }),
    template: bertTemplate({ id: idOf(clsToken), token: clsToken }, { id: idOf(sepToken), token: sepToken }),
    trimOffsets: undefined,
    decoder: wordPieceDecoder(continuingPrefix, true),
    unkId,
    maskId: vocabulary.idOf(settings.maskToken) ?? addedIds.get(settings.maskToken),
    padId: vocabulary.idOf(settings.padToken) ?? addedIds.get(settings.padToken),
    maxLength,
  })
}

/** A token by itself. */
export interface SpecialToken {
  readonly id: number
  readonly token: string
}

/** `[CLS] A [SEP]` and `[CLS] A [SEP] B [SEP]`; the second part begins with B. */
export function bertTemplate(cls: SpecialToken, sep: SpecialToken): Template {
  const first = [
    { ...cls, typeId: 0 },
    { sequence: 0, typeId: 0 },
    { ...sep, typeId: 0 },
  ] as const
  return { single: first, pair: [...first, { sequence: 1, typeId: 1 }, { ...sep, typeId: 1 }] }
}

/**
 * English contractions and punctuation as the library tidies them: within each piece, which then includes the
 * space before.
 */
const TIDY: readonly (readonly [string, string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
]

/** Joins pieces by spaces, except those that continue a word. */
export function wordPieceDecoder(prefix: string, tidy: boolean): Decoder {
  return (tokens) =>
    tokens.map((token, index) => {
      const text = index === 0 ? token : token.startsWith(prefix) ? token.slice(prefix.length) : ` ${token}`
      return tidy ? TIDY.reduce((tidied, [from, to]) => tidied.replaceAll(from, to), text) : text
    })
}
