/**
 * GLiNER's head of `span_mode: token_level`, which scores each word as the first, the last and any word of an
 * entity of a type (Scorer of the package gliner; Stepanov and Shtopko 2024, arXiv 2406.12925, section 3):
 *
 *     x = LSTM(first pieces of words), p = tokens before the types       [W, D] and [C, D]
 *     x₁, x₂ = the halves of x·Tᵀ + t; p₁, p₂ = those of p·Uᵀ + u        a term and a factor of each
 *     logits(w, c) = relu([x₁, p₁, x₂∘p₂]·Aᵀ + a)·Bᵀ + b                 [W, C, 3]
 *
 * A is split in three: what depends on a single word or type is computed once, so that a pair costs 4D² multiplications.
 */
import type { Kernels, Linear, Matrix } from '../kernels/kernels.ts'
import { type Layout, rowsOf } from '../kernels/layout.ts'
import { relu } from '../kernels/scalars.ts'
import type { SpanQuestion } from './forward-output.ts'
import { type LstmBuffers, lstmLayer } from './lstm.ts'
import { boundsOf, gather } from './span-head.ts'
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
 * The logits of all words of each sequence, [W, C, 3].
 *
 * @param pause  awaited now and then
 */
export async function boundaryLogits(
  kernels: Kernels,
  head: Placed<BoundaryHeadSpec>,
  workspace: Pick<Workspace, 'hiddenStates' | 'sequences'>,
  questions: readonly SpanQuestion[],
  pause: () => Promise<void>,
): Promise<Float32Array[]> {
  const placesOf = (key: 'words' | 'types'): (readonly number[])[] => questions.map((each) => each[key])
  const bounds = boundsOf(placesOf('words').map(({ length }) => length))
  const typeBounds = boundsOf(placesOf('types').map(({ length }) => length))
  const words = gather(kernels, head, workspace, placesOf('words'))
  const types = gather(kernels, head, workspace, placesOf('types'))
  const counts = { words: words.rows, types: types.rows, sequences: questions.length }
  const buffers = layBoundaryHead(kernels.layout, head, counts)
  for (const layer of head.lstm) await lstmLayer(kernels, layer, words, bounds, buffers, pause)
  await termParts(kernels, words, head.wordTerm, head.wordPart, buffers.wordParts, buffers, pause)
  await termParts(kernels, types, head.typeTerm, head.typePart, buffers.typeParts, buffers, pause)
  kernels.linear(words, head.wordFactor, buffers.wordFactors, 'identity')
  kernels.linear(types, head.typeFactor, buffers.typeFactors, 'identity')
  const results: Float32Array[] = []
  for (const index of questions.keys()) {
    const ofWords = { first: bounds[index]!, end: bounds[index + 1]! }
    const ofTypes = { first: typeBounds[index]!, end: typeBounds[index + 1]! }
    results.push(await scorePairs(kernels, head, ofWords, ofTypes, buffers, pause))
  }
  return results
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
