/**
 * Finds entities of types that are named when one asks: text and types → prompt and words → windows → hidden states →
 * scores of spans → entities. Read only where `loadGliner` is called.
 */

import type { BertModel } from '../../bert-model.ts'
import { wrongKind } from '../../check/kind.ts'
import { pausesEvery } from '../../check/next-task.ts'
import type { Rows } from '../../check/option-rows.ts'
import { checkOptions, checkStrings } from '../../check/options.ts'
import { trimName } from '../../entities/name-edges.ts'
import { prepareRules } from '../../entities/on-demand.ts'
import { ruleRows } from '../../entities/options.ts'
import { expFloat32 } from '../../entities/softmax.ts'
import type { Entity, Recognition } from '../../entities/types.ts'
import { computeInBatches, Source } from '../../model/batches.ts'
import { requireFinite } from '../../model/forward-output.ts'
import type { Rule, RulePolicy, RuleSet } from '../../rules/types.ts'
import { disposedError } from '../../runtime/engine-error.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import type { GlinerConfig } from './config.ts'
import { chooseSpans, type ScoredSpan } from './decode.ts'
import type { GlinerHead } from './head.ts'
import {
  makePrompt,
  makeWindows,
  type Prompt,
  type PromptTokens,
  readWords,
  type WordText,
  type WordWindow,
} from './prompt.ts'

/** How spans become entities. */
export interface FindOptions {
  /** Entities whose score is not above it are left out; default 0.5. */
  threshold?: number
  /** Whether an entity may lie in another; default false: none overlaps another. */
  nested?: boolean
  /** Whether the same words may be entities of several types; default false. */
  multiLabel?: boolean
  /**
   * 'gliner': spans end where the package gliner says, with the quotation marks, commas and brackets that the model took into
   * them. Default: names are trimmed of these as those of `recognize`.
   */
  style?: 'gliner'
  /** Whether a text longer than the model is read in windows (default) or cut. */
  windows?: boolean
  /** Found beside the model's entities, as in `recognize`. */
  rules?: readonly Rule[] | RuleSet
  /** Which entity stays where a rule's and the model's overlap; default 'longest', on a tie the rule's. */
  rulePolicy?: RulePolicy
  /** Stops the search; what was found so far is lost. */
  signal?: AbortSignal
  /** Told while long texts are read: pieces computed, and pieces of the texts taken in so far. */
  onProgress?: (progress: { done: number; total: number }) => void
}

export const findRows: Rows<FindOptions> = {
  threshold: {
    type: 'number',
    from: 0,
    to: 1,
    value: 'P',
    help: 'only entities with a score above this, 0 to 1',
    default: 0.5,
  },
  nested: { type: 'boolean', help: 'entities may lie in others', needs: ['json', 'jsonl'] },
  multiLabel: {
    type: 'boolean',
    help: 'the same words may be entities of several types',
    needs: ['json', 'jsonl'],
  },
  style: {
    type: 'word',
    words: {
      gliner:
        'exactly as the package gliner: with quotation marks, commas and brackets that names were taken with',
    },
    value: 'S',
  },
  windows: { type: 'boolean' },
  ...ruleRows,
  signal: { type: 'signal' },
  onProgress: { type: 'function' },
}

/** The package's own. */
const THRESHOLD = 0.5
/** Pieces that are computed together, and windows at most. */
const BATCH_TOKENS = 1024
const BATCH_WINDOWS = 256
/** Time between two pauses of the head, which computes on the calling thread; milliseconds. */
const PAUSE_MILLISECONDS = 5

/** A text on its way. */
interface Reading extends WordText {
  readonly spans: ScoredSpan[]
  readonly truncated: boolean
}

/** A window on its way, and the text it belongs to; without a window where the text has no words. */
interface Part {
  readonly reading: Reading
  readonly window: WordWindow | undefined
  readonly last: boolean
}

interface GlinerParts {
  readonly model: BertModel
  readonly config: GlinerConfig
  readonly tokens: PromptTokens
  readonly head: GlinerHead
  /** Gives the head's memory back. */
  readonly release: () => void
}

/** Finds entities of any types. Made by `loadGliner`. */
export class Gliner {
  /** The encoder, for hidden states. */
  readonly model: BertModel
  /** How the model reads a text. */
  readonly tokenizer: Tokenizer
  /** Words of the longest entity that can be found. */
  readonly maxWidth: number
  readonly #parts: GlinerParts
  #disposed = false
  /** Gives the memory back: `using gliner = await loadGliner(...)`. */
  declare readonly [Symbol.dispose]: () => void

  /** Use `loadGliner`. */
  constructor(parts: GlinerParts) {
    this.#parts = parts
    this.model = parts.model
    this.tokenizer = parts.model.tokenizer
    this.maxWidth = parts.config.maxWidth
    if (typeof Symbol.dispose === 'symbol') {
      Object.defineProperty(this, Symbol.dispose, { value: () => this.dispose() })
    }
  }

  /**
   * Finds the entities of a text.
   *
   * @param types  what to look for, in plain words: `['person', 'contract number']`; a type twice counts once
   * @returns entities in the order of the text, `text === input.slice(start, end)` for each, with `type` as it was asked for
   * @throws {TypeError} for a text that is no string, types that are no array of strings, or an option of the wrong kind
   * @throws {RangeError} for no type, an empty one, more than the model reads at once, or an option that is not allowed
   *
   * @example
   * const { entities } = await gliner.find('Take 20 mg of Lipitor daily.', ['drug', 'dose'], { threshold: 0.4 })
   */
  async find(text: string, types: readonly string[], options?: FindOptions): Promise<Recognition> {
    return (await this.findAll([text], types, options))[0]!
  }

  /** Finds the entities of each of several texts; in their order. */
  async findAll(
    texts: readonly string[],
    types: readonly string[],
    options?: FindOptions,
  ): Promise<Recognition[]> {
    const results: Recognition[] = []
    for await (const result of this.stream(texts, types, options)) results.push(result)
    return results
  }

  /**
   * Finds the entities of texts as they come, in their order; at most three batches are read ahead of what was taken out.
   * Where one fails, those before it are given out first; `signal` ends it at once.
   *
   * @example
   * for await (const { entities } of gliner.stream(texts, ['person', 'firm'])) console.log(entities)
   */
  async *stream(
    texts: Iterable<string> | AsyncIterable<string>,
    types: readonly string[],
    given?: FindOptions,
  ): AsyncGenerator<Recognition, void, undefined> {
    const options = checkOptions<FindOptions>(given, findRows)
    const asked = checkTypes(types)
    const { rules, rulePolicy, signal } = options
    signal?.throwIfAborted()
    const source = new Source(texts).begin()
    const addRules = await prepareRules({
      ...(rules && { rules }),
      ...(rulePolicy && { rulePolicy }),
      ...(signal && { signal }),
    })
    const prompt = makePrompt(this.tokenizer, this.#parts.tokens, asked)
    const progress = { done: 0, total: 0 }
    const size = ({ window }: Part): number => window?.ids.length ?? 0

    const computed = computeInBatches(source, {
      expand: (text: string) => {
        const parts = this.#partsOf(text, prompt, options)
        progress.total += parts.reduce((sum, part) => sum + size(part), 0)
        return parts
      },
      size,
      limit: BATCH_TOKENS,
      most: BATCH_WINDOWS,
      compute: async (batch, stopped) => {
        await this.#score(batch, asked.length, options, stopped)
        progress.done += batch.reduce((sum, part) => sum + size(part), 0)
        options.onProgress?.({ ...progress })
        return batch
      },
      signal,
    })
    for await (const { reading, last } of computed) {
      if (!last) continue
      const { text, truncated } = reading
      const entities = entitiesOf(reading, asked, options)
      yield { entities: await addRules({ text, spans: [[0, text.length]] }, entities), truncated }
    }
  }

  /** Gives the memory back and ends the worker. Calls under way are rejected; calling it again does nothing. */
  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.model.dispose()
    void this.#parts.head.idle().then(this.#parts.release)
  }

  #partsOf(text: unknown, prompt: Prompt, { windows: all = true }: FindOptions): Part[] {
    if (typeof text !== 'string') throw wrongKind(text, 'The text', 'a string')
    const { maxWidth, maxWords } = this.#parts.config
    const read = readWords(text)
    const limits = { maxWidth, maxWords, maxPieces: this.model.maxLength }
    const windows = makeWindows(read, this.tokenizer, prompt, limits, all)
    const truncated = windows.length > 0 && windows.at(-1)!.judgedEnd < read.words.length
    const reading = { ...read, spans: [], truncated }
    if (windows.length === 0) return [{ reading, window: undefined, last: true }]
    return windows.map((window, index) => ({ reading, window, last: index === windows.length - 1 }))
  }

  /** Adds what the model finds in each window to its text's spans. */
  async #score(
    batch: readonly Part[],
    types: number,
    options: FindOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const parts = batch.filter((part): part is Part & { window: WordWindow } => part.window !== undefined)
    if (parts.length === 0) return
    const { model, head } = this.#parts
    const sequences = parts.map(({ window }) => window.ids)
    const layer = model.config.numLayers
    const { hiddenStates } = await model.forward(sequences, { layer, signal })
    const encoded = parts.map(({ window }, index) => ({
      hiddenStates: hiddenStates![index]![0]!,
      words: window.words,
      types: window.types,
    }))
    const letOthers = pausesEvery(PAUSE_MILLISECONDS)
    const pause = async (): Promise<void> => {
      await letOthers()
      signal.throwIfAborted()
      if (this.#disposed) throw disposedError()
    }
    const logits = await head.score(encoded, pause)
    const threshold = Math.fround(options.threshold ?? THRESHOLD)
    for (const [index, { reading, window }] of parts.entries())
      addSpans(logits[index]!, window, { width: this.maxWidth, types, threshold }, reading.spans)
  }
}

/** σ of each logit, and of those above the threshold the spans that the window judges. */
function addSpans(
  logits: Float32Array,
  { words, firstWord, judgedStart, judgedEnd }: WordWindow,
  { width, types, threshold }: { readonly width: number; readonly types: number; readonly threshold: number },
  spans: ScoredSpan[],
): void {
  for (let word = 0; word < words.length; word++) {
    const start = firstWord + word
    for (let end = start; end < Math.min(start + width, firstWord + words.length); end++) {
      const middle = Math.floor((start + end) / 2)
      if (middle < judgedStart || middle >= judgedEnd) continue
      const at = (word * width + end - start) * types
      for (let type = 0; type < types; type++) {
        if (!Number.isFinite(logits[at + type]))
          requireFinite(logits.subarray(at, at + types), 'The scores of spans')
        const score = Math.fround(1 / (1 + expFloat32(-logits[at + type]!)))
        if (score > threshold) spans.push({ start, end, type, score })
      }
    }
  }
}

function entitiesOf(
  { text, words, spans }: Reading,
  types: readonly string[],
  options: FindOptions,
): Entity[] {
  const entities = chooseSpans(spans, options).map(({ start, end, type, score }): Entity => {
    const [from, to] = [words[start]![0], words[end]![1]]
    return { type: types[type]!, text: text.slice(from, to), start: from, end: to, score }
  })
  return options.style === 'gliner' ? entities : trimmed(text, entities)
}

/** A sign before a number is part of it: `-5 °C`, `~40`. */
const SIGNED = /^[-–~]\d/

/** Without what no name begins or ends with. Of nested ones that are the same name then, the surest stays. */
function trimmed(text: string, entities: readonly Entity[]): Entity[] {
  const kept = new Map<string, Entity>()
  for (const entity of entities) {
    let [start, end] = trimName(text, entity.start, entity.end)
    if (end <= start) continue
    if (start > entity.start && SIGNED.test(text.slice(start - 1, start + 1))) start--
    const key = `${start} ${end} ${entity.type}`
    const same = kept.get(key)
    if (same !== undefined && same.score >= entity.score) continue
    kept.delete(key)
    kept.set(key, { ...entity, text: text.slice(start, end), start, end })
  }
  return [...kept.values()].sort((a, b) => a.start - b.start)
}

/** Each type once. */
function checkTypes(types: readonly string[]): string[] {
  checkStrings(types, 'types')
  const empty = types.findIndex((type) => type.trim() === '')
  if (empty >= 0)
    throw new RangeError(`types[${empty}] is empty, expected what to look for, such as 'person'`)
  if (types.length === 0) throw new RangeError("types has no type, expected one or more, such as ['person']")
  return [...new Set(types)]
}
