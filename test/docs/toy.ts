/** The reference kernels on matrices small enough to follow by hand. */
import type { LayerNorm, Linear, Matrix, Precision } from '#dist/kernels/kernels.js'
import { KernelMemory, roundUp } from '#dist/kernels/memory.js'
import { activationLimit } from '#dist/kernels/quantization.js'
import { ReferenceKernels } from '#dist/kernels/reference.js'

export class Toy {
  readonly kernels: ReferenceKernels = new ReferenceKernels(
    new KernelMemory(new WebAssembly.Memory({ initial: 1 })),
  )

  /** @param nextInputs  of the int8 layer that reads the rows, or 0 */
  matrix(rows: number, columns: number, nextInputs = 0): Matrix {
    const { memory } = this.kernels
    const stride = roundUp(columns, 16)
    const matrix = { address: memory.allocate(4 * rows * stride), rows, columns, stride }
    if (nextInputs === 0) return matrix
    const address = memory.allocate(2 * rows * stride)
    const scales = memory.allocate(4 * rows)
    return { ...matrix, quantized: { address, stride, scales, limit: activationLimit(nextInputs) } }
  }

  filled(values: readonly (readonly number[])[]): Matrix {
    const matrix = this.matrix(values.length, values[0]!.length)
    values.forEach((row, t) => {
      this.kernels.memory.float32.set(row, matrix.address / 4 + t * matrix.stride)
    })
    return matrix
  }

  /** A copy of the rows with a quantised twin, as a layer of K = columns inputs reads them. */
  quantized(values: readonly (readonly number[])[]): Matrix {
    const columns = values[0]!.length
    const identity = Array.from({ length: columns }, (_, n) =>
      Array.from({ length: columns }, (_, k) => Number(n === k)),
    )
    const out = this.matrix(values.length, columns, columns)
    const copy = this.layer('float32', identity, new Array<number>(columns).fill(0))
    this.kernels.linear(this.filled(values), copy, out, 'identity')
    return out
  }

  read({ address, rows, columns, stride }: Matrix): number[][] {
    return Array.from({ length: rows }, (_, t) => [...this.floats(address + 4 * t * stride, columns)])
  }

  readQuantized({ quantized, rows, columns }: Matrix): { values: number[][]; scales: number[] } {
    const { address, stride, scales } = quantized!
    const { buffer } = this.kernels.memory.memory
    return {
      values: Array.from({ length: rows }, (_, t) => [
        ...new Int16Array(buffer, address + 2 * t * stride, columns),
      ]),
      scales: [...this.floats(scales, rows)],
    }
  }

  floats(address: number, count: number): Float32Array {
    return this.kernels.memory.float32.subarray(address / 4, address / 4 + count)
  }

  vector(values: readonly number[]): number {
    const address = this.kernels.memory.allocate(4 * roundUp(values.length, 16))
    this.kernels.memory.float32.set(values, address / 4)
    return address
  }

  integers(values: readonly number[]): number {
    const address = this.kernels.memory.allocate(4 * values.length)
    this.kernels.memory.int32.set(values, address / 4)
    return address
  }

  /** @param weights  one row an output */
  layer(precision: Precision, weights: readonly (readonly number[])[], bias: readonly number[]): Linear {
    const inputs = weights[0]!.length
    const bytes = this.kernels.linearBytes(precision, inputs, weights.length)
    const layer: Linear = {
      precision,
      inputs,
      outputs: weights.length,
      weights: this.kernels.memory.allocate(bytes.weights),
      columns: this.kernels.memory.allocate(bytes.columns),
    }
    const address = this.vector(weights.flat())
    this.kernels.packLinear({ address, type: 'F32', rows: weights.length, first: 0 }, layer)
    this.kernels.packColumns(layer, 0, Float32Array.from(bias), undefined)
    return layer
  }

  norm(weight: readonly number[], bias: readonly number[]): LayerNorm {
    return { weight: this.vector(weight), bias: this.vector(bias), epsilon: 1e-12 }
  }
}

/** A number with `digits` decimals, no minus before zero. */
export function decimal(value: number, digits = 3): string {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? text.replace('-', '') : text
}

/** Rows of numbers in columns. */
export function table(rows: readonly (readonly number[])[], digits = 3): string[] {
  const cells = rows.map((row) => row.map((value) => (digits < 0 ? String(value) : decimal(value, digits))))
  const width = Math.max(...cells.flat().map((cell) => cell.length)) + 2
  return cells.map((row) => row.map((cell) => cell.padStart(width)).join(''))
}

/** Lines of text cells in columns, the first to the left and the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => [...row[column]!].length)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(widths[column]! - [...cell].length)
        return column === 0 ? cell + space : space + cell
      })
      .join('   ')
      .trimEnd(),
  )
}
