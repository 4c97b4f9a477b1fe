/**
 * Finds entities of types named in each call: text and types → prompt and words → windows → hidden states →
 * scores of spans → entities. Loaded only by `loadGliner`.
 */

import { collectAnswers, type Give, stopWith, streamAnswers } from '../../answers.ts'
import { Batcher } from '../../batcher.ts'
import type { BertModel } from '../../bert-model.ts'
import { defined, wrongKind } from '../../check/kind.ts'
import type { Rows } from '../../check/option-rows.ts'
import { checkOptions } from '../../check/options.ts'
import { trimName } from '../../entities/name-edges.ts'
import { ruleRows } from '../../entities/options.ts'
import { prepareRules } from '../../entities/style.ts'
import type { Entity, Recognition } from '../../entities/types.ts'
import { readInputs } from '../../inputs.ts'
import { sigmoid } from '../../kernels/scalars.ts'
import { type ForwardWanted, requireFinite } from '../../model/forward-output.ts'
import type { RulePolicy, Rules } from '../../rules/types.ts'
import type { EngineClient } from '../../runtime/client.ts'
import { BATCH_TOKENS } from '../../runtime/engine-setup.ts'
import type { Tokenizer } from '../../text/tokenizer.ts'
import { classifyTexts, type LabelOptions, type NamedClassification } from './classify.ts'
import type { GlinerConfig } from './config.ts'
import { type BoundaryScores, chooseSpans, matchBoundaries, type ScoredSpan } from './decode.ts'
import { checkTypes, type EntityType, type TextLabel } from './types.ts'
import { makeWindows, type Prompt, type Reading, type WordWindow } from './windows.ts'

/** How spans become entities. */
export interface FindOptions {
  /** Only entities with a higher score are returned (with GLiNER2, this one too); default 0.5. */
  threshold?: number
  /** Whether an entity may lie inside another; default false: entities do not overlap. */
  nested?: boolean
  /** Whether the same words may be entities of several types; default false. */
  multiLabel?: boolean
  /**
   * 'gliner': spans end exactly where the package gliner (or gliner2) ends them, including quotation marks, commas and
   * brackets that the model took as part of them; and with a model of GLiNER2, as in its package, each type is found by
   * itself, whatever `multiLabel` says: entities of different types may overlap. Default: such marks are trimmed, as in
   * `recognize`, and entities of all types are chosen together.
   */
  style?: 'gliner'
  /** Whether a text longer than the model's maximum is read in windows (default) or cut. */
  windows?: boolean
  /** Found beside the model's entities, as in `recognize`. */
  rules?: Rules
  /** Which entity stays where a rule's and the model's overlap; default 'longest', on a tie the rule's. */
  rulePolicy?: RulePolicy
  /** Stops the search; what was found so far is lost. */
  signal?: AbortSignal
  /** Called while long texts are read: pieces computed, and pieces of all windows made so far. */
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

/** The package's default. */
const THRESHOLD = 0.5

interface GlinerParts {
  readonly model: BertModel
  readonly config: GlinerConfig
  readonly reading: Reading
  readonly engine: EngineClient
}

/** Finds entities of any types. Made by `loadGliner`. */
export class Gliner {
  /** The encoder, for hidden states. */
  readonly model: BertModel
  /** How the model reads a text. */
  readonly tokenizer: Tokenizer
  /** Number of words in the longest entity that can be found: all that are read at once, if words are scored. */
  readonly maxWidth: number
  readonly #parts: GlinerParts
  /** For `using gliner = await loadGliner(...)`. */
  declare readonly [Symbol.dispose]: () => void

  /** Use `loadGliner`. */
  constructor(parts: GlinerParts) {
    this.#parts = parts
    this.model = parts.model
    this.tokenizer = parts.model.tokenizer
    this.maxWidth = parts.config.maxWidth ?? parts.config.maxWords
    if (typeof Symbol.dispose === 'symbol') {
      Object.defineProperty(this, Symbol.dispose, { value: () => this.dispose() })
    }
  }

  /**
   * Finds the entities of a text.
   *
   * @param types what to look for, in plain words: `['person', 'contract number']`; a repeated type counts
   *   once. An object has a threshold of its own, or for GLiNER2 a description: `{ type: 'dose', description: 'how much' }`
   * @returns entities in text order, with `text === input.slice(start, end)` and `type` as given
   * @throws {TypeError} for a text that is not a string, types that are not an array of strings and objects, or an
   *   option of the wrong kind
   * @throws {RangeError} for no type, an empty one, more than the model reads at once, or an option that is
   *   not allowed
   *
   * @example
   * const { entities } = await gliner.find('Take 20 mg of Lipitor daily.', ['drug', 'dose'], { threshold: 0.4 })
   */
  async find(
    text: string,
    types: readonly (string | EntityType)[],
    options?: FindOptions,
  ): Promise<Recognition> {
    return (await this.findAll([text], types, options))[0]!
  }

  /** Finds the entities of each of several texts, in their order. */
  async findAll(
    texts: readonly string[],
    types: readonly (string | EntityType)[],
    options?: FindOptions,
  ): Promise<Recognition[]> {
    return await collectAnswers((give, stop) => this.#read(texts, types, options, give, stop))
  }

  /**
   * Finds the entities of texts as they arrive, in their order; at most three batches are read ahead of what
   * was taken. If a text fails, the answers before it come first; `signal` ends the stream at once.
   *
   * @example
   * for await (const { entities } of gliner.stream(texts, ['person', 'firm'])) console.log(entities)
   */
  stream(
    texts: Iterable<string> | AsyncIterable<string>,
    types: readonly (string | EntityType)[],
    options?: FindOptions,
  ): AsyncGenerator<Recognition, void, undefined> {
    return streamAnswers((give, stop) => this.#read(texts, types, options, give, stop))
  }

  /**
   * Labels whole texts with labels named in the call, with a model of GLiNER2; a single text returns a single
   * classification, of the form of `Classifier.classify`. A text longer than the model's maximum is cut at its end.
   *
   * @param labels what a text may be, in plain words; a repeated label counts once. An object has a description, or with
   *   `multiLabel` a threshold of its own: `{ label: 'refund', description: 'money is wanted back' }`
   * @returns one classification for each text, in their order
   * @throws {TypeError} for texts or labels of the wrong kind, or an option of the wrong kind
   * @throws {RangeError} for no label, an empty one, more than the model reads at once, or an option that is not
   *   allowed
   * @throws {ModelFormatError} UnsupportedConfig for a model of GLiNER, which finds entities alone
   *
   * @example
   * const { label, score } = await gliner.classify('What a film!', ['positive', 'negative'], { task: 'sentiment' })
   */
  classify(
    text: string,
    labels: readonly (string | TextLabel)[],
    options?: LabelOptions,
  ): Promise<NamedClassification>
  classify(
    texts: readonly string[],
    labels: readonly (string | TextLabel)[],
    options?: LabelOptions,
  ): Promise<NamedClassification[]>
  async classify(
    texts: string | readonly string[],
    labels: readonly (string | TextLabel)[],
    options?: LabelOptions,
  ): Promise<NamedClassification | NamedClassification[]> {
    if (typeof texts === 'string') return (await classifyTexts(this.#parts, [texts], labels, options))[0]!
    return classifyTexts(this.#parts, texts, labels, options)
  }

  /** The flow of a call: the windows of each text in batches through encoder and head, and their scores as entities. */
  async #read(
    inputs: Iterable<string> | AsyncIterable<string>,
    types: readonly (string | EntityType)[],
    given: FindOptions | undefined,
    give: Give<Recognition>,
    stop: AbortController,
  ): Promise<void> {
    const options = checkOptions<FindOptions>(given, findRows)
    const asked = checkTypes(types)
    const { rules, rulePolicy, signal, threshold = THRESHOLD } = options
    stopWith(stop, signal, (end) => this.model.onEnd(end))
    const texts = readInputs(inputs, stop.signal).begin()
    const { add: addRules } = await prepareRules({
      ...(rules && { rules }),
      ...(rulePolicy && { rulePolicy }),
      ...(signal && { signal }),
    })
    const { config, reading } = this.#parts
    const prompt = reading.prompt(asked)
    const typeVectors = await reading.typeVectors?.(asked, stop.signal)
    const collect = collectorOf(config)
    const isSecond = config.kind === 'gliner2'
    const thresholds = asked.map((type) => type.threshold ?? threshold)
    const wanted = {
      choice: { thresholds: Float32Array.from(thresholds), multiLabel: options.multiLabel ?? false },
      ...defined({ typeVectors }),
    }
    const judging: Judging = { options, width: this.maxWidth, thresholds, isInclusive: isSecond }
    const byType = isSecond && options.style === 'gliner'
    const progress = { done: 0, total: 0 }

    const batcher = new Batcher<WordWindow, Float32Array>({
      ...{ tokens: BATCH_TOKENS, stop },
      compute: async (windows, stopped) => {
        const logits = await this.#score(windows, wanted, stopped)
        progress.done += countPieces(windows)
        options.onProgress?.({ ...progress })
        return logits
      },
    })
    try {
      for await (const text of texts) {
        const spans: PlacedSpan[] = []
        let truncated = false
        for (const window of this.#windowsOf(text, prompt, options)) {
          await batcher.room()
          if (window === undefined) continue
          truncated = !window.isLast
          progress.total += window.ids.length
          batcher.push(window, (logits) => collect(logits, window, judging, spans))
        }
        // A text without words has no window.
        await batcher.room()
        batcher.after(async () => {
          const entities = entitiesOf(text, spans, asked, options, byType)
          await give({ entities: await addRules({ text, spans: [[0, text.length]] }, entities), truncated })
        })
      }
    } finally {
      await batcher.end()
    }
  }

  /** Frees the memory and ends the worker. Pending calls are rejected; a second call does nothing. */
  dispose(): void {
    this.model.dispose()
  }

  /** The windows that the encoder reads, with undefined wherever some of the text was read for them. */
  #windowsOf(
    text: unknown,
    prompt: Prompt,
    { windows: all = true }: FindOptions,
  ): Iterable<WordWindow | undefined> {
    if (typeof text !== 'string') throw wrongKind(text, 'The text', 'a string')
    const { config, reading } = this.#parts
    const { maxWidth, maxWords } = config
    return makeWindows(text, reading, prompt, { maxWidth, maxWords, maxPieces: this.model.maxLength }, all)
  }

  /** The logits of each window's spans, or the spans that were chosen by them. */
  async #score(
    windows: readonly WordWindow[],
    wanted: Pick<ForwardWanted, 'typeVectors' | 'choice'>,
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]> {
    const { logits } = await this.#parts.engine.forward(
      windows.map(({ ids }) => ids),
      {
        spans: windows.map(({ words, wordEnds, types, counter }) => ({ words, wordEnds, types, counter })),
        ...wanted,
      },
      signal,
    )
    return logits
  }
}

function countPieces(windows: readonly WordWindow[]): number {
  return windows.reduce((sum, { ids }) => sum + ids.length, 0)
}

/** A span, and its place in the text. */
interface PlacedSpan extends ScoredSpan {
  readonly from: number
  readonly to: number
}

/** What logits are judged by. */
interface Judging {
  readonly options: FindOptions
  /** K of the logits of spans. */
  readonly width: number
  /** Of each of C types. */
  readonly thresholds: readonly number[]
  /** Whether a span counts whose score is just the threshold. */
  readonly isInclusive: boolean
}

/** How what the engine gives for a window becomes spans. */
function collectorOf(config: GlinerConfig): typeof addSpans {
  const { kind, maxWidth } = config
  const isChosen =
    kind === 'gliner' &&
    (config.representsSpans || (config.typeEncoder !== undefined && maxWidth !== undefined))
  if (isChosen) return addChosen
  return maxWidth === undefined ? addMatched : addSpans
}

/** σ of each logit of a span; adds the spans above the threshold that the window judges. None without logits. */
function addSpans(
  logits: Float32Array,
  { words, spans: places, firstWord, judgedStart, judgedEnd }: WordWindow,
  { width, thresholds: given, isInclusive }: Judging,
  spans: PlacedSpan[],
): void {
  if (logits.length === 0) return
  const thresholds = given.map(Math.fround)
  const types = thresholds.length
  for (let word = 0; word < words.length; word++) {
    const start = firstWord + word
    for (let end = start; end < Math.min(start + width, firstWord + words.length); end++) {
      const middle = Math.floor((start + end) / 2)
      if (middle < judgedStart || middle >= judgedEnd) continue
      const at = (word * width + end - start) * types
      for (let type = 0; type < types; type++) {
        if (!Number.isFinite(logits[at + type]))
          requireFinite(logits.subarray(at, at + types), 'The scores of spans')
        const score = sigmoid(logits[at + type]!)
        if (isInclusive ? score < thresholds[type]! : score <= thresholds[type]!) continue
        const [from, to] = [places[word]![0], places[end - firstWord]![1]]
        spans.push({ start, end, type, score, from, to })
      }
    }
  }
}

/** σ of each logit of a word; adds the spans that they make and that the window judges. */
function addMatched(
  logits: Float32Array,
  { words, spans: places, firstWord, judgedStart, judgedEnd }: WordWindow,
  { options, thresholds }: Judging,
  spans: PlacedSpan[],
): void {
  requireFinite(logits, 'The scores of words')
  const scores: BoundaryScores = {
    scores: logits.map(sigmoid),
    words: words.length,
    types: thresholds.length,
  }
  const isJudged = (first: number, last: number): boolean => {
    const middle = firstWord + Math.floor((first + last) / 2)
    return middle >= judgedStart && middle < judgedEnd
  }
  for (const { start, end, type, score } of matchBoundaries(scores, thresholds, options, isJudged)) {
    const [from, to] = [places[start]![0], places[end]![1]]
    spans.push({ start: firstWord + start, end: firstWord + end, type, score, from, to })
  }
}

/** Adds the chosen spans that the window judges: the first word of each, the last, the type and the score. */
function addChosen(
  chosen: Float32Array,
  { spans: places, firstWord, judgedStart, judgedEnd }: WordWindow,
  _: Judging,
  spans: PlacedSpan[],
): void {
  for (let at = 0; at < chosen.length; at += 4) {
    const [first, last, type, score] = chosen.subarray(at, at + 4) as Iterable<number> as [
      number,
      number,
      number,
      number,
    ]
    const middle = firstWord + Math.floor((first + last) / 2)
    if (middle < judgedStart || middle >= judgedEnd) continue
    const [from, to] = [places[first]![0], places[last]![1]]
    spans.push({ start: firstWord + first, end: firstWord + last, type, score, from, to })
  }
}

/** @param byType  whether the spans of each type are chosen by themselves */
function entitiesOf(
  text: string,
  spans: readonly PlacedSpan[],
  types: readonly EntityType[],
  options: FindOptions,
  byType: boolean,
): Entity[] {
  const ofType = (type: number): PlacedSpan[] => spans.filter((span) => span.type === type)
  const chosen = byType
    ? types
        .flatMap((_, type) => chooseSpans(ofType(type), options))
        .sort((a, b) => a.start - b.start || b.score - a.score)
    : chooseSpans(spans.filter(isInText), options)
  const entities = chosen.filter(isInText).map(
    ({ type, score, from, to }): Entity => ({
      type: types[type]!.type,
      text: text.slice(from, to),
      start: from,
      end: to,
      score,
    }),
  )
  return placed(text, entities, options.style === 'gliner' ? asFound : trimmed)
}

/** Whether a span has anything but what a model reads after the text. */
function isInText({ from, to }: PlacedSpan): boolean {
  return from < to
}

/** A sign before a number is part of it: `-5 °C`, `~40`. */
const SIGNED = /^[-–~]\d/

/** Where an entity begins and ends. */
type Edges = (text: string, entity: Entity) => readonly [start: number, end: number]

const asFound: Edges = (_, { start, end }) => [start, end]

/** Without what no name begins or ends with. */
const trimmed: Edges = (text, entity) => {
  const [start, end] = trimName(text, entity.start, entity.end)
  const isSigned = start > entity.start && SIGNED.test(text.slice(start - 1, start + 1))
  return [isSigned && start < end ? start - 1 : start, end]
}

/**
 * Entities between their edges, by place; of the same place, the better one first. Of nested spans that become the same name, the
 * one with the highest score stays.
 */
function placed(text: string, entities: readonly Entity[], edgesOf: Edges): Entity[] {
  const kept = new Map<string, Entity>()
  for (const entity of entities) {
    const [start, end] = edgesOf(text, entity)
    if (end <= start) continue
    const key = `${start} ${end} ${entity.type}`
    const same = kept.get(key)
    if (same !== undefined && same.score >= entity.score) continue
    kept.delete(key)
    kept.set(key, { ...entity, text: text.slice(start, end), start, end })
  }
  return [...kept.values()].sort((a, b) => a.start - b.start)
}
