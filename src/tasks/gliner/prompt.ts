/**
 * Makes GLiNER's input: the requested types, followed by the words of the text, each encoded separately
 * (UniEncoderSpanProcessor of the package gliner).
 *
 *     [CLS] <<ENT>> person <<ENT>> drug <<SEP>> word word ... [SEP]
 *
 * A type is represented by the token before it, a word by its first piece.
 */
import { quoted } from '../../format/errors.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
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
  return {
    prompt: (types) => makePrompt(tokenizer, tokens, types),
    *words(text) {
      for (const spans of splitWords(text)) yield encodeWords(text, spans, tokenizer)
    },
    end: [tokenizer.sepId],
    emptyWord: 'zeros',
  }
}

function makePrompt(
  tokenizer: Tokenizer,
  { ent, sep, embedsEnt }: PromptTokens,
  types: readonly EntityType[],
): Prompt {
  const ids = [tokenizer.clsId]
  const places: number[] = []
  for (const [index, { type, description }] of types.entries()) {
    if (description !== undefined)
      throw new RangeError(
        `types[${index}] (${quoted(type)}) has a description, which this model does not read: only GLiNER2 does; leave it out, or say it in the type itself`,
      )
    places.push(embedsEnt ? ids.length : ids.length + 1)
    ids.push(ent, ...tokenizer.encodeWords([type]).ids.slice(1, -1))
  }
  ids.push(sep)
  return { ids, types: places }
}
