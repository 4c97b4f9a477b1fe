/**
 * The head of GLiNER over the encoder's hidden states: which spans of words are of which types. Zaratiana et al. 2023 (arXiv
 * 2311.08526), section 2, with the span representation `markerV0` of the package gliner.
 *
 *     x = LSTM(first pieces of words)                                    [W, H] → [W, D]
 *     s = relu(FFN(x)), e = relu(FFN(x))                                 words as starts and as ends, [W, D]
 *     r(i, j) = relu([sᵢ, eⱼ]·Aᵀ + a)·Bᵀ + b                             a span from word i to word j, [D]
 *     p = FFN(tokens before the types)                                   [C, H] → [C, D]
 *     score(i, j, c) = σ(r(i, j)·p_c)
 *
 * What depends on one word or one type is computed once: A is parted in two, whose products with sᵢ and eⱼ are added for
 * each span, and B is multiplied with the types instead of the spans, r·p = relu(...)·(B·p) + b·p. That leaves 4D·C
 * multiplications a span of 12D² (D is 512).
 */
import type { Checkpoint } from '../../format/checkpoint.ts'
import type { Kernels, Linear, Matrix } from '../../kernels/kernels.ts'
import { packColumns, rowsOf } from '../../kernels/layout.ts'
import { relu } from '../../kernels/scalars.ts'
import { Staging } from '../../kernels/staging.ts'
import { type HeadShape, type HeadWeights, type Projection, placeHead, readHead } from './head-weights.ts'
import { lstmLayer } from './lstm.ts'

/** What the encoder made of a window, and where its words and types are in it. */
export interface EncodedWindow {
  /** [T, H] */
  readonly hiddenStates: Float32Array
  /** The row of each word, -1 where it has none. */
  readonly words: readonly number[]
  /** The row of each type. */
  readonly types: readonly number[]
}

/** Rows that go through a projection's inner layer at once, and spans that are scored at once: 2 MB where D is 512. */
const ROWS = 256

export class GlinerHead {
  readonly #kernels: Kernels
  readonly #weights: HeadWeights
  readonly #shape: HeadShape
  readonly #maxWidth: number
  /** Where the weights end and what a pass needs begins. */
  readonly #mark: number
  #last: Promise<unknown> = Promise.resolve()

  private constructor(kernels: Kernels, weights: HeadWeights, shape: HeadShape, maxWidth: number) {
    this.#kernels = kernels
    this.#weights = weights
    this.#shape = shape
    this.#maxWidth = maxWidth
    this.#mark = kernels.memory.end
  }

  /** @param maxWidth K: words of the longest span */
  static async load(
    kernels: Kernels,
    checkpoint: Checkpoint,
    shape: HeadShape,
    maxWidth: number,
  ): Promise<GlinerHead> {
    const weights = placeHead(kernels.layout, shape)
    await readHead(kernels, checkpoint, weights, shape)
    return new GlinerHead(kernels, weights, shape, maxWidth)
  }

  /**
   * The logits of all spans of each window, [W, K, C]: of `k + 1` words from word `w` on. Of spans that pass the window's end
   * they are -Infinity.
   *
   * @param pause  awaited now and then; throws to stop
   */
  score(windows: readonly EncodedWindow[], pause: () => Promise<void>): Promise<Float32Array[]> {
    // One after another: they share the memory behind the weights.
    const result = this.#last.then(() => this.#score(windows, pause))
    this.#last = result.catch(() => {})
    return result
  }

  /** When nothing is under way any more. */
  async idle(): Promise<void> {
    await this.#last
  }

  async #score(windows: readonly EncodedWindow[], pause: () => Promise<void>): Promise<Float32Array[]> {
    const { layout, memory } = this.#kernels
    const { hiddenSize } = this.#shape
    memory.release(this.#mark)
    const bounds = boundsOf(windows.map(({ words }) => words.length))
    const typeBounds = boundsOf(windows.map(({ types }) => types.length))
    const words = this.#gather(windows.map(({ hiddenStates, words }) => ({ hiddenStates, rows: words })))
    const types = this.#gather(windows.map(({ hiddenStates, types }) => ({ hiddenStates, rows: types })))
    const longest = Math.max(...windows.map(({ words }) => words.length))
    const most = Math.max(...windows.map(({ types }) => types.length))
    const inner = 4 * hiddenSize
    const buffers = {
      inner: layout.matrix(ROWS, inner),
      represented: layout.matrix(ROWS, hiddenSize),
      starts: layout.matrix(words.rows, inner),
      ends: layout.matrix(words.rows, inner),
      queries: layout.matrix(types.rows, inner + 1),
      gates: layout.matrix(words.rows, 2 * hiddenSize),
      state: layout.matrix(windows.length, hiddenSize / 2),
      stateGates: layout.matrix(windows.length, 2 * hiddenSize),
      query: layout.linear('float32', inner, most),
      staging: new Staging(this.#kernels, layout.staging(most * inner)),
      spans: layout.matrix(Math.min(ROWS, longest * this.#maxWidth), inner),
      logits: layout.matrix(ROWS, most),
    }
    for (const layer of this.#weights.lstm)
      await lstmLayer(this.#kernels, layer, words, bounds, buffers, pause)
    const { start, end, spanStart, spanEnd, prompt, query } = this.#weights
    await this.#project(words, start, 'relu', spanStart, buffers.starts, buffers, pause)
    await this.#project(words, end, 'relu', spanEnd, buffers.ends, buffers, pause)
    await this.#project(types, prompt, 'identity', query, buffers.queries, buffers, pause)
    const results: Float32Array[] = []
    for (let index = 0; index < windows.length; index++) {
      const range = { first: bounds[index]!, end: bounds[index + 1]! }
      const ofTypes = { first: typeBounds[index]!, end: typeBounds[index + 1]! }
      results.push(await this.#scoreSpans(range, ofTypes, buffers, pause))
    }
    return results
  }

  /** Rows of the hidden states of all windows, end to end and D wide; zeros for a word without pieces. */
  #gather(windows: readonly { hiddenStates: Float32Array; rows: readonly number[] }[]): Matrix {
    const { layout, memory } = this.#kernels
    const { encoderSize, hiddenSize } = this.#shape
    const count = windows.reduce((sum, { rows }) => sum + rows.length, 0)
    const gathered = layout.matrix(count, encoderSize)
    const { projection } = this.#weights
    const result = projection ? layout.matrix(count, hiddenSize) : gathered
    let at = 0
    const missing: number[] = []
    for (const { hiddenStates, rows } of windows) {
      for (const row of rows) {
        const to = memory.row(gathered, at)
        if (row < 0) missing.push(at)
        if (row < 0) to.fill(0)
        else to.set(hiddenStates.subarray(row * encoderSize, (row + 1) * encoderSize))
        at++
      }
    }
    if (projection) this.#kernels.linear(gathered, projection, result, 'identity')
    for (const row of missing) memory.row(result, row).fill(0)
    return result
  }

  /** after(activation(outer(relu(inner(x))))), `ROWS` rows at a time. */
  async #project(
    x: Matrix,
    { inner, outer }: Projection,
    activation: 'identity' | 'relu',
    after: Linear,
    out: Matrix,
    buffers: { readonly inner: Matrix; readonly represented: Matrix },
    pause: () => Promise<void>,
  ): Promise<void> {
    const kernels = this.#kernels
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

  /** The spans of one window. */
  async #scoreSpans(
    words: { readonly first: number; readonly end: number },
    types: { readonly first: number; readonly end: number },
    buffers: {
      readonly starts: Matrix
      readonly ends: Matrix
      readonly queries: Matrix
      readonly query: Linear
      readonly staging: Staging
      readonly spans: Matrix
      readonly logits: Matrix
    },
    pause: () => Promise<void>,
  ): Promise<Float32Array> {
    const kernels = this.#kernels
    const { memory } = kernels
    const width = this.#maxWidth
    const count = types.end - types.first
    const result = new Float32Array((words.end - words.first) * width * count).fill(Number.NEGATIVE_INFINITY)
    const query = this.#packQuery(types, buffers)
    const places: number[] = []
    const flush = async (): Promise<void> => {
      if (places.length === 0) return
      const logits = { ...buffers.logits, rows: places.length, columns: count }
      kernels.linear({ ...buffers.spans, rows: places.length }, query, logits, 'identity')
      for (const [row, place] of places.entries()) result.set(memory.row(logits, row), place * count)
      places.length = 0
      await pause()
    }
    for (let start = words.first; start < words.end; start++) {
      for (let end = start; end < Math.min(start + width, words.end); end++) {
        const span = memory.row(buffers.spans, places.length)
        addRelu(memory.row(buffers.starts, start), memory.row(buffers.ends, end), span)
        places.push((start - words.first) * width + end - start)
        if (places.length === buffers.spans.rows) await flush()
      }
    }
    await flush()
    return result
  }

  /** The types of a window as a linear layer over spans, [C, 4D]. */
  #packQuery(
    { first, end }: { readonly first: number; readonly end: number },
    buffers: { readonly queries: Matrix; readonly query: Linear; readonly staging: Staging },
  ): Linear {
    const { memory } = this.#kernels
    const { inputs } = buffers.query
    const layer = { ...buffers.query, outputs: end - first }
    const rows = new Float32Array(layer.outputs * inputs)
    const bias = new Float32Array(layer.outputs)
    for (let type = first; type < end; type++) {
      const row = memory.row(buffers.queries, type)
      rows.set(row.subarray(0, inputs), (type - first) * inputs)
      bias[type - first] = row[inputs]!
    }
    buffers.staging.bytes(rows.byteLength).set(new Uint8Array(rows.buffer))
    this.#kernels.packLinear(buffers.staging.rows('F32', layer.outputs, 0), layer)
    packColumns(this.#kernels.memory, layer, 0, bias, undefined)
    return layer
  }
}

/** Where each part begins, and the total. */
function boundsOf(lengths: readonly number[]): number[] {
  const bounds = [0]
  for (const length of lengths) bounds.push(bounds.at(-1)! + length)
  return bounds
}

/** out = relu(a + b) */
function addRelu(a: Float32Array, b: Float32Array, out: Float32Array): void {
  for (let k = 0; k < out.length; k++) {
    out[k] = relu(Math.fround(a[k]! + b[k]!))
  }
}
