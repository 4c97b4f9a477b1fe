/**
 * Turns texts into vectors: text → pieces → windows → hidden states of one layer → pooled. Loaded only if
 * `embed` is called, or if a model may be one of sentence-transformers, whose settings are read here too.
 */

import { collectAnswers, stopWith } from './answers.ts'
import { Batcher } from './batcher.ts'
import { wrongKind } from './check/kind.ts'
import type { Rows } from './check/option-rows.ts'
import { checkOptions, checkStrings, OptionError } from './check/options.ts'
import type { BertConfig } from './model/bert-config.ts'
import { requireFinite } from './model/forward-output.ts'
import { createPool, normalizeVector, type Pooling } from './model/sentence/pooling.ts'
import type { SentenceSettings } from './model/sentence/sentence-settings.ts'
import { READ_TOKENS } from './runtime/engine-setup.ts'
import { encodeBeginning, sectionsOf, truncateText } from './text/sections.ts'
import type { Tokenizer } from './text/tokenizer.ts'
import { isPythonSpace } from './text/white-space.ts'
import { cutWindow, planWindows } from './text/windows.ts'

export { readSentenceSettings } from './model/sentence/sentence-settings.ts'

/** How texts become vectors. */
export interface EmbedOptions {
  /**
   * 'mean' of the hidden states of all pieces, 'max' of each component, or the hidden states of `[CLS]`
   * ('cls'). `[CLS]` and `[SEP]` count as pieces, as in sentence-transformers. Default: what a folder of
   * sentence-transformers says, else 'mean'.
   */
  pooling?: Pooling
  /** Whether vectors are scaled to length 1. Default: what a folder of sentence-transformers says, else false. */
  normalize?: boolean
  /**
   * The name of the prompt that is put before each text: `'query'`, `'passage'`, ... as in the model's
   * config_sentence_transformers.json; false for none. Default: what that file says, else none.
   */
  prompt?: string | false
  /**
   * Whether a text longer than `maxLength` is read in windows (default), or cut there, possibly in the middle
   * of a word, as sentence-transformers cuts it at `max_seq_length`.
   */
  windows?: boolean
  /**
   * The layer whose hidden states are used: 0 is the output of the embeddings, L (default) or -1 the last
   * layer.
   */
  layer?: number
  /** Stops between two layers. */
  signal?: AbortSignal
}

/** What embedding needs from a model. */
export interface Embedder {
  readonly config: BertConfig
  readonly tokenizer: Tokenizer
  readonly maxLength: number
  readonly sentence: SentenceSettings | undefined
  /** The hidden states of one layer, [T, H] for each sequence. */
  hiddenStates(
    sequences: readonly (readonly number[])[],
    layer: number,
    signal: AbortSignal,
  ): Promise<Float32Array[]>
}

/**
 * Computes one vector [H] for each text, in the same order.
 *
 * A text longer than the model's maximum is cut before words into windows that do not overlap: 'mean' and
 * 'max' take the pieces of all, 'cls' that of the first. With `windows: false` only its beginning is read.
 */
export async function embed(
  model: Embedder,
  texts: readonly string[],
  given: EmbedOptions,
): Promise<Float32Array[]> {
  checkTexts(texts)
  const { pooling, normalize, prompt, layer, inWindows, signal } = fillIn(
    model,
    checkOptions<EmbedOptions>(given, embedRows),
  )
  const { config, tokenizer } = model
  const prepare = preparation(model, prompt)
  const beginningOf = (text: string): readonly number[] =>
    truncateText(encodeBeginning(tokenizer, text, model.maxLength).ids, model.maxLength)
  // Counted as that library does: `[CLS]` and the pieces of the prompt alone.
  const left = prompt !== '' && pooling !== 'cls' && model.sentence?.poolsPrompt === false
  const skipped = left ? tokenizer.encode(preparation(model, prompt)('')).ids.length - 1 : 0

  return await collectAnswers(async (give, stop) => {
    stopWith(stop, signal)
    const batcher = new Batcher<{ readonly ids: readonly number[] }, Float32Array>({
      ...{ tokens: READ_TOKENS, stop },
      compute: (windows, stopped) =>
        model.hiddenStates(
          windows.map(({ ids }) => ids),
          layer,
          stopped,
        ),
    })
    for (const [index, text] of texts.entries()) {
      const pool = createPool(pooling, config.hiddenSize)
      let prompted = skipped
      for (const ids of inWindows ? windowsOf(model, prepare(text)) : [beginningOf(prepare(text))]) {
        // The last piece of a window never belongs to the prompt.
        const first = Math.min(prompted, ids.length - 1) * config.hiddenSize
        prompted = 0
        await batcher.room()
        batcher.push({ ids }, (rows) => pool.add(rows.subarray(first)))
        if (pooling === 'cls') break
      }
      batcher.after(() => {
        const vector = pool.vector()
        requireFinite(vector, `The hidden states of text ${index}`)
        return give(normalize ? normalizeVector(vector) : vector)
      })
    }
    await batcher.end()
  })
}

/**
 * Prepares a text for the tokenizer; as in sentence-transformers, its ends are stripped once the prompt is in
 * front.
 */
function preparation({ sentence }: Embedder, prompt: string): (text: string) => string {
  return (text) => {
    const whole = strip(prompt + text)
    return sentence?.lowercase ? whole.toLowerCase() : whole
  }
}

/** Like Python's `strip`. */
function strip(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isPythonSpace(text.charCodeAt(start))) start++
  while (end > start && isPythonSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** Yields the ids of a text in consecutive windows, each with its `[CLS]` and `[SEP]`. */
function* windowsOf({ tokenizer, maxLength }: Embedder, text: string): Generator<number[]> {
  for (const [start, end] of sectionsOf(text)) {
    const encoding = tokenizer.encode(text.slice(start, end))
    const windows = planWindows(encoding.wordIds.slice(1, -1), { maxPieces: maxLength - 2, stride: 0 })
    for (const window of windows) yield cutWindow(encoding, window).ids
  }
}

interface Filled {
  readonly pooling: Pooling
  readonly normalize: boolean
  readonly prompt: string
  readonly layer: number
  readonly inWindows: boolean
  readonly signal: AbortSignal | undefined
}

/**
 * @throws {ModelFormatError} if the model's pooling is not implemented and the caller states none
 */
function fillIn({ config, sentence }: Embedder, options: EmbedOptions): Filled {
  const { normalize = sentence?.normalize ?? false, layer = -1, windows: inWindows = true, signal } = options
  const pooling = options.pooling ?? sentence?.pooling ?? 'mean'
  if (pooling instanceof Error) throw pooling
  const layers = config.numLayers
  if (layer > layers || layer < -layers - 1) {
    throw new OptionError(
      (name) =>
        `${name('layer')} is ${layer}, expected 0 (the embeddings) to ${layers}, or -1 (the last) to ${-layers - 1}`,
    )
  }
  const prompt = findPrompt(sentence, options.prompt)
  return { pooling, normalize, prompt, inWindows, signal, layer: layer < 0 ? layers + 1 + layer : layer }
}

/** The prompt to put before texts. */
function findPrompt(sentence: SentenceSettings | undefined, asked: string | false | undefined): string {
  const name = asked ?? sentence?.defaultPrompt ?? false
  if (name === false) return ''
  const prompt = sentence?.prompts.get(name)
  if (prompt !== undefined) return prompt
  const known = [...(sentence?.prompts.keys() ?? [])].map((each) => `'${each}'`).join(', ')
  throw new RangeError(
    known === ''
      ? `prompt is '${name}', and the model's files name no prompts: write what its card says before each text`
      : `prompt is '${name}', expected one of the model's: ${known}`,
  )
}

export const embedRows: Rows<EmbedOptions> = {
  pooling: {
    type: 'word',
    words: { mean: '', cls: '', max: '' },
    value: 'P',
    default: "what the model's folder says, else mean",
  },
  normalize: {
    type: 'boolean',
    help: 'scale vectors to length 1',
    default: "what the model's folder says, else not",
  },
  prompt: {
    type: 'string',
    orFalse: '',
    wanted: 'the name of a prompt, or false',
    value: 'NAME',
    help: "what is put before each text, by its name in the model's folder: query, passage, ...",
  },
  windows: { type: 'boolean' },
  layer: {
    type: 'number',
    integer: true,
    value: 'N',
    help: "0 the embeddings' output, 1 the first layer's ..., -1 the last one's",
    default: -1,
  },
  signal: { type: 'signal' },
}

function checkTexts(texts: unknown): void {
  if (!Array.isArray(texts)) {
    throw wrongKind(texts, 'texts', 'an array of strings; for one text write [text]')
  }
  checkStrings(texts, 'texts')
}
