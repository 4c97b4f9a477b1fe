/** Makes the entities of a text from its logits: words, labels, groups, filters. */
import type { Encoding } from '../text/encoding.ts'
import { aggregate, type Unit, type WordSpans } from './aggregate.ts'
import { decodeArgmax, decodeViterbi } from './decode.ts'
import { type LabelSet, parseLabels } from './labels.ts'
import type { Reading } from './reading.ts'
import { softmaxRows } from './softmax.ts'
import { allowedTransitions } from './transitions.ts'
import type { Decode, DecodeOptions, Entity, Strategy, Word } from './types.ts'

/** A text, how it was encoded, and what the model said. */
export interface DecodeInput extends Reading {
  text: string
  encoding: Encoding
  /** One row a position of the encoding, [T, C]; the rows of `[CLS]` and `[SEP]` are not read. */
  logits: Float32Array
  labels: LabelSet
  options?: DecodeOptions
  /** Where the words are given by the caller: their spans in the text. */
  words?: WordSpans
}

/** What comes out of one text. */
export interface Decoded {
  entities: Entity[]
  /** With `words: true`. */
  words?: Word[]
}

/**
 * Logits to entities: softmax, pieces to words, labels, groups, and only then the filters. The same numbers come out on
 * every JavaScript engine.
 *
 * @throws RangeError when the logits have another size than the encoding and labels ask for, or for 'viterbi' without a scheme
 *
 * @example
 * decodeEntities({ text, encoding, logits, labels: parseLabels(['O', 'B-PER', 'I-PER']) })
 * // { entities: [{ type: 'PER', text: 'Angela Merkel', start: 0, end: 13, score: 0.998 }] }
 */
export function decodeEntities(input: DecodeInput): Decoded {
  const { text, logits, options = {}, words: spans } = input
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
  const label = (units: Unit[]): Int32Array =>
    decode === 'viterbi' ? decodeViterbi(units, logits, labels) : decodeArgmax(units, labels)
  const units = aggregate(encoding, probabilities, classes, strategy, spans)
  const ids = label(units)
  const found = strategy === 'none' ? perPiece(text, units, ids, labels) : perGroup(input, units, ids, labels)
  const entities = filterEntities(found, labels, options)
  if (!options.words) return { entities }
  if (strategy !== 'none' && strategy !== 'simple')
    return { entities, words: makeWords(text, units, ids, labels) }
  const wordUnits = aggregate(encoding, probabilities, classes, 'first', spans)
  return { entities, words: makeWords(text, wordUnits, label(wordUnits), labels) }
}

/**
 * What a call gets that does not say: the strategy and the decoder that score best with every model we measured. Where the
 * scheme is not known each word has its likeliest label; so it is with the strategies that viterbi is worse for, and where no
 * label is `O`, since the scheme may then allow no sequence.
 */
export function decodingOf(
  { strategy = 'average', decode, merge }: DecodeOptions,
  { scheme, outside }: LabelSet,
): { strategy: Strategy; decode: Decode } {
  if (decode !== undefined) return { strategy, decode }
  // In IO every sequence is allowed, so that the likeliest one is that of the likeliest labels.
  const known = scheme !== 'IOB' && scheme !== 'IO' && outside >= 0
  const likeliest = strategy === 'none' || strategy === 'max' || merge === 'huggingface'
  return { strategy, decode: known && !likeliest ? 'viterbi' : 'argmax' }
}

/**
 * The labels with the scheme that a call states, if it does. To be asked before the model runs, since it also tells
 * whether the call can be answered.
 *
 * @throws RangeError for decode 'viterbi' where neither the labels nor the call tell the scheme
 */
export function resolveLabels(labels: LabelSet, options: DecodeOptions): LabelSet {
  const { scheme = labels.scheme } = options
  const resolved = scheme === 'IOB' || scheme === labels.scheme ? labels : parseLabels(labels.labels, scheme)
  if (options.decode === 'viterbi') allowedTransitions(resolved)
  return resolved
}

/**
 * Leaves out entities that were not asked for. Types are compared as the entities have them; in `options.labels` a type
 * also stands for the labels that have it (`PER` for `B-PER`, with strategy 'none').
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
  { text, words, trimName, scoresTypes }: DecodeInput,
  units: readonly Unit[],
  ids: Int32Array,
  labels: LabelSet,
): Entity[] {
  const entities: Entity[] = []
  for (const group of groupLabels(ids, labels)) {
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

/** That a unit is of a type, whatever its place in the entity. */
function probabilityOfType(probabilities: Float32Array, type: string, { parsed }: LabelSet): number {
  let sum = 0
  for (const [id, label] of parsed.entries()) if (label.type === type) sum += probabilities[id]!
  // Each is rounded to float32
  return Math.min(sum, 1)
}

/** A run of units that are one entity (or one stretch outside all). */
interface Group {
  /** Index of its first unit. */
  first: number
  /** Index after its last unit. */
  next: number
  type: string
}

// #region group
/**
 * Groups neighbouring units by their labels. The rule is the Hugging Face pipeline's, a label joins the group when its
 * type is that of the one before and it is no B, with the positions of the other schemes added: S opens too, E and S
 * close, and in IO no label opens. Units outside form groups as well, so that what they part stays apart; nothing is
 * filtered before grouping. The groups cover all units in order.
 *
 * @param labelIds one a unit
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
 * One entry a word. A given word of no pieces (all its characters are deleted by the tokenizer, or it lies behind the
 * cut) keeps its place: its label is `O`, its score 0 and its probabilities all 0, since nothing was judged.
 *
 * @param labelIds one a unit
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
