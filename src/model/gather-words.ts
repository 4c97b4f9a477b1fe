/**
 * Gathers the hidden states that represent words and types, those of all sequences end to end, as wide as GLiNER's heads
 * (`extract_word_embeddings` of the package gliner).
 */
import type { Kernels, Matrix } from '../kernels/kernels.ts'
import type { SpanQuestion } from './forward-output.ts'
import type { GlinerWordsSpec, Placed } from './spec.ts'
import type { Workspace } from './workspace.ts'

/** What is gathered from. */
type States = Pick<Workspace, 'hiddenStates' | 'sequences'>

/** A row for each word, [W, D], made of one of its pieces or of all; zeros for a word without pieces. */
export function gatherWords(
  kernels: Kernels,
  head: Placed<GlinerWordsSpec>,
  states: States,
  questions: readonly SpanQuestion[],
): Matrix {
  const { pooling } = head
  const piecesOf = ({ words, wordEnds }: SpanQuestion): number[][] =>
    words.map((first, word) => {
      const end = wordEnds[word]!
      if (first < 0) return [-1]
      if (pooling === 'first') return [first]
      if (pooling === 'last') return [end - 1]
      return Array.from({ length: end - first }, (_, piece) => first + piece)
    })
  const pieces = questions.map(piecesOf)
  const rows = gatherTokens(
    kernels,
    head,
    states,
    pieces.map((words) => words.flat()),
  )
  if (pooling === 'first' || pooling === 'last') return rows
  const lengths = pieces.flat().map(({ length }) => length)
  return poolRows(kernels, pooling, rows, lengths)
}

/** Where each part begins, and the total length. */
export function boundsOf(lengths: readonly number[]): number[] {
  const bounds = [0]
  for (const length of lengths) bounds.push(bounds.at(-1)! + length)
  return bounds
}

/** A row for each of the tokens of each sequence, [N, D]; zeros for token -1. */
export function gatherTokens(
  kernels: Kernels,
  { projection, size }: Placed<GlinerWordsSpec>,
  { hiddenStates, sequences }: States,
  tokens: readonly (readonly number[])[],
): Matrix {
  const { layout, memory } = kernels
  const count = tokens.reduce((sum, { length }) => sum + length, 0)
  const gathered = layout.matrix(count, hiddenStates.columns)
  const result = projection ? layout.matrix(count, size) : gathered
  const firsts = memory.integers(sequences.bounds)
  const places = tokens.flatMap((each, index) => each.map((row) => (row < 0 ? -1 : firsts[index]! + row)))
  for (const [at, place] of places.entries())
    if (place >= 0) memory.row(gathered, at).set(memory.row(hiddenStates, place))
    else memory.row(gathered, at).fill(0)
  if (projection) kernels.linear(gathered, projection, result, 'identity')
  for (const [at, place] of places.entries()) if (place < 0) memory.row(result, at).fill(0)
  return result
}

/** The mean, or the largest of each component, of so many rows each. */
function poolRows(
  { layout, memory }: Kernels,
  pooling: 'mean' | 'max',
  rows: Matrix,
  lengths: readonly number[],
): Matrix {
  const pooled = layout.matrix(lengths.length, rows.columns)
  let at = 0
  for (const [word, length] of lengths.entries()) {
    const values = Float64Array.from(memory.row(rows, at))
    for (let piece = 1; piece < length; piece++) {
      for (const [k, value] of memory.row(rows, at + piece).entries())
        values[k] = pooling === 'mean' ? values[k]! + value : Math.max(values[k]!, value)
    }
    memory.row(pooled, word).set(pooling === 'mean' ? values.map((sum) => sum / length) : values)
    at += length
  }
  return pooled
}
