/**
 * A long short-term memory (Hochreiter and Schmidhuber 1997) over the words of each sequence, forwards and
 * backwards, like PyTorch's `nn.LSTM(bidirectional=True)` on packed sequences:
 *
 *     i, f, g, o = x·Wᵀ + b + h'·Uᵀ + d        in this order, [4h]; h' is the state after the word before
 *     c = σ(f)·c' + σ(i)·tanh(g)
 *     h = σ(o)·tanh(c)
 *
 * Sequences are computed in parallel, one word of each at a time.
 */
import type { Kernels, Matrix } from '../kernels/kernels.ts'
import { sigmoid, tanh } from '../kernels/scalars.ts'
import type { LstmDirectionSpec, Placed } from './spec.ts'

const f = Math.fround

/** The buffers of a layer: W words of S sequences. */
export interface LstmBuffers {
  /** The input's part of the gates, [W, 4h]. */
  readonly gates: Matrix
  /** [S, h] */
  readonly state: Matrix
  /** The state's part of the gates, [S, 4h]. */
  readonly stateGates: Matrix
}

/**
 * One layer, in place: the words' rows become [forwards, backwards].
 *
 * @param words  [W, 2h], the sequences end to end
 * @param bounds  the first word of each sequence, and the total, [S + 1]
 * @param pause  awaited now and then
 */
export async function lstmLayer(
  kernels: Kernels,
  directions: readonly [Placed<LstmDirectionSpec>, Placed<LstmDirectionSpec>],
  words: Matrix,
  bounds: readonly number[],
  buffers: LstmBuffers,
  pause: () => Promise<void>,
): Promise<void> {
  const { memory } = kernels
  const half = words.columns / 2
  const outputs = directions.map(() => new Float32Array(words.rows * half))
  /** The longest first, so that the sequences that continue at a step are the first ones. */
  const order = bounds.slice(1).map((end, index) => ({ first: bounds[index]!, length: end - bounds[index]! }))
  order.sort((a, b) => b.length - a.length)
  for (const [which, { input, recurrent }] of directions.entries()) {
    kernels.linear(words, input, buffers.gates, 'identity')
    const cells = order.map(() => new Float32Array(half))
    for (let row = 0; row < order.length; row++) memory.row(buffers.state, row).fill(0)
    const output = outputs[which]!
    for (let step = 0, going = order.length; ; step++) {
      while (going > 0 && order[going - 1]!.length <= step) going--
      if (going === 0) break
      const state = { ...buffers.state, rows: going }
      const stateGates = { ...buffers.stateGates, rows: going }
      kernels.linear(state, recurrent, stateGates, 'identity')
      for (let row = 0; row < going; row++) {
        const { first, length } = order[row]!
        const word = first + (which === 0 ? step : length - 1 - step)
        const hidden = output.subarray(word * half, (word + 1) * half)
        cellStep(memory.row(buffers.gates, word), memory.row(stateGates, row), cells[row]!, hidden)
        memory.row(state, row).set(hidden)
      }
      await pause()
    }
  }
  for (let word = 0; word < words.rows; word++) {
    const row = memory.row(words, word)
    for (const [which, output] of outputs.entries())
      row.set(output.subarray(word * half, (word + 1) * half), which * half)
  }
}

/** One word of one sequence: the cell is changed, the state written. */
function cellStep(
  gates: Float32Array,
  stateGates: Float32Array,
  cell: Float32Array,
  hidden: Float32Array,
): void {
  const half = cell.length
  for (let k = 0; k < half; k++) {
    const input = sigmoid(f(gates[k]! + stateGates[k]!))
    const forget = sigmoid(f(gates[half + k]! + stateGates[half + k]!))
    const candidate = tanh(f(gates[2 * half + k]! + stateGates[2 * half + k]!))
    const output = sigmoid(f(gates[3 * half + k]! + stateGates[3 * half + k]!))
    const next = f(f(forget * cell[k]!) + f(input * candidate))
    cell[k] = next
    hidden[k] = f(output * tanh(next))
  }
}
