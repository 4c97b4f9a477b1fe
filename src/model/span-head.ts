/**
 * GLiNER's head over the encoder's hidden states, which scores spans of words for types: Zaratiana et al.
 * 2023 (arXiv 2311.08526), section 2, with the span representation `markerV0` of the package gliner. GLiNER2's has no LSTM, and
 * other vectors p of types: counting.ts.
 *
 *     x = LSTM(first pieces of words)                                    [W, H] → [W, D]
 *     s = relu(FFN(x)), e = relu(FFN(x))                                 words as starts and as ends, [W, D]
 *     r(i, j) = relu([sᵢ, eⱼ]·Aᵀ + a)·Bᵀ + b                             a span from word i to word j, [D]
 *     p = FFN(tokens before the types)                                   [C, H] → [C, D]
 *     logit(i, j, c) = r(i, j)·p_c
 *
 * What depends on a single word or type is computed once: A is split in two, whose products with sᵢ and eⱼ
 * are added for each span, and B is multiplied by the types instead of the spans, r·p = relu(...)·(B·p) +
 * b·p. This takes 4D·C multiplications for each span instead of 12D² (D is 512).
 */
import type { Kernels, Linear, Matrix } from '../kernels/kernels.ts'
import { type Layout, packColumns, rowsOf } from '../kernels/layout.ts'
import type { StagingArea } from '../kernels/placed.ts'
import { relu } from '../kernels/scalars.ts'
import { Staging } from '../kernels/staging.ts'
import { type CountingBuffers, countsAny, layCounting, typeVectors } from './counting.ts'
import type { SpanQuestion } from './forward-output.ts'
import { boundsOf, gatherTokens, gatherWords } from './gather-words.ts'
import { type LstmBuffers, lstmLayer } from './lstm.ts'
import type { Placed, ProjectionSpec, SpanHeadSpec } from './spec.ts'
import type { Workspace } from './workspace.ts'

/** Rows that pass a projection's inner layer at once, and spans that are scored at once: 2 MB for D = 512. */
const ROWS = 256

type Pause = () => Promise<void>

interface SpanBuffers extends LstmBuffers {
  /** [R, 4D] and [R, D]: a projection, some rows at a time. */
  readonly inner: Matrix
  readonly represented: Matrix
  /** [W, 4D]: the contribution of each word as a start, and as an end. */
  readonly starts: Matrix
  readonly ends: Matrix
  /** [C, 4D + 1]: the vector that multiplies each type's spans, and the number added. */
  readonly queries: Matrix
  /** For a head that counts entities. */
  readonly counting: CountingBuffers | undefined
  /** The queries of one sequence's types, packed as a linear layer over spans. */
  readonly query: Linear
  readonly staging: StagingArea
  /** [R, 4D] */
  readonly spans: Matrix
  /** [R, C] */
  readonly logits: Matrix
}

/**
 * The logits of all spans of each sequence, [W, K, C]: `k + 1` words from word `w` on. Spans that pass the
 * last word have -Infinity. Where no entity is counted, there are none.
 *
 * @param pause  awaited now and then
 */
export async function spanLogits(
  kernels: Kernels,
  head: Placed<SpanHeadSpec>,
  workspace: Pick<Workspace, 'hiddenStates' | 'sequences'>,
  questions: readonly SpanQuestion[],
  pause: Pause,
): Promise<Float32Array[]> {
  const bounds = boundsOf(questions.map(({ words }) => words.length))
  const typeBounds = boundsOf(questions.map(({ types }) => types.length))
  const words = gatherWords(kernels, head, workspace, questions)
  const types = gatherTokens(
    kernels,
    head,
    workspace,
    questions.map(({ types }) => types),
  )
  const buffers = laySpanHead(kernels.layout, head, {
    words: words.rows,
    types: types.rows,
    longest: Math.max(...questions.map(({ words }) => words.length)),
    most: Math.max(...questions.map(({ types }) => types.length)),
    sequences: questions.length,
  })
  const staging = new Staging(kernels, buffers.staging)
  for (const layer of head.lstm) await lstmLayer(kernels, layer, words, bounds, buffers, pause)
  const { start, end, spanStart, spanEnd, prompt, query } = head
  await project(kernels, words, start, 'relu', spanStart, buffers.starts, buffers, pause)
  await project(kernels, words, end, 'relu', spanEnd, buffers.ends, buffers, pause)
  let hasAny: readonly boolean[] | undefined
  if ('count' in prompt) {
    const counting = buffers.counting!
    const counters = questions.map(({ counter }) => [counter!])
    hasAny = countsAny(kernels, prompt, gatherTokens(kernels, head, workspace, counters), counting)
    const vectors = await typeVectors(kernels, prompt, types, typeBounds, counting, pause)
    kernels.linear(vectors, query, buffers.queries, 'identity')
  } else await project(kernels, types, prompt, 'identity', query, buffers.queries, buffers, pause)
  const results: Float32Array[] = []
  for (let index = 0; index < questions.length; index++) {
    if (hasAny?.[index] === false) {
      results.push(new Float32Array(0))
      continue
    }
    const range = { first: bounds[index]!, end: bounds[index + 1]! }
    const layer = packQuery(
      kernels,
      { first: typeBounds[index]!, end: typeBounds[index + 1]! },
      buffers,
      staging,
    )
    results.push(await scoreSpans(kernels, range, head.maxWidth, layer, buffers, pause))
  }
  return results
}

/** What the buffers must have room for. */
interface SpanCounts {
  /** Words and types of all sequences. */
  readonly words: number
  readonly types: number
  /** Words, and types, of the sequence with the most of them. */
  readonly longest: number
  readonly most: number
  readonly sequences: number
}

/** Places the buffers for sequences of so many words and types. */
export function laySpanHead(
  layout: Layout,
  { size, maxWidth, start, prompt }: SpanHeadSpec | Placed<SpanHeadSpec>,
  { words, types, longest, most, sequences }: SpanCounts,
): SpanBuffers {
  const inner = start.inner.outputs
  return {
    inner: layout.matrix(ROWS, inner),
    represented: layout.matrix(ROWS, size),
    starts: layout.matrix(words, inner),
    ends: layout.matrix(words, inner),
    queries: layout.matrix(types, inner + 1),
    gates: layout.matrix(words, 2 * size),
    state: layout.matrix(sequences, size / 2),
    stateGates: layout.matrix(sequences, 2 * size),
    counting: 'count' in prompt ? layCounting(layout, prompt, { types, sequences, most }) : undefined,
    query: layout.linear('float32', inner, most),
    staging: layout.staging(most * inner),
    spans: layout.matrix(Math.min(ROWS, longest * maxWidth), inner),
    logits: layout.matrix(ROWS, most),
  }
}

/** Computes after(activation(outer(relu(inner(x))))), `ROWS` rows at a time. */
export async function project(
  kernels: Kernels,
  x: Matrix,
  { inner, outer }: Placed<ProjectionSpec>,
  activation: 'identity' | 'relu',
  after: Linear,
  out: Matrix,
  buffers: Pick<SpanBuffers, 'inner' | 'represented'>,
  pause: Pause,
): Promise<void> {
  for (let first = 0; first < x.rows; first += ROWS) {
    const count = Math.min(ROWS, x.rows - first)
    const part = rowsOf(buffers.inner, 0, count)
    const represented = rowsOf(buffers.represented, 0, count)
    kernels.linear(rowsOf(x, first, count), inner, part, 'relu')
    kernels.linear(part, outer, represented, activation)
    kernels.linear(represented, after, rowsOf(out, first, count), 'identity')
    await pause()
  }
}

/** Scores the spans of one sequence, [W, K, C]. */
async function scoreSpans(
  kernels: Kernels,
  words: { readonly first: number; readonly end: number },
  maxWidth: number,
  query: Linear,
  buffers: SpanBuffers,
  pause: Pause,
): Promise<Float32Array> {
  const { memory } = kernels
  const types = query.outputs
  const result = new Float32Array((words.end - words.first) * maxWidth * types).fill(Number.NEGATIVE_INFINITY)
  const places: number[] = []
  const flush = async (): Promise<void> => {
    if (places.length === 0) return
    const logits = { ...buffers.logits, rows: places.length, columns: types }
    kernels.linear({ ...buffers.spans, rows: places.length }, query, logits, 'identity')
    for (const [row, place] of places.entries()) result.set(memory.row(logits, row), place * types)
    places.length = 0
    await pause()
  }
  for (let start = words.first; start < words.end; start++) {
    for (let end = start; end < Math.min(start + maxWidth, words.end); end++) {
      const span = memory.row(buffers.spans, places.length)
      addRelu(memory.row(buffers.starts, start), memory.row(buffers.ends, end), span)
      places.push((start - words.first) * maxWidth + end - start)
      if (places.length === buffers.spans.rows) await flush()
    }
  }
  await flush()
  return result
}

/** Packs the types of a sequence as a linear layer over spans, [C, 4D]. */
function packQuery(
  kernels: Kernels,
  { first, end }: { readonly first: number; readonly end: number },
  { query, queries }: SpanBuffers,
  staging: Staging,
): Linear {
  const { memory } = kernels
  const { inputs } = query
  const layer = { ...query, outputs: end - first }
  const rows = new Float32Array(layer.outputs * inputs)
  const bias = new Float32Array(layer.outputs)
  for (let type = first; type < end; type++) {
    const row = memory.row(queries, type)
    rows.set(row.subarray(0, inputs), (type - first) * inputs)
    bias[type - first] = row[inputs]!
  }
  staging.bytes(rows.byteLength).set(new Uint8Array(rows.buffer))
  kernels.packLinear(staging.rows('F32', layer.outputs, 0), layer)
  packColumns(memory, layer, 0, bias, undefined)
  return layer
}

/** out = relu(a + b) */
export function addRelu(a: Float32Array, b: Float32Array, out: Float32Array): void {
  for (let k = 0; k < out.length; k++) out[k] = relu(Math.fround(a[k]! + b[k]!))
}
