/** What may be asked of a pass through a model, and the checks of it and of the ids that are passed. */
import type { Rows } from './check/option-rows.ts'
import { checkOptions } from './check/options.ts'
import type { BertConfig } from './model/bert-config.ts'

/** What is wanted of a pass beside its logits, and what it is given. */
export interface ForwardOptions {
  /** Also the embeddings' output and each layer's. */
  hiddenStates?: boolean
  /** The token type of each token, one list a sequence, as `tokenizer.encode(text, pair)` gives them; without them all are 0. */
  tokenTypeIds?: readonly (readonly number[])[]
  /** Also each layer's attention probabilities. */
  attentions?: boolean
  /** Also everything between, under the paper's names. */
  trace?: boolean
  /** Whether the logits of words are wanted of a model that guesses them (`head` 'words'); they are V numbers a token. Default true. */
  logits?: boolean
  /** Only the hidden states of this layer, 0 being the embeddings: `hiddenStates[0]` of each sequence; nothing further is computed. */
  layer?: number
  /** Stops the pass between two layers. */
  signal?: AbortSignal
}

const rows: Rows<ForwardOptions> = {
  hiddenStates: { type: 'boolean' },
  tokenTypeIds: {
    type: 'other',
    fits: (value) => Array.isArray(value) && value.every(Array.isArray),
    wanted: 'an array of arrays of numbers, one for each sequence',
  },
  attentions: { type: 'boolean' },
  trace: { type: 'boolean' },
  logits: { type: 'boolean' },
  layer: { type: 'number', integer: true, from: 0 },
  signal: { type: 'signal' },
}

/**
 * The options of a pass, which are a caller's own.
 *
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for a value that is not allowed, or an option that is not known
 */
export function checkForwardOptions(given: unknown): ForwardOptions {
  return checkOptions<ForwardOptions>(given, rows)
}

/**
 * @throws {TypeError} for ids that are no arrays of numbers
 * @throws {RangeError} for a sequence that is empty or too long, or an id outside the vocabulary
 */
export function checkIds(ids: unknown, { vocabSize, maxPositions }: BertConfig): void {
  if (!Array.isArray(ids) || !ids.every(Array.isArray)) {
    throw new TypeError('ids must be an array of arrays of vocabulary ids, one for each sequence')
  }
  for (const [index, sequence] of (ids as unknown[][]).entries()) {
    if (sequence.length < 1 || sequence.length > maxPositions) {
      throw new RangeError(`Sequence ${index} has ${sequence.length} ids, expected 1 to ${maxPositions}`)
    }
    for (const id of sequence) {
      if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabSize) continue
      if (typeof id !== 'number')
        throw new TypeError(`Sequence ${index} holds ${String(id)}, expected numbers`)
      throw new RangeError(
        `Sequence ${index} holds the id ${id}, expected whole numbers from 0 to ${vocabSize - 1}`,
      )
    }
  }
}

/** Numbers of words' logits that are given back at most: 1 GB. */
const MOST_LOGITS = 2 ** 28

/** @throws {RangeError} for more logits of words than are given back */
export function checkLogits(ids: readonly (readonly number[])[], { vocabSize }: BertConfig): void {
  const tokens = ids.reduce((sum, { length }) => sum + length, 0)
  if (tokens * vocabSize <= MOST_LOGITS) return
  throw new RangeError(
    `The logits of ${tokens} tokens over ${vocabSize} words are ${tokens * vocabSize} numbers, expected at most ${MOST_LOGITS}; give fewer sequences at once, or logits: false where they are not needed`,
  )
}

/** @throws {RangeError} for token types that are not one a token, or that the model does not have */
export function checkTokenTypes(
  ids: readonly (readonly number[])[],
  tokenTypeIds: readonly (readonly number[])[],
  { typeVocabSize }: BertConfig,
): void {
  if (tokenTypeIds.length !== ids.length)
    throw new RangeError(`tokenTypeIds has ${tokenTypeIds.length} lists, expected ${ids.length} as ids has`)
  // A model without token types leaves them out, and its tokenizer may give those of pairs, 0 and 1, all the same.
  const types = typeVocabSize === 0 ? 2 : typeVocabSize
  for (const [index, list] of tokenTypeIds.entries()) {
    const { length } = ids[index]!
    if (list.length !== length)
      throw new RangeError(`tokenTypeIds[${index}] has ${list.length} numbers, expected ${length} as its ids`)
    const wrong = list.find((type) => !(Number.isInteger(type) && type >= 0 && type < types))
    if (wrong === undefined) continue
    throw new RangeError(
      `tokenTypeIds[${index}] holds ${wrong}, expected whole numbers from 0 to ${types - 1}: the model has ${typeVocabSize} token types`,
    )
  }
}
