/**
 * The kernels in plain loops: the formulas to read, and the oracle of the others. Every operation is rounded
 * to float32 in the order that the SIMD kernels have, so these equal it bit for bit where they do not fuse
 * products with sums.
 */
import { widenBfloat16, widenFloat16 } from '../../format/half.ts'
import type {
  Activation,
  AttentionCall,
  EmbeddingTables,
  Floats,
  Integers,
  Kernels,
  LayerNorm,
  Linear,
  Matrix,
  QuantizedRows,
  RelativePositions,
  RelativeRows,
  StoredRows,
  StoredType,
  Table,
  Tokens,
} from '../kernels.ts'
import { columnAddress, Layout, writeColumns } from '../layout.ts'
import type { KernelMemory } from '../memory.ts'
import { exactAttention, floatAttention, keyLimit, type RelativeHead, type RelativeRow } from './attention.ts'
import * as math from './math.ts'
import { quantizeActivations, quantizeToLimit, quantizeWeights } from './quantization.ts'

const f = Math.fround

const ACTIVATE: Record<Activation, (x: number) => number> = {
  identity: (x) => x,
  gelu: math.gelu,
  gelu_tanh: math.geluTanh,
  relu: math.relu,
  silu: math.silu,
}

/** What follows an int8 layer is rounded to steps of about a hundredth, so a shorter gelu is enough. */
const ACTIVATE_INT8: typeof ACTIVATE = { ...ACTIVATE, gelu: math.geluInt8 }

export class ReferenceKernels implements Kernels {
  readonly name = 'reference'
  readonly threads = 1
  readonly memory: KernelMemory
  readonly layout: Layout

  constructor(memory: KernelMemory) {
    this.memory = memory
    this.layout = new Layout(memory, 8)
  }

  packLinear({ address, type, rows, first }: StoredRows, layer: Linear): boolean {
    const { inputs } = layer
    for (let row = 0; row < rows; row++) {
      const n = first + row
      const stored = this.#stored(address, type, row * inputs, inputs)
      if (layer.precision === 'float32') {
        if (!stored.every(Number.isFinite)) return false
        this.#floats(layer.weights + 4 * n * inputs, inputs).set(stored)
      } else {
        const weights = this.#int8(layer.weights + n * inputs, inputs)
        if (type === 'I8') weights.set(stored)
        else if (!stored.every(Number.isFinite)) return false
        else writeColumns(this.memory, layer, n, 'scale', Float32Array.of(quantizeWeights(stored, weights)))
      }
    }
    return true
  }

  packTable({ address, type, rows, first }: StoredRows, table: Table): boolean {
    const { columns, stride, scales } = table
    for (let row = 0; row < rows; row++) {
      const to = first + row
      const stored = this.#stored(address, type, row * columns, columns)
      if (!stored.every(Number.isFinite)) return false
      if (scales === undefined) this.#floats(table.address + 4 * to * stride, columns).set(stored)
      else {
        const quantized = this.#int8(table.address + to * stride, columns)
        if (type === 'I8') quantized.set(stored)
        else this.memory.floats(scales)[to] = quantizeWeights(stored, quantized)
      }
    }
    return true
  }

  widen(address: number, type: StoredType, to: Floats): boolean {
    const stored = this.#stored(address, type, 0, to.count)
    this.memory.floats(to).set(stored)
    return stored.every(Number.isFinite)
  }

  // #region embed
  embed({ ids, places, types }: Tokens, tables: EmbeddingTables, out: Matrix): void {
    const { words, positions, tokenTypes, norm } = tables
    for (let t = 0; t < out.rows; t++) {
      const word = this.#lookUp(words, this.memory.integers(ids)[t]!)
      const position = positions && this.#lookUp(positions, this.memory.integers(places)[t]!)
      const type = tokenTypes && this.#lookUp(tokenTypes, this.memory.integers(types)[t]!)
      const sum = this.memory.row(out, t)
      for (let i = 0; i < out.columns; i++) {
        const typed = type ? f(word[i]! + type[i]!) : word[i]!
        sum[i] = position ? f(typed + position[i]!) : typed
      }
      if (norm) this.#normalize(sum, norm, sum)
    }
    this.quantize(out)
  }
  // #endregion

  // #region linear
  linear(x: Matrix, layer: Linear, out: Matrix, activation: Activation): void {
    const activate = (layer.precision === 'int8' ? ACTIVATE_INT8 : ACTIVATE)[activation]
    for (let t = 0; t < x.rows; t++) {
      const y = this.memory.row(out, t)
      if (layer.precision === 'int8') this.#int8Row(x.quantized!, t, layer, y)
      else this.#float32Row(this.memory.row(x, t), layer, y)
      for (let n = 0; n < layer.outputs; n++) y[n] = activate(y[n]!)
    }
    this.quantize(out)
  }

  /** y[n] = Σₖ x[k]·W[n, k] + b[n], in ascending k */
  #float32Row(x: Float32Array, layer: Linear, y: Float32Array): void {
    for (let n = 0; n < layer.outputs; n++) {
      const w = this.#floats(layer.weights + 4 * n * layer.inputs, layer.inputs)
      let sum = 0
      for (let k = 0; k < layer.inputs; k++) sum = f(sum + f(x[k]! * w[k]!))
      y[n] = f(sum + this.#column(layer, n, 'bias'))
    }
  }

  /** y[n] = f32(Σₖ q[k]·w[n, k]) · (step·columnScale[n]) + b[n]; the sum is an exact integer below 2³¹ */
  #int8Row(quantized: QuantizedRows, t: number, layer: Linear, y: Float32Array): void {
    const q = this.#quantizedRow(quantized, t)
    const step = this.memory.float32[quantized.steps / 4 + t]!
    for (let n = 0; n < layer.outputs; n++) {
      const w = this.#int8(layer.weights + n * layer.inputs, layer.inputs)
      let sum = 0
      for (let k = 0; k < layer.inputs; k++) sum += q[k]! * w[k]!
      const scale = f(step * this.#column(layer, n, 'scale'))
      y[n] = f(f(f(sum) * scale) + this.#column(layer, n, 'bias'))
    }
  }
  // #endregion

  // #region rotate
  rotate(x: Matrix, places: Integers, angles: Matrix): void {
    const half = angles.columns / 2
    for (let t = 0; t < x.rows; t++) {
      const row = this.memory.row(x, t)
      const angle = this.memory.row(angles, this.memory.integers(places)[t]!)
      for (let head = 0; head < row.length; head += 2 * half) {
        for (let i = 0; i < half; i++) {
          const [a, b] = [row[head + i]!, row[head + half + i]!]
          const [cosine, sine] = [angle[i]!, angle[half + i]!]
          row[head + i] = f(f(a * cosine) - f(b * sine))
          row[head + half + i] = f(f(b * cosine) + f(a * sine))
        }
      }
    }
  }
  // #endregion

  // #region attention
  attention(call: AttentionCall): void {
    const { queryKeyValue, sequences, heads, out, probabilities, relative, window = 0 } = call
    const hidden = out.columns
    const headDim = hidden / heads
    const attend = out.quantized ? exactAttention : floatAttention
    for (let s = 0; s < sequences.count; s++) {
      const [first, end] = this.memory.integers(sequences.bounds).subarray(s) as unknown as [number, number]
      const tokens = end - first
      for (let head = 0; head < heads; head++) {
        /** Columns of the head in each token's row: of Q from 0 on, of K from H, of V from 2H. */
        const part = (matrix: Matrix, from: number): Float32Array[] =>
          Array.from({ length: tokens }, (_, t) => {
            const start = from + head * headDim
            return this.memory.row(matrix, first + t).subarray(start, start + headDim)
          })
        const map = probabilities && this.memory.floats(probabilities.maps[s]!)
        attend(
          part(queryKeyValue, 0),
          part(queryKeyValue, hidden),
          part(queryKeyValue, 2 * hidden),
          part(out, 0),
          map?.subarray(head * tokens * tokens, (head + 1) * tokens * tokens),
          relative && this.#relativeScores(relative, head),
          window,
        )
      }
    }
    this.quantize(out)
  }

  /** The relative positions of one head. */
  #relativeScores(relative: RelativePositions, head: number): RelativeHead {
    const { keys, queries, distances, biases, farthest } = relative
    const places = distances && this.memory.integers(distances)
    const ofHead = biases && biases.address / 4 + head * biases.headNumbers + farthest
    return {
      rowOf: (distance) => (places ? places[farthest - distance]! / 4 : 0),
      biasOf: ofHead === undefined ? undefined : (distance) => this.memory.float32[ofHead - distance]!,
      keys: keys && this.#relativeRows(keys, head),
      queries: queries && this.#relativeRows(queries, head),
    }
  }

  #relativeRows(of: RelativeRows, head: number): RelativeRow[] {
    const { rows, headDim, address, headBytes, scales, headScaleBytes } = of
    const from = address + head * headBytes
    return Array.from({ length: rows }, (_, row): RelativeRow => {
      if (scales === 0) return { values: this.#floats(from + 4 * row * headDim, headDim), scale: 1 }
      const values = new Int16Array(this.memory.memory.buffer, from + 2 * row * headDim, headDim)
      return { values, scale: this.memory.float32[(scales + head * headScaleBytes) / 4 + row]! }
    })
  }

  packRelative(x: Matrix, out: RelativeRows): void {
    for (let head = 0; head < out.heads; head++) {
      for (const [row, { values }] of this.#relativeRows(out, head).entries()) {
        const from = this.memory.row(x, row).subarray(head * out.headDim, (head + 1) * out.headDim)
        if (out.scales === 0) values.set(from)
        else {
          const quantized = quantizeToLimit(from, keyLimit(out.headDim))
          values.set(quantized.values)
          this.memory.float32[(out.scales + head * out.headScaleBytes) / 4 + row] = quantized.scale
        }
      }
    }
  }
  // #endregion

  // #region layer-norm
  addLayerNorm(x: Matrix, residual: Matrix | undefined, norm: LayerNorm, out: Matrix, kept?: Matrix): void {
    for (let t = 0; t < out.rows; t++) {
      const a = this.memory.row(x, t)
      const b = residual && this.memory.row(residual, t)
      const sum = a.map((value, i) => (b ? f(value + b[i]!) : value))
      if (kept) this.memory.row(kept, t).set(sum)
      this.#normalize(sum, norm, this.memory.row(out, t))
    }
    this.quantize(out)
  }

  /** y = (v - μ)/√(σ² + ε) ⊙ weight + bias; μ is 0 where nothing is centred */
  #normalize(v: Float32Array, norm: LayerNorm, y: Float32Array): void {
    const weight = this.memory.floats(norm.weight)
    const bias = this.memory.floats(norm.bias)
    const mean = norm.centred ? f(math.sumInLanes((i) => v[i]!, v.length, 16) / v.length) : 0
    const square = (i: number): number => f(f(v[i]! - mean) * f(v[i]! - mean))
    const variance = f(math.sumInLanes(square, v.length, 16) / v.length)
    // + 0, or + NaN where the variance left float32: 1/∞ would be 0, and the bias alone be left.
    const inverse = f(f(1 / f(Math.sqrt(f(variance + f(norm.epsilon))))) + (variance - variance))
    for (let i = 0; i < v.length; i++) y[i] = f(f(f(f(v[i]! - mean) * inverse) * weight[i]!) + bias[i]!)
  }
  // #endregion

  multiply(x: Matrix, factors: Matrix): void {
    for (let t = 0; t < x.rows; t++) {
      const factor = this.memory.row(factors, t)
      this.memory.row(x, t).forEach((value, i, row) => {
        row[i] = f(value * factor[i]!)
      })
    }
    this.quantize(x)
  }

  quantize(matrix: Matrix): void {
    const { quantized, rows } = matrix
    if (!quantized) return
    for (let t = 0; t < rows; t++) {
      const q = this.#quantizedRow(quantized, t).fill(0)
      this.memory.float32[quantized.steps / 4 + t] = quantizeActivations(this.memory.row(matrix, t), q)
    }
  }

  #quantizedRow({ values, valueBytes }: QuantizedRows, t: number): Int16Array {
    return new Int16Array(this.memory.memory.buffer, values + t * valueBytes, valueBytes / 2)
  }

  #lookUp({ address, columns, stride, scales }: Table, row: number): Float32Array {
    if (scales === undefined) return this.#floats(address + 4 * stride * row, columns)
    const scale = this.memory.floats(scales)[row]!
    return Float32Array.from(this.#int8(address + stride * row, columns), (q) => f(q * scale))
  }

  #column(layer: Linear, channel: number, part: 'scale' | 'bias'): number {
    return this.memory.float32[columnAddress(layer, channel, part) / 4]!
  }

  #floats(address: number, count: number): Float32Array {
    return this.memory.float32.subarray(address / 4, address / 4 + count)
  }

  #int8(address: number, count: number): Int8Array {
    return new Int8Array(this.memory.memory.buffer, address, count)
  }

  #stored(address: number, type: StoredType, first: number, count: number): Float32Array {
    const size = type === 'F32' ? 4 : type === 'I8' ? 1 : 2
    const bytes = this.memory.bytes.slice(address + size * first, address + size * (first + count))
    if (type === 'F32') return new Float32Array(bytes.buffer)
    if (type === 'I8') return Float32Array.from(new Int8Array(bytes.buffer))
    const values = new Float32Array(count)
    if (type === 'F16') widenFloat16(bytes, values)
    else widenBfloat16(bytes, values)
    return values
  }
}
