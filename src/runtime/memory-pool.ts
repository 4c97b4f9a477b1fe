/**
 * Kernel memories that were given back, for the next model of this thread: an engine reserves gigabytes of address space
 * for each memory, and the collector is in no hurry to return it.
 */
import { PAGE_BYTES } from '../kernels/memory.ts'

const MAX_PAGES = 65536
/** Shared memory is reserved up to its maximum: room for attention maps and other results beside the plan. */
const SHARED_SLACK_BYTES = 256 * 2 ** 20
const POOLED = 2

const pool: WebAssembly.Memory[] = []

/**
 * A memory of zeros.
 *
 * @param needed  bytes, weights and workspace; a private memory starts small and grows, a shared one may grow to this
 *                and some more
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
