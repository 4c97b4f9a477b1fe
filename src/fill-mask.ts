/** Predicts masked words: text → pieces → logits of the masks → the most likely words. */
import { wrongKind } from './check/kind.ts'
import type { Rows } from './check/option-rows.ts'
import { checkOptions } from './check/options.ts'
import { softmaxRows } from './entities/softmax.ts'
import { ModelFormatError } from './format/errors.ts'
import type { BertConfig, HeadKind } from './model/bert-config.ts'
import { requireFinite } from './model/forward-output.ts'
import type { Tokenizer } from './text/tokenizer.ts'

/** A word for a mask, under the names of Hugging Face's pipeline. */
export interface MaskedWord {
  /** Its probability, 0 to 1. */
  score: number
  /** Its id in the vocabulary. */
  token: number
  /** The piece as text. */
  token_str: string
  /** The text with the piece in place of this mask; if there are several masks, it keeps special tokens. */
  sequence: string
}

/** Options of predicting masked words. */
export interface FillMaskOptions {
  /** Maximum number of words for each mask; default 5. */
  top?: number
  /** Stops between two layers. */
  signal?: AbortSignal
}

const DEFAULT_TOP = 5

export const fillMaskRows: Rows<FillMaskOptions> = {
  top: {
    type: 'number',
    integer: true,
    from: 1,
    value: 'N',
    help: 'words a mask',
    default: DEFAULT_TOP,
  },
  signal: { type: 'signal' },
}

/** What predicting needs from a model. */
export interface Guesser {
  readonly config: BertConfig
  readonly head: HeadKind | undefined
  /** The first tensor of its head, whether the weights have it or not. */
  readonly headTensor: string | undefined
  readonly maxLength: number
  tokenizer(): Tokenizer
  /** The logits of some tokens of a sequence, [R, V]. */
  logits(
    ids: readonly number[],
    rows: readonly number[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array>
}

/** The words for the mask of a text, or a list for each of several masks. */
export async function fillMask(
  model: Guesser,
  text: string,
  given: FillMaskOptions,
): Promise<MaskedWord[] | MaskedWord[][]> {
  const { top = DEFAULT_TOP, signal } = checkOptions<FillMaskOptions>(given, fillMaskRows)
  if (typeof text !== 'string') throw wrongKind(text, 'text', 'a string with a mask token')
  checkHead(model)
  const tokenizer = model.tokenizer()
  const { ids } = tokenizer.encode(text)
  const masks = findMasks(tokenizer, ids)
  if (ids.length > model.maxLength) {
    throw new RangeError(
      `The text has ${ids.length} pieces, and the model reads ${model.maxLength} at once; give the part around the mask`,
    )
  }
  signal?.throwIfAborted()
  const { vocabSize } = model.config
  const logits = await model.logits(ids, masks, signal)
  requireFinite(logits, 'The logits of the masks')
  const words = masks.map((mask, index) => {
    const scores = softmaxRows(logits.slice(index * vocabSize, (index + 1) * vocabSize), vocabSize)
    return likeliest(scores, top).map((token): MaskedWord => {
      const filled = ids.map((id, at) => (at === mask ? token : id)).filter((id) => id !== tokenizer.padId)
      return {
        score: scores[token]!,
        token,
        token_str: tokenizer.decode([token], { specialTokens: true }),
        // With several masks, leaving out special tokens would leave out the other masks too.
        sequence: tokenizer.decode(filled, { specialTokens: masks.length > 1 }),
      }
    })
  })
  return words.length === 1 ? words[0]! : words
}

function checkHead({ head, headTensor, config }: Guesser): void {
  if (head === 'words') return
  const { architecture = 'an encoder', headKind } = config
  throw headKind === 'words'
    ? new ModelFormatError(
        'MissingTensor',
        `The weights have no ${headTensor}: the head of ${architecture} that guesses words was not saved with them`,
      )
    : new ModelFormatError(
        'UnsupportedConfig',
        `The model is ${architecture} and does not guess words; one for fillMask is saved as ...ForMaskedLM`,
      )
}

/** The positions of the masks among the pieces. */
function findMasks(tokenizer: Tokenizer, ids: readonly number[]): number[] {
  const { maskId } = tokenizer
  if (maskId === undefined) {
    throw new ModelFormatError(
      'InvalidVocabulary',
      "The model's tokenizer has no mask token: neither tokenizer_config.json nor the vocabulary names one",
    )
  }
  const masks = ids.flatMap((id, at) => (id === maskId ? [at] : []))
  if (masks.length > 0) return masks
  const mask = tokenizer.decode([maskId], { specialTokens: true })
  throw new RangeError(`The text has no ${mask}; put it where a word is to be guessed`)
}

/** The ids of the highest scores, the highest first; of equal scores the lower id. */
function likeliest(scores: Float32Array, top: number): number[] {
  const least = scores.slice().sort()[Math.max(0, scores.length - top)]!
  const found: number[] = []
  for (let id = 0; id < scores.length; id++) if (scores[id]! >= least) found.push(id)
  return found.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, top)
}
