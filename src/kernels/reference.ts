/**
 * The kernels in plain loops: the formulas to read, and the oracle of the others. Every operation is rounded to float32
 * in the order that the rules of int8 fix, so the SIMD kernels of the plain build equal it bit for bit.
 */
import { widenBfloat16, widenFloat16 } from '../format/half.ts'
import { quantizeRow } from '../format/quantize.ts'
import type {
  Activation,
  EmbeddingTables,
  Kernels,
  LayerNorm,
  Linear,
  Matrix,
  Precision,
  QuantizedRows,
  Sequences,
  StoredRows,
  StoredType,
} from './kernels.ts'
import * as math from './math.ts'
import { type KernelMemory, roundUp } from './memory.ts'
import { isNormal } from './quantization.ts'

const f = Math.fround

const ACTIVATE: Record<Activation, (x: number) => number> = {
  identity: (x) => x,
  gelu: math.gelu,
  gelu_tanh: math.geluTanh,
  relu: math.relu,
  silu: math.silu,
}

/** Partial sums in `lanes` lanes, added pairwise down to one: the order in which SIMD adds a row. */
function sumInLanes(values: (index: number) => number, count: number, lanes: number): number {
  const sums = new Float32Array(lanes)
  for (let i = 0; i < count; i++) sums[i % lanes] = sums[i % lanes]! + values(i)
  // Vectors of four lanes first (0 + 1, then 2 + 3), then the lanes of the vector that is left in the same way.
  const add = (from: number, step: number, terms: number): number =>
    terms === 1
      ? sums[from]!
      : f(add(from, step, terms / 2) + add(from + (step * terms) / 2, step, terms / 2))
  const lane = [0, 1, 2, 3].map((first) => add(first, 4, lanes / 4))
  return f(f(lane[0]! + lane[1]!) + f(lane[2]! + lane[3]!))
}

export class ReferenceKernels implements Kernels {
  readonly name = 'reference'
  readonly threads = 1
  readonly memory: KernelMemory

  constructor(memory: KernelMemory) {
    this.memory = memory
  }

  linearBytes(precision: Precision, inputs: number, outputs: number): { weights: number; columns: number } {
    return { weights: inputs * outputs * (precision === 'int8' ? 1 : 4), columns: roundUp(outputs, 8) * 8 }
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
        else this.#setScale(layer, n, quantizeRow(stored, weights))
      }
    }
    return true
  }

  packColumns(
    layer: Linear,
    first: number,
    bias: Float32Array | undefined,
    scales: Float32Array | undefined,
  ): void {
    scales?.forEach((scale, i) => {
      this.#setScale(layer, first + i, scale)
    })
    const at = layer.precision === 'int8' ? roundUp(layer.outputs, 8) : 0
    if (bias) this.#floats(layer.columns + 4 * (at + first), bias.length).set(bias)
  }

  packWords({ address, type, rows, first }: StoredRows, tables: EmbeddingTables, columns: number): boolean {
    for (let row = 0; row < rows; row++) {
      const stored = this.#stored(address, type, row * columns, columns)
      const words = this.#int8(tables.words + (first + row) * roundUp(columns, 16), columns)
      if (type === 'I8') words.set(stored)
      else if (!stored.every(Number.isFinite)) return false
      else this.memory.float32[tables.wordScales / 4 + first + row] = quantizeRow(stored, words)
    }
    return true
  }

  widen(from: number, type: StoredType, count: number, to: number): boolean {
    const stored = this.#stored(from, type, 0, count)
    this.#floats(to, count).set(stored)
    return stored.every(Number.isFinite)
  }

  // #region embed
  embed(ids: number, positions: number, tables: EmbeddingTables, out: Matrix): void {
    const { columns } = out
    const stride = roundUp(columns, 16) // of the tables
    for (let t = 0; t < out.rows; t++) {
      const id = this.memory.int32[ids / 4 + t]!
      const position = this.#floats(
        tables.positions + 4 * stride * this.memory.int32[positions / 4 + t]!,
        columns,
      )
      const tokenType = tables.tokenType === 0 ? undefined : this.#floats(tables.tokenType, columns)
      const word = this.#word(tables, id, columns, stride)
      const sum = this.#row(out, t)
      for (let i = 0; i < columns; i++) {
        const typed = tokenType ? f(word[i]! + tokenType[i]!) : word[i]!
        sum[i] = f(typed + position[i]!)
      }
      this.#normalize(sum, tables.norm, sum)
      this.#quantize(out, t)
    }
  }
  // #endregion

  // #region linear
  linear(x: Matrix, layer: Linear, out: Matrix, activation: Activation): void {
    const activate = ACTIVATE[activation]
    for (let t = 0; t < x.rows; t++) {
      const y = this.#row(out, t)
      if (layer.precision === 'int8') this.#int8Row(x.quantized!, t, layer, y)
      else this.#float32Row(this.#row(x, t), layer, y)
      for (let n = 0; n < layer.outputs; n++) y[n] = activate(y[n]!)
      this.#quantize(out, t)
    }
  }

  /** y[n] = Σₖ x[k]·W[n, k] + b[n], in ascending k */
  #float32Row(x: Float32Array, layer: Linear, y: Float32Array): void {
    const bias = this.#floats(layer.columns, layer.outputs)
    for (let n = 0; n < layer.outputs; n++) {
      const w = this.#floats(layer.weights + 4 * n * layer.inputs, layer.inputs)
      let sum = 0
      for (let k = 0; k < layer.inputs; k++) sum = f(sum + f(x[k]! * w[k]!))
      y[n] = f(sum + bias[n]!)
    }
  }

  /** y[n] = f32(Σₖ q[k]·w[n, k]) · (rowScale·columnScale[n]) + b[n]; the sum is an exact integer below 2³¹ */
  #int8Row(quantized: QuantizedRows, t: number, layer: Linear, y: Float32Array): void {
    const q = new Int16Array(
      this.memory.memory.buffer,
      quantized.address + 2 * t * quantized.stride,
      layer.inputs,
    )
    const rowScale = this.memory.float32[quantized.scales / 4 + t]!
    const scales = this.#floats(layer.columns, layer.outputs)
    const bias = this.#floats(layer.columns + 4 * roundUp(layer.outputs, 8), layer.outputs)
    for (let n = 0; n < layer.outputs; n++) {
      const w = this.#int8(layer.weights + n * layer.inputs, layer.inputs)
      let sum = 0
      for (let k = 0; k < layer.inputs; k++) sum += q[k]! * w[k]!
      y[n] = f(f(f(sum) * f(rowScale * scales[n]!)) + bias[n]!)
    }
  }
  // #endregion

  // #region attention
  attention(
    queryKeyValue: Matrix,
    sequences: Sequences,
    heads: number,
    out: Matrix,
    probabilities?: readonly number[],
  ): void {
    const hidden = out.columns
    const headDim = hidden / heads
    const scale = f(1 / Math.sqrt(headDim))
    for (let s = 0; s < sequences.count; s++) {
      const first = this.memory.int32[sequences.bounds / 4 + s]!
      const tokens = this.memory.int32[sequences.bounds / 4 + s + 1]! - first
      for (let head = 0; head < heads; head++) {
        const column = head * headDim
        for (let i = 0; i < tokens; i++) {
          const query = this.#row(queryKeyValue, first + i).subarray(column)
          const weights = new Float32Array(tokens)
          for (let j = 0; j < tokens; j++) {
            const key = this.#row(queryKeyValue, first + j).subarray(hidden + column)
            for (let d = 0; d < headDim; d++) weights[j] = f(weights[j]! + f(query[d]! * key[d]!))
          }
          const inverse = softmax(weights, scale)
          const context = this.#row(out, first + i)
            .subarray(column, column + headDim)
            .fill(0)
          for (let j = 0; j < tokens; j++) {
            const value = this.#row(queryKeyValue, first + j).subarray(2 * hidden + column)
            for (let d = 0; d < headDim; d++) context[d] = f(context[d]! + f(weights[j]! * value[d]!))
          }
          for (let d = 0; d < headDim; d++) context[d] = f(context[d]! * inverse)
          if (probabilities) {
            const row = this.#floats(probabilities[s]! + 4 * ((head * tokens + i) * tokens), tokens)
            for (let j = 0; j < tokens; j++) row[j] = f(weights[j]! * inverse)
          }
        }
      }
    }
    for (let t = 0; t < out.rows; t++) this.#quantize(out, t)
  }
  // #endregion

  // #region layer-norm
  addLayerNorm(x: Matrix, residual: Matrix, norm: LayerNorm, out: Matrix): void {
    for (let t = 0; t < out.rows; t++) {
      const a = this.#row(x, t)
      const b = this.#row(residual, t)
      const sum = a.map((value, i) => f(value + b[i]!))
      this.#normalize(sum, norm, this.#row(out, t))
      this.#quantize(out, t)
    }
  }

  /** y = (v - μ)/√(σ² + ε) ⊙ weight + bias */
  #normalize(v: Float32Array, norm: LayerNorm, y: Float32Array): void {
    const weight = this.#floats(norm.weight, v.length)
    const bias = this.#floats(norm.bias, v.length)
    const mean = f(sumInLanes((i) => v[i]!, v.length, 16) / v.length)
    const square = (i: number): number => f(f(v[i]! - mean) * f(v[i]! - mean))
    const variance = f(sumInLanes(square, v.length, 16) / v.length)
    const inverse = f(1 / f(Math.sqrt(f(variance + f(norm.epsilon)))))
    for (let i = 0; i < v.length; i++) y[i] = f(f(f(f(v[i]! - mean) * inverse) * weight[i]!) + bias[i]!)
  }
  // #endregion

  // #region quantize
  /** scale = max|x| / limit, q = round(x · (limit / max|x|)); rows without a normal scale count as zeros. */
  #quantize(rows: Matrix, t: number): void {
    if (!rows.quantized) return
    const { address, stride, scales, limit } = rows.quantized
    const x = this.#row(rows, t)
    const q = new Int16Array(this.memory.memory.buffer, address + 2 * t * stride, stride).fill(0)
    const bits = new Int32Array(x.buffer, x.byteOffset, x.length)
    // Bits of |x| order as the numbers do, with NaN on top.
    const rowMax = new Float32Array(
      Int32Array.of(bits.reduce((max, b) => Math.max(max, b & 0x7fffffff), 0)).buffer,
    )[0]!
    const scale = f(rowMax / limit)
    const inverse = f(limit / rowMax)
    const usable = isNormal(scale) && isNormal(inverse)
    this.memory.float32[scales / 4 + t] = usable ? scale : 0
    if (usable) for (let i = 0; i < x.length; i++) q[i] = math.roundHalfEven(f(x[i]! * inverse))
  }
  // #endregion

  #row(matrix: Matrix, t: number): Float32Array {
    return this.#floats(matrix.address + 4 * matrix.stride * t, matrix.columns)
  }

  #word(tables: EmbeddingTables, id: number, columns: number, stride: number): Float32Array {
    if (tables.precision === 'float32') return this.#floats(tables.words + 4 * stride * id, columns)
    const scale = this.memory.float32[tables.wordScales / 4 + id]!
    return Float32Array.from(this.#int8(tables.words + stride * id, columns), (q) => f(q * scale))
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

  #setScale(layer: Linear, n: number, scale: number): void {
    this.memory.float32[layer.columns / 4 + n] = scale
  }
}

// #region softmax
/** e^(s·scale - max) in place; gives back 1 / Σ, with the sum in 8 lanes. */
export function softmax(scores: Float32Array, scale: number): number {
  let max = -f(3.4028234663852886e38)
  for (let j = 0; j < scores.length; j++) {
    scores[j] = f(scores[j]! * scale)
    if (scores[j]! > max) max = scores[j]!
  }
  for (let j = 0; j < scores.length; j++) scores[j] = math.exp(f(scores[j]! - max))
  return f(1 / sumInLanes((j) => scores[j]!, scores.length, 8))
}
// #endregion
