/**
 * The report of `iobert trace`: the model's answer after each layer, its attention, and what each label
 * depends on.
 */
import type { BertModel } from '../bert-model.ts'
import { argmax, softmaxRows } from '../entities/softmax.ts'
import type { Trace } from '../model/forward-output.ts'
import type { Encoding } from '../node.ts'

export interface TraceReport {
  readonly text: string
  /** T pieces, `[CLS]` and `[SEP]` included, and their places in the text. */
  readonly tokens: readonly string[]
  readonly offsets: readonly (readonly [number, number])[]
  readonly wordIds: readonly (number | null)[]
  /** The model's labels; empty if it has no head. */
  readonly labels: readonly string[]
  readonly heads: number
  /** L + 1 entries: the head applied to the embeddings and to each layer. Empty if there is no head. */
  readonly lens: readonly LensLayer[]
  /** L times [A, T, T] */
  readonly attentions: readonly Float32Array[]
  readonly decided: readonly Decided[]
}

export interface LensLayer {
  /** [T, C] */
  readonly logits: Float32Array
  /** [T, C] */
  readonly probabilities: Float32Array
  /** The index of the likeliest label of each piece. */
  readonly best: readonly number[]
}

/** A labelled word; its first piece decides. */
export interface Decided {
  readonly text: string
  readonly label: string
  readonly probability: number
  /**
   * The words that the deciding piece attends to in the last layer, as a mean over all heads; the strongest
   * first.
   */
  readonly attends: readonly Share[]
  /**
   * How much the label's probability drops if a word is replaced by `[UNK]`, the greatest loss first;
   * undefined if the text has too many words to try.
   */
  readonly rests: readonly Share[] | undefined
}

export interface Share {
  readonly text: string
  readonly share: number
}

/** Maximum number of words that are replaced one by one: each takes a pass over the text. */
export const MOST_REPLACED = 64
const MOST_SHARES = 5
const NOTHING = 'O'

/** Runs the model over a text of one window. */
export async function traceText(model: BertModel, text: string): Promise<TraceReport> {
  const encoding = model.tokenizer.encode(text)
  const { ids, tokens, offsets, wordIds } = encoding
  if (ids.length > model.maxLength) {
    throw new RangeError(
      `The text has ${ids.length} pieces and a trace is of one window, at most ${model.maxLength}; give a shorter text`,
    )
  }
  const { trace } = await model.forward([ids], { trace: true, logits: false })
  const { layers, logits } = trace![0]!
  const { labels, numHeads: heads } = model.config
  const lens = logits.map((rows): LensLayer => {
    const probabilities = softmaxRows(rows, labels.length)
    const best = tokens.map((_, t) => argmax(rowOf(probabilities, t, labels.length)))
    return { logits: rows, probabilities, best }
  })
  return {
    ...{ text, tokens, offsets, wordIds, heads, lens },
    labels: lens.length === 0 ? [] : labels,
    attentions: layers.map((layer) => layer.attentionProbabilities),
    decided: lens.length === 0 ? [] : await decide(model, text, encoding, trace![0]!, lens.at(-1)!),
  }
}

function rowOf(rows: Float32Array, t: number, width: number): Float32Array {
  return rows.subarray(t * width, (t + 1) * width)
}

/** The pieces of a word, `[first, end)`, or a special token. */
interface Span {
  readonly text: string
  readonly first: number
  readonly end: number
  readonly special: boolean
}

function spansOf(text: string, { tokens, offsets, wordIds }: Encoding): Span[] {
  const spans: Span[] = []
  for (let first = 0; first < tokens.length; ) {
    const word = wordIds[first]
    let end = first + 1
    while (word !== null && wordIds[end] === word) end++
    const shown = word === null ? tokens[first]! : text.slice(offsets[first]![0], offsets[end - 1]![1])
    spans.push({ text: shown, first, end, special: word === null })
    first = end
  }
  return spans
}

async function decide(
  model: BertModel,
  text: string,
  encoding: Encoding,
  { layers }: Trace,
  { best, probabilities }: LensLayer,
): Promise<Decided[]> {
  const { labels, numHeads: heads } = model.config
  const spans = spansOf(text, encoding)
  const words = spans.filter(({ special }) => !special)
  const labelled = words.filter(({ first }) => labels[best[first]!] !== NOTHING)
  const attention = layers.at(-1)?.attentionProbabilities
  if (labelled.length === 0 || attention === undefined) return []
  const replaced = words.length > MOST_REPLACED ? undefined : await replaceEach(model, encoding, words)
  return labelled.map(({ text: word, first }) => {
    const label = best[first]!
    const place = first * labels.length + label
    const probability = probabilities[place]!
    const attends = spans.map((span) => ({
      text: span.text,
      share: attended(attention, { heads, tokens: encoding.ids.length, from: first, to: span }),
    }))
    const rests = replaced?.map((without, w) => ({
      text: words[w]!.text,
      share: probability - without[place]!,
    }))
    return {
      ...{ text: word, label: labels[label]!, probability },
      attends: strongest(attends),
      rests: rests && strongest(rests),
    }
  })
}

/** Σ over the pieces of `to` of the attention of piece `from`, as a mean over the heads. */
function attended(
  attention: Float32Array,
  { heads, tokens, from, to }: { heads: number; tokens: number; from: number; to: Span },
): number {
  let sum = 0
  for (let a = 0; a < heads; a++) {
    for (let u = to.first; u < to.end; u++) sum += attention[(a * tokens + from) * tokens + u]!
  }
  return sum / heads
}

/**
 * Probabilities [T, C] of the text, for each word, with the word replaced by as many `[UNK]` as it has
 * pieces.
 */
async function replaceEach(
  model: BertModel,
  { ids }: Encoding,
  words: readonly Span[],
): Promise<Float32Array[]> {
  const { unkId } = model.tokenizer
  const sequences = words.map(({ first, end }) => ids.map((id, t) => (t >= first && t < end ? unkId : id)))
  const { logits } = await model.forward(sequences)
  return logits.map((rows) => softmaxRows(rows, model.config.labels.length))
}

function strongest(shares: readonly Share[]): Share[] {
  return [...shares].sort((a, b) => b.share - a.share).slice(0, MOST_SHARES)
}
