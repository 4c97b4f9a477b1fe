/**
 * Linear memory as the kernels see it: one growing block, handed out front to back. Weights come first and stay; the
 * workspace of a forward pass follows and is laid out anew when a larger batch comes.
 *
 *     0 ......... 64 .......... 256 ............ | weights ............ | workspace ....
 *     never used  control block  thread scratch
 */

export const PAGE_BYTES = 65536
/** Where the first region begins; below stand the reserved null page line and the control block of parallel.ts. */
export const FIRST_ADDRESS = 256
/** wasm32 addresses at most 4 GiB. */
export const MAX_BYTES: number = 65536 * PAGE_BYTES

const ALIGNMENT = 64

export class KernelMemory {
  readonly memory: WebAssembly.Memory
  #end = FIRST_ADDRESS
  #bytes: Uint8Array
  #int32: Int32Array
  #float32: Float32Array

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory
    this.#bytes = new Uint8Array(memory.buffer)
    this.#int32 = new Int32Array(memory.buffer)
    this.#float32 = new Float32Array(memory.buffer)
  }

  /** The end of what is handed out. */
  get end(): number {
    return this.#end
  }

  get byteLength(): number {
    return this.memory.buffer.byteLength
  }

  /** The whole memory; take it anew after an allocation, since growing replaces the buffer. */
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

  /**
   * @returns the address of `byteLength` bytes, a multiple of 64
   * @throws {RangeError} where the memory cannot grow that far
   */
  allocate(byteLength: number): number {
    const address = this.#end
    const end = address + Math.ceil(byteLength / ALIGNMENT) * ALIGNMENT
    this.reserve(end)
    this.#end = end
    return address
  }

  /** Makes the memory at least `end` bytes long. */
  reserve(end: number): void {
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

  /** Takes back everything from `address` on. */
  release(address: number): void {
    this.#end = address
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
