/**
 * GLiNER2's vectors of types, which its spans are scored by: those of the first entity of each type, as the
 * package gliner2 takes no other for entities (CountLSTM and CountLSTMv2). The token before all types predicts how many there are;
 * if that is 0, none is found.
 *
 *     count = argmax(FFN(p))                             p of [P], [H] → 20 numbers, for 0 to 19
 *     r, z  = σ(u·Wᵀ + b + t·Uᵀ + d)                     u the embedding of the first, t of [E] before a type, [H]
 *     n     = tanh(u·Wᵀ + b + r∘(t·Uᵀ + d))
 *     s     = (1 - z)∘n + z∘t                            a GRU's first state (Cho et al. 2014, arXiv 1406.1078)
 *     v     = FFN([s, t])                                count_lstm, [C, H]
 *     v     = FFN([encoder(s + t), s + t])               count_lstm_v2; the types of a call attend to each other
 */
import type { Kernels, Matrix } from '../kernels/kernels.ts'
import type { Layout } from '../kernels/layout.ts'
import { sigmoid, tanh } from '../kernels/scalars.ts'
import { encoderLayer } from './encoder.ts'
import type { CountingSpec, Placed, TypeAttentionSpec } from './spec.ts'
import { type LayerBuffers, layLayer } from './workspace.ts'

const f = Math.fround

type Pause = () => Promise<void>

/** For C types of S sequences. */
export interface CountingBuffers {
  /** [S, 2H] and [S, 20] */
  readonly countInner: Matrix
  readonly counts: Matrix
  /** The GRU's input, [1, H], and the gates of it, [1, 3H], and of the types, [C, 3H]. */
  readonly input: Matrix
  readonly inputGates: Matrix
  readonly typeGates: Matrix
  /** What is combined, side by side: [C, 2H] or [C, N + H]. */
  readonly joined: Matrix
  /** [C, 4H] or [C, H], and [C, H]. */
  readonly inner: Matrix
  readonly vectors: Matrix
  /** The sums of states and types, [C, H], and the layers that they pass, N wide. */
  readonly attention: { readonly sums: Matrix; readonly layer: LayerBuffers } | undefined
}

/** Places the buffers. @param most  types of the sequence with the most of them */
export function layCounting(
  layout: Layout,
  { count, input, combined }: CountingSpec | Placed<CountingSpec>,
  { types, sequences, most }: { readonly types: number; readonly sequences: number; readonly most: number },
): CountingBuffers {
  const size = input.inputs
  const attends = 'narrow' in combined
  const [first, last] = attends ? [combined.wide[0], combined.wide[2]] : [combined.inner, combined.outer]
  const ofLayer = attends && {
    hiddenSize: combined.narrow.outputs,
    intermediateSize: combined.intermediateSize,
  }
  return {
    countInner: layout.matrix(sequences, count.inner.outputs),
    counts: layout.matrix(sequences, count.outer.outputs),
    input: layout.matrix(1, size),
    inputGates: layout.matrix(1, input.outputs),
    typeGates: layout.matrix(types, input.outputs),
    joined: layout.matrix(types, first.inputs),
    inner: layout.matrix(types, first.outputs),
    vectors: layout.matrix(types, last.outputs),
    attention: ofLayer
      ? {
          sums: layout.matrix(types, size),
          layer: layLayer(layout, ofLayer, 'float32', types, { count: sequences, longest: most }),
        }
      : undefined,
  }
}

/** Whether each sequence has an entity, by the rows of its token before all types, [S, H]. */
export function countsAny(
  kernels: Kernels,
  { count }: Placed<CountingSpec>,
  tokens: Matrix,
  { countInner, counts }: CountingBuffers,
): boolean[] {
  kernels.linear(tokens, count.inner, countInner, 'relu')
  kernels.linear(countInner, count.outer, counts, 'identity')
  return Array.from({ length: tokens.rows }, (_, row) => {
    const [none, ...some] = kernels.memory.row(counts, row)
    return some.some((logit) => logit > none!)
  })
}

/**
 * The vectors of the types of all sequences.
 *
 * @param types  [C, H], the sequences end to end
 * @param bounds  the first type of each sequence, and the total, [S + 1]
 * @param pause  awaited now and then
 */
export async function typeVectors(
  kernels: Kernels,
  counting: Placed<CountingSpec>,
  types: Matrix,
  bounds: readonly number[],
  buffers: CountingBuffers,
  pause: Pause,
): Promise<Matrix> {
  const { memory } = kernels
  const { input, inputGates, typeGates, joined, inner, vectors, attention } = buffers
  const { first, combined } = counting
  memory.row(input, 0).set(memory.floats(first).subarray(0, input.columns))
  kernels.linear(input, counting.input, inputGates, 'identity')
  kernels.linear(types, counting.recurrent, typeGates, 'identity')
  await pause()
  const attends = 'narrow' in combined
  for (let row = 0; row < types.rows; row++) {
    const type = memory.row(types, row)
    const state = attends
      ? memory.row(attention!.sums, row)
      : memory.row(joined, row).subarray(0, type.length)
    firstState(memory.row(inputGates, 0), memory.row(typeGates, row), type, state)
    if (attends) for (let k = 0; k < type.length; k++) state[k] = state[k]! + type[k]!
    else memory.row(joined, row).set(type, type.length)
  }
  if (!attends) {
    kernels.linear(joined, combined.inner, inner, 'relu')
    kernels.linear(inner, combined.outer, vectors, 'identity')
    return vectors
  }
  await attend(kernels, combined, attention!, bounds, joined, pause)
  const [wide, wider, last] = combined.wide
  kernels.linear(joined, wide, inner, 'relu')
  kernels.linear(inner, wider, vectors, 'relu')
  kernels.linear(vectors, last, inner, 'identity')
  return inner
}

/** joined = [encoder(sums), sums] */
async function attend(
  kernels: Kernels,
  { narrow, layers, heads }: Placed<TypeAttentionSpec>,
  { sums, layer: buffers }: NonNullable<CountingBuffers['attention']>,
  bounds: readonly number[],
  joined: Matrix,
  pause: Pause,
): Promise<void> {
  const { memory } = kernels
  const { hiddenStates, sequences } = buffers
  memory.integers(sequences.bounds).set(bounds)
  kernels.linear(sums, narrow, hiddenStates, 'identity')
  for (const layer of layers)
    await encoderLayer(kernels, { ...layer, relative: undefined, angles: undefined }, buffers, heads, pause)
  for (let row = 0; row < sums.rows; row++) {
    const both = memory.row(joined, row)
    both.set(memory.row(hiddenStates, row))
    both.set(memory.row(sums, row), hiddenStates.columns)
  }
}

/** The state of PyTorch's `nn.GRU` after its first step. */
function firstState(
  inputGates: Float32Array,
  typeGates: Float32Array,
  type: Float32Array,
  state: Float32Array,
): void {
  const size = type.length
  for (let k = 0; k < size; k++) {
    const reset = sigmoid(f(inputGates[k]! + typeGates[k]!))
    const update = sigmoid(f(inputGates[size + k]! + typeGates[size + k]!))
    const next = tanh(f(inputGates[2 * size + k]! + f(reset * typeGates[2 * size + k]!)))
    state[k] = f(f(f(1 - update) * next) + f(update * type[k]!))
  }
}
