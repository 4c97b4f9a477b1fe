/** The reference kernels on matrices small enough to follow by hand. */

import type { Floats, Integers, LayerNorm, Linear, Matrix, Precision, Table } from '#dist/kernels/kernels.js'
import { packColumns } from '#dist/kernels/layout.js'
import { KernelMemory } from '#dist/kernels/memory.js'
import { ReferenceKernels } from '#dist/kernels/reference/reference.js'

export class Toy {
  readonly kernels: ReferenceKernels = new ReferenceKernels(
    new KernelMemory(new WebAssembly.Memory({ initial: 1 })),
  )

  matrix(rows: number, columns: number, readBy: Precision = 'float32'): Matrix {
    return this.kernels.layout.matrix(rows, columns, readBy)
  }

  filled(values: readonly (readonly number[])[]): Matrix {
    const matrix = this.matrix(values.length, values[0]!.length)
    values.forEach((row, t) => {
      this.kernels.memory.row(matrix, t).set(row)
    })
    return matrix
  }

  /** A float32 table of those rows. */
  table(values: readonly (readonly number[])[]): Table {
    const table = this.kernels.layout.table('float32', values.length, values[0]!.length)
    const { address } = this.vector(values.flat())
    this.kernels.packTable({ address, type: 'F32', rows: values.length, first: 0 }, table)
    return table
  }

  /** A copy of the rows with a quantised twin, as a layer of K = columns inputs reads them. */
  quantized(values: readonly (readonly number[])[]): Matrix {
    const columns = values[0]!.length
    const identity = Array.from({ length: columns }, (_, n) =>
      Array.from({ length: columns }, (_, k) => Number(n === k)),
    )
    const out = this.matrix(values.length, columns, 'int8')
    const copy = this.layer('float32', identity, new Array<number>(columns).fill(0))
    this.kernels.linear(this.filled(values), copy, out, 'identity')
    return out
  }

  read(matrix: Matrix): number[][] {
    return Array.from({ length: matrix.rows }, (_, t) => [...this.kernels.memory.row(matrix, t)])
  }

  readQuantized({ quantized, rows, columns }: Matrix): { values: number[][]; steps: number[] } {
    const { values, valueBytes, steps } = quantized!
    const { memory } = this.kernels
    return {
      values: Array.from({ length: rows }, (_, t) => [
        ...new Int16Array(memory.memory.buffer, values + t * valueBytes, columns),
      ]),
      steps: [...memory.floats({ address: steps, count: rows })],
    }
  }

  vector(values: readonly number[]): Floats {
    const floats = this.kernels.layout.floats(values.length)
    this.kernels.memory.floats(floats).set(values)
    return floats
  }

  integers(values: readonly number[]): Integers {
    const integers = this.kernels.layout.integers(values.length)
    this.kernels.memory.integers(integers).set(values)
    return integers
  }

  /** @param weights  one row an output */
  layer(precision: Precision, weights: readonly (readonly number[])[], bias: readonly number[]): Linear {
    const layer = this.kernels.layout.linear(precision, weights[0]!.length, weights.length)
    const { address } = this.vector(weights.flat())
    this.kernels.packLinear({ address, type: 'F32', rows: weights.length, first: 0 }, layer)
    packColumns(this.kernels.memory, layer, 0, Float32Array.from(bias), undefined)
    return layer
  }

  norm(weight: readonly number[], bias: readonly number[]): LayerNorm {
    return { weight: this.vector(weight), bias: this.vector(bias), centred: true, epsilon: 1e-12 }
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
