/**
 * Compiles the inlined kernels. A variant is imported only when it is chosen, and each module is compiled
 * once a process.
 */

import { capability } from '../format/capability.ts'

export type WasmVariant = 'simd' | 'relaxed'

export interface ModuleKind {
  readonly variant: WasmVariant
  /** Whether its memory is shared with helper threads. */
  readonly shared: boolean
  /** Compiled after the re-vectorisation flag was set (turbo). */
  readonly turbo: boolean
  /** Whether only int8 BERT is computed, for which the relaxed kernels have a smaller build. */
  readonly int8Bert?: boolean
}

const compiled = new Map<string, Promise<WebAssembly.Module>>()

/** The compiled kernels of a kind. */
export function compileKernels(kind: ModuleKind): Promise<WebAssembly.Module> {
  const key = `${kind.variant} ${kind.shared} ${kind.turbo} ${kind.int8Bert}`
  let module = compiled.get(key)
  if (module === undefined) {
    module = kernelBytes(kind).then((bytes) => WebAssembly.compile(bytes as BufferSource))
    module.catch(() => compiled.delete(key))
    compiled.set(key, module)
  }
  return module
}

/** The module's bytes as a kind needs them. */
export async function kernelBytes(kind: ModuleKind): Promise<Uint8Array> {
  const { shared, turbo } = kind
  const { deflated } = await importBuild(kind)
  let bytes = await inflating(deflated)
  if (!shared) unshareMemory(bytes)
  // V8 caches compiled code by the module's bytes, so code compiled after the flag was set needs other bytes.
  if (turbo) bytes = withCustomSection(bytes, 'turbo')
  return bytes
}

function importBuild({ variant, turbo, int8Bert }: ModuleKind): Promise<{ readonly deflated: string }> {
  return capability('the kernels', () => {
    if (variant === 'simd') return import('../generated/simd.ts')
    return int8Bert && !turbo ? import('../generated/relaxed-int8.ts') : import('../generated/relaxed.ts')
  })
}

const IMPORT_SECTION = 2
const IMPORTED_MEMORY = 2
const SHARED = 2

/**
 * The kernels are built with shared memory; for private memory only the flag in the import differs (atomic
 * instructions are valid on both). One byte instead of a second copy of each variant.
 */
function unshareMemory(bytes: Uint8Array): void {
  let at = 8
  const unsigned = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const section = bytes[at++]
    const end = unsigned() + at
    if (section === IMPORT_SECTION) {
      for (let imports = unsigned(); imports > 0; imports--) {
        for (let name = 0; name < 2; name++) {
          const length = unsigned()
          at += length
        }
        const kind = bytes[at++]
        if (kind === IMPORTED_MEMORY) {
          bytes[at] = bytes[at]! & ~SHARED
          return
        }
        unsigned()
      }
    }
    at = end
  }
  throw new Error('The kernels do not import their memory; build them anew')
}

/** `bytes` with an empty custom section of that name at the end. */
function withCustomSection(bytes: Uint8Array, name: string): Uint8Array<ArrayBuffer> {
  const encoded = new TextEncoder().encode(name)
  const section = Uint8Array.of(0, encoded.length + 1, encoded.length, ...encoded)
  const result = new Uint8Array(bytes.length + section.length)
  result.set(bytes)
  result.set(section, bytes.length)
  return result
}

type Inflate = (base64: string) => Uint8Array | Promise<Uint8Array>

let inflating: Inflate = inflate

/**
 * Sets a platform's own way to inflate base64: in Node `Response` loads all of fetch, for 45 ms and 17 MB.
 */
export function inflateBy(inflate: Inflate): void {
  inflating = inflate
}

/**
 * The bytes that were deflated (RFC 1951) and written as base64.
 *
 * @throws {RangeError} where the runtime is too old to have a decoder
 */
async function inflate(base64: string): Promise<Uint8Array> {
  const deflated = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  let decoder: DecompressionStream
  try {
    decoder = new DecompressionStream('deflate-raw')
  } catch (cause) {
    throw new RangeError(
      "This runtime has no DecompressionStream('deflate-raw'), and the kernels are deflated; it is too old: use Node 20.19, Chromium 103, Firefox 113, Safari 16.4 or later",
      { cause },
    )
  }
  const stream = new Blob([deflated]).stream().pipeThrough(decoder)
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
