/** The options of a pass through a model, and the checks of them and of the ids. */
import type { Rows } from './check/option-rows.ts'
import { checkOptions } from './check/options.ts'
import type { BertConfig } from './model/bert-config.ts'

/** What a pass returns in addition to its logits, and what it is given. */
export interface ForwardOptions {
  /** Adds the output of the embeddings and of each layer. */
  hiddenStates?: boolean
  /**
   * The token type of each token, one list for each sequence, as `tokenizer.encode(text, pair)` gives them;
   * default 0.
   */
  tokenTypeIds?: readonly (readonly number[])[]
  /** Adds each layer's attention probabilities. */
  attentions?: boolean
  /** Adds everything in between, under the paper's names. */
  trace?: boolean
  /**
   * Whether a model that predicts words (`head` 'words') returns their logits, V numbers for each token.
   * Default true.
   */
  logits?: boolean
  /**
   * Only the hidden states of this layer (0: the embeddings), as `hiddenStates[0]`; later layers are not
   * computed.
   */
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
 * Checks the options of a pass.
 *
 * @throws {TypeError} for a value of the wrong kind
 * @throws {RangeError} for a value that is not allowed, or an unknown option
 */
export function checkForwardOptions(given: unknown): ForwardOptions {
  return checkOptions<ForwardOptions>(given, rows)
}

/**
 * @throws {TypeError} for ids that are not arrays of numbers
 * @throws {RangeError} for an empty or too long sequence, or an id outside the vocabulary
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

/** Maximum number of word logits in a result: 1 GB. */
const MOST_LOGITS = 2 ** 28

/**
 * @throws {RangeError} for more word logits than a result may hold
 */
export function checkLogits(ids: readonly (readonly number[])[], { vocabSize }: BertConfig): void {
  const tokens = ids.reduce((sum, { length }) => sum + length, 0)
  if (tokens * vocabSize <= MOST_LOGITS) return
  throw new RangeError(
    `The logits of ${tokens} tokens over ${vocabSize} words are ${tokens * vocabSize} numbers, expected at most ${MOST_LOGITS}; give fewer sequences at once, or logits: false where they are not needed`,
  )
}

/**
 * @throws {RangeError} for token types that are not one for each token, or that the model does not have
 */
export function checkTokenTypes(
  ids: readonly (readonly number[])[],
  tokenTypeIds: readonly (readonly number[])[],
  { typeVocabSize }: BertConfig,
): void {
  if (tokenTypeIds.length !== ids.length)
    throw new RangeError(`tokenTypeIds has ${tokenTypeIds.length} lists, expected ${ids.length} as ids has`)
  // A model without token types ignores them, but its tokenizer may still give those of pairs, 0 and 1.
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
