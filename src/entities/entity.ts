/** Makes the entities of a text from its logits: words, labels, groups, filters. */
import type { Encoding } from '../text/encoding.ts'
import { aggregate, type Unit, type WordSpans } from './aggregate.ts'
import { decodeCalibrated } from './calibrated.ts'
import { decodeCrf } from './crf.ts'
import { decodeArgmax, decodeViterbi } from './decode.ts'
import { type LabelSet, parseLabels } from './labels.ts'
import type { Reading } from './reading.ts'
import { softmaxRows } from './softmax.ts'
import { allowedTransitions } from './transitions.ts'
import type { Decode, DecodeOptions, Entity, Strategy, Word } from './types.ts'

/** A text, its encoding, and the model's logits for it. */
export interface DecodeInput extends Reading {
  text: string
  encoding: Encoding
  /** One row for each position of the encoding, [T, C]; the rows of `[CLS]` and `[SEP]` are not used. */
  logits: Float32Array
  labels: LabelSet
  options?: DecodeOptions
  /** Spans of the words in the text, if the caller gives them. */
  words?: WordSpans
}

/** What is found in one text. */
export interface Decoded {
  entities: Entity[]
  /** Present with `words: true`. */
  words?: Word[]
}

/**
 * Turns logits into entities: softmax, pieces to words, labels, groups, and only then the filters. The
 * numbers are the same in every JavaScript engine.
 *
 * @throws RangeError if the logits do not have the size of encoding and labels, or for 'viterbi' without a
 *   scheme
 *
 * @example
 * decodeEntities({ text, encoding, logits, labels: parseLabels(['O', 'B-PER', 'I-PER']) })
 * // { entities: [{ type: 'PER', text: 'Angela Merkel', start: 0, end: 13, score: 0.998 }] }
 */
export function decodeEntities(input: DecodeInput): Decoded {
  const { text, logits, options = {}, words: spans, disjoint = false } = input
  const encoding = input.recount?.(text, input.encoding) ?? input.encoding
  const labels = resolveLabels(input.labels, options)
  const { strategy, decode } = decodingOf(options, labels)
  const classes = labels.labels.length
  if (logits.length !== encoding.ids.length * classes) {
    throw new RangeError(
      `logits hold ${logits.length} numbers, expected ${encoding.ids.length} pieces x ${classes} labels`,
    )
  }
  const probabilities = softmaxRows(logits, classes)
  const label = (units: Unit[]): Int32Array => {
    if (decode === 'argmax') return decodeArgmax(units, labels)
    const { crf, biases, outside } = labels
    if (crf) return decodeCrf(units, logits, crf, outside)
    return biases ? decodeCalibrated(units, logits, labels, biases) : decodeViterbi(units, logits, labels)
  }
  const units = aggregate(encoding, probabilities, classes, strategy, spans, disjoint)
  const ids = label(units)
  const all = strategy === 'none' ? perPiece(text, units, ids, labels) : perGroup(input, units, ids, labels)
  // A piece of a byte-level tokenizer may stand for no text.
  const found = disjoint ? all.filter(({ start, end }) => start < end) : all
  const entities = filterEntities(found, labels, options)
  if (!options.words) return { entities }
  if (strategy !== 'none' && strategy !== 'simple')
    return { entities, words: makeWords(text, units, ids, labels) }
  const wordUnits = aggregate(encoding, probabilities, classes, 'first', spans, disjoint)
  return { entities, words: makeWords(text, wordUnits, label(wordUnits), labels) }
}

/**
 * The strategy and decoder of a call that does not state them: those that score best with every model we
 * measured. A model with a conditional random field is decoded by it, and one with biases on transitions piece by
 * piece, for which they were chosen. Otherwise each word gets its likeliest
 * label if the scheme is unknown, if the strategy does worse with Viterbi, or if no label is `O`, since the
 * scheme may then allow no sequence at all.
 */
export function decodingOf(
  { strategy: asked, decode, merge }: DecodeOptions,
  { scheme, outside, crf, biases }: LabelSet,
): { strategy: Strategy; decode: Decode } {
  const strategy = asked ?? (biases === undefined ? 'average' : 'simple')
  if (decode !== undefined) return { strategy, decode }
  if (crf !== undefined) return { strategy, decode: 'viterbi' }
  // IO allows every sequence, so the likeliest one consists of the likeliest labels.
  const known = scheme !== 'IOB' && scheme !== 'IO' && outside >= 0
  const likeliest = strategy === 'none' || strategy === 'max' || merge === 'huggingface'
  return { strategy, decode: known && !likeliest ? 'viterbi' : 'argmax' }
}

/**
 * The labels, with the scheme that the call states, if any. Call this before the model runs, since it also
 * checks whether the call can be answered.
 *
 * @throws RangeError for decode 'viterbi' if the scheme is known neither from the labels nor from the call
 */
export function resolveLabels(labels: LabelSet, options: DecodeOptions): LabelSet {
  const { scheme = labels.scheme } = options
  const { crf } = labels
  const isSame = scheme === 'IOB' || scheme === labels.scheme
  const resolved = isSame ? labels : { ...parseLabels(labels.labels, scheme), ...(crf && { crf }) }
  if (options.decode === 'viterbi' && crf === undefined) allowedTransitions(resolved)
  return resolved
}

/**
 * Removes entities that the caller does not want. Types are compared as the entities have them; a type in
 * `options.labels` also stands for the labels that have it (`PER` for `B-PER`, with strategy 'none').
 */
export function filterEntities(entities: Entity[], labels: LabelSet, options: DecodeOptions): Entity[] {
  const { threshold = 0, labels: types, ignoreLabels = ['O'], strategy } = options
  const wanted = (type: string): boolean => {
    if (types === undefined || types.includes(type)) return true
    return strategy === 'none' && types.includes(labels.parsed[labels.labels.indexOf(type)]!.type)
  }
  return entities.filter(
    ({ type, score }) => !ignoreLabels.includes(type) && score >= threshold && wanted(type),
  )
}

function perPiece(text: string, units: readonly Unit[], ids: Int32Array, labels: LabelSet): Entity[] {
  const entities: Entity[] = []
  units.forEach(({ start, end, piece, probabilities }, i) => {
    if (piece < 0) return
    const id = ids[i]!
    const type = labels.labels[id]!
    entities.push({ type, text: text.slice(start, end), start, end, score: probabilities[id]!, index: piece })
  })
  return entities
}

function perGroup(
  { text, words, trimName, seen, scoresTypes }: DecodeInput,
  units: readonly Unit[],
  ids: Int32Array,
  labels: LabelSet,
): Entity[] {
  const entities: Entity[] = []
  // What the model did not see between two units parts them: two names with an emoji between them are two.
  const isParted = (unit: number): boolean => {
    const between = text.slice(units[unit - 1]!.end, units[unit]!.start)
    return seen !== undefined && between !== ' ' && seen(between) !== between
  }
  for (const group of groupLabels(ids, labels).flatMap((whole) => partsOf(whole, isParted))) {
    let { first, next } = group
    let { start } = units[first]!
    let { end } = units[next - 1]!
    if (trimName !== undefined && group.type !== 'O') {
      ;[start, end] = trimName(text, start, end)
      if (end <= start) continue
      while (units[first]!.end <= start) first++
      while (units[next - 1]!.start >= end) next--
    }
    let sum = 0
    for (let i = first; i < next; i++) {
      const { probabilities } = units[i]!
      sum += scoresTypes ? probabilityOfType(probabilities, group.type, labels) : probabilities[ids[i]!]!
    }
    const type = labels.names?.[ids[first]!] ?? group.type
    const entity = { type, text: text.slice(start, end), start, end, score: sum / (next - first) }
    const given = { wordStart: units[first]!.word, wordEnd: units[next - 1]!.word + 1 }
    entities.push(words === undefined ? entity : { ...entity, ...given })
  }
  return entities
}

/** A group, cut in front of each unit that is parted from the one before it. */
function partsOf({ first, next, type }: Group, isParted: (unit: number) => boolean): Group[] {
  const parts: Group[] = []
  let start = first
  for (let unit = first + 1; type !== 'O' && unit < next; unit++) {
    if (!isParted(unit)) continue
    parts.push({ first: start, next: unit, type })
    start = unit
  }
  return [...parts, { first: start, next, type }]
}

/** That a unit is of a type, whatever its place in the entity. */
function probabilityOfType(probabilities: Float32Array, type: string, { parsed }: LabelSet): number {
  let sum = 0
  for (const [id, label] of parsed.entries()) if (label.type === type) sum += probabilities[id]!
  // Each summand was rounded to float32, so the sum may exceed 1.
  return Math.min(sum, 1)
}

/** A run of units that form one entity, or one stretch outside all entities. */
interface Group {
  /** Index of its first unit. */
  first: number
  /** Index after its last unit. */
  next: number
  type: string
}

// #region group
/**
 * Groups neighbouring units by their labels. The rule is the Hugging Face pipeline's: a label joins the group
 * if it has the type of the label before and is no B. The positions of the other schemes are added: S opens a
 * group too, E and S close one, and in IO no label opens one. Units outside form groups as well, so that they
 * separate entities; nothing is filtered before grouping. The groups cover all units in order.
 * @param labelIds one for each unit
 */
export function groupLabels(labelIds: ArrayLike<number>, labels: LabelSet): Group[] {
  const groups: Group[] = []
  const { parsed, scheme } = labels
  for (let i = 0; i < labelIds.length; i++) {
    const label = parsed[labelIds[i]!]!
    const before = i === 0 ? undefined : parsed[labelIds[i - 1]!]!
    const opens = scheme !== 'IO' && (label.position === 'B' || label.position === 'S')
    const closed = before !== undefined && (before.position === 'E' || before.position === 'S')
    if (before !== undefined && before.type === label.type && !opens && !closed)
      groups[groups.length - 1]!.next++
    else groups.push({ first: i, next: i + 1, type: label.type })
  }
  return groups
}
// #endregion

/**
 * One entry for each word. A given word without pieces (the tokenizer deletes all its characters, or it lies
 * after the cut) keeps its place: its label is `O`, its score and its probabilities are 0, since nothing was
 * judged.
 *
 * @param labelIds one for each unit
 */
function makeWords(text: string, units: readonly Unit[], labelIds: Int32Array, labels: LabelSet): Word[] {
  return units.map(({ start, end, piece, probabilities }, i) => ({
    text: text.slice(start, end),
    start,
    end,
    label: piece < 0 ? 'O' : labels.labels[labelIds[i]!]!,
    score: probabilities[labelIds[i]!]!,
    probabilities: writtenAsArray(probabilities),
  }))
}

/** As a typed array by itself is written, `{"0": ...}`, nobody can read the numbers back. Not enumerable, so copies are plain. */
function writtenAsArray(numbers: Float32Array): Float32Array {
  return Object.defineProperty(numbers, 'toJSON', { value: () => Array.from(numbers) })
}
