/**
 * Scores spans of words for types that are vectors, and chooses among them where the vectors are, since thousands of
 * types give more scores than one wants to post: `markerV0` and `TokenMarker` of the package gliner.
 *
 *     s = relu(FFN(x)), e = relu(FFN(x))                                 words as starts and as ends, [W, D]
 *     r(i, j) = relu([sᵢ, eⱼ]·Aᵀ + a)·Bᵀ + b                             a span from word i to word j, [D]
 *     score(i, j, c) = σ(r(i, j)·p_c)
 *
 * As in span-head.ts, A is split in two. B is multiplied by the spans, not by the types: they are many, and the same
 * for each call.
 */
import type { Kernels, Linear, Matrix } from '../kernels/kernels.ts'
import { type Layout, packColumns, rowsOf } from '../kernels/layout.ts'
import { sigmoid } from '../kernels/scalars.ts'
import { Staging } from '../kernels/staging.ts'
import { type ForwardWanted, requireFinite, type SpanChoice, type SpanQuestion } from './forward-output.ts'
import { boundsOf, gatherWords } from './gather-words.ts'
import { addRelu, project } from './span-head.ts'
import type { Placed, SpanMarkerSpec, VectorSpanHeadSpec } from './spec.ts'
import type { Workspace } from './workspace.ts'

/** Rows that pass a layer at once. */
const ROWS = 256
/** Logits that are computed at once, where there are many types: 4 MB. */
const LOGITS = 2 ** 20

type Pause = () => Promise<void>

/** A span of words, by their rows. */
export type WordRows = readonly [first: number, last: number]

interface MarkerBuffers {
  /** [R, 4D] and [R, D] */
  readonly inner: Matrix
  readonly represented: Matrix
  /** [W, 4D]: the contribution of each word as a start, and as an end. */
  readonly starts: Matrix
  readonly ends: Matrix
}

/** Places the buffers for some words. */
export function layMarker(
  layout: Layout,
  { output }: SpanMarkerSpec | Placed<SpanMarkerSpec>,
  words: number,
): MarkerBuffers {
  const { inputs: inner, outputs: size } = output
  return {
    inner: layout.matrix(ROWS, inner),
    represented: layout.matrix(ROWS, size),
    starts: layout.matrix(words, inner),
    ends: layout.matrix(words, inner),
  }
}

/**
 * The chosen spans of each sequence up to K words long, [N, 4].
 *
 * @param wanted  the vectors of the types, [C, D], and which spans to choose
 * @param pause  awaited now and then
 */
export async function vectorSpans(
  kernels: Kernels,
  head: Placed<VectorSpanHeadSpec>,
  workspace: Pick<Workspace, 'hiddenStates' | 'sequences'>,
  questions: readonly SpanQuestion[],
  { typeVectors, choice }: Pick<ForwardWanted, 'typeVectors' | 'choice'>,
  pause: Pause,
): Promise<Float32Array[]> {
  const bounds = boundsOf(questions.map(({ words }) => words.length))
  const words = gatherWords(kernels, head, workspace, questions)
  const types = packTypes(kernels, typeVectors!, head.size)
  const marked = await markWords(kernels, head.marker, words, pause)
  const results: Float32Array[] = []
  for (const index of questions.keys()) {
    const [first, end] = [bounds[index]!, bounds[index + 1]!]
    results.push(await chooseMarked(marked, types, spansOf(first, end, head.maxWidth), first, choice!))
  }
  return results
}

/** The spans of up to `maxWidth` words, in text order. */
function* spansOf(first: number, end: number, maxWidth: number): Generator<WordRows> {
  for (let start = first; start < end; start++)
    for (let last = start; last < Math.min(start + maxWidth, end); last++) yield [start, last]
}

/** The vectors of types as a linear layer over spans. */
interface PackedTypes {
  /** [C, D] */
  readonly layer: Linear
  /** [R, C]; fewer rows where there are many types. */
  readonly logits: Matrix
}

/** Packs the vectors of types, [C, D]. */
export function packTypes(kernels: Kernels, vectors: Float32Array, size: number): PackedTypes {
  const { layout, memory } = kernels
  const count = vectors.length / size
  const layer = layout.linear('float32', size, count)
  const area = layout.staging(Math.min(ROWS, count) * size)
  const staging = new Staging(kernels, area)
  for (let first = 0; first < count; first += ROWS) {
    const rows = Math.min(ROWS, count - first)
    const part = vectors.slice(first * size, (first + rows) * size)
    staging.bytes(part.byteLength).set(new Uint8Array(part.buffer))
    kernels.packLinear(staging.rows('F32', rows, first), layer)
  }
  packColumns(memory, layer, 0, new Float32Array(count), undefined)
  const rows = Math.max(1, Math.min(ROWS, Math.floor(LOGITS / count)))
  return { layer, logits: layout.matrix(rows, count) }
}

/** Words as starts and as ends, and what else scores their spans. */
export interface MarkedWords {
  readonly kernels: Kernels
  readonly buffers: MarkerBuffers
  /** [D, 4D] */
  readonly output: Linear
  readonly pause: Pause
}

/**
 * Represents words as starts and as ends.
 *
 * @param words  [W, D]
 */
export async function markWords(
  kernels: Kernels,
  marker: Placed<SpanMarkerSpec>,
  words: Matrix,
  pause: Pause,
): Promise<MarkedWords> {
  const { start, end, spanStart, spanEnd, output } = marker
  const buffers = layMarker(kernels.layout, marker, words.rows)
  await project(kernels, words, start, 'relu', spanStart, buffers.starts, buffers, pause)
  await project(kernels, words, end, 'relu', spanEnd, buffers.ends, buffers, pause)
  return { kernels, buffers, output, pause }
}

/**
 * Scores spans, and chooses those above the threshold, [N, 4], in the order of the spans and of the types.
 *
 * The package chooses greedily by score, and a span that has another type conflicts with whatever the span conflicts
 * with. So of a span that may have one type alone, the best type is enough, of equal ones the first.
 *
 * @param origin  the row of the sequence's first word
 */
export async function chooseMarked(
  { kernels, buffers, output, pause }: MarkedWords,
  { layer, logits }: PackedTypes,
  spans: Iterable<WordRows>,
  origin: number,
  choice: SpanChoice,
): Promise<Float32Array> {
  const { memory } = kernels
  const chosen: number[] = []
  const least = leastLogit(choice.thresholds.reduce((one, other) => Math.min(one, other)))
  const pending: WordRows[] = []
  const flush = async (): Promise<void> => {
    const count = pending.length
    if (count === 0) return
    const represented = rowsOf(buffers.represented, 0, count)
    kernels.linear(rowsOf(buffers.inner, 0, count), output, represented, 'identity')
    kernels.linear(represented, layer, rowsOf(logits, 0, count), 'identity')
    for (const [row, [first, last]] of pending.entries()) {
      for (const [type, score] of typesAbove(memory.row(logits, row), least, choice))
        chosen.push(first - origin, last - origin, type, score)
    }
    pending.length = 0
    await pause()
  }
  for (const [first, last] of spans) {
    const { starts, ends, inner } = buffers
    addRelu(memory.row(starts, first), memory.row(ends, last), memory.row(inner, pending.length))
    pending.push([first, last])
    if (pending.length === logits.rows) await flush()
  }
  await flush()
  return Float32Array.from(chosen)
}

/** The types of a span with a score above the threshold; the best one, or all. */
function typesAbove(
  logits: Float32Array,
  least: number,
  { thresholds, multiLabel }: SpanChoice,
): (readonly [type: number, score: number])[] {
  requireFinite(logits, 'The scores of spans')
  const found: (readonly [type: number, score: number])[] = []
  for (let type = 0; type < logits.length; type++) {
    if (logits[type]! < least) continue
    const score = sigmoid(logits[type]!)
    if (score <= thresholds[type]!) continue
    if (multiLabel || found.length === 0) found.push([type, score])
    else if (score > found[0]![1]) found[0] = [type, score]
  }
  return found
}

/** A logit below which no score is above the threshold: most logits are, and their scores need not be computed. */
function leastLogit(threshold: number): number {
  let [low, high] = [-88, 88]
  while (high - low > 2 ** -8) {
    const middle = (low + high) / 2
    if (sigmoid(middle) > threshold) high = middle
    else low = middle
  }
  return low - 1
}
