/**
 * Linear memory as the kernels see it: one growing block, handed out front to back. Weights come first and
 * stay; the workspace of a forward pass follows, and is laid out again for a larger batch.
 *
 *     0 ......... 64 .......... 256 ... | thread scratch | weights ............ | workspace ....
 *     never used  control block  tables of constants
 */
import { TABLES_END } from '../generated/constants.ts'
import type { Floats, Integers, Matrix } from './placed.ts'

export const PAGE_BYTES = 65536
/** wasm32 addresses at most 4 GiB. */
export const MAX_MEMORY_BYTES: number = 65536 * PAGE_BYTES

const ALIGNMENT = 64

/** Where the control block of assembly/parallel.ts is; address 0 is never used. */
export const CONTROL_ADDRESS: number = ALIGNMENT
const FIRST_ADDRESS = roundUp(TABLES_END, ALIGNMENT)

/** Hands out addresses front to back. By itself it has no memory and only counts what a plan would take. */
export class AddressSpace {
  #end: number = FIRST_ADDRESS
  #most: number = FIRST_ADDRESS

  /** The end of what has been handed out. */
  get end(): number {
    return this.#end
  }

  /** The largest that `end` has been. */
  get most(): number {
    return this.#most
  }

  /**
   * @returns the address of `byteLength` bytes, a multiple of 64
   * @throws {RangeError} where the memory cannot grow that far
   */
  allocate(byteLength: number): number {
    const address = this.#end
    const end = address + roundUp(byteLength, ALIGNMENT)
    this.reserve(end)
    this.#end = end
    this.#most = Math.max(this.#most, end)
    return address
  }

  /** Makes everything from `address` on free again. */
  release(address: number): void {
    this.#end = address
  }

  /** Makes the memory at least `end` bytes long. */
  protected reserve(_end: number): void {}
}

export class KernelMemory extends AddressSpace {
  readonly memory: WebAssembly.Memory
  #bytes: Uint8Array
  #int32: Int32Array
  #float32: Float32Array

  constructor(memory: WebAssembly.Memory) {
    super()
    this.memory = memory
    this.#bytes = new Uint8Array(memory.buffer)
    this.#int32 = new Int32Array(memory.buffer)
    this.#float32 = new Float32Array(memory.buffer)
  }

  get byteLength(): number {
    return this.memory.buffer.byteLength
  }

  /**
   * The whole memory. Like the views below, get it again after an allocation, since growing replaces the
   * buffer.
   */
  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#refresh()
    return this.#bytes
  }

  get int32(): Int32Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#refresh()
    return this.#int32
  }

  get float32(): Float32Array {
    if (this.#bytes.buffer !== this.memory.buffer) this.#refresh()
    return this.#float32
  }

  integers({ address, count }: Integers): Int32Array {
    return this.int32.subarray(address / 4, address / 4 + count)
  }

  floats({ address, count }: Floats): Float32Array {
    return this.float32.subarray(address / 4, address / 4 + count)
  }

  /** Row `t` of a matrix, without its padding. */
  row({ address, columns, stride }: Matrix, t: number): Float32Array {
    const start = address / 4 + t * stride
    return this.float32.subarray(start, start + columns)
  }

  /** Rows `first` to `end` of a matrix, copied one after another without their padding. */
  copyRows(matrix: Matrix, first = 0, end: number = matrix.rows): Float32Array {
    const { columns } = matrix
    const rows = new Float32Array((end - first) * columns)
    for (let t = first; t < end; t++) rows.set(this.row(matrix, t), (t - first) * columns)
    return rows
  }

  protected override reserve(end: number): void {
    const missing = end - this.byteLength
    if (missing <= 0) return
    try {
      this.memory.grow(Math.ceil(missing / PAGE_BYTES))
    } catch (cause) {
      throw new RangeError(
        `Cannot grow kernel memory from ${this.byteLength} to ${end} bytes; use fewer or shorter texts in a batch, precision 'int8', or a smaller model`,
        { cause },
      )
    }
  }

  #refresh(): void {
    this.#bytes = new Uint8Array(this.memory.buffer)
    this.#int32 = new Int32Array(this.memory.buffer)
    this.#float32 = new Float32Array(this.memory.buffer)
  }
}

/** `value` rounded up to a multiple of `multiple`. */
export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple
}

/**
 * Kernel memories that were given back, for the next model on this thread: an engine reserves gigabytes of
 * address space for each memory, and garbage collection returns it late.
 */

const MAX_PAGES = 65536
/**
 * Shared memory is reserved up to its maximum: room for attention maps and other results that the plan does
 * not count.
 */
const SHARED_SLACK_BYTES = 256 * 2 ** 20
const POOLED = 2

const pool: WebAssembly.Memory[] = []

/**
 * A memory of zeros.
 *
 * @param needed  bytes, weights and workspace; a private memory starts small and grows, a shared one may grow
 *                to this and some more
 * @throws {RangeError} where the engine has no memory left
 */
export function takeMemory(needed: number, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(needed / PAGE_BYTES)
  try {
    if (shared) {
      const maximum = Math.min(MAX_PAGES, pages + SHARED_SLACK_BYTES / PAGE_BYTES)
      return new WebAssembly.Memory({ initial: 1, maximum, shared })
    }
    const memory = pool.pop()
    if (memory === undefined) return new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES })
    new Uint8Array(memory.buffer).fill(0)
    return memory
  } catch (cause) {
    throw new RangeError(`Cannot take ${needed} bytes of WebAssembly memory: the engine has none left`, {
      cause,
    })
  }
}

/** Keeps a private memory for the next model. Shared memory goes when its threads have gone. */
export function giveMemory(memory: WebAssembly.Memory, shared: boolean): void {
  if (!shared && pool.length < POOLED) pool.push(memory)
}
