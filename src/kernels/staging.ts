/**
 * Holds a piece of a file in kernel memory until it is packed.
 */
import type { Floats, Kernels, StoredRows, StoredType, Table } from './kernels.ts'
import type { StagingArea } from './placed.ts'

/**
 * Where rows of a table can be read directly, since the table keeps them as the file does: int8, without
 * padding.
 */
export function placeAsStored(
  { precision, address, stride, columns }: Table,
  dtype: string,
): number | undefined {
  return precision === 'int8' && dtype === 'I8' && stride === columns ? address : undefined
}

export class Staging {
  /** The largest piece, bytes. */
  readonly capacity: number
  /** Numbers of the largest piece that is to become float32. */
  readonly mostNumbers: number
  readonly #kernels: Kernels
  readonly #stored: number
  readonly #widened: number

  constructor(kernels: Kernels, { capacity, stored, widened }: StagingArea) {
    this.capacity = capacity
    this.mostNumbers = capacity / 4
    this.#kernels = kernels
    this.#stored = stored
    this.#widened = widened
  }

  /**
   * Where the bytes of the next piece go: here, or straight to an address where they are needed as they are.
   */
  bytes(byteLength: number, address: number = this.#stored): Uint8Array {
    return this.#kernels.memory.bytes.subarray(address, address + byteLength)
  }

  /** The piece as rows, from row `first` of their tensor on. */
  rows(type: StoredType, rows: number, first: number): StoredRows {
    return { address: this.#stored, type, rows, first }
  }

  /** The piece as `count` numbers; undefined where one is NaN or infinite. */
  numbers(type: StoredType, count: number): Float32Array | undefined {
    const to: Floats = { address: this.#widened, count }
    return this.#kernels.widen(this.#stored, type, to) ? this.#kernels.memory.floats(to).slice() : undefined
  }

  /** int8 rows of `width` numbers times their scales, as float32 rows. */
  dequantized({ rows, first }: StoredRows, width: number, scales: Float32Array): StoredRows {
    const { memory } = this.#kernels
    const stored = new Int8Array(memory.memory.buffer, this.#stored, rows * width)
    const floats = memory.floats({ address: this.#widened, count: rows * width })
    for (let i = 0; i < stored.length; i++) floats[i] = stored[i]! * scales[first + Math.floor(i / width)]!
    return { address: this.#widened, type: 'F32', rows, first }
  }
}
