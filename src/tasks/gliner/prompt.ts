/**
 * Makes GLiNER's input: the requested types, followed by the words of the text, each encoded separately
 * (UniEncoderSpanProcessor of the package gliner).
 *
 *     [CLS] <<ENT>> person <<ENT>> drug <<SEP>> word word ... [SEP]
 *
 * A type is represented by the token before it, a word by its pieces. A bi-encoder reads the words alone, between [CLS]
 * and [SEP], and each type by itself.
 */
import { quoted } from '../../format/errors.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import type { TypeVectors } from './type-vectors.ts'
import type { EntityType } from './types.ts'
import { encodeWords, type Prompt, type Reading } from './windows.ts'
import { splitWords } from './words.ts'

/** The special tokens of a model's prompt. */
export interface PromptTokens {
  readonly ent: number
  readonly sep: number
  /** Whether a type is represented by the token before it, or otherwise by its own first piece. */
  readonly embedsEnt: boolean
}

/**
 * How GLiNER reads.
 *
 * @param tokenizer  of the encoder
 */
export function glinerReading(tokenizer: Tokenizer, tokens: PromptTokens): Reading {
  return { ...wordsReading(tokenizer), prompt: (types) => makePrompt(tokenizer, tokens, namesOf(types)) }
}

/** How a bi-encoder reads, whose types another encoder makes vectors of. */
export function biEncoderReading(tokenizer: Tokenizer, vectors: TypeVectors): Reading {
  return {
    ...wordsReading(tokenizer),
    prompt: () => ({ ids: [tokenizer.clsId], types: [] }),
    typeVectors: (types, signal) => vectors.of(namesOf(types), signal),
  }
}

function wordsReading(tokenizer: Tokenizer): Pick<Reading, 'words' | 'end' | 'emptyWord'> {
  return {
    *words(text) {
      for (const spans of splitWords(text)) yield encodeWords(text, spans, tokenizer)
    },
    end: [tokenizer.sepId],
    emptyWord: 'zeros',
  }
}

/** What types are called, which is all that GLiNER reads of them. */
function namesOf(types: readonly EntityType[]): string[] {
  return types.map(({ type, description }, index) => {
    if (description === undefined) return type
    throw new RangeError(
      `types[${index}] (${quoted(type)}) has a description, which this model does not read: only GLiNER2 does; leave it out, or say it in the type itself`,
    )
  })
}

function makePrompt(
  tokenizer: Tokenizer,
  { ent, sep, embedsEnt }: PromptTokens,
  types: readonly string[],
): Prompt {
  const ids = [tokenizer.clsId]
  const places: number[] = []
  for (const type of types) {
    places.push(embedsEnt ? ids.length : ids.length + 1)
    ids.push(ent)
    for (const id of tokenizer.encodeWords([type]).ids.slice(1, -1)) ids.push(id)
  }
  ids.push(sep)
  return { ids, types: places }
}
