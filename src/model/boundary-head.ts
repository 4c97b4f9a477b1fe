/**
 * GLiNER's head of `span_mode: token_level`, which scores each word as the first, the last and any word of an
 * entity of a type (Scorer of the package gliner; Stepanov and Shtopko 2024, arXiv 2406.12925, section 3):
 *
 *     x = LSTM(first pieces of words), p = tokens before the types       [W, D] and [C, D]
 *     x₁, x₂ = the halves of x·Tᵀ + t; p₁, p₂ = those of p·Uᵀ + u        a term and a factor of each
 *     logits(w, c) = relu([x₁, p₁, x₂∘p₂]·Aᵀ + a)·Bᵀ + b                 [W, C, 3]
 *
 * A is split in three: what depends on a single word or type is computed once, so that a pair costs 4D² multiplications.
 *
 * In a bi-encoder there is no LSTM, and p are the vectors of its encoder of types. With `represent_spans` the spans that
 * words make are scored once more, as spans (span-marker.ts): only these scores count.
 */
import type { Kernels, Linear, Matrix } from '../kernels/kernels.ts'
import { type Layout, rowsOf } from '../kernels/layout.ts'
import { relu, sigmoid } from '../kernels/scalars.ts'
import type { ForwardWanted, SpanQuestion } from './forward-output.ts'
import { boundsOf, gatherTokens, gatherWords } from './gather-words.ts'
import { type LstmBuffers, lstmLayer } from './lstm.ts'
import { chooseMarked, markWords, packTypes, type WordRows } from './span-marker.ts'
import type { BoundaryHeadSpec, Placed } from './spec.ts'
import type { Workspace } from './workspace.ts'

/** Pairs of a word and a type that are scored at once: 2.5 MB for D = 512. */
const ROWS = 256

/** The logits of a pair: as the first word, as the last one, and as any. */
const BOUNDARIES = 3

interface BoundaryBuffers extends LstmBuffers {
  /** [R, D]: a term, some rows at a time. */
  readonly term: Matrix
  /** [W, D] and [C, D]: multiplied for each pair. */
  readonly wordFactors: Matrix
  readonly typeFactors: Matrix
  /** [W, 4D] and [C, 4D]: added for each pair. */
  readonly wordParts: Matrix
  readonly typeParts: Matrix
  /** [R, D], [R, 4D] and [R, 3] */
  readonly products: Matrix
  readonly inner: Matrix
  readonly logits: Matrix
}

/** Places the buffers for the words and types of some sequences. */
export function layBoundaryHead(
  layout: Layout,
  { size }: Pick<BoundaryHeadSpec, 'size'>,
  { words, types, sequences }: { readonly words: number; readonly types: number; readonly sequences: number },
): BoundaryBuffers {
  return {
    gates: layout.matrix(words, 2 * size),
    state: layout.matrix(sequences, size / 2),
    stateGates: layout.matrix(sequences, 2 * size),
    term: layout.matrix(ROWS, size),
    wordFactors: layout.matrix(words, size),
    typeFactors: layout.matrix(types, size),
    wordParts: layout.matrix(words, size * 4),
    typeParts: layout.matrix(types, size * 4),
    products: layout.matrix(ROWS, size),
    inner: layout.matrix(ROWS, size * 4),
    logits: layout.matrix(ROWS, BOUNDARIES),
  }
}

/**
 * The logits of all words of each sequence, [W, C, 3]; of a model that represents spans, the chosen ones, [N, 4].
 *
 * @param wanted  the vectors of the types, if they are not in the sequences; which spans to choose
 * @param pause  awaited now and then
 */
export async function boundaryLogits(
  kernels: Kernels,
  head: Placed<BoundaryHeadSpec>,
  workspace: Pick<Workspace, 'hiddenStates' | 'sequences'>,
  questions: readonly SpanQuestion[],
  { typeVectors, choice }: Pick<ForwardWanted, 'typeVectors' | 'choice'>,
  pause: () => Promise<void>,
): Promise<Float32Array[]> {
  const { memory } = kernels
  const bounds = boundsOf(questions.map(({ words }) => words.length))
  const typeBounds = boundsOf(questions.map(({ types }) => types.length))
  const words = gatherWords(kernels, head, workspace, questions)
  const types = typeVectors
    ? matrixOf(kernels, typeVectors, head.size)
    : gatherTokens(
        kernels,
        head,
        workspace,
        questions.map(({ types }) => types),
      )
  const counts = { words: words.rows, types: types.rows, sequences: questions.length }
  const buffers = layBoundaryHead(kernels.layout, head, counts)
  for (const layer of head.lstm) await lstmLayer(kernels, layer, words, bounds, buffers, pause)
  await termParts(kernels, words, head.wordTerm, head.wordPart, buffers.wordParts, buffers, pause)
  await termParts(kernels, types, head.typeTerm, head.typePart, buffers.typeParts, buffers, pause)
  kernels.linear(words, head.wordFactor, buffers.wordFactors, 'identity')
  kernels.linear(types, head.typeFactor, buffers.typeFactors, 'identity')
  const marked = head.marker && (await markWords(kernels, head.marker, words, pause))
  const packed = marked && typeVectors && packTypes(kernels, typeVectors, head.size)
  const results: Float32Array[] = []
  for (const index of questions.keys()) {
    const ofWords = { first: bounds[index]!, end: bounds[index + 1]! }
    const ofTypes = typeVectors
      ? { first: 0, end: types.rows }
      : { first: typeBounds[index]!, end: typeBounds[index + 1]! }
    const logits = await scorePairs(kernels, head, ofWords, ofTypes, buffers, pause)
    if (!marked) {
      results.push(logits)
      continue
    }
    const mark = memory.end
    const of = packed ?? packTypes(kernels, memory.copyRows(types, ofTypes.first, ofTypes.end), head.size)
    const made = spansMade(logits, ofWords.first, choice!.thresholds)
    results.push(await chooseMarked(marked, of, made, ofWords.first, choice!))
    memory.release(mark)
  }
  return results
}

/** Rows as a matrix in kernel memory. */
function matrixOf({ layout, memory }: Kernels, values: Float32Array, columns: number): Matrix {
  const matrix = layout.matrix(values.length / columns, columns)
  for (let row = 0; row < matrix.rows; row++)
    memory.row(matrix, row).set(values.subarray(row * columns, (row + 1) * columns))
  return matrix
}

/**
 * The spans whose first word, last word and all words are above the threshold of one type as such, each once
 * (`extract_spans_from_tokens` of the package).
 */
function* spansMade(logits: Float32Array, origin: number, thresholds: Float32Array): Generator<WordRows> {
  const types = thresholds.length
  const typeOf = (index: number): number => Math.floor(index / BOUNDARIES) % types
  const isAbove = Array.from(logits, (logit, index) => sigmoid(logit) > thresholds[typeOf(index)]!)
  const words = logits.length / types / BOUNDARIES
  const at = (word: number, type: number): number => (word * types + type) * BOUNDARIES
  for (let start = 0; start < words; start++) {
    const seen = new Set<number>()
    for (let type = 0; type < types; type++) {
      if (!isAbove[at(start, type)]) continue
      for (let end = start; end < words && isAbove[at(end, type) + 2]; end++) {
        if (!isAbove[at(end, type) + 1] || seen.has(end)) continue
        seen.add(end)
        yield [origin + start, origin + end]
      }
    }
  }
}

/** Computes part(term(x)), `ROWS` rows at a time. */
async function termParts(
  kernels: Kernels,
  x: Matrix,
  term: Linear,
  part: Linear,
  out: Matrix,
  buffers: BoundaryBuffers,
  pause: () => Promise<void>,
): Promise<void> {
  for (let first = 0; first < x.rows; first += ROWS) {
    const count = Math.min(ROWS, x.rows - first)
    const terms = rowsOf(buffers.term, 0, count)
    kernels.linear(rowsOf(x, first, count), term, terms, 'identity')
    kernels.linear(terms, part, rowsOf(out, first, count), 'identity')
    await pause()
  }
}

interface Range {
  readonly first: number
  readonly end: number
}

/** Scores the pairs of one sequence, [W, C, 3]. */
async function scorePairs(
  kernels: Kernels,
  { productPart, output }: Placed<BoundaryHeadSpec>,
  words: Range,
  types: Range,
  buffers: BoundaryBuffers,
  pause: () => Promise<void>,
): Promise<Float32Array> {
  const { memory } = kernels
  const count = types.end - types.first
  const pairs = (words.end - words.first) * count
  const result = new Float32Array(pairs * BOUNDARIES)
  for (let first = 0; first < pairs; first += ROWS) {
    const rows = Math.min(ROWS, pairs - first)
    const pairOf = (row: number): readonly [word: number, type: number] => [
      words.first + Math.floor((first + row) / count),
      types.first + ((first + row) % count),
    ]
    const products = rowsOf(buffers.products, 0, rows)
    const inner = rowsOf(buffers.inner, 0, rows)
    const logits = rowsOf(buffers.logits, 0, rows)
    for (let row = 0; row < rows; row++) {
      const [word, type] = pairOf(row)
      multiply(
        memory.row(buffers.wordFactors, word),
        memory.row(buffers.typeFactors, type),
        memory.row(products, row),
      )
    }
    kernels.linear(products, productPart, inner, 'identity')
    for (let row = 0; row < rows; row++) {
      const [word, type] = pairOf(row)
      addRelu(
        memory.row(buffers.wordParts, word),
        memory.row(buffers.typeParts, type),
        memory.row(inner, row),
      )
    }
    kernels.linear(inner, output, logits, 'identity')
    for (let row = 0; row < rows; row++) result.set(memory.row(logits, row), (first + row) * BOUNDARIES)
    await pause()
  }
  return result
}

/** out = a∘b */
function multiply(a: Float32Array, b: Float32Array, out: Float32Array): void {
  for (let k = 0; k < out.length; k++) out[k] = a[k]! * b[k]!
}

/** sum = relu(a + b + sum) */
function addRelu(a: Float32Array, b: Float32Array, sum: Float32Array): void {
  for (let k = 0; k < sum.length; k++) sum[k] = relu(Math.fround(Math.fround(a[k]! + b[k]!) + sum[k]!))
}
